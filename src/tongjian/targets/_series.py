"""The series of a target (时间序列): plants rolled up to numerator and denominator by year."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tongjian.problems import Problem
from tongjian.rules import ColumnOf, Target
from tongjian.targets._figures import ByPlant, Datum, Figures
from tongjian.targets._region import Region, speakers
from tongjian.units import ONE, Unit, convert


@dataclass(frozen=True, slots=True)
class Part:
    """One plant in one year: its part of the numerator and of the denominator."""

    above: float
    below: float
    whole: bool


@dataclass(frozen=True, slots=True)
class Point:
    """All plants of one year; the value is in the unit of the series."""

    parts: Mapping[str, Part]

    @property
    def above(self) -> float:
        return math.fsum(part.above for part in self.parts.values())

    @property
    def below(self) -> float:
        return math.fsum(part.below for part in self.parts.values())

    @property
    def incomplete(self) -> int:
        """Plants of which rows were left out."""
        return sum(not part.whole for part in self.parts.values())

    def value(self, *, divided: bool) -> float | None:
        """The quotient, or the sum where nothing is divided; None without a denominator."""
        if not divided:
            return self.above
        return self.above / self.below if self.below else None


@dataclass(slots=True)
class Series:
    """What the records give for a target and a region."""

    unit: Unit
    divided: bool
    points: dict[int, Point]
    scope: tuple[str, ...]
    """Plants in scope, with data or without."""
    capacity: dict[int, dict[str, float]]
    problem: Problem | None = None
    top: Unit | None = None
    """The unit of the numerator."""
    open: dict[int, float] = field(default_factory=dict)
    """What may belong to the numerator and cannot be judged, by year and in its unit."""

    def value(self, year: int) -> float | None:
        """The value of a year in the unit of the series."""
        point = self.points.get(year)
        return None if point is None else point.value(divided=self.divided)

    @property
    def years(self) -> list[int]:
        """Years with a value."""
        return [year for year in sorted(self.points) if self.value(year) is not None]

    def capacity_share(self, year: int) -> float | None:
        """The share of known capacity that the plants with data have."""
        known = {one: v for one, v in self.capacity.get(year, {}).items() if one in self.scope}
        total = math.fsum(known.values())
        inside = self.points[year].parts if year in self.points else {}
        with_data = math.fsum(value for one, value in known.items() if one in inside)
        return with_data / total if total else None


def series_of(target: Target, figures: Figures, region: Region, last: int) -> Series:
    """Roll the plants of a region up, for every year up to `last`.

    A plant counts in a year when it has all that the value is made of. Several reporters of one
    statistic cannot be added up unless it is a sum.
    """
    measure, sectors = target.measure, figures.sectors(target)
    inside = [
        row for row in figures.facilities.values() if row["sector"] in sectors and region.holds(row)
    ]
    scope = speakers(inside) if measure.statistic else [str(row["facility"]) for row in inside]
    assert measure.of is not None
    above, below = figures.of(measure.of), None if measure.per is None else figures.of(measure.per)
    words = {} if measure.where is None else figures.words(measure.where.column)
    points: dict[int, Point] = {}
    for year in sorted(year for year in above if year <= last):
        chosen = set(scope)
        if measure.where is not None:
            said = words.get(year, {})
            chosen = {one for one in chosen if said.get(one) == measure.where.word}
        parts = _parts(above[year], None if below is None else below.get(year, {}), chosen)
        if parts:
            points[year] = Point(parts)
    top = figures.unit(measure.of) or ONE
    bottom = ONE if measure.per is None else figures.unit(measure.per) or ONE
    capacity: dict[int, dict[str, float]] = {}
    if measure.capacity is not None:
        capacity = {
            year: {one: datum.value for one, datum in by_plant.items()}
            for year, by_plant in figures.of(measure.capacity).items()
        }
    found = Series(top / bottom, below is not None, points, tuple(sorted(scope)), capacity)
    found.top = top
    if measure.open is not None:
        found.open = _open(figures, measure.open, top, scope)
    adds_up = top.extensive
    if measure.statistic and not adds_up and any(len(p.parts) > 1 for p in points.values()):
        count = max(len(point.parts) for point in points.values())
        found.problem = Problem("targets.several_reporters", values={"count": count})
    return found


def _open(
    figures: Figures, column: ColumnOf, wanted: Unit, scope: Collection[str]
) -> dict[int, float]:
    unit = figures.unit(column) or ONE
    return {
        year: convert(
            math.fsum(by_plant[one].value for one in scope if one in by_plant), unit, wanted
        )
        for year, by_plant in figures.of(column).items()
    }


def _parts(above: ByPlant, below: ByPlant | None, chosen: set[str]) -> dict[str, Part]:
    if below is None:
        return {one: Part(d.value, 0.0, d.whole) for one, d in above.items() if one in chosen}
    return {
        one: Part(datum.value, (other := below[one]).value, datum.whole and other.whole)
        for one, datum in above.items()
        if one in chosen and one in below
    }


__all__ = ["Datum", "Part", "Point", "Series", "series_of"]
