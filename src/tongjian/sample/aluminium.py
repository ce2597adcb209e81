"""Invented aluminium smelters (电解铝)."""

from __future__ import annotations

from tongjian.sample.book import Book
from tongjian.sample.dice import Dice
from tongjian.sample.months import Month
from tongjian.sample.plants import Plant


def smelter(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    """Enter everything a smelter reports."""
    yearly = dice.between(0.08e6, 0.36e6)
    lines = tuple(
        book.unit(
            f"PL{n}",
            f"{n}号电解系列",
            f"Potline {n}",
            "potline",
            technology="cwpb",
            capacity=yearly / 365 / (1 + (yearly > 0.2e6)),
        )
        for n in range(1, 2 + (yearly > 0.2e6))
    )
    book.unit("CA1", "铸造", "Casthouse", "casting")
    if plant.route == "captive":
        book.unit("PP1", "自备电厂", "Captive power plant", "power_boiler")
    green = dice.between(0.15, 0.45) if plant.route == "grid_green" else 0.0
    measures_pfc = dice.chance(0.3)
    for month in months:
        metal = yearly / 12 * plant.load(month, dice)
        used = 0.0
        for line in lines:
            made = metal / len(lines) * dice.around(1, 0.004)
            power = made * plant.rate(12.95, 13.45, dice, 0.003)
            used += power
            book.power(month, line, power)
            _potline(plant, book, month, dice, line, made, measures_pfc)
            if green:
                book.power(month, line, power * green, "nonfossil_purchased")
        _rest(plant, book, month, dice, metal)
        if plant.route == "captive":
            _power_plant(plant, book, month, dice, used * 0.72)


def _potline(
    plant: Plant, book: Book, month: Month, dice: Dice, line: str, made: float, pfc: bool
) -> None:
    book.mass(month, line, "aluminium", "produced", made)
    book.mass(month, line, "anode", "consumed", made * plant.rate(0.478, 0.505, dice, 0.006))
    book.share(month, line, "anode", "sulphur", dice.around(0.019, 0.05))
    book.share(month, line, "anode", "ash", dice.around(0.0038, 0.08))
    effects = plant.rate(0.06, 0.32, dice, 0.1)
    book.put(month, line, "aluminium", "anode_effect", "min_per_pot_day", effects)
    efficiency = plant.rate(0.945, 0.915, dice, 0.002)
    book.share(month, line, "aluminium", "current_efficiency", efficiency)
    if pfc:
        book.put(
            month,
            line,
            "aluminium",
            "cf4_measured",
            "n2o",
            made * 143e-6 * effects,
            written="tCF4" if book.habits["n2o"].unit == "tN2O" else "kgCF4",
        )


def _rest(plant: Plant, book: Book, month: Month, dice: Dice, metal: float) -> None:
    book.power(month, "CA1", metal * plant.rate(0.045, 0.080, dice))
    ncv = dice.around(352, 0.008)
    book.gas_fuel(month, "CA1", "natural_gas", metal * plant.rate(0.0012, 0.0024, dice), ncv)
    book.power(month, "", metal * plant.rate(0.24, 0.36, dice))
    book.mass(month, "", "diesel", "consumed", metal * plant.rate(0.0006, 0.0012, dice))


def _power_plant(plant: Plant, book: Book, month: Month, dice: Dice, power: float) -> None:
    ncv = dice.around(21.3, 0.02)
    coal = power * plant.rate(0.302, 0.325, dice, 0.006) * 29.3076 / ncv
    book.solid_fuel(month, "PP1", "bituminous", coal, ncv, ncv * dice.around(0.0263, 0.006))
    book.power(month, "PP1", power * 1.055, "generated")
    book.power(month, "PP1", power, "exported")
