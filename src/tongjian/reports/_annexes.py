"""What may be added to a report (附录): worked out beforehand, a report only shows it."""

from __future__ import annotations

from dataclasses import dataclass

from tongjian.engine import Bridge, ConflictEffect, Node, Run, bridge, conflict_effects
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


def plant_annexes(run: Run) -> tuple[tuple[Bridge, ...], tuple[ConflictEffect, ...]]:
    """The bridges between the rule sets of a run of one plant, and what contradictions change.

    Both are for the last year. A run of several plants has neither.
    """
    years = [line.year for line in run.lines]
    if len(run.facilities) != 1 or not years:
        return (), ()
    facility, year = next(iter(run.facilities)), max(years)
    greenhouse = [one for one in run.lines if one.year == year and one.co2e_micro is not None]
    # The enterprise's own boundary comes first: it is what the others are measured against.
    greenhouse.sort(key=lambda line: line.boundary != "enterprise")
    first, *others = dict.fromkeys(line.ruleset for line in greenhouse) or [""]
    bridges = tuple(bridge(run, facility, year, first, other) for other in others)
    effects = conflict_effects(run, facility, year)
    moving = {(one.ruleset, one.conflict.id) for one in effects if one.effect}
    return bridges, tuple(one for one in effects if (one.ruleset, one.conflict.id) in moving)


__all__ = ["Annexes", "plant_annexes"]
