"""Facts for the evaluation of synergy: value added, measures, disclosure (协同评价用事实).

Entered once a year, in the last month that the sample has of it, with dice of their own. All of
it is invented: the value added goes with the output, and a third of the plants carried out one
measure, of which some trade pollutants for carbon.
"""

from __future__ import annotations

from dataclasses import dataclass

from tongjian.sample.book import Book
from tongjian.sample.dice import Dice
from tongjian.sample.months import Month
from tongjian.sample.plants import Plant

# Value added per tonne (CNY), near nothing real.
_WORTH = {
    "crude_steel": 620, "rolled_steel": 180, "coke": 160, "crude_processed": 340, "ammonia": 700,
    "clinker": 60, "cement": 55, "aluminium": 3400, "nitric_acid": 320, "adipic_acid": 2300,
    "caprolactam": 2600,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as a plant would register it: what it cuts per 1 % of a plant's size."""

    name_zh: str
    name_en: str
    co2: float
    """t CO2 cut, as a share of 1,000 t."""
    pollutants: tuple[tuple[str, float], ...]
    """t cut of each pollutant."""
    power: float
    """MWh more, as a share of 1,000 MWh."""
    capital: float
    """Million CNY."""
    saving: float
    """Million CNY a year."""


_MEASURES = (
    Measure(
        "余热回收", "waste-heat recovery", 6.0, (("air_so2", 2.0), ("air_nox", 3.0)), -2.0, 18, 4.2
    ),
    Measure("燃料替代", "fuel switch", 4.0, (("air_so2", 6.0), ("air_soot", 1.5)), 0.0, 9, -0.8),
    Measure("脱硝提标", "NOx retrofit", 0.0, (("air_nox", 14.0),), 1.2, 11, -0.9),
    Measure("脱硫提标", "SO2 retrofit", 0.0, (("air_so2", 12.0),), 0.9, 8, -0.7),
    Measure("节电改造", "saving of electricity", 0.0, (("air_soot", 0.2),), -3.0, 5, 1.9),
)


def report_synergy(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    """Enter the yearly facts of a plant."""
    price = dice.around(1.0, 0.15)
    measure = dice.pick(_MEASURES) if dice.chance(0.33) else None
    quality, open_to_all = dice.between(0.6, 0.98), "yes" if dice.chance(0.7) else "no"
    years = _last_of_years(months)
    for month in years:
        added = round(_worth(book, month.period[:4]) * price, -3)
        book.fact(month, "", "plant_facts", "value_added", added, "CNY")
        book.fact(month, "", "synergy_facts", "data_quality", round(quality, 2), "1")
        book.fact(month, "", "synergy_facts", "disclosure", open_to_all)
    if measure is not None:
        _carry_out(measure, book, years[-1], dice.between(0.4, 1.6))


def _carry_out(measure: Measure, book: Book, month: Month, size: float) -> None:
    unit = book.unit("CS1", measure.name_zh, measure.name_en, "measure")
    for stream, tonnes in measure.pollutants:
        book.fact(month, unit, stream, "measure_cut", round(tonnes * size, 2), "t")
    facts: list[tuple[str, float, str]] = [
        ("capital", round(measure.capital * 1e6 * size), "CNY"),
        ("lifetime", 15, "1"),
        ("saving", round(measure.saving * 1e6 * size), "CNY"),
    ]
    if measure.co2:
        facts.append(("co2_cut", round(measure.co2 * 1000 * size, 1), "tCO2"))
    if measure.power:
        facts.append(("extra_power", round(measure.power * 1000 * size, 1), "MWh"))
    for item, quantity, written in facts:
        book.fact(month, unit, "measure", item, quantity, written)


def _worth(book: Book, year: str) -> float:
    """What the output of a year in the books is worth."""
    per_tonne = book.habits["mass"].per_base
    worth: float = sum(
        row["quantity"] / per_tonne * _WORTH[row["stream"]]
        for row in book.rows
        if row["stream"] in _WORTH
        and row["item"] in ("produced", "processed")
        and row["period"].startswith(year)
    )
    return worth


def _last_of_years(months: tuple[Month, ...]) -> list[Month]:
    return list({month.period[:4]: month for month in months}.values())
