"""Facts of the year for judging: capacities, dates, grades, levels, devices (判定用年度事实).

Entered once a year, in the last month that the sample has of it. All of it is invented.
"""

from __future__ import annotations

from collections.abc import Callable

from tongjian.sample.book import Book
from tongjian.sample.dice import Dice
from tongjian.sample.months import Month
from tongjian.sample.plants import Plant

# Days on which a unit of a kind runs in a year: its capacity is registered by the day.
_DAYS = {
    "coking": 350, "sintering": 340, "blast_furnace": 350, "converter": 345, "eaf": 320,
    "kiln": 310, "cement_mill": 300, "potline": 365, "distillation": 350, "synthesis": 330,
    "urea": 330,
}  # fmt: skip
_GRADES = ("A", "B", "B", "C", "C", "D")
_LEVELS = ("below_access", "access", "access", "saving", "saving", "advanced")
_AMMONIA = {"coal_powder": "powder", "coal_lump": "lump", "gas": "gas"}


def report_levels(plant: Plant, book: Book, months: tuple[Month, ...], dice: Dice) -> None:
    """Enter what is judged about a plant, and nothing about one whose sector is not judged."""
    judge = _SECTORS.get(plant.sector)
    if judge is None:
        return
    units = [(str(row["process_unit"]), str(row["kind"])) for row in book.units]
    daily = {str(row["process_unit"]): float(row["capacity"] or 0) for row in book.units}
    grade = dice.pick(_GRADES[:4] if plant.sector == "aluminium" else _GRADES)
    inside = "inside" if dice.chance(0.6) else "outside"
    begun = {unit: _day(dice, 1998, 2019) for unit, _ in units}
    judged = judge(plant, units, daily, dice)
    devices = _devices(book, dice)
    for month in _last_of_years(months):
        book.fact(month, "", "plant_facts", "environmental_grade", grade)
        book.fact(month, "", "plant_facts", "key_region", inside)
        for unit, kind in units:
            if kind in _DAYS and daily[unit]:
                size = daily[unit] * _DAYS[kind]
                book.fact(month, unit, "unit_facts", "capacity", round(size), "t")
                book.fact(month, unit, "unit_facts", "commissioned_on", begun[unit])
        for unit, stream, item, value, measure in (*judged, *devices):
            book.fact(month, unit, stream, item, value, measure)


Fact = tuple[str, str, str, float | str, str]
_Units = list[tuple[str, str]]


def _last_of_years(months: tuple[Month, ...]) -> list[Month]:
    return list({month.period[:4]: month for month in months}.values())


def _day(dice: Dice, first: int, last: int) -> str:
    return f"{int(dice.between(first, last + 1))}-{1 + int(dice.between(0, 12)):02d}-01"


def _level(plant: Plant, good: float, poor: float, dice: Dice, places: int = 1) -> float:
    spread = abs(poor - good) * 0.06
    value = poor + (good - poor) * plant.skill + dice.between(-spread, spread)
    return round(value, places)


def _entered(unit: str, stream: str, value: float) -> Fact:
    if stream.endswith(("_power", "_comprehensive")):
        return (unit, stream, "verified_power", value, "kWh/t")
    return (unit, stream, "verified_energy", value, "kgce/t")


def _by_account(unit: str, stream: str) -> Fact:
    """A line whose value is read from the plant's own energy account."""
    return (unit, stream, "capacity_share", 100, "%")


def _steel(plant: Plant, units: _Units, daily: dict[str, float], dice: Dice) -> list[Fact]:
    ranges = {
        "sintering": ("lv_sinter", 42.0, 54.0),
        "blast_furnace": ("lv_blast_furnace", 352.0, 446.0),
        "converter": ("lv_converter", -36.0, -4.0),
        "coking": ("lv_coke_stamp", 106.0, 144.0),
    }
    facts: list[Fact] = []
    for unit, kind in units:
        if kind in ranges:
            stream, good, poor = ranges[kind]
            facts.append(_entered(unit, stream, _level(plant, good, poor, dice)))
        if kind == "eaf":
            furnace = dice.pick(("below_50", "50_70", "from_70", "from_70"))
            facts.append(_by_account(unit, f"lv_eaf_{furnace}"))
        if kind == "blast_furnace":
            volume = dice.pick((580.0, 1000.0, 1080.0, 1780.0, 2500.0))
            facts.append((unit, "listed_blast_furnace", "working_volume", volume, "m3"))
            if volume <= 1000 and dice.chance(0.3):
                facts.append((unit, "unit_facts", "closed_on", "2025-12-31", ""))
    category = dice.pick(("other", "other", "other", "other", "restricted"))
    facts.append(("", "tariff_facts", "price_category", category, ""))
    above = float(int(dice.between(0, 1.6)))
    facts.append(("", "tariff_facts", "processes_above", above, "count"))
    return facts


def _refining(plant: Plant, units: _Units, daily: dict[str, float], dice: Dice) -> list[Fact]:
    capacity = round(daily["CDU"] * _DAYS["distillation"])
    return [
        ("", "lv_refinery", "energy_factor", round(dice.between(5.8, 7.2), 2), "1"),
        ("", "unit_facts", "capacity", capacity, "t"),
        ("CDU", "listed_cdu", "annual_capacity", capacity, "t"),
    ]


def _ammonia(plant: Plant, units: _Units, daily: dict[str, float], dice: Dice) -> list[Fact]:
    facts = [
        _by_account("SYN", f"lv_ammonia_{_AMMONIA[plant.route]}"),
    ]
    if any(kind == "urea" for _, kind in units):
        facts.append(_entered("URE", "lv_urea_motor", _level(plant, 128, 174, dice)))
    if plant.route == "gas":
        facts.append(("REF", "listed_ng_reforming", "technology_in_use", "not_in_use", ""))
    else:
        in_use = plant.route == "coal_lump" and dice.chance(0.6)
        word = "in_use" if in_use else "not_in_use"
        facts.append(("GAS", "listed_fixed_bed_gasifier", "technology_in_use", word, ""))
        if in_use:
            rests = round(daily["SYN"] * _DAYS["synthesis"])
            facts.append(("GAS", "listed_fixed_bed_gasifier", "technology_capacity", rests, "t"))
    return facts


def _cement(plant: Plant, units: _Units, daily: dict[str, float], dice: Dice) -> list[Fact]:
    facts: list[Fact] = []
    for unit, kind in units:
        if kind == "kiln":
            # Works with the better kilns have theirs verified; the others show in the account.
            if plant.skill > 0.5:
                facts.append(_entered(unit, "lv_clinker", _level(plant, 92, 116, dice)))
            else:
                facts.append(_by_account(unit, "lv_clinker"))
            facts.append(_entered(unit, "lv_clinker_power", _level(plant, 46, 63, dice)))
        if kind == "cement_mill":
            facts.append(_entered(unit, "lv_cement_making_power", _level(plant, 25, 37, dice)))
    return facts


def _aluminium(plant: Plant, units: _Units, daily: dict[str, float], dice: Dice) -> list[Fact]:
    facts: list[Fact] = []
    for unit, kind in units:
        if kind != "potline":
            continue
        stream = "lv_aluminium_comprehensive"
        facts += [
            _by_account(unit, "lv_aluminium_ac"),
            _entered(unit, stream, _level(plant, 13220, 13820, dice, 0)),
            (unit, stream, "judged_output", round(daily[unit] * 330), "t"),
            (unit, "listed_prebaked_cell", "cell_current", dice.pick((180.0, 240.0, 400.0)), "kA"),
        ]
    share = dice.between(18, 34) if plant.route == "grid_green" else dice.between(4, 14)
    facts.append(("", "tariff_facts", "nonhydro_share", round(share, 1), "%"))
    facts.append(("", "tariff_facts", "incentive_weight", 20, "%"))
    return facts


def _devices(book: Book, dice: Dice) -> list[Fact]:
    """A few groups of devices, each a unit of its own."""
    facts: list[Fact] = []
    for number, (stream, zh, en, low, high, measure) in enumerate(
        (
            ("device_motor", "电动机", "Motors", 75, 560, "kW"),
            ("device_transformer", "变压器", "Transformers", 800, 2500, "kVA"),
            ("device_fan", "风机", "Fans", 110, 900, "kW"),
        ),
        1,
    ):
        unit = book.unit(f"EQ{number}", zh, en, "device")
        facts += [
            (unit, stream, "device_count", float(2 + int(dice.between(0, 20))), "count"),
            (unit, stream, "rated_power", float(round(dice.between(low, high))), measure),
            (unit, stream, "device_level", dice.pick(_LEVELS), ""),
        ]
    return facts


_SECTORS: dict[str, Callable[[Plant, _Units, dict[str, float], Dice], list[Fact]]] = {
    "steel": _steel,
    "refining": _refining,
    "ammonia": _ammonia,
    "cement": _cement,
    "aluminium": _aluminium,
}
