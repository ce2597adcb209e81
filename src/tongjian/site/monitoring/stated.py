"""What the report of the year states of monitored lines (报告所载): amount, per product, route.

Read of the newest version that the actor may know of, as it was handed in where it was; the
quotient is that of the boards (`boards.measured.Kind`). ``lines.toml`` says where each stands.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tongjian.engine import from_micro, to_micro
from tongjian.rules import Words
from tongjian.site.boards import names
from tongjian.site.boards.measured import Kind
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.site.mrv.services_versions import VersionPage
from tongjian.units import parse_unit
from tongjian.versions import KeptRun


@dataclass(frozen=True, slots=True)
class StatedLine:
    """A line of products in a version (产品线): what leaves it, and by which route it is known.

    `amount` is in `unit`, `level` (per product) in `level_unit`; None where the version has no
    output. `measured` and `months` count the months by measurement and all that produced.
    """

    stream: str
    title: Words
    code: str
    substance: Words
    amount: float
    unit: str
    level: float | None
    level_unit: str
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


@lru_cache(maxsize=1)
def settings() -> tuple[dict[str, Any], ...]:
    """What is read: ``lines.toml``."""
    path = Path(__file__).with_name("lines.toml")
    return tuple(tomllib.loads(path.read_text(encoding="utf-8"))["line"])


def stated(desk: ReportDesk) -> Stated | None:
    """What the newest version says; None where there is none that the actor may know of."""
    wanted = [one for one in settings() if desk.plant.sector in one["sectors"]]
    if not wanted or not desk.versions:
        return None
    page = VersionPage(desk, desk.versions[0])
    lines = tuple(found for said in wanted if (found := _line(page, said)) is not None)
    return Stated(page.version.number, page.version.number in desk.handed_in, lines)


def _line(page: VersionPage, said: Mapping[str, Any]) -> StatedLine | None:
    where = said["ledger"]
    micro = [
        one.amount_micro
        for one in page.lines
        if all(getattr(one, name) == value for name, value in where.items())
    ]
    if not micro:
        return None
    kind = Kind(said["stream"], said["above"], said["below"])
    output = _output(page.runs, page.desk.plant.code, page.desk.year, said)
    measured, months = _routes(_data(page), said)
    return StatedLine(
        stream=said["stream"],
        title=names.key("stream", said["stream"]),
        code=where["substance"],
        substance=names.term("substance", where["substance"]),
        amount=from_micro(sum(micro), parse_unit(said["above"]["unit"])),
        unit=said["above"]["unit"],
        level=None if output is None else kind.value(sum(micro), output),
        level_unit=kind.unit,
        measured=measured,
        months=months,
    )


def _output(runs: Sequence[KeptRun], plant: str, year: int, said: Mapping[str, Any]) -> int | None:
    sheet, _, column = said["output"]["column"].rpartition(".")
    for kept in runs:
        for row in kept.results.sheets.get((said["output"]["ruleset"], sheet), ()):
            if (row["facility"], row["year"]) == (plant, year) and row.get(column) is not None:
                return to_micro(float(row[column]), parse_unit(said["below"]["unit"]))
    return None


def _data(page: VersionPage) -> Iterable[tuple[str, str, str, str]]:
    """Period, process unit, stream and item of what the version rests on."""
    wanted = ("period", "process_unit", "stream", "item")
    if page.row is not None:
        return page.row.rows.values_list(*wanted)
    return [tuple(str(row[name] or "") for name in wanted) for row in page.data]


def _routes(data: Iterable[tuple[str, str, str, str]], said: Mapping[str, Any]) -> tuple[int, int]:
    """How many months of units are by measurement, and how many there are."""
    found: dict[tuple[str, str], set[str]] = {}
    for period, unit, stream, item in data:
        if stream == said["stream"]:
            found.setdefault((period, unit), set()).add(item)
    own, sides = {*said["measured"]}, {*said["sides"]}
    measured = [one for one in found.values() if own & one or sides <= one]
    months = [one for one in found.values() if one & (own | sides | {said["produced"]})]
    return len(measured), len(months)


__all__ = ["Stated", "StatedLine", "settings", "stated"]
