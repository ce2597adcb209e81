"""The monthly evidence of a plant (月度存证): its files, and freezing a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from tongjian.control_plan import Freeze as Frozen
from tongjian.control_plan import (
    MonthState,
    Plan,
    freeze,
    history,
    key_parameters,
    month_states,
    read_guide,
    word,
)
from tongjian.evidence import Entry, china_day, retention
from tongjian.problems import Problem, TongjianError
from tongjian.rules import Words
from tongjian.site.access.actor import Actor
from tongjian.site.acting import acting
from tongjian.site.registry.models import Plant
from tongjian.site.workspaces import Workspace, catalogue, rulebook


@dataclass(frozen=True, slots=True)
class Month:
    """A month with the files that were brought for it."""

    state: MonthState
    files: tuple[Entry, ...]
    names: tuple[tuple[str, str], ...]
    """The key parameters: id and name."""

    @property
    def words(self) -> Words:
        """Its state in both languages."""
        return Words(*(word("month", self.state.state, lang) for lang in ("zh", "en")))

    @property
    def may_freeze(self) -> bool:
        return self.state.state != "running"

    @property
    def frozen_before(self) -> bool:
        return bool(self.state.freezes)


def months_of(workspace: Workspace, plant: Plant, year: int) -> list[Month]:
    """Every month of a year for which there is a plan, with its files; raises `TongjianError`."""
    guide = read_guide(rulebook(), plant.sector, catalogue())
    known = history(workspace.log, plant.code)
    today = china_day(workspace.log.clock())
    rows = workspace.store.read_activity(plant.code, year)
    files = files_of(workspace, plant)
    found = []
    for state in month_states(known, rows, year, guide, today):
        revision = known.for_period(state.month)
        key = () if revision is None else key_parameters(revision, state.month, guide)
        names = tuple((one.id, one.name or f"{one.stream} {one.item}") for one in key)
        mine = tuple(one for one in files if _month_of(one, plant) == state.month)
        found.append(Month(state, mine, names))
    return found


def plan_of(workspace: Workspace, plant: Plant) -> Plan | None:
    """The newest plan of a plant."""
    revisions = history(workspace.log, plant.code).revisions
    return revisions[-1].plan if revisions else None


def files_of(workspace: Workspace, plant: Plant) -> list[Entry]:
    """The files that were brought for months of a plant and are still there."""
    gone = workspace.files.deleted()
    begin = f"month:{plant.code}/"
    return [
        one
        for one in workspace.files.stored()
        if one.subject.startswith(begin) and one.files[0] not in gone
    ]


def bring_file(
    actor: Actor, plant: Plant, month: str, parameter: str, file: IO[bytes], name: str
) -> Entry:
    """Keep a file as evidence of a month, or of one parameter of it."""
    with acting(actor, plant.enterprise) as workspace:
        known = {one for each in months_of(workspace, plant, int(month[:4])) for one in each.names}
        if parameter and parameter not in {one for one, _ in known}:
            raise TongjianError(Problem("site.month_parameter", values={"parameter": parameter}))
        subject = f"month:{plant.code}/{month}" + (f"/{parameter}" if parameter else "")
        keep = retention(rulebook(), china_day(workspace.log.clock()))
        return workspace.files.store(file, actor.signature, subject, keep, name)


def freeze_month(actor: Actor, plant: Plant, month: str, reason: str) -> Frozen:
    """Freeze a month with all files that were brought for it; raises `TongjianError`."""
    with acting(actor, plant.enterprise) as workspace:
        guide = read_guide(rulebook(), plant.sector, catalogue())
        rows = workspace.store.read_activity(plant.code, int(month[:4]))
        files: Sequence[str] = [
            one.files[0] for one in files_of(workspace, plant) if _month_of(one, plant) == month
        ]
        unique = list(dict.fromkeys(files))
        signature = actor.signature
        return freeze(
            workspace.log, plant.code, month, rows, guide, signature, reason=reason, files=unique
        )


def _month_of(entry: Entry, plant: Plant) -> str:
    return entry.subject.removeprefix(f"month:{plant.code}/").partition("/")[0]


__all__ = ["Month", "bring_file", "files_of", "freeze_month", "months_of", "plan_of"]
