"""Invented ammonia plants: coal powder, coal lump, natural gas (合成氨)."""

from __future__ import annotations

from tongjian.sample.book import Book
from tongjian.sample.dice import Dice
from tongjian.sample.months import Month
from tongjian.sample.plants import Plant

# Tonnes of ammonia in a tonne of urea, with losses; prices in CNY/t. All invented.
_PER_UREA = 0.58
_PRICES = {"ammonia": 2600.0, "urea": 2100.0}


def ammonia(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    """Enter everything an ammonia plant reports.

    What goes into the gasifier is raw material (feedstock), what goes into the boiler is fuel.
    """
    gas = plant.route == "gas"
    yearly = dice.between(0.12e6, 0.35e6) if gas else dice.between(0.08e6, 0.45e6)
    urea = dice.chance(0.6)
    sells_co2 = dice.chance(0.4)
    _layout(book, gas, urea, yearly)
    for month in months:
        made = yearly / 12 * plant.load(month, dice)
        book.mass(month, "SYN", "ammonia", "produced", made)
        if gas:
            _reformer(plant, book, month, dice, made)
        else:
            _gasifier(plant, book, month, dice, made)
        urea_made = made * dice.around(1.25, 0.04) if urea else 0.0
        if urea:
            book.mass(month, "URE", "urea", "product_output", urea_made)
        if sells_co2:
            book.put(month, "SYN", "co2", "exported", "gas", made * dice.around(0.012, 0.06))
            book.share(month, "SYN", "co2", "purity_exported", dice.around(0.988, 0.002))
        book.mass(month, "", "diesel", "consumed", made * plant.rate(2e-4, 5e-4, dice))
        book.mass(month, "", "fresh_water", "consumed", made * plant.rate(4.0, 8.0, dice))
        _products(book, month, made, urea_made)


def _products(book: Book, month: Month, made: float, urea: float) -> None:
    """What leaves the plant, and what of the ammonia becomes urea: for product footprints."""
    used = _PER_UREA * urea
    book.mass(month, "SYN", "ammonia", "net_output", made - used)
    if urea:
        book.mass(month, "SYN", "urea", "used_for", used)
        book.mass(month, "URE", "urea", "net_output", urea)
    if month.month == 1:
        book.put(month, "", "ammonia", "price", "price", _PRICES["ammonia"])
        if urea:
            book.put(month, "", "urea", "price", "price", _PRICES["urea"])


def _layout(book: Book, gas: bool, urea: bool, yearly: float) -> None:
    if gas:
        book.unit(
            "REF",
            "天然气转化",
            "Gas reformer",
            "reformer",
            technology="natural_gas_reforming",
            capacity=yearly / 330,
        )
    else:
        book.unit(
            "GAS",
            "煤气化",
            "Gasifier",
            "gasifier",
            technology="partial_oxidation",
            capacity=yearly / 330,
        )
        book.unit("BLR", "锅炉", "Boiler", "boiler")
    book.unit("SYN", "合成", "Synthesis loop", "synthesis", capacity=yearly / 330)
    if urea:
        book.unit("URE", "尿素", "Urea plant", "urea", capacity=yearly * 1.3 / 330)


def _reformer(plant: Plant, book: Book, month: Month, dice: Dice, made: float) -> None:
    ncv = dice.around(352, 0.006)
    book.put(month, "REF", "natural_gas", "feedstock", "gas", made * plant.rate(0.066, 0.074, dice))
    book.gas_fuel(month, "REF", "natural_gas", made * plant.rate(0.024, 0.034, dice), ncv)
    book.power(month, "SYN", made * plant.rate(0.11, 0.24, dice))


def _gasifier(plant: Plant, book: Book, month: Month, dice: Dice, made: float) -> None:
    lump = plant.route == "coal_lump"
    coal = "anthracite" if lump else "bituminous"
    good, poor = (1.05, 1.18) if lump else (1.08, 1.25)
    book.mass(month, "GAS", coal, "feedstock", made * plant.rate(good, poor, dice))
    ncv = dice.around(22.4, 0.02)
    # The laboratory tests the gasifier's coal too: its energy counts although it is not burnt.
    book.put(month, "GAS", coal, "ncv", "ncv_solid", ncv * (27.0 / 22.4 if lump else 1.02))
    book.solid_fuel(month, "BLR", "bituminous", made * plant.rate(0.24, 0.40, dice), ncv)
    used = plant.rate(0.95, 1.25, dice) if lump else plant.rate(0.28, 0.55, dice)
    book.power(month, "SYN", made * used)
