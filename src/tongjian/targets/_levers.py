"""The plants that would close the gap fastest (贡献最大的企业)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongjian.rules import Target
from tongjian.targets._evaluation import Lever
from tongjian.targets._goal import Goal
from tongjian.targets._series import Part, Series
from tongjian.units import ONE, Unit

_SHOWN = 5
_DIRECTIONS = ("trend_down", "trend_up")


def levers(
    target: Target,
    goal: Goal | None,
    series: Series,
    base: float | None,
    year: int,
    unit: Unit,
    facilities: Mapping[str, Mapping[str, Any]],
    shown: int = _SHOWN,
) -> list[Lever]:
    """Plants by what each is short of the goal, the largest first (`unit` is the numerator's).

    A plant that stands at the goal adds nothing; where no number is printed, one that stands at
    the region's own level. Of a total, the plants with the largest amounts.
    """
    point = series.points.get(year)
    if point is None or target.measure.kind == "peak":
        return []
    rate = _rate(target, goal, series, base) if series.divided else None
    if series.divided and goal is None and target.comparator in _DIRECTIONS:
        rate = series.value(year)  # no number is printed: what is better than the region's own
    if series.divided and rate is None:
        return []
    found = [
        _lever(name, part, rate, _sign(target, goal), unit, facilities.get(name, {}))
        for name, part in point.parts.items()
    ]
    short = [one for one in found if one.short > 0]
    return sorted(short, key=lambda one: (-one.short, one.facility))[:shown]


def _rate(target: Target, goal: Goal | None, series: Series, base: float | None) -> float | None:
    """The quotient that every plant would have at the goal, in the unit of the series."""
    if goal is None:
        return None
    kind, wanted = target.measure.kind, goal.bound
    to_one = target.unit.scale / ONE.scale
    if kind == "level":
        factor = target.unit.scale / series.unit.scale
        return wanted * factor.numerator / factor.denominator
    if base is None:
        return None
    share = wanted * to_one.numerator / to_one.denominator
    if kind == "cut":
        return base - share * abs(base)
    if kind == "growth":
        return base + share * abs(base)
    factor = target.unit.scale / series.unit.scale
    return base + wanted * factor.numerator / factor.denominator


def _sign(target: Target, goal: Goal | None) -> int:
    """+1 where plants have too little of the numerator, -1 where they have too much."""
    if target.measure.kind == "cut":
        return -1
    way_up = goal.way == "up" if goal is not None else target.comparator == "trend_up"
    return 1 if way_up else -1


def _lever(
    name: str,
    part: Part,
    rate: float | None,
    sign: int,
    unit: Unit,
    row: Mapping[str, Any],
) -> Lever:
    value = part.above / part.below if rate is not None and part.below else None
    short = part.above if rate is None else sign * (rate * part.below - part.above)
    zh, en = str(row.get("name_zh") or name), str(row.get("name_en") or name)
    return Lever(name, zh, en, value, short, unit.text)


__all__ = ["levers"]
