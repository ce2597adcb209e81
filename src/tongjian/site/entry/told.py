"""The history of a value in the words of people (数据沿革): who, when, why, from what to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongjian.records import Entered
from tongjian.site.entry.saving import ENTER, IMPORT
from tongjian.site.registry.models import Plant
from tongjian.site.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class Told:
    """One step of a value."""

    number: int
    time: datetime
    act: str
    by: str
    reason: str
    evidence: str
    row: Mapping[str, Any] | None
    before: Mapping[str, Any] | None
    stands: bool


def told_of(
    workspace: Workspace, plant: Plant, process_unit: str, stream: str, item: str, period: str
) -> list[Told]:
    """Every step of a datum, newest first."""
    steps = workspace.store.history(
        facility=plant.code,
        process_unit=process_unit,
        stream=stream,
        item=item,
        period=period,
    )
    people = _people(workspace)
    return [_told(one, people) for one in reversed(steps)]


def _people(workspace: Workspace) -> dict[int, tuple[str, str]]:
    """Who has recorded each import, and why, as the log of the enterprise says."""
    return {
        int(one.content["import"]): (one.by, str(one.content.get("reason", "")))
        for one in workspace.log.entries(ENTER, IMPORT)
        if one.content.get("import")
    }


def _told(one: Entered, people: Mapping[int, tuple[str, str]]) -> Told:
    by, reason = people.get(one.number, ("", ""))
    return Told(
        one.number,
        datetime.fromisoformat(one.time),
        "withdraw" if one.row is None else one.act if one.before is not None else "import",
        one.by or by,
        one.reason or reason,
        one.evidence,
        one.row,
        one.before,
        one.until is None and one.row is not None,
    )


__all__ = ["Told", "told_of"]
