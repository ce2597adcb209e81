"""The charts of the board of a region (区域看板的图): each is a view of the same sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tongjian.charts import SERIES as MOST_SERIES
from tongjian.charts import (
    Bar,
    Chart,
    Line,
    Place,
    ProcessUnit,
    Said,
    Series,
    bars,
    efficiency_curve,
    place_map,
)
from tongjian.charts import trend as trend_chart
from tongjian.engine import from_micro
from tongjian.rules import Words
from tongjian.site.access.actor import Actor
from tongjian.site.boards import names
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.intensities import of_plants
from tongjian.site.boards.measured import Kind
from tongjian.site.boards.region import Region
from tongjian.site.boards.sums import CO2E, Group, Measure, amount, by
from tongjian.units import parse_unit

MOST_BARS = 24
"""More parts than these are drawn as one; the table behind the page has all of them."""


def parts(board: Region) -> Chart:
    """What each part has, gas by gas where it is a CO2 equivalent."""
    shown, rest = board.parts[:MOST_BARS], board.parts[MOST_BARS:]
    shown = [one for one in shown if one.value is not None]
    codes = {one.code for one in rest}
    listed: list[tuple[Words, set[str]]] = [(one.name, {one.code}) for one in shown]
    if any(one.value is not None for one in rest):
        listed.append((names.phrase("boards.others", count=len(rest)), codes))
    title = names.phrase("boards.chart_parts", measure=_name(board), year=board.asked.year)
    return _bars(board, board.in_parts, title, listed, "part")


def sectors(board: Region) -> Chart:
    """What each sector has."""
    found = by(board.now, board.measure, "sector") if board.measure else {}
    listed = [(names.term("sector", one), {one}) for one in found]
    title = names.phrase("boards.chart_sectors", measure=_name(board), year=board.asked.year)
    return _bars(board, board.now, title, listed, "sector")


def years(board: Region) -> Chart:
    """The measure by year; a year without data stays open."""
    measure = board.measure
    told = by(board.groups, measure, "year") if measure else {}
    values = (
        {str(year): amount(told.get(year), measure) for year in board.asked.years}
        if measure
        else {}
    )
    title = names.phrase("boards.chart_years", measure=_name(board))
    return trend_chart(
        title,
        [Series(_name(board), values)],
        _unit(measure),
        periods=[str(one) for one in board.asked.years],
        source=_source(board),
    )


def coverage(board: Region) -> Chart:
    """How many reports are in which state."""
    rows = [Bar(title, (count,)) for _, title, count in board.states]
    title = names.phrase("boards.chart_states", year=board.asked.year)
    unit = names.phrase("boards.reports_unit")
    return bars(title, rows, [unit], unit, source=_source(board))


def places(board: Region) -> Chart:
    """Where it is emitted."""
    found = [
        Place(one.code, one.name, *place, one.value)
        for one in board.parts
        if (place := one.place) is not None
    ]
    title = names.phrase("boards.chart_map", measure=_name(board), year=board.asked.year)
    return place_map(title, _most(found), _unit(board.measure), source=_source(board))


def intensity(actor: Actor, asked: Asked, kind: Kind) -> Chart:
    """The plants behind an intensity from low to high, each as wide as its output."""
    rows = of_plants(actor, asked, kind)
    unit = parse_unit(kind.below["unit"])
    units = [
        ProcessUnit(
            names.of_row(one.version.report.plant), from_micro(one.below_micro, unit), value
        )
        for one in rows
        if (value := kind.value(one.above_micro, one.below_micro)) is not None
    ]
    below, above = sum(one.below_micro for one in rows), sum(one.above_micro for one in rows)
    mean = kind.value(above, below)
    return efficiency_curve(
        names.phrase("boards.chart_intensity", name=names.of_intensity(kind), year=asked.year),
        units,
        [] if mean is None else [Line(names.phrase("boards.region_mean"), mean)],
        level=names.of_intensity(kind),
        unit=names.unit(kind.unit),
        output_unit=names.unit(kind.below["unit"]),
        source=source(asked),
    )


CHARTS: dict[str, Callable[[Region], Chart]] = {
    "parts": parts,
    "years": years,
    "sectors": sectors,
    "states": coverage,
    "map": places,
}
"""The charts by the name that an address has for them."""


def _bars(
    board: Region,
    groups: Sequence[Group],
    title: Said,
    listed: Sequence[tuple[Words, set[str]]],
    name: str,
) -> Chart:
    measure = board.measure
    if measure is None or not listed:
        return bars(title, [], [""], "")
    series = _series(groups, measure)
    having: dict[str, list[Group]] = {}
    for one in groups:
        having.setdefault(getattr(one, name), []).append(one)
    rows = []
    for said, codes in listed:
        inside = [one for code in codes for one in having.get(code, ())]
        rows.append(Bar(said, tuple(_sum(inside, measure, gases) for _, gases in series)))
    return bars(title, rows, [one for one, _ in series], _unit(measure), source=_source(board))


def _series(groups: Sequence[Group], measure: Measure) -> list[tuple[Words, set[str]]]:
    """The gases of a CO2 equivalent, the smallest ones together; one series for all else."""
    if not measure.is_co2e:
        return [(names.of_measure(measure), {measure.substance})]
    gases = list(by(groups, measure, "substance"))
    if len(gases) <= MOST_SERIES:
        return [(names.substance(one), {one}) for one in gases]
    first, rest = gases[: MOST_SERIES - 1], gases[MOST_SERIES - 1 :]
    told = [(names.substance(one), {one}) for one in first]
    return [*told, (names.phrase("boards.other_gases"), set(rest))]


def _sum(groups: Sequence[Group], measure: Measure, substances: set[str]) -> float | None:
    found = [
        said
        for one in groups
        if one.substance in substances and (said := one.says(measure)) is not None
    ]
    return amount(sum(found), measure) if found else None


def _most(found: Sequence[Place]) -> Sequence[Place]:
    ordered = sorted(found, key=lambda one: -(one.value or 0))
    return ordered[:120]


def _name(board: Region) -> Words:
    return names.of_measure(board.measure) if board.measure else names.phrase("boards.nothing")


def _unit(measure: Measure | None) -> Words | str:
    return names.unit(measure.unit if measure else CO2E)


def _source(board: Region) -> Words:
    return source(board.asked)


def source(asked: Asked) -> Words:
    """What the charts of a board rest on."""
    return names.phrase(
        "boards.source",
        day=asked.day.isoformat(),
        basis=names.phrase(f"boards.basis_{asked.basis}"),
    )


__all__ = ["CHARTS", "MOST_BARS", "intensity", "source"]
