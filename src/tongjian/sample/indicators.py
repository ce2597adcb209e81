"""Yearly facts that policy targets ask for, of the invented plants (目标指标登记)."""

from __future__ import annotations

from collections.abc import Iterable

from tongjian.sample.book import Book
from tongjian.sample.dice import Dice
from tongjian.sample.months import Month
from tongjian.sample.plants import Plant
from tongjian.units import convert, parse_unit

_REPORT = ("steel", "cement", "aluminium")
_SAVE = (*_REPORT, "refining", "ammonia")
_PRODUCT = "aluminium"


def report_indicators(plant: Plant, book: Book, months: Iterable[Month], dice: Dice) -> None:
    """Enter transport, automation, residues and saving projects of each whole year.

    It comes after everything else is entered, so that no other row changes.
    """
    counts: dict[int, int] = {}
    for month in months:
        counts[month.year] = counts.get(month.year, 0) + 1
    years = [year for year, count in counts.items() if count == 12]
    if plant.sector in _REPORT:
        _facts(plant, book, years, dice)
    if plant.sector in _SAVE and years and dice.chance(0.35):
        _project(plant, book, dice.pick(years), dice)


def _facts(plant: Plant, book: Book, years: list[int], dice: Dice) -> None:
    carried = dice.between(0.4e6, 4e6)
    clean, better = dice.between(0.25, 0.75), dice.between(0.0, 0.06)
    processes = 10 + int(dice.between(0, 25))
    controlled = dice.between(0.5, 0.98)
    waste, named = dice.between(0.05e6, 0.6e6), dice.chance(0.06)
    alloyed, remelted = dice.between(0.75, 0.98), dice.between(0, 0.05e6)
    for index, year in enumerate(years):
        share = min(clean + better * index, 1.0)
        _enter(book, year, "transported", round(carried), "t")
        _enter(book, year, "transported_clean", round(carried * share), "t")
        _enter(book, year, "key_processes", processes, "count")
        _enter(book, year, "key_processes_nc", int(processes * controlled), "count")
        if plant.sector == "cement":
            _enter(book, year, "waste_used", round(waste), "t")
            _enter(book, year, "smart_factory", "named" if named else "unnamed", "")
        if plant.sector == _PRODUCT:
            made = _made(book, year)
            _enter(book, year, "liquid_alloyed", round(made * alloyed), "t")
            _enter(book, year, "secondary_aluminium", round(remelted), "t")


def _project(plant: Plant, book: Book, year: int, dice: Dice) -> None:
    unit = book.unit("EP1", "节能降碳改造", "Energy-saving retrofit", "saving_project")
    saved = dice.between(1_500, 30_000)
    day = f"{year}-{1 + int(dice.between(0, 12)):02d}-{1 + int(dice.between(0, 28)):02d}"
    state = "verified" if dice.chance(0.8) else "claimed"
    for item, value, measured in (
        ("energy_saved", round(saved), "tce"),
        ("co2_avoided", round(saved * dice.between(2.2, 2.8)), "tCO2"),
        ("finished_on", day, ""),
        ("verification", state, ""),
    ):
        _enter(book, year, item, value, measured, stream="saving_project", unit=unit)


def _made(book: Book, year: int) -> float:
    """What the plant entered as its output of the year, t."""
    tonnes = parse_unit("t")
    return sum(
        convert(float(row["quantity"]), parse_unit(row["unit"]), tonnes)
        for row in book.rows
        if (row["stream"], row["item"]) == (_PRODUCT, "produced")
        if str(row["period"]).startswith(str(year))
    )


def _enter(
    book: Book,
    year: int,
    item: str,
    value: object,
    measured: str,
    *,
    stream: str = "plant_indicators",
    unit: str = "",
) -> None:
    book.rows.append(
        {
            "facility": book.facility,
            "period": str(year),
            "process_unit": unit,
            "stream": stream,
            "item": item,
            "quantity": value,
            "unit": measured,
            "tier": "calculated",
            "evidence": book.numbers.next(),
        }
    )


__all__ = ["report_indicators"]
