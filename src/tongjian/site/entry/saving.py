"""Drafts become records (保存入库): all of a plant's year at once, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tongjian.evidence import Act
from tongjian.problems import Place, Problem, TongjianError
from tongjian.records import Correction
from tongjian.site.access.actor import Actor
from tongjian.site.access.models import new_key
from tongjian.site.acting import acting
from tongjian.site.entry.drafts import Typed, base_of, cell_words, read_typed, stored_cells
from tongjian.site.entry.models import Draft
from tongjian.site.mrv.models import Report
from tongjian.site.registry.models import Plant, stored
from tongjian.site.ui.texts import text
from tongjian.site.workspaces import Workspace

ENTER, IMPORT = "records.enter", "records.import"


@dataclass(frozen=True, slots=True)
class Saved:
    """What was recorded: the number of the import, and how many data were new or changed."""

    number: int
    new: int
    corrected: int
    withdrawn: int


def was_submitted(actor: Actor, plant: Plant, year: int) -> bool:
    """Whether a version of the report of this year was handed in: then changes need a reason."""
    found = Report.objects.seen_by(actor).filter(plant=plant, year=year, submitted__gt=0)
    return found.exists()


def save_drafts(actor: Actor, plant: Plant, year: int, reason: str, evidence: str) -> Saved:
    """Put every draft of a plant's year into the records; raises `TongjianError` with all faults.

    New data are added, changed ones corrected and emptied ones withdrawn, in one import.
    """
    drafts = list(Draft.objects.seen_by(actor).filter(plant=plant, year=year))
    reason = reason.strip()
    with acting(actor, plant.enterprise) as workspace:
        batch = _Batch(plant, f"web-{new_key()}", drafts, stored_cells(workspace, plant, year))
        problems = batch.read()
        if not drafts:
            problems.append(Problem("site.entry_nothing"))
        if not reason and was_submitted(actor, plant, year):
            problems.append(Problem("site.entry_reason", values={"year": year}))
        if problems:
            raise TongjianError(problems)
        correction = None
        if batch.changed:
            reason = reason or text("entry.reason_default")
            correction = Correction(actor.signature, reason, evidence)
        saved = _record(workspace, batch, correction)
        content = {
            "import": saved.number,
            "records": workspace.store.digest,
            "new": saved.new,
            "corrected": saved.corrected,
            "withdrawn": saved.withdrawn,
            "reason": reason,
            "evidence": evidence,
            "how": "grid",
        }
        act = Act(ENTER, actor.signature, f"records:{plant.code}/{year}", content)
        workspace.log.append([act])
    for one in drafts:  # what was typed meanwhile stays a draft
        Draft.every.filter(pk=one.pk, version=one.version).delete()
    return saved


def _record(workspace: Workspace, batch: _Batch, correction: Correction | None) -> Saved:
    facilities, units = missing_dimensions(workspace, [batch.plant])
    store = workspace.store
    store.add(batch.rows, facilities, units, batch.source, correction, batch.withdrawn)
    numbers = [n for n, one in enumerate(store.imports(), 1) if one["source"] == batch.source]
    number = numbers[-1] if numbers else store.number
    changed = len(batch.changed) - len(batch.withdrawn)
    return Saved(number, len(batch.rows) - changed, changed, len(batch.withdrawn))


def missing_dimensions(
    workspace: Workspace, plants: list[Plant]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Plants and process units that the registry has and the records do not know yet."""
    known = {one["facility"] for one in workspace.store.read_facilities()}
    known_units = {
        (one["facility"], one["process_unit"]) for one in workspace.store.read_process_units()
    }
    facilities = [stored(one) for one in plants if one.code not in known]
    units = [
        stored(unit)
        for one in plants
        for unit in one.process_units.select_related("plant")
        if (one.code, unit.code) not in known_units
    ]
    return facilities, units


@dataclass(slots=True)
class _Batch:
    """Drafts on their way into the records."""

    plant: Plant
    source: str
    drafts: list[Draft]
    recorded: Mapping[tuple[str, ...], Mapping[str, Any]]

    rows: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[str, ...]] = field(default_factory=list)
    withdrawn: list[Mapping[str, Any]] = field(default_factory=list)

    def read(self) -> list[Problem]:
        """Sort the drafts into new, changed and withdrawn; returns everything against them."""
        problems: list[Problem] = []
        filled = [one for one in self.drafts if one.value]
        read = read_typed(self.plant, [_typed(one) for one in filled], self.source)
        for found in read:
            problems += found.problems
            if found.row is not None:
                self.rows.append(found.row)
        for draft in self.drafts:
            stands = self.recorded.get(draft.key)
            if base_of(stands) != draft.base:
                values = {"stored": "—" if stands is None else stands["quantity"]}
                place = Place(field=cell_words(draft.key))
                problems.append(Problem("site.entry_meanwhile", place, values))
            if stands is not None:
                self.changed.append(draft.key)
                if not draft.value:
                    self.withdrawn.append(stands)
        return problems


def _typed(one: Draft) -> Typed:
    return Typed(one.key, one.value, one.unit, one.tier, one.evidence, one.version, one.source)


__all__ = ["ENTER", "IMPORT", "Saved", "missing_dimensions", "save_drafts", "was_submitted"]
