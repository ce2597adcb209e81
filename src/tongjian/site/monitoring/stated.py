"""What the report of the year states of monitored lines (报告所载): amount, per product, route.

Read of the kept results of the newest version that the actor may know of: one way of computing, the
ordinary run of the records. `tongjian.measured` says which of its numbers monitoring leads to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from tongjian.measured import recorded, result_cells
from tongjian.rules import RuleError, Words
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.site.mrv.services_versions import VersionPage
from tongjian.site.workspaces import rulebook

_PRODUCED = "produced"
_STACK = "stack"
_SIDES = ("inlet", "outlet")


@dataclass(frozen=True, slots=True)
class StatedNumber:
    """A yearly number of a line (年度数), None where not known; `query` asks for its trace."""

    column: str
    title: Words
    value: float | None
    unit: str
    query: str


@dataclass(frozen=True, slots=True)
class StatedLine:
    """A process unit in a version (装置): its numbers, and by which route they are known.

    `measured` and `months` count the months by measurement and all that produced.
    """

    process_unit: str
    numbers: tuple[StatedNumber, ...]
    measured: int
    months: int

    @property
    def route(self) -> str:
        """ "measured", "factor" or "both"."""
        if not self.measured:
            return "factor"
        return "measured" if self.measured >= self.months else "both"


@dataclass(frozen=True, slots=True)
class Stated:
    """What a version states (报告版本所载): its number, whether it was handed in, its lines."""

    number: int
    handed_in: bool
    lines: tuple[StatedLine, ...]


def stated(desk: ReportDesk) -> Stated | None:
    """What the newest version says; None where there is none that the actor may know of."""
    if not desk.versions:
        return None
    page = VersionPage(desk, desk.versions[0])
    found: dict[str, list[StatedNumber]] = {}
    for unit, number in _numbers(page):
        found.setdefault(unit, []).append(number)
    routes = _routes(_data(page)) if found else {}
    lines = tuple(
        StatedLine(unit, tuple(numbers), *routes.get(unit, (0, 0)))
        for unit, numbers in sorted(found.items())
    )
    return Stated(page.version.number, page.version.number in desk.handed_in, lines)


def _numbers(page: VersionPage) -> Iterator[tuple[str, StatedNumber]]:
    mine = (page.desk.plant.code, page.desk.year)
    for kept in page.runs:
        for ruleset, sheet, column in result_cells():
            for row in kept.results.sheets.get((ruleset, sheet), ()):
                if (row["facility"], row["year"]) != mine or column not in row:
                    continue
                title, unit = _named(ruleset, sheet, column, page.desk.year)
                said = {"ruleset": ruleset, "cell": f"{sheet}.{column}"}
                said |= {"key.process_unit": row["process_unit"]}
                value = None if row[column] is None else float(row[column])
                yield (
                    row["process_unit"],
                    StatedNumber(column, title, value, unit, urlencode(said)),
                )


@lru_cache(maxsize=256)
def _named(ruleset: str, sheet: str, column: str, year: int) -> tuple[Words, str]:
    """Title and unit of a column; by its name alone where the rulebook no longer has it."""
    try:
        edition = rulebook().ruleset(ruleset, year)
        doc = None if edition is None else edition.program.sheets[sheet].formulas[column].doc
    except (RuleError, KeyError):
        doc = None
    if doc is None:
        return Words(column, column), ""
    return doc.title, doc.unit.text if doc.unit else ""


def _data(page: VersionPage) -> Iterable[tuple[str, str, str]]:
    """Period, process unit and item of what the version rests on."""
    wanted = ("period", "process_unit", "item")
    if page.row is not None:
        rows: Any = page.row.rows.filter(item__in=_items()).values_list(*wanted)
        return [(period, unit, item) for period, unit, item in rows]
    return [
        (str(row["period"]), str(row["process_unit"] or ""), str(row["item"]))
        for row in page.data
        if row["item"] in _items()
    ]


def _items() -> list[str]:
    own, sides = _measuring()
    return [_PRODUCED, *own, *sides]


@lru_cache(maxsize=1)
def _measuring() -> tuple[frozenset[str], frozenset[str]]:
    """The items by which a month of a line is by measurement: alone, or both together."""
    of_lines = [one for one in recorded().values() if one.item and not one.stream and one.position]
    own = frozenset(one.item for one in of_lines if one.position == _STACK)
    return own, frozenset(one.item for one in of_lines if one.position in _SIDES)


def _routes(data: Iterable[tuple[str, str, str]]) -> dict[str, tuple[int, int]]:
    """By process unit: how many months are by measurement, and how many there are."""
    months: dict[str, dict[str, set[str]]] = {}
    for period, unit, item in data:
        months.setdefault(unit, {}).setdefault(period, set()).add(item)
    own, sides = _measuring()
    return {
        unit: (sum(bool(own & one) or sides <= one for one in found.values()), len(found))
        for unit, found in months.items()
    }


__all__ = ["Stated", "StatedLine", "StatedNumber", "stated"]
