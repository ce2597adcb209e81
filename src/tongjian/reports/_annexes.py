"""What may be added to a report (附录): worked out beforehand, a report only shows it."""

from __future__ import annotations

from dataclasses import dataclass

from tongjian.engine import (
    Bridge,
    ConflictEffect,
    Node,
    PlantSheets,
    Run,
    bridge,
    conflict_effects,
    plant_sheets,
)
from tongjian.statutory import Statement


@dataclass(frozen=True, slots=True)
class Annexes:
    """Chapters besides the inventory (附录).

    `explained` is the tree of one number; `statement` says what the run has from memory and who
    confirmed it; `bridges` and `conflicts` belong to the report of one plant.
    """

    explained: Node | None = None
    statement: Statement | None = None
    statutory: bool = False
    bridges: tuple[Bridge, ...] = ()
    conflicts: tuple[ConflictEffect, ...] = ()
    details: tuple[PlantSheets, ...] = ()


def annexes_of(run: Run, statement: Statement | None = None, *, statutory: bool = False) -> Annexes:
    """The annexes that a run of one plant has, for its last year; several plants have none."""
    years = [line.year for line in run.lines]
    if len(run.facilities) != 1 or not years:
        return Annexes(statement=statement, statutory=statutory)
    facility, year = next(iter(run.facilities)), max(years)
    return Annexes(
        statement=statement,
        statutory=statutory,
        bridges=_bridges(run, facility, year),
        conflicts=_conflicts(run, facility, year),
        details=tuple(plant_sheets(run, facility, year)),
    )


def _bridges(run: Run, facility: str, year: int) -> tuple[Bridge, ...]:
    greenhouse = [one for one in run.lines if one.year == year and one.co2e_micro is not None]
    # The enterprise's own boundary comes first: it is what the others are measured against.
    greenhouse.sort(key=lambda line: line.boundary != "enterprise")
    first, *others = dict.fromkeys(line.ruleset for line in greenhouse) or [""]
    return tuple(bridge(run, facility, year, first, other) for other in others)


def _conflicts(run: Run, facility: str, year: int) -> tuple[ConflictEffect, ...]:
    """Every alternative of the contradictions that move a total."""
    effects = conflict_effects(run, facility, year)
    moving = {(one.ruleset, one.conflict.id) for one in effects if one.effect}
    return tuple(one for one in effects if (one.ruleset, one.conflict.id) in moving)


__all__ = ["Annexes", "annexes_of"]
