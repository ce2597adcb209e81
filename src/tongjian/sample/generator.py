"""Puts the fictitious province together (虚构省份示例数据)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tongjian.problems import Problem, TongjianError
from tongjian.sample import aluminium, ammonia, cement, chemicals, refining, steel, steel_eaf
from tongjian.sample.book import Book, EvidenceNumbers, Row
from tongjian.sample.dice import Dice
from tongjian.sample.faults import plant_faults
from tongjian.sample.levels import report_levels
from tongjian.sample.market import report_market
from tongjian.sample.measures import Habits
from tongjian.sample.months import Month, first_months
from tongjian.sample.plants import SECTORS, Plant, plan
from tongjian.sample.projects import report_projects
from tongjian.sample.stacks import report_outlets

SEED = 20260101
PLANTS = 300
MONTHS = 24

Operate = Callable[[Plant, Book, tuple[Month, ...], Dice], None]

_SECTORS: dict[str, Operate] = {
    "refining": refining.refinery,
    "ammonia": ammonia.ammonia,
    "cement": cement.cement,
    "aluminium": aluminium.smelter,
    "nitric_acid": chemicals.nitric,
    "adipic_acid": chemicals.adipic,
    "caprolactam": chemicals.caprolactam,
}
_STEEL: dict[str, Operate] = {
    "coking": steel.integrated,
    "bof": steel.integrated,
    "eaf": steel_eaf.electric,
    "eaf_gas": steel_eaf.electric,
}


@dataclass(frozen=True, slots=True)
class SampleData:
    """Everything the fictitious province reports, as entered, and the faults planted in it."""

    activity: list[Row]
    facilities: list[Row]
    process_units: list[Row]
    faults: list[Row]


def generate(seed: int = SEED, plants: int = PLANTS, months: int = MONTHS) -> SampleData:
    """The sample for a seed: the same rows on every machine (示例数据).

    Raises `TongjianError` for fewer plants than there are sectors or for less than one month.
    """
    _check(plants, months)
    calendar, numbers = first_months(months), EvidenceNumbers()
    listed = plan(seed, plants)
    books: dict[str, Book] = {}
    for one in listed:
        dice = Dice(seed, one.facility, "rows")
        book = books[one.facility] = Book(one.facility, Habits(dice), numbers)
        operate = _STEEL[one.route] if one.sector == "steel" else _SECTORS[one.sector]
        operate(one, book, calendar, dice)
        report_outlets(one, book, calendar, Dice(seed, one.facility, "outlets"))
    faults = plant_faults(listed, books)
    report_market(listed, books, calendar, seed)
    for one in listed:
        report_levels(one, books[one.facility], calendar, Dice(seed, one.facility, "levels"))
    report_projects(listed, books, calendar)
    return SampleData(
        activity=[row for book in books.values() for row in book.rows],
        facilities=[dict(one.row()) for one in listed],
        process_units=[row for book in books.values() for row in book.units],
        faults=faults,
    )


@lru_cache(maxsize=4)
def _faults(seed: int, plants: int, months: int) -> tuple[Row, ...]:
    return tuple(generate(seed, plants, months).faults)


def planted_faults(
    seed: int = SEED, plants: int = PLANTS, months: int = MONTHS
) -> list[dict[str, Any]]:
    """The faults planted in that sample: where, what, and how a run shows them (预埋差错)."""
    return [dict(fault) for fault in _faults(seed, plants, months)]


def _check(plants: int, count: int) -> None:
    problems = []
    if plants < len(SECTORS):
        values = {"plants": plants, "least": len(SECTORS)}
        problems.append(Problem("sample.too_few_plants", values=values))
    if count < 1:
        problems.append(Problem("sample.too_few_months", values={"months": count}))
    if problems:
        raise TongjianError(problems)
