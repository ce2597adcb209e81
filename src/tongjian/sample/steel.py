"""Invented integrated steel works, blast furnace and converter (长流程钢铁).

By-product gases stay inside the works and are not entered as fuels: the coal and coke they come
from are. What the captive power plant makes of them is entered as electricity sent out of that
unit, so that the units together show what was bought.
"""

from __future__ import annotations

from dataclasses import dataclass

from tongjian.sample.book import Book
from tongjian.sample.dice import Dice
from tongjian.sample.months import Month
from tongjian.sample.plants import Plant


@dataclass(frozen=True, slots=True)
class Works:
    """The size and the habits of one works."""

    capacity: float
    """Crude steel, t per month."""
    coking: bool
    sinters: tuple[str, ...]
    furnaces: tuple[str, ...]
    mills: tuple[str, ...]
    tests_carbon: bool
    default_coke: bool
    solar: bool


def integrated(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    """Enter everything a works with blast furnaces reports."""
    works = _layout(plant, book, dice)
    for month in months:
        steel = works.capacity * plant.load(month, dice)
        iron = steel * plant.rate(0.90, 0.97, dice, 0.008)
        _coking_and_coke(plant, book, month, dice, works, iron)
        _burden(plant, book, month, dice, works, iron)
        _furnaces(plant, book, month, dice, works, iron)
        _converter(plant, book, month, dice, works, steel)
        _rolling(plant, book, month, dice, works, steel)
        _rest(plant, book, month, dice, works, steel)


def _layout(plant: Plant, book: Book, dice: Dice) -> Works:
    yearly = dice.between(1.2e6, 6.5e6)
    coking = plant.route == "coking"
    if coking:
        book.unit("CO1", "焦化", "Coking", "coking", capacity=yearly * 0.35 / 350)
    count = 1 + (yearly > 3.5e6)
    sinters = tuple(
        book.unit(
            f"SI{n}",
            f"{n}号烧结机",
            f"Sinter strand {n}",
            "sintering",
            capacity=yearly * 1.25 / 340 / count,
        )
        for n in range(1, count + 1)
    )
    furnace_count = 1 + int(yearly / 2.5e6)
    furnaces = tuple(
        book.unit(
            f"BF{n}",
            f"{n}号高炉",
            f"Blast furnace {n}",
            "blast_furnace",
            capacity=yearly * 0.93 / 350 / furnace_count,
        )
        for n in range(1, furnace_count + 1)
    )
    book.unit("LK1", "石灰窑", "Lime kiln", "lime_kiln", capacity=yearly * 0.06 / 340)
    book.unit("BOF1", "转炉炼钢", "Converter shop", "converter", capacity=yearly / 345)
    mills = tuple(
        book.unit(
            f"RO{n}",
            f"{n}号轧线",
            f"Rolling mill {n}",
            "rolling",
            capacity=yearly / 330 / (1 + (yearly > 3e6)),
        )
        for n in range(1, 2 + (yearly > 3e6))
    )
    book.unit("PP1", "煤气发电", "Gas power plant", "gas_power")
    return Works(
        capacity=yearly / 12,
        coking=coking,
        sinters=sinters,
        furnaces=furnaces,
        mills=mills,
        tests_carbon=dice.chance(0.5),
        default_coke=dice.chance(0.4),
        solar=dice.chance(0.3),
    )


def _coking_and_coke(
    plant: Plant, book: Book, month: Month, dice: Dice, works: Works, iron: float
) -> None:
    coke = iron * plant.rate(0.362, 0.432, dice)
    bought = coke
    if works.coking:
        made = coke * 0.88
        bought = coke - made
        coal = made * plant.rate(1.31, 1.36, dice, 0.006)
        book.solid_fuel(
            month, "CO1", "cleaned_coal", coal, dice.around(28.2, 0.012), dice.around(0.728, 0.008)
        )
        book.mass(month, "CO1", "coke", "produced", made)
        book.power(month, "CO1", made * plant.rate(0.035, 0.055, dice))
    for furnace, part in zip(works.furnaces, _parts(len(works.furnaces), dice), strict=True):
        # Coke is well known: many works leave it to the default.
        ncv = None if works.default_coke else dice.around(28.3, 0.006)
        carbon = dice.around(0.845, 0.006) if works.tests_carbon and ncv else None
        book.solid_fuel(month, furnace, "coke", bought * part, ncv, carbon)


def _burden(plant: Plant, book: Book, month: Month, dice: Dice, works: Works, iron: float) -> None:
    sinter = iron * plant.rate(1.26, 1.36, dice)
    for strand, part in zip(works.sinters, _parts(len(works.sinters), dice), strict=True):
        made = sinter * part
        book.mass(month, strand, "sinter", "produced", made)
        book.solid_fuel(
            month,
            strand,
            "anthracite",
            made * plant.rate(0.046, 0.058, dice),
            dice.around(26.4, 0.015),
        )
        book.mass(month, strand, "limestone", "consumed", made * plant.rate(0.055, 0.085, dice))
        book.mass(month, strand, "dolomite", "consumed", made * plant.rate(0.030, 0.050, dice))
        book.power(month, strand, made * plant.rate(0.038, 0.052, dice))


def _furnaces(
    plant: Plant, book: Book, month: Month, dice: Dice, works: Works, iron: float
) -> None:
    for furnace, part in zip(works.furnaces, _parts(len(works.furnaces), dice), strict=True):
        made = iron * part
        injected = made * dice.around(0.153, 0.02)
        carbon = dice.around(0.775, 0.01) if works.tests_carbon else None
        book.mass(month, furnace, "pig_iron", "produced", made)
        book.solid_fuel(
            month, furnace, "anthracite", injected * 0.62, dice.around(28.6, 0.012), carbon
        )
        book.solid_fuel(month, furnace, "bituminous", injected * 0.38, dice.around(25.8, 0.015))
        book.power(month, furnace, made * plant.rate(0.070, 0.100, dice))


def _converter(
    plant: Plant, book: Book, month: Month, dice: Dice, works: Works, steel: float
) -> None:
    book.mass(month, "BOF1", "crude_steel", "produced", steel)
    book.mass(month, "BOF1", "crude_steel", "fixed_output", steel)
    book.raw_material(month, "BOF1", "scrap", steel * dice.around(0.135, 0.05), 0.009)
    book.mass(month, "BOF1", "dolomite", "consumed", steel * dice.around(0.012, 0.05))
    book.raw_material(month, "BOF1", "ferrosilicon", steel * dice.around(0.0028, 0.06), 0.006)
    book.raw_material(month, "BOF1", "silicomanganese", steel * dice.around(0.0095, 0.06), 0.066)
    book.gas_fuel(
        month,
        "BOF1",
        "natural_gas",
        steel * plant.rate(1.2e-4, 2.6e-4, dice),
        dice.around(352, 0.008),
    )
    book.power(month, "BOF1", steel * plant.rate(0.060, 0.090, dice))


def _rolling(
    plant: Plant, book: Book, month: Month, dice: Dice, works: Works, steel: float
) -> None:
    for mill, part in zip(works.mills, _parts(len(works.mills), dice), strict=True):
        rolled = steel * part * dice.around(0.965, 0.004)
        book.mass(month, mill, "rolled_steel", "produced", rolled)
        book.gas_fuel(
            month,
            mill,
            "natural_gas",
            rolled * plant.rate(3e-4, 9e-4, dice),
            dice.around(352, 0.008),
        )
        book.power(month, mill, rolled * plant.rate(0.085, 0.125, dice))


def _rest(plant: Plant, book: Book, month: Month, dice: Dice, works: Works, steel: float) -> None:
    book.power(month, "", steel * plant.rate(0.075, 0.110, dice))
    lime = steel * plant.rate(0.046, 0.062, dice)
    book.mass(month, "LK1", "lime", "produced", lime)
    book.mass(month, "LK1", "limestone", "consumed", lime * dice.around(1.76, 0.01))
    made = steel * plant.rate(0.280, 0.150, dice)
    book.power(month, "PP1", made * 1.06, "generated")
    book.power(month, "PP1", made, "exported")
    book.mass(month, "", "fresh_water", "consumed", steel * plant.rate(2.1, 3.4, dice))
    if works.solar:
        # Roof panels; their own generation is part of the metered input of the first mill.
        sun = 900.0 if month.is_winter else 1500.0
        book.power(month, works.mills[0], dice.around(sun, 0.05), "nonfossil_self_in")
    if month.is_winter:
        book.put(month, "", "heat", "exported", "heat", steel * plant.rate(0.10, 0.02, dice))


def _parts(count: int, dice: Dice) -> list[float]:
    """How a month's output splits over `count` units."""
    weights = [dice.around(1.0, 0.02) for _ in range(count)]
    total = sum(weights)
    return [weight / total for weight in weights]
