"""Invented makers of nitric acid, adipic acid and caprolactam (硝酸、己二酸、己内酰胺)."""

from __future__ import annotations

from dataclasses import dataclass

from tongjian.sample.book import Book
from tongjian.sample.dice import Dice
from tongjian.sample.months import Month
from tongjian.sample.plants import Plant


@dataclass(frozen=True, slots=True)
class Process:
    """One way of making an acid: technology, abatement and what is measured about N2O."""

    technology: str
    abatement: str
    utilisation: bool = False
    generation: float | None = None
    """Measured N2O generation, kg per t."""
    destruction: float | None = None
    """Measured share destroyed."""
    monitored: float | None = None
    """N2O generated, kg per t, as continuous monitors before and behind the abatement find it."""


_NITRIC = {
    "nscr": Process("high_pressure", "nscr", utilisation=True),
    "dual": Process("dual_pressure", "none"),
    "monitored": Process("dual_pressure", "none", destruction=0.88, monitored=8.0),
    "combined": Process("combined", "none"),
    "measured": Process(
        "dual_pressure", "none", utilisation=True, generation=7.1, destruction=0.84
    ),
    "medium": Process("medium_pressure", "none"),
    "low": Process("low_pressure", "extended_absorption"),
    "scr": Process("dual_pressure", "scr"),
}
_ADIPIC = {
    "thermal": Process("nitric_oxidation", "thermal", utilisation=True),
    "catalytic": Process("nitric_oxidation", "catalytic"),
    "monitored": Process("nitric_oxidation", "catalytic", destruction=0.985, monitored=300.0),
    "to_nitric_acid": Process("nitric_oxidation", "to_nitric_acid", utilisation=True),
    "none": Process("nitric_oxidation", "none"),
}
_CAPROLACTAM = {
    "plain": Process("", ""),
    "destruction": Process("", "", utilisation=True, destruction=0.88),
    "monitored": Process("", "", destruction=0.88, monitored=9.0),
}


def nitric(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    """Enter everything a nitric acid plant reports."""
    yearly = dice.between(0.05e6, 0.27e6)
    units = _units(plant, book, dice, "NA", "硝酸装置", "Nitric acid unit", _NITRIC, yearly)
    for month in months:
        made = yearly / 12 * plant.load(month, dice)
        for unit in units:
            part = made / len(units) * dice.around(1, 0.02)
            _n2o(book, month, dice, unit, "nitric_acid", _NITRIC[plant.route], part, "HNO3")
        # The turbine runs on its own steam; what is left over is sold.
        book.power(month, "", made * plant.rate(0.012, 0.035, dice))
        book.put(month, "", "steam", "exported", "heat", made * plant.rate(1.1, 0.4, dice))
        if plant.route == "nscr":
            ncv = dice.around(352, 0.008)
            gas = made * plant.rate(0.0020, 0.0032, dice)
            book.gas_fuel(month, units[0], "natural_gas", gas, ncv)


def adipic(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    """Enter everything an adipic acid plant reports."""
    largest = 0.045e6 if plant.route == "none" else 0.20e6
    yearly = dice.between(0.03e6, largest)
    units = _units(plant, book, dice, "AA", "己二酸装置", "Adipic acid unit", _ADIPIC, yearly)
    for month in months:
        made = yearly / 12 * plant.load(month, dice)
        for unit in units:
            part = made / len(units) * dice.around(1, 0.02)
            _n2o(book, month, dice, unit, "adipic_acid", _ADIPIC[plant.route], part, "adipic_acid")
        book.power(month, "", made * plant.rate(0.55, 0.85, dice))
        book.mass(month, "", "steam", "mass", made * plant.rate(4.6, 6.8, dice))
        book.put(month, "", "steam", "enthalpy", "enthalpy", dice.around(2790, 0.003))
        if plant.route == "thermal":
            ncv = dice.around(352, 0.008)
            gas = made * plant.rate(0.006, 0.011, dice)
            book.gas_fuel(month, units[0], "natural_gas", gas, ncv)
        _neutralising(book, month, dice, made)


def caprolactam(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    """Enter everything a caprolactam plant reports."""
    yearly = dice.between(0.05e6, 0.26e6)
    zh, en = "己内酰胺装置", "Caprolactam unit"
    units = _units(plant, book, dice, "CP", zh, en, _CAPROLACTAM, yearly)
    boiler = dice.chance(0.5)
    if boiler:
        book.unit("BLR", "锅炉", "Boiler", "boiler")
    for month in months:
        made = yearly / 12 * plant.load(month, dice)
        for unit in units:
            part = made / len(units) * dice.around(1, 0.02)
            _n2o(
                book,
                month,
                dice,
                unit,
                "caprolactam",
                _CAPROLACTAM[plant.route],
                part,
                "caprolactam",
            )
        book.power(month, "", made * plant.rate(0.75, 1.25, dice))
        heat = made * plant.rate(10.5, 17.5, dice)
        if boiler:
            ncv = dice.around(22.1, 0.02)
            book.solid_fuel(month, "BLR", "bituminous", heat / 0.88 / ncv, ncv)
        else:
            book.put(month, "", "heat", "purchased", "heat", heat)
        _neutralising(book, month, dice, made * 0.4)


def _units(
    plant: Plant,
    book: Book,
    dice: Dice,
    code: str,
    zh: str,
    en: str,
    processes: dict[str, Process],
    yearly: float,
) -> list[str]:
    process, count = processes[plant.route], dice.pick((1, 1, 2))
    return [
        book.unit(
            f"{code}{n}",
            f"{n}号{zh}",
            f"{en} {n}",
            "acid_unit",
            technology=process.technology,
            abatement=process.abatement,
            capacity=yearly / 330 / count,
        )
        for n in range(1, count + 1)
    ]


def _n2o(
    book: Book,
    month: Month,
    dice: Dice,
    unit: str,
    stream: str,
    process: Process,
    made: float,
    product: str,
) -> None:
    book.mass(month, unit, stream, "produced", made)
    if process.monitored is not None:
        _monitors(book, month, dice, unit, stream, process, made)
        return
    if process.generation is not None:
        book.put(
            month,
            unit,
            stream,
            "n2o_generation",
            "per_product",
            dice.around(process.generation, 0.04),
            written=f"kgN2O/t {product}",
        )
    if process.destruction is not None:
        book.share(month, unit, stream, "destruction", dice.around(process.destruction, 0.02))
    if process.utilisation:
        book.share(month, unit, stream, "utilisation", dice.between(0.93, 0.999))


def _monitors(
    book: Book, month: Month, dice: Dice, unit: str, stream: str, process: Process, made: float
) -> None:
    """What the monitors of one line found: inlet, outlet, stack, and hours with abatement."""
    assert process.monitored is not None and process.destruction is not None
    generated = made * dice.around(process.monitored, 0.04) / 1000
    hours = month.days * 24 * dice.between(0.94, 1.0)
    on = hours * dice.between(0.95, 0.999)
    inlet = generated * on / hours
    # A share of what is left, so that a good catalyst cannot be found to destroy more than all.
    outlet = inlet * (1 - process.destruction) * dice.around(1, 0.08)
    stack = (generated - inlet + outlet) * dice.around(1, 0.02)
    book.put(month, unit, stream, "n2o_measured", "n2o", stack)
    book.put(month, unit, stream, "n2o_inlet", "n2o", inlet)
    book.put(month, unit, stream, "n2o_outlet", "n2o", outlet)
    book.put(month, unit, stream, "abatement_hours", "hours", on)
    book.put(month, unit, stream, "operating_hours", "hours", hours)


def _neutralising(book: Book, month: Month, dice: Dice, made: float) -> None:
    """Soda for waste water."""
    book.mass(month, "", "na2co3", "consumed", made * dice.around(0.004, 0.1))
    book.share(month, "", "na2co3", "purity", dice.around(0.985, 0.003))
