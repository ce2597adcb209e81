"""Invented facts for the carbon market: captive units, special kilns, some trades (碳市场).

They are yearly and few: emissions and outputs follow from what the plants report anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tongjian.sample.book import Book
from tongjian.sample.dice import Dice
from tongjian.sample.months import Month
from tongjian.sample.plants import Plant

_TRADERS = ("steel", "cement", "aluminium")


def report_market(
    plants: Sequence[Plant], books: Mapping[str, Book], months: Sequence[Month], seed: int
) -> None:
    """Enter what the carbon market asks beside the activity data, after everything else."""
    years = list(dict.fromkeys(month.period[:4] for month in months))
    for plant in plants:
        book, dice = books[plant.facility], Dice(seed, plant.facility, "market")
        for year in years:
            _captive(book, year)
        if plant.sector == "cement":
            _carbide_slag(book, years, dice)
        if plant.sector in _TRADERS and dice.chance(0.3):
            _trade(book, years[0], dice)


def _captive(book: Book, year: str) -> None:
    """Class and correction of every captive power unit."""
    for unit in book.units:
        if unit["kind"] == "captive_power":
            code = unit["process_unit"]
            _enter(book, year, code, "power_unit_facts", "unit_class", "coal_large", "")
            _enter(book, year, code, "power_unit_facts", "correction", 1, "1")


def _carbide_slag(book: Book, years: Sequence[str], dice: Dice) -> None:
    """A few kilns replace much of their limestone by carbide slag."""
    kilns = [unit["process_unit"] for unit in book.units if unit["kind"] == "kiln"]
    if kilns and dice.chance(0.04):
        share = round(100 * dice.between(0.10, 0.40), 1)
        for year in years:
            _enter(book, year, kilns[0], "market_facts", "carbide_slag_share", share, "%")


def _trade(book: Book, year: str, dice: Dice) -> None:
    """Allowances bought or sold in the first year, and the price before its deadline."""
    item = "bought" if dice.chance(0.5) else "sold"
    amount = 100 * round(dice.between(10, 300))
    _enter(book, year, "", "allowance", item, amount, "tCO2e")
    _enter(book, year, "", "allowance", "deadline_price", 92, "CNY/tCO2e")


def _enter(
    book: Book, year: str, unit: str, stream: str, item: str, quantity: object, measured: str
) -> None:
    book.rows.append(
        {
            "facility": book.facility,
            "period": year,
            "process_unit": unit,
            "stream": stream,
            "item": item,
            "quantity": quantity,
            "unit": measured,
            "tier": "invoiced" if stream == "allowance" else "calculated",
            "evidence": book.numbers.next(),
        }
    )
