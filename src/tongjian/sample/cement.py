"""Invented cement works: kilns with mills, kilns alone, grinding stations (水泥)."""

from __future__ import annotations

from dataclasses import dataclass

from tongjian.sample.book import Book
from tongjian.sample.dice import Dice
from tongjian.sample.months import Month
from tongjian.sample.plants import Plant

# Raw materials without carbonate, by usual dose (t per t clinker).
_DEDUCTIONS = (
    ("steel_slag", 0.03),
    ("fly_ash", 0.05),
    ("carbide_slag", 0.09),
    ("copper_slag", 0.02),
    ("red_mud", 0.02),
    ("fgd_gypsum", 0.01),
)
# Alternative fuels: NCV (GJ/t), fossil share of the carbon, dose (t per t clinker).
_WASTES = (
    ("waste_tyre", 28.0, 0.73, 0.006),
    ("waste_plastics", 22.0, 0.85, 0.010),
    ("mixed_industrial_waste", 16.0, 0.60, 0.018),
)


@dataclass(frozen=True, slots=True)
class Kiln:
    """One kiln line and what its works measures about it."""

    code: str
    daily: float
    cao: float
    mgo: float
    deductions: tuple[tuple[str, float], ...]
    wastes: tuple[tuple[str, float, float, float], ...]
    tests_carbon: bool
    tests_meal: bool
    bypass: bool


def cement(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    """Enter everything a cement works reports."""
    if plant.route == "grinding":
        _grinding_station(plant, book, months, dice)
        return
    kilns = _kilns(plant, book, dice)
    grinds = plant.route != "clinker"
    daily = sum(kiln.daily for kiln in kilns)
    if grinds:
        book.unit("CM1", "水泥磨", "Cement mill", "cement_mill", capacity=daily * 1.2)
    ratio = dice.between(0.66, 0.80)
    for month in months:
        clinker = sum(_kiln(plant, book, month, dice, kiln) for kiln in kilns)
        if grinds:
            made = clinker * dice.around(0.75, 0.05) / ratio
            book.mass(month, "CM1", "cement", "produced", made)
            book.power(month, "CM1", made * plant.rate(0.026, 0.035, dice))
        book.mass(month, "", "diesel", "consumed", clinker * plant.rate(0.0002, 0.0005, dice))
        book.power(month, "", clinker * plant.rate(0.0015, 0.004, dice))


def _kilns(plant: Plant, book: Book, dice: Dice) -> list[Kiln]:
    white = dice.chance(0.03)
    count = 1 if white else dice.pick((1, 1, 1, 2))
    burns_waste = plant.route == "integrated_waste"
    kilns = []
    for n in range(1, count + 1):
        daily = 1000.0 if white else dice.pick((2500.0, 2500.0, 2500.0, 5000.0, 5000.0))
        first = int(dice.between(0, len(_DEDUCTIONS) - 1))
        chosen = _DEDUCTIONS[first : first + dice.pick((1, 2, 2))]
        kilns.append(
            Kiln(
                code=book.unit(
                    f"K{n}",
                    f"{n}号回转窑",
                    f"Rotary kiln {n}",
                    "kiln",
                    technology="white" if white else "portland",
                    capacity=daily,
                ),
                daily=daily,
                cao=dice.between(0.645, 0.665),
                mgo=dice.between(0.012, 0.028),
                deductions=tuple((name, dose * dice.between(0.5, 1.3)) for name, dose in chosen),
                wastes=_WASTES[: dice.pick((1, 2, 3))] if burns_waste else (),
                tests_carbon=dice.chance(0.35),
                tests_meal=dice.chance(0.25),
                bypass=burns_waste and dice.chance(0.5),
            )
        )
    return kilns


def _kiln(plant: Plant, book: Book, month: Month, dice: Dice, kiln: Kiln) -> float:
    """One kiln in one month; gives its clinker back."""
    code = kiln.code
    made = kiln.daily * 30.4 * plant.load(month, dice)
    book.mass(month, code, "clinker", "produced", made)
    _analysis(book, month, dice, kiln, made)
    poor = 3.45 if kiln.daily < 4000 else 3.30
    waste_heat = _wastes(book, month, dice, kiln, made)
    heat = made * plant.rate(2.95, poor, dice) - waste_heat
    ncv = dice.around(23.4, 0.025)
    carbon = ncv * dice.around(0.0262, 0.008) if kiln.tests_carbon else None
    book.solid_fuel(month, code, "bituminous", heat / ncv, ncv, carbon)
    book.mass(month, code, "diesel", "consumed", made * dice.around(8e-5, 0.3))
    meal = made * dice.around(1.52, 0.006)
    book.mass(month, code, "raw_meal", "consumed", meal)
    if kiln.tests_meal:
        book.share(month, code, "raw_meal", "nonfuel_carbon", dice.around(0.0014, 0.08))
    for stream, dose in kiln.deductions:
        book.mass(month, code, stream, "consumed", made * dice.around(dose, 0.08))
    used = made * plant.rate(0.049, 0.061, dice)
    recovered = made * plant.rate(0.034, 0.024, dice)
    book.power(month, code, used - recovered)
    book.power(month, code, recovered * 1.07, "generated")
    book.power(month, code, recovered, "own_use")
    return made


def _analysis(book: Book, month: Month, dice: Dice, kiln: Kiln, made: float) -> None:
    code = kiln.code
    book.share(month, code, "clinker", "cao", dice.around(kiln.cao, 0.003))
    book.share(month, code, "clinker", "mgo", dice.around(kiln.mgo, 0.02))
    # Lime that came in with slags did not come from carbonates.
    slags = sum(dose for _, dose in kiln.deductions)
    book.share(month, code, "clinker", "cao_noncarbonate", 0.35 * slags * dice.around(1, 0.05))
    book.share(month, code, "clinker", "mgo_noncarbonate", 0.04 * slags * dice.around(1, 0.05))
    book.mass(month, code, "clinker", "kiln_dust", made * dice.around(8e-5, 0.2))
    if kiln.bypass:
        book.mass(month, code, "clinker", "bypass_dust", made * dice.around(0.004, 0.1))


def _wastes(book: Book, month: Month, dice: Dice, kiln: Kiln, made: float) -> float:
    heat = 0.0
    for stream, typical, fossil, dose in kiln.wastes:
        mass, ncv = made * dice.around(dose, 0.1), dice.around(typical, 0.03)
        book.solid_fuel(month, kiln.code, stream, mass, ncv)
        book.share(month, kiln.code, stream, "fossil_share", dice.around(fossil, 0.02))
        heat += mass * ncv
    return heat


def _grinding_station(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    yearly = dice.between(0.3e6, 1.6e6)
    gas = dice.chance(0.5)
    book.unit("CM1", "水泥磨", "Cement mill", "cement_mill", capacity=yearly / 300)
    book.unit("DR1", "烘干炉", "Slag dryer", "dryer")
    for month in months:
        made = yearly / 12 * plant.load(month, dice)
        book.mass(month, "CM1", "cement", "produced", made)
        book.power(month, "CM1", made * plant.rate(0.029, 0.038, dice))
        heat = made * plant.rate(0.045, 0.090, dice)
        if gas:
            ncv = dice.around(352, 0.008)
            book.gas_fuel(month, "DR1", "natural_gas", heat / ncv, ncv)
        else:
            ncv = dice.around(22.6, 0.02)
            book.solid_fuel(month, "DR1", "bituminous", heat / ncv, ncv)
        book.mass(month, "", "diesel", "consumed", made * plant.rate(0.0001, 0.0003, dice))
