"""Which plants there are: sectors, routes, names, sizes (企业名录). All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass

from tongjian.sample.dice import Dice
from tongjian.sample.months import Month
from tongjian.sample.places import CITIES, PROVINCE, City

WATERMARK_ZH = "示例数据，企业均为虚构"
WATERMARK_EN = "Sample data; all plants are fictitious"
WATERMARK = {"zh": WATERMARK_ZH, "en": WATERMARK_EN}


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector: its share of all plants, its routes in turn, and how its plants are called."""

    code: str
    weight: int
    zh: str
    en: str
    routes: tuple[str, ...]


SECTORS: tuple[Sector, ...] = (
    Sector("steel", 62, "钢铁", "Steel", ("coking", "eaf", "bof", "eaf", "eaf_gas", "bof")),
    Sector("refining", 28, "炼化", "Refining", ("fuel", "fuel_petcoke", "fuel_asphalt")),
    Sector("ammonia", 32, "合成氨", "Ammonia", ("coal_powder", "gas", "coal_lump", "coal_powder")),
    Sector(
        "cement",
        92,
        "水泥",
        "Cement",
        ("integrated", "clinker", "integrated", "grinding", "integrated_waste"),
    ),
    Sector("aluminium", 10, "电解铝", "Aluminium", ("grid", "grid_green", "captive")),
    Sector(
        "nitric_acid",
        38,
        "硝酸",
        "Nitric Acid",
        ("nscr", "dual", "monitored", "combined", "measured", "medium", "low", "scr"),
    ),
    Sector(
        "adipic_acid",
        12,
        "己二酸",
        "Adipic Acid",
        ("thermal", "catalytic", "monitored", "to_nitric_acid", "thermal", "none"),
    ),
    Sector("caprolactam", 26, "己内酰胺", "Caprolactam", ("plain", "destruction", "monitored")),
)
SECTOR_CODES = tuple(sector.code for sector in SECTORS)


@dataclass(frozen=True, slots=True)
class Plant:
    """One invented plant: where it stands and what kind of plant it is."""

    facility: str
    name_zh: str
    name_en: str
    sector: str
    route: str
    city: City
    skill: float
    """How well it is run: 0 near the poor end of published intensities, 1 near the good end."""
    growth: float
    """Change of output per year."""
    outage: int
    """Month of the year with the yearly overhaul."""

    def row(self) -> dict[str, object]:
        """The plant as a row of the facilities table."""
        return {
            "facility": self.facility,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "sector": self.sector,
            "province": PROVINCE,
            "city": self.city.zh,
            "division": self.city.division,
            "fictitious": True,
        }

    def load(self, month: Month, dice: Dice) -> float:
        """Output of a month as a share of an average month's capacity."""
        trend = 1 + self.growth * month.index / 12
        overhaul = 0.62 if month.month == self.outage else 1.0
        daily = month.days / 30.4
        return dice.around(0.86 * trend * overhaul * daily * month.season(self.sector), 0.03)

    def rate(self, good: float, poor: float, dice: Dice, scatter: float = 0.015) -> float:
        """An intensity of this plant between `poor` and `good`, with the noise of a month."""
        return dice.around(poor + (good - poor) * self.skill, scatter)


def shares(plants: int) -> dict[str, int]:
    """How many plants each sector gets (largest remainder, at least one each)."""
    free = plants - len(SECTORS)
    total = sum(sector.weight for sector in SECTORS)
    exact = {sector.code: free * sector.weight / total for sector in SECTORS}
    counts = {code: 1 + int(value) for code, value in exact.items()}
    left = plants - sum(counts.values())
    by_remainder = sorted(exact, key=lambda code: (int(exact[code]) - exact[code], code))
    for code in by_remainder[:left]:
        counts[code] += 1
    return counts


def plan(seed: int, plants: int) -> list[Plant]:
    """Every plant, in order of its code."""
    counts = shares(plants)
    return [
        _plant(seed, sector, number)
        for sector in SECTORS
        for number in range(1, counts[sector.code] + 1)
    ]


def _plant(seed: int, sector: Sector, number: int) -> Plant:
    facility = f"SAMPLE-{sector.code.upper().replace('_', '-')}-{number:03d}"
    dice = Dice(seed, facility)
    return Plant(
        facility=facility,
        name_zh=f"示例{sector.zh}{number:02d}厂（虚构）",
        name_en=f"Sample {sector.en} {number:02d} (fictitious)",
        sector=sector.code,
        route=sector.routes[(number - 1) % len(sector.routes)],
        city=dice.pick(CITIES),
        skill=(dice.between(0, 1) + dice.between(0, 1)) / 2,
        growth=dice.between(-0.06, 0.04),
        outage=3 + int(dice.between(0, 8)),
    )
