"""Invented refineries (炼油)."""

from __future__ import annotations

from tongjian.sample.book import Book
from tongjian.sample.dice import Dice
from tongjian.sample.months import Month
from tongjian.sample.plants import Plant


def refinery(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    """Enter everything a refinery reports."""
    yearly = dice.between(0.8e6, 5.5e6)
    _layout(plant, book, yearly)
    hydrogen_gas = dice.chance(0.6)
    for month in months:
        crude = yearly / 12 * plant.load(month, dice)
        book.mass(month, "CDU", "crude_processed", "processed", crude)
        ncv = _furnaces(plant, book, month, dice, crude)
        _cracker_and_flare(plant, book, month, dice, crude)
        if hydrogen_gas:
            book.put(
                month,
                "HGU",
                "natural_gas",
                "feedstock",
                "gas",
                crude * plant.rate(7e-4, 1.2e-3, dice),
            )
            book.put(month, "HGU", "natural_gas", "ncv", "ncv_gas", ncv)
        _steam(plant, book, month, dice, crude)
        book.power(month, "", crude * plant.rate(0.042, 0.068, dice))
        book.mass(month, "", "diesel", "consumed", crude * plant.rate(4e-5, 1e-4, dice))
        book.mass(month, "", "fresh_water", "consumed", crude * plant.rate(0.35, 0.60, dice))
        if plant.route == "fuel_asphalt":
            book.mass(month, "ASP", "oxidised_asphalt", "produced", crude * dice.around(0.01, 0.1))


def _layout(plant: Plant, book: Book, yearly: float) -> None:
    book.unit("CDU", "常减压", "Crude distillation", "distillation", capacity=yearly / 350)
    book.unit("FCC", "催化裂化", "Catalytic cracking", "cracking", capacity=yearly * 0.28 / 350)
    book.unit("REF", "催化重整", "Catalytic reforming", "reforming", capacity=yearly * 0.12 / 350)
    book.unit("HGU", "制氢", "Hydrogen plant", "hydrogen")
    book.unit("FLR", "火炬", "Flare", "flare")
    book.unit("BLR", "动力锅炉", "Boiler house", "boiler")
    if plant.route == "fuel_asphalt":
        book.unit("ASP", "沥青氧化", "Asphalt blowing", "asphalt")


def _furnaces(plant: Plant, book: Book, month: Month, dice: Dice, crude: float) -> float:
    """Enter the fuel of the furnaces; gives the heating value of the month's gas back."""
    for unit, share in (("CDU", 0.45), ("REF", 0.40), ("FCC", 0.15)):
        # Dry gas is weighed; its default heating value is trusted by everybody.
        book.solid_fuel(month, unit, "refinery_gas", crude * share * plant.rate(0.024, 0.036, dice))
    ncv = dice.around(352, 0.008)
    book.gas_fuel(month, "CDU", "natural_gas", crude * plant.rate(4e-4, 1.1e-3, dice), ncv)
    return ncv


def _cracker_and_flare(plant: Plant, book: Book, month: Month, dice: Dice, crude: float) -> None:
    coke = crude * 0.28 * plant.rate(0.050, 0.062, dice)
    book.mass(month, "FCC", "catalyst_coke", "burnt", coke)
    book.put(month, "FCC", "catalyst_coke", "carbon_content", "carbon", dice.around(0.93, 0.01))
    flared = crude * plant.rate(2e-5, 1.4e-4, dice, 0.1)
    book.put(month, "FLR", "flare_gas", "flared", "gas", flared)
    book.put(month, "FLR", "flare_gas", "carbon_content", "carbon_gas", dice.around(8.6, 0.03))
    book.share(month, "FLR", "flare_gas", "co2_share", dice.around(0.012, 0.1))


def _steam(plant: Plant, book: Book, month: Month, dice: Dice, crude: float) -> None:
    heat = crude * plant.rate(0.34, 0.56, dice)
    if plant.route == "fuel_petcoke":
        ncv = dice.around(33.2, 0.012)
        book.solid_fuel(month, "BLR", "petcoke", heat / ncv, ncv, dice.around(0.865, 0.006))
    else:
        book.mass(month, "BLR", "fuel_oil", "consumed", heat * 0.35 / 41.8)
        temperature = dice.around(322, 0.004)
        book.mass(month, "", "steam", "mass", heat * 0.5 / 2.9)
        # What the meter shows; the enthalpy is read from the tables.
        book.put(month, "", "steam", "pressure", "pressure", 1.1)
        book.put(month, "", "steam", "temperature", "temperature", temperature)
