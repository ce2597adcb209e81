"""Invented electric-arc-furnace steel works (电炉短流程钢铁)."""

from __future__ import annotations

from tongjian.sample.book import Book
from tongjian.sample.dice import Dice
from tongjian.sample.months import Month
from tongjian.sample.plants import Plant


def electric(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    """Enter everything a works with electric arc furnaces reports.

    Route ``eaf_gas`` heats its slabs with gases bought from a neighbouring works.
    """
    yearly = dice.between(0.25e6, 1.6e6)
    furnaces = _layout(book, yearly, dice)
    stainless = dice.chance(0.2)
    iron_share = dice.between(0.03, 0.22)
    green = dice.between(0.05, 0.35) if dice.chance(0.35) else 0.0
    for month in months:
        steel = yearly / 12 * plant.load(month, dice)
        for furnace in furnaces:
            made = steel / len(furnaces) * dice.around(1, 0.015)
            _furnace(plant, book, month, dice, furnace, made, iron_share, stainless)
        _rolling(plant, book, month, dice, steel)
        rest = steel * plant.rate(0.035, 0.070, dice)
        book.power(month, "", rest)
        if green:
            book.power(
                month, furnaces[0], steel / len(furnaces) * 0.36 * green, "nonfossil_purchased"
            )


def _layout(book: Book, yearly: float, dice: Dice) -> list[str]:
    count = 1 + (yearly > 0.9e6)
    furnaces = [
        book.unit(
            f"EAF{n}",
            f"{n}号电炉",
            f"Electric arc furnace {n}",
            "eaf",
            capacity=yearly / 320 / count,
        )
        for n in range(1, count + 1)
    ]
    book.unit("RO1", "轧线", "Rolling mill", "rolling", capacity=yearly / 320)
    return furnaces


def _furnace(
    plant: Plant,
    book: Book,
    month: Month,
    dice: Dice,
    furnace: str,
    made: float,
    iron_share: float,
    stainless: bool,
) -> None:
    book.mass(month, furnace, "crude_steel", "produced", made)
    book.mass(month, furnace, "crude_steel", "fixed_output", made)
    book.raw_material(month, furnace, "scrap", made * (1.09 - iron_share), 0.009)
    book.mass(month, furnace, "pig_iron", "consumed", made * dice.around(iron_share, 0.05))
    # Hot carbon in the charge saves electricity.
    book.power(month, furnace, made * (plant.rate(0.375, 0.465, dice) - 0.4 * iron_share))
    book.mass(month, furnace, "electrode", "consumed", made * plant.rate(0.0013, 0.0024, dice))
    book.solid_fuel(
        month,
        furnace,
        "anthracite",
        made * plant.rate(0.007, 0.013, dice),
        dice.around(27.1, 0.015),
    )
    book.gas_fuel(
        month, furnace, "natural_gas", made * plant.rate(3e-4, 8e-4, dice), dice.around(352, 0.008)
    )
    book.mass(month, furnace, "limestone", "consumed", made * plant.rate(0.010, 0.018, dice))
    book.mass(month, furnace, "dolomite", "consumed", made * plant.rate(0.008, 0.014, dice))
    book.raw_material(month, furnace, "silicomanganese", made * dice.around(0.010, 0.05), 0.066)
    if stainless:
        book.mass(month, furnace, "ferronickel", "consumed", made * dice.around(0.055, 0.05))
        book.mass(month, furnace, "ferromolybdenum", "consumed", made * dice.around(0.004, 0.08))


def _rolling(plant: Plant, book: Book, month: Month, dice: Dice, steel: float) -> None:
    rolled = steel * dice.around(0.962, 0.004)
    book.mass(month, "RO1", "rolled_steel", "produced", rolled)
    book.power(month, "RO1", rolled * plant.rate(0.085, 0.125, dice))
    # Heat for the slabs, GJ: mostly natural gas, or three bought by-product gases.
    heat = rolled * plant.rate(0.85, 1.25, dice)
    if plant.route != "eaf_gas":
        ncv = dice.around(352, 0.008)
        book.gas_fuel(month, "RO1", "natural_gas", heat / ncv, ncv)
        return
    for gas, share, typical in (("cog", 0.45, 172.0), ("bofg", 0.30, 78.0), ("bfg", 0.25, 34.0)):
        ncv = dice.around(typical, 0.02)
        book.gas_fuel(month, "RO1", gas, heat * share / ncv, ncv)
