"""Invented permit outlets of the sample's plants and what leaves them (排放口与污染物).

Made from the production already in a plant's books, with dice of its own, so that nothing else in
the sample depends on it. Emissions lie between those of a well and a poorly run plant; a few
sources without an outlet go by a coefficient of the plant's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from tongjian.sample.book import Book
from tongjian.sample.dice import Dice
from tongjian.sample.emissions import (
    Emission,
    Report,
    balance,
    both_ends,
    coefficient,
    monitored,
    sulphur,
    tested,
)
from tongjian.sample.months import Month
from tongjian.sample.plants import Plant


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


def _outlet(
    code: str, zh: str, en: str, product: str, **pollutants: tuple[float, float, Report]
) -> Outlet:
    """An outlet with its pollutants; a code that begins with WZ is that of a fugitive source."""
    found = tuple(Pollutant(f"air_{name}", *rest) for name, rest in pollutants.items())
    kind = "fugitive" if code.startswith("WZ") else "outlet"
    return Outlet(code, zh, en, product, found, kind)


# Kilograms per tonne of product, run well and poorly, and how the plant comes by the figure.
_SINTER = _outlet(
    "DA001", "烧结机头排放口", "Sinter strand stack", "sinter",
    so2=(0.04, 0.14, monitored),
    nox=(0.09, 0.30, monitored),
    soot=(0.012, 0.05, monitored),
    co=(8.0, 19.0, monitored),
)  # fmt: skip
_STOVES = _outlet(
    "DA002", "热风炉排放口", "Hot stove stack", "pig_iron",
    so2=(0.02, 0.09, monitored),
    nox=(0.03, 0.14, monitored),
)  # fmt: skip
_YARD = _outlet(
    "WZ001", "料场无组织排放", "Stock yard (fugitive)", "crude_steel",
    dust=(0.03, 0.10, coefficient),
)  # fmt: skip
_ARC = _outlet(
    "DA001", "电炉除尘排放口", "Arc furnace stack", "crude_steel",
    soot=(0.02, 0.08, monitored),
)  # fmt: skip
_REHEATING = _outlet(
    "DA002", "加热炉排放口", "Reheating furnace stack", "rolled_steel",
    nox=(0.05, 0.16, tested),
)  # fmt: skip
_CRACKER = _outlet(
    "DA001", "催化裂化再生烟气排放口", "Catalytic cracker stack", "crude_processed",
    so2=(0.01, 0.05, monitored),
    nox=(0.02, 0.07, monitored),
    soot=(0.004, 0.02, monitored),
)  # fmt: skip
_TANKS = _outlet(
    "WZ001", "储罐与装卸无组织排放", "Tanks and loading (fugitive)", "crude_processed",
    voc=(0.05, 0.20, balance),
)  # fmt: skip
_BOILER = _outlet(
    "DA001", "锅炉排放口", "Boiler stack", "ammonia",
    so2=(0.10, 0.45, monitored),
    nox=(0.18, 0.60, monitored),
    soot=(0.02, 0.08, monitored),
)  # fmt: skip
_SYNTHESIS = _outlet(
    "DA002", "合成弛放气排放口", "Purge gas stack", "ammonia",
    nh3=(0.05, 0.25, tested),
)  # fmt: skip
_KILN = _outlet(
    "DA001", "窑尾排放口", "Kiln tail stack", "clinker",
    so2=(0.02, 0.16, monitored),
    nox=(0.18, 0.65, monitored),
    dust=(0.012, 0.04, monitored),
)  # fmt: skip
_MILL = _outlet(
    "DA001", "水泥磨排放口", "Cement mill stack", "cement",
    dust=(0.01, 0.04, coefficient),
)  # fmt: skip
_POTS = _outlet(
    "DA001", "电解烟气净化排放口", "Potroom gas treatment stack", "aluminium",
    so2=(0.5, 2.5, sulphur),
    dust=(0.15, 0.60, monitored),
    fluoride=(0.05, 0.20, tested),
)  # fmt: skip
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
    "nitric_acid": (Pollutant("air_nox", 0.12, 0.60, both_ends),),
    "adipic_acid": (Pollutant("air_nox", 0.3, 1.2, monitored),),
    "caprolactam": (
        Pollutant("air_nox", 0.1, 0.5, monitored),
        Pollutant("air_voc", 0.05, 0.3, tested),
    ),
}
_SLIP = Pollutant("air_nh3", 0.01, 0.04, tested)


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
                one.report(Emission(book, month, outlet.code, one.stream, total, rate, dice))


def _lines(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    made = _output(book, plant.sector)
    slips = any(unit["abatement"] == "scr" for unit in book.units)
    for month in months:
        for (period, line), part in made.items():
            if period != month.period:
                continue
            for one in (*_LINES[plant.sector], *((_SLIP,) if slips else ())):
                rate = plant.rate(one.good, one.poor, dice, 0.04)
                one.report(Emission(book, month, line, one.stream, part, rate, dice))


def _output(book: Book, product: str) -> dict[tuple[str, str], float]:
    """Tonnes of a product in the books, by period and process unit."""
    per_tonne = book.habits["mass"].per_base
    return {
        (row["period"], row["process_unit"]): row["quantity"] / per_tonne
        for row in book.rows
        if row["stream"] == product and row["item"] in ("produced", "processed")
    }
