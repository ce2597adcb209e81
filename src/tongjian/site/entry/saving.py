"""Drafts, and rows that came by the API, become records (保存入库): all at once, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tongjian.evidence import Act
from tongjian.problems import Place, Problem, TongjianError
from tongjian.records import Correction
from tongjian.site.access.actor import Actor
from tongjian.site.access.models import new_key
from tongjian.site.acting import acting
from tongjian.site.entry.drafts import (
    KEYS,
    Typed,
    base_of,
    cell_words,
    keyed,
    read_typed,
    stored_cells,
)
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
    known: int = 0
    """Those that were recorded just so already."""


def was_submitted(actor: Actor, plant: Plant, year: int) -> bool:
    """Whether a version of the report of this year was handed in: then changes need a reason."""
    found = Report.objects.seen_by(actor).filter(plant=plant, year=year, submitted__gt=0)
    return found.exists()


def save_drafts(actor: Actor, plant: Plant, year: int, reason: str, evidence: str) -> Saved:
    """Put every draft of a plant's year into the records; raises `TongjianError` with all faults.

    New data are added, changed ones corrected and emptied ones withdrawn, in one import.
    """
    drafts = list(Draft.objects.seen_by(actor).filter(plant=plant, year=year))
    with acting(actor, plant.enterprise) as workspace:
        batch = _Batch(plant, f"web-{new_key()}", drafts, stored_cells(workspace, plant, year))
        said = _Said(actor, year, reason.strip(), evidence, "grid")
        if not drafts:
            raise TongjianError([*_against(said, batch), Problem("site.entry_nothing")])
        saved = _save(workspace, batch, said)
    for one in drafts:  # what was typed meanwhile stays a draft
        Draft.every.filter(pk=one.pk, version=one.version).delete()
    return saved


def enter_rows(
    actor: Actor,
    plant: Plant,
    year: int,
    rows: Sequence[Typed],
    reason: str,
    evidence: str,
    dry_run: bool = False,
) -> Saved:
    """Put data of a plant's year into the records at once, past the drafts of the grid.

    New data are added, those that differ corrected, and those without a value withdrawn, in one
    import or not at all; what is recorded just so is left as it is. With `dry_run` nothing is
    recorded. Raises `TongjianError` with all faults, each with the number of its row.
    """
    with acting(actor, plant.enterprise) as workspace:
        recorded = stored_cells(workspace, plant, year)
        found = keyed(plant, year, rows, recorded)
        drafts = [
            Draft(
                enterprise=plant.enterprise,
                plant=plant,
                year=year,
                base=base_of(recorded.get(one.key)),
                **dict(zip(KEYS, one.key, strict=True)),
                value=one.value,
                unit=one.unit,
                tier=one.tier,
                evidence=one.evidence,
                source="api",
            )
            for one in found
        ]
        batch = _Batch(plant, f"api-{new_key()}", drafts, recorded)
        said = _Said(actor, year, reason.strip(), evidence, "api")
        known = len(rows) - len(found)
        if dry_run or not drafts:
            if problems := _against(said, batch):
                raise TongjianError(problems)
            return replace(batch.counted(0), known=known)
        return replace(_save(workspace, batch, said), known=known)


@dataclass(frozen=True, slots=True)
class _Said:
    """Who saves what of which year, why, and how it came."""

    actor: Actor
    year: int
    reason: str
    evidence: str
    how: str


def _against(said: _Said, batch: _Batch) -> list[Problem]:
    """Read a batch; everything that stands against recording it."""
    problems = batch.read()
    if batch.drafts and not said.reason and was_submitted(said.actor, batch.plant, said.year):
        problems.append(Problem("site.entry_reason", values={"year": said.year}))
    return problems


def _save(workspace: Workspace, batch: _Batch, said: _Said) -> Saved:
    """Record a batch and enter that it was; raises `TongjianError` with everything against it."""
    if problems := _against(said, batch):
        raise TongjianError(problems)
    correction, reason, by = None, said.reason, said.actor.signature
    if batch.changed:
        reason = reason or text("entry.reason_default")
        correction = Correction(by, reason, said.evidence)
    saved = _record(workspace, batch, correction)
    content = {
        "import": saved.number,
        "records": workspace.store.digest,
        "new": saved.new,
        "corrected": saved.corrected,
        "withdrawn": saved.withdrawn,
        "reason": reason,
        "evidence": said.evidence,
        "how": said.how,
    }
    subject = f"records:{batch.plant.code}/{said.year}"
    workspace.log.append([Act(ENTER, by, subject, content)])
    return saved


def _record(workspace: Workspace, batch: _Batch, correction: Correction | None) -> Saved:
    facilities, units = missing_dimensions(workspace, [batch.plant])
    store = workspace.store
    store.add(batch.rows, facilities, units, batch.source, correction, batch.withdrawn)
    numbers = [n for n, one in enumerate(store.imports(), 1) if one["source"] == batch.source]
    return batch.counted(numbers[-1] if numbers else store.number)


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

    def counted(self, number: int) -> Saved:
        """What the import of this number makes of it."""
        changed = len(self.changed) - len(self.withdrawn)
        return Saved(number, len(self.rows) - changed, changed, len(self.withdrawn))


def _typed(one: Draft) -> Typed:
    return Typed(one.key, one.value, one.unit, one.tier, one.evidence, one.version, one.source)


__all__ = [
    "ENTER",
    "IMPORT",
    "Saved",
    "enter_rows",
    "missing_dimensions",
    "save_drafts",
    "was_submitted",
]
