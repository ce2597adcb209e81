"""Invented projects of the fictitious province (新建项目): facts for the admission review.

A handful, one in each of a few plants: some meet every requirement, some do not, of some too little
is known. What the facts mean is for the rulebook to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tongjian.sample.book import Book
from tongjian.sample.months import Month
from tongjian.sample.plants import Plant

Amount = tuple[float, str]

# What a well prepared application says.
_READY = {
    "plan_conformity": "yes",
    "policy_conformity": "yes",
    "zoning_conformity": "yes",
    "eia_approval": "approved",
    "energy_review": "approved",
    "water_permit": "approved",
    "process_advanced": "yes",
    "cleaner_energy": "leading",
    "cleaner_material": "advanced",
    "cleaner_water": "advanced",
    "total_quota": "yes",
    "planned_grade": "A",
    "under_other_label": "no",
}


@dataclass(frozen=True, slots=True)
class Retired:
    """A line that is retired for the project: capacity a year, days, whether there is proof."""

    capacity: float
    stopped: str
    dismantled: str = ""
    by: str = ""
    proven: bool = True


@dataclass(frozen=True, slots=True)
class Project:
    """One project: the sector of its plant and which plant of it (from 1), and its facts."""

    sector: str
    number: int
    code: str
    zh: str
    en: str
    words: Mapping[str, str] = field(default_factory=dict)
    amounts: Mapping[str, Amount] = field(default_factory=dict)
    retired: tuple[Retired, ...] = ()
    cuts: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Emission of the project and cut in the region, t a year."""
    region: str = ""
    technology: str = ""


PROJECTS: tuple[Project, ...] = (
    Project(
        "steel",
        1,
        "XM1",
        "电炉炼钢置换项目",
        "Electric-arc replacement project",
        {**_READY, "project_commissioned_on": "2025-11-20"},
        {
            "new_capacity": (1_000_000, "t"),
            "required_ratio": (1.25, "1"),
            "coal_added": (0, "t"),
            "design_energy": (64.5, "kgce/t"),
            "benchmark_energy": (67, "kgce/t"),
            "main_devices": (26, "1"),
            "main_devices_advanced": (26, "1"),
            "captive_coal_capacity": (0, "MWh/h"),
        },
        (
            Retired(800_000, "2025-06-30", "2025-10-31", "2025-12-31"),
            Retired(500_000, "2025-08-31", "2025-11-15", "2025-12-31"),
        ),
        {"air_so2": (38, 60), "air_nox": (120, 180)},
        "inside",
    ),
    Project(
        "cement",
        3,
        "XM1",
        "熟料线技改项目",
        "Clinker line upgrade",
        {**_READY, "planned_grade": "B"},
        {
            "new_capacity": (1_700_000, "t"),
            "filed_capacity": (1_550_000, "t"),
            "required_ratio": (1.5, "1"),
            "design_energy": (101, "kgce/t"),
            "benchmark_energy": (100, "kgce/t"),
            "main_devices": (18, "1"),
            "main_devices_advanced": (15, "1"),
            "captive_coal_capacity": (0, "MWh/h"),
        },
        (Retired(1_550_000, "2025-03-31", by="2025-09-30", proven=False),),
        {"air_nox": (300, 250)},
        "outside",
    ),
    Project(
        "aluminium",
        1,
        "XM1",
        "电解系列扩建项目",
        "Potline expansion",
        {"plan_conformity": "yes", "planned_grade": "A"},
        {"new_capacity": (100_000, "t"), "captive_coal_capacity": (300, "MWh/h")},
        (Retired(60_000, "2025-01-31", by="2026-06-30"),),
        region="inside",
    ),
    Project(
        "refining",
        1,
        "XM1",
        "常减压装置项目",
        "Crude distillation unit",
        {"eia_approval": "pending"},
        {"new_capacity": (6_000_000, "t")},
        (Retired(6_000_000, "2025-05-31"),),
        technology="crude_distillation",
    ),
    Project(
        "ammonia",
        1,
        "XM1",
        "合成氨装置项目",
        "Ammonia unit",
        {**_READY, "high_sulphur_petcoke": "no", "water_permit": "pending"},
        {
            "new_capacity": (300_000, "t"),
            "coal_added": (380_000, "t"),
            "coal_cut": (420_000, "t"),
        },
    ),
)


def report_projects(
    plants: Iterable[Plant], books: Mapping[str, Book], months: tuple[Month, ...]
) -> None:
    """Enter the projects of the plants that there are, in the last month of the sample."""
    counted: dict[str, int] = {}
    places: dict[tuple[str, int], str] = {}
    for plant in plants:
        counted[plant.sector] = counted.get(plant.sector, 0) + 1
        places[plant.sector, counted[plant.sector]] = plant.facility
    for project in PROJECTS:
        facility = places.get((project.sector, project.number))
        if facility is not None:
            _report(project, books[facility], months[-1])


def _report(project: Project, book: Book, month: Month) -> None:
    unit = book.unit(project.code, project.zh, project.en, "project", technology=project.technology)
    for item, word in project.words.items():
        book.fact(month, unit, "project_facts", item, word)
    for item, (amount, measured_in) in project.amounts.items():
        book.fact(month, unit, "project_facts", item, amount, measured_in)
    for number, line in enumerate(project.retired, 1):
        stream = f"retired_line_{number}"
        proven = line.proven
        book.fact(month, unit, stream, "retired_capacity", line.capacity, "t", proven=proven)
        book.fact(month, unit, stream, "stopped_on", line.stopped)
        if line.dismantled:
            book.fact(month, unit, stream, "dismantled_on", line.dismantled, proven=proven)
        if line.by:
            book.fact(month, unit, stream, "dismantle_by", line.by)
    for pollutant, (emission, cut) in project.cuts.items():
        book.fact(month, unit, pollutant, "planned_emission", emission, "t")
        book.fact(month, unit, pollutant, "regional_cut", cut, "t")
    if project.region:
        _place(project.region, book, month)


def _place(region: str, book: Book, month: Month) -> None:
    """Say where the plant lies, once: in place of what its facts of the year say already."""
    for row in book.rows:
        if (row["stream"], row["item"], row["period"]) == (
            "plant_facts",
            "key_region",
            month.period,
        ):
            row["quantity"] = region
            return
    book.fact(month, "", "plant_facts", "key_region", region)
