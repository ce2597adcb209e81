"""From the series of plants to what is compared with the target (由数据到目标值)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tongjian.problems import Problem
from tongjian.rules import Target
from tongjian.targets._entries import Entries, Entry
from tongjian.targets._region import Region
from tongjian.targets._series import Series
from tongjian.units import ONE, Unit

_FROM_BASE = ("cut", "rise", "growth")


@dataclass(slots=True)
class Values:
    """Values by year in the unit of the target; what is missing for one that is asked for."""

    by_year: dict[int, float] = field(default_factory=dict)
    entered: dict[int, Entry] = field(default_factory=dict)
    base: float | None = None
    """The level of the base year in the unit of the series."""
    base_entry: Entry | None = None
    missing: list[Problem] = field(default_factory=list)


def values_of(
    target: Target, series: Series | None, region: Region, entries: Entries, last: int
) -> Values:
    """What the records and the entries of a user give, up to year `last`.

    A published value that a user entered takes the place of what the records give.
    """
    found = Values()
    if series is not None:
        _from_records(target, series, region, entries, last, found)
    for year, entry in entries.years(target.id, region.name).items():
        if year <= last:
            found.entered[year] = entry
            found.by_year[year] = entry.inside(target.unit)
    found.by_year = dict(sorted(found.by_year.items()))
    return found


def _from_records(
    target: Target, series: Series, region: Region, entries: Entries, last: int, found: Values
) -> None:
    kind = target.measure.kind
    levels = {year: value for year in series.years if (value := series.value(year)) is not None}
    if kind in _FROM_BASE:
        _changes(target, series, levels, region, entries, found)
    elif kind == "peak":
        found.by_year = _peaks(levels)
    elif kind == "cumulative":
        found.by_year = _cumulated(target, levels, series.unit, last)
    else:
        found.by_year = {y: _scaled(v, series.unit, target.unit) for y, v in levels.items()}


def _changes(
    target: Target,
    series: Series,
    levels: dict[int, float],
    region: Region,
    entries: Entries,
    found: Values,
) -> None:
    """Changes from the base year; of a base that is negative, as shares of its size (差值规则)."""
    year = target.base_year
    assert year is not None
    entry = entries.find(target.id, region.name, "base")
    if entry is not None and entry.unit.same_dimension(series.unit):
        found.base, found.base_entry = entry.inside(series.unit), entry
    elif entry is not None:
        units = {"unit": entry.unit.text, "target": target.id, "wanted": series.unit.text}
        found.missing.append(Problem("targets.entry_unit", values=units))
        return
    elif year in levels:
        found.base = levels[year]
    else:
        values = {"year": year, "target": target.id}
        found.missing.append(Problem("targets.no_base", values=values, severity="note"))
        return
    base, kind = found.base, target.measure.kind
    if kind != "rise" and base == 0:
        values = {"year": year, "target": target.id}
        found.missing.append(Problem("targets.base_zero", values=values, severity="note"))
        return
    found.by_year[year] = 0.0
    for later, level in levels.items():
        if later > year:
            change = base - level if kind == "cut" else level - base
            share = change if kind == "rise" else change / abs(base)
            unit = series.unit if kind == "rise" else ONE
            found.by_year[later] = _scaled(share, unit, target.unit)


def _peaks(levels: dict[int, float]) -> dict[int, float]:
    """For every year the year of the highest value so far (达峰年份)."""
    found: dict[int, float] = {}
    highest = -math.inf
    peak = 0
    for year, level in sorted(levels.items()):
        if level >= highest:
            highest, peak = level, year
        found[year] = float(peak)
    return found


def _cumulated(target: Target, levels: dict[int, float], unit: Unit, last: int) -> dict[int, float]:
    """Sums from the first year of the plan; zero in the year before it (累计)."""
    assert target.year is not None
    first = target.measure.first if target.measure.first is not None else min(levels, default=0)
    total, found = 0.0, {first - 1: 0.0}
    for year in range(first, min(target.year, last) + 1):
        if year in levels:
            total += _scaled(levels[year], unit, target.unit)
            found[year] = total
    return found if len(found) > 1 else {}


def _scaled(value: float, source: Unit, wanted: Unit) -> float:
    factor = source.scale / wanted.scale
    return value * factor.numerator / factor.denominator


__all__ = ["Values", "values_of"]
