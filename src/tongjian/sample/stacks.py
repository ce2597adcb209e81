"""Invented permit outlets of the sample's plants and what leaves them (排放口与污染物).

Made from the production already in a plant's books, with dice of its own, so that nothing else in
the sample depends on it. Emissions lie between those of a well and a poorly run plant; a few
sources without an outlet go by a coefficient of the plant's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tongjian.sample.book import Book
from tongjian.sample.dice import Dice
from tongjian.sample.months import Month
from tongjian.sample.plants import Plant

Report = Callable[[Book, Month, str, str, float, float, Dice], None]
"""Enters one pollutant of one outlet in one month: tonnes of product, kg emitted per tonne."""


@dataclass(frozen=True, slots=True)
class Pollutant:
    """One pollutant of an outlet: kg per t of product where it is run well and poorly."""

    stream: str
    good: float
    poor: float
    report: Report


@dataclass(frozen=True, slots=True)
class Outlet:
    """One outlet (or a source without one) and the product that its emissions go with."""

    code: str
    name_zh: str
    name_en: str
    product: str
    pollutants: tuple[Pollutant, ...]
    kind: str = "outlet"


# -- how a plant comes by its figures ------------------------------------------------------------


def _monitored(
    book: Book, month: Month, unit: str, stream: str, made: float, rate: float, dice: Dice
) -> None:
    book.put(month, unit, stream, "monitored", "emission", made * rate / 1000)


def _tested(
    book: Book, month: Month, unit: str, stream: str, made: float, rate: float, dice: Dice
) -> None:
    """A manual test: kg per hour over the hours of the month."""
    hours = month.days * 24 * dice.between(0.85, 0.97)
    book.put(month, unit, stream, "emission_rate", "kg_per_hour", made * rate / hours)
    book.put(month, unit, stream, "operating_hours", "hours", hours)


def _both_ends(
    book: Book, month: Month, unit: str, stream: str, made: float, rate: float, dice: Dice
) -> None:
    """Monitors before and behind the treatment."""
    _monitored(book, month, unit, stream, made, rate, dice)
    inlet = made * rate / dice.between(0.04, 0.09) / 1000
    book.put(month, unit, stream, "inlet", "emission", inlet)


def _coefficient(
    book: Book, month: Month, unit: str, stream: str, made: float, rate: float, dice: Dice
) -> None:
    """The plant's own coefficient, before a treatment that removes most of it."""
    removal = dice.around(0.98, 0.003)
    book.mass(month, unit, stream, "activity", made)
    book.put(month, unit, stream, "coefficient", "kg_per_tonne", rate / (1 - removal))
    book.put(month, unit, stream, "removal", "fraction", removal)
    book.put(month, unit, stream, "running_rate", "fraction", 1.0)


def _balance(
    book: Book, month: Month, unit: str, stream: str, made: float, rate: float, dice: Dice
) -> None:
    """A balance of volatile material: what came in less what was recovered."""
    lost = made * rate / 1000
    book.put(month, unit, stream, "balance_input", "emission", lost * 4)
    book.put(month, unit, stream, "balance_output", "emission", lost * 3)


def _sulphur(
    book: Book, month: Month, unit: str, stream: str, made: float, rate: float, dice: Dice
) -> None:
    """A sulphur balance of the anodes that burn away, behind a desulphurisation."""
    book.put(month, unit, stream, "fuel", "emission_t", made * dice.around(0.42, 0.01))
    book.put(month, unit, stream, "sulphur", "fraction", dice.around(0.02, 0.05))
    book.put(month, unit, stream, "sulphur_retention", "fraction", 0.0)
    # Two tonnes of SO2 from a tonne of sulphur; `rate` is what the scrubber leaves.
    book.put(month, unit, stream, "removal", "fraction", 1 - rate / (0.42 * 0.02 * 2 * 1000))
    book.put(month, unit, stream, "running_rate", "fraction", dice.between(0.97, 1.0))


# -- outlets by sector ---------------------------------------------------------------------------

_SINTER = Outlet(
    "DA001",
    "烧结机头排放口",
    "Sinter strand stack",
    "sinter",
    (
        Pollutant("air_so2", 0.04, 0.14, _monitored),
        Pollutant("air_nox", 0.09, 0.30, _monitored),
        Pollutant("air_soot", 0.012, 0.05, _monitored),
        Pollutant("air_co", 8.0, 19.0, _monitored),
    ),
)
_STOVES = Outlet(
    "DA002",
    "热风炉排放口",
    "Hot stove stack",
    "pig_iron",
    (
        Pollutant("air_so2", 0.02, 0.09, _monitored),
        Pollutant("air_nox", 0.03, 0.14, _monitored),
    ),
)
_YARD = Outlet(
    "WZ001",
    "料场无组织排放",
    "Stock yard (fugitive)",
    "crude_steel",
    (Pollutant("air_dust", 0.03, 0.10, _coefficient),),
    kind="fugitive",
)
_ARC = Outlet(
    "DA001",
    "电炉除尘排放口",
    "Arc furnace stack",
    "crude_steel",
    (Pollutant("air_soot", 0.02, 0.08, _monitored),),
)
_REHEATING = Outlet(
    "DA002",
    "加热炉排放口",
    "Reheating furnace stack",
    "rolled_steel",
    (Pollutant("air_nox", 0.05, 0.16, _tested),),
)
_CRACKER = Outlet(
    "DA001",
    "催化裂化再生烟气排放口",
    "Catalytic cracker stack",
    "crude_processed",
    (
        Pollutant("air_so2", 0.01, 0.05, _monitored),
        Pollutant("air_nox", 0.02, 0.07, _monitored),
        Pollutant("air_soot", 0.004, 0.02, _monitored),
    ),
)
_TANKS = Outlet(
    "WZ001",
    "储罐与装卸无组织排放",
    "Tanks and loading (fugitive)",
    "crude_processed",
    (Pollutant("air_voc", 0.05, 0.20, _balance),),
    kind="fugitive",
)
_BOILER = Outlet(
    "DA001",
    "锅炉排放口",
    "Boiler stack",
    "ammonia",
    (
        Pollutant("air_so2", 0.10, 0.45, _monitored),
        Pollutant("air_nox", 0.18, 0.60, _monitored),
        Pollutant("air_soot", 0.02, 0.08, _monitored),
    ),
)
_SYNTHESIS = Outlet(
    "DA002",
    "合成弛放气排放口",
    "Purge gas stack",
    "ammonia",
    (Pollutant("air_nh3", 0.05, 0.25, _tested),),
)
_KILN = Outlet(
    "DA001",
    "窑尾排放口",
    "Kiln tail stack",
    "clinker",
    (
        Pollutant("air_so2", 0.02, 0.16, _monitored),
        Pollutant("air_nox", 0.18, 0.65, _monitored),
        Pollutant("air_dust", 0.012, 0.04, _monitored),
    ),
)
_MILL = Outlet(
    "DA001",
    "水泥磨排放口",
    "Cement mill stack",
    "cement",
    (Pollutant("air_dust", 0.01, 0.04, _coefficient),),
)
_POTS = Outlet(
    "DA001",
    "电解烟气净化排放口",
    "Potroom gas treatment stack",
    "aluminium",
    (
        Pollutant("air_so2", 0.5, 2.5, _sulphur),
        Pollutant("air_dust", 0.15, 0.60, _monitored),
        Pollutant("air_fluoride", 0.05, 0.20, _tested),
    ),
)
_OUTLETS: dict[tuple[str, str], tuple[Outlet, ...]] = {
    ("steel", "coking"): (_SINTER, _STOVES, _YARD),
    ("steel", "bof"): (_SINTER, _STOVES, _YARD),
    ("steel", ""): (_ARC, _REHEATING),
    ("refining", ""): (_CRACKER, _TANKS),
    ("ammonia", ""): (_BOILER, _SYNTHESIS),
    ("cement", "grinding"): (_MILL,),
    ("cement", ""): (_KILN,),
    ("aluminium", ""): (_POTS,),
}
# Acid lines have a stack each, which carries the code of the line: N2O and NOx stand together.
_LINES: dict[str, tuple[Pollutant, ...]] = {
    "nitric_acid": (Pollutant("air_nox", 0.12, 0.60, _both_ends),),
    "adipic_acid": (Pollutant("air_nox", 0.3, 1.2, _monitored),),
    "caprolactam": (
        Pollutant("air_nox", 0.1, 0.5, _monitored),
        Pollutant("air_voc", 0.05, 0.3, _tested),
    ),
}
_SLIP = Pollutant("air_nh3", 0.01, 0.04, _tested)


def report_outlets(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    """Register the outlets of a plant and enter what left them."""
    if plant.sector in _LINES:
        _lines(plant, book, months, dice)
        return
    for outlet in _OUTLETS.get((plant.sector, plant.route)) or _OUTLETS[plant.sector, ""]:
        made = _output(book, outlet.product)
        book.unit(outlet.code, outlet.name_zh, outlet.name_en, outlet.kind)
        for month in months:
            total = sum(part for (period, _), part in made.items() if period == month.period)
            for one in outlet.pollutants:
                rate = plant.rate(one.good, one.poor, dice, 0.04)
                one.report(book, month, outlet.code, one.stream, total, rate, dice)


def _lines(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    made = _output(book, plant.sector)
    slips = any(unit["abatement"] == "scr" for unit in book.units)
    for month in months:
        for (period, line), part in made.items():
            if period != month.period:
                continue
            for one in (*_LINES[plant.sector], *((_SLIP,) if slips else ())):
                rate = plant.rate(one.good, one.poor, dice, 0.04)
                one.report(book, month, line, one.stream, part, rate, dice)


def _output(book: Book, product: str) -> dict[tuple[str, str], float]:
    """Tonnes of a product in the books, by period and process unit."""
    per_tonne = book.habits["mass"].per_base
    return {
        (row["period"], row["process_unit"]): row["quantity"] / per_tonne
        for row in book.rows
        if row["stream"] == product and row["item"] in ("produced", "processed")
    }
