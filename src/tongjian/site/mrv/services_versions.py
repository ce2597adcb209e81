"""Versions of a report as pages show them (报告版本): figures, grounds, data, and what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from tongjian.engine import from_micro
from tongjian.records import Entered
from tongjian.reports import Words, change_sides, change_title
from tongjian.reports._numbers import grouped
from tongjian.site.mrv.inventory import Block, blocks, docs_of
from tongjian.site.mrv.models import SubmittedVersion
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.site.ui.texts import lang, text
from tongjian.site.workspaces import rulebook
from tongjian.units import parse_unit
from tongjian.versions import GROUPS, KeptRun, ReportVersion, diff, version_diff

_MOST_CHANGES = 100
BRACKETS = "（{}）"


@dataclass(frozen=True)
class VersionPage:
    """A version that the actor may know of (版本页)."""

    desk: ReportDesk
    version: ReportVersion

    @cached_property
    def row(self) -> SubmittedVersion | None:
        """It as it was handed in, sealed in the database; None where it was not."""
        seen = SubmittedVersion.objects.seen_by(self.desk.actor)
        found = seen.filter(
            plant_code=self.desk.plant.code, year=self.desk.year, number=self.version.number
        )
        return found.first()

    @cached_property
    def lines(self) -> list[Any]:
        """Its figures: the rows that were handed in, else the lines of its runs."""
        if self.row is not None:
            return list(self.row.figures.all())
        plant, year = self.desk.plant.code, self.desk.year
        return [
            line
            for kept in self.runs
            for line in kept.results.lines
            if (line.facility, line.year) == (plant, year)
        ]

    @cached_property
    def runs(self) -> list[KeptRun]:
        """The kept runs that it pins."""
        return [self.desk.workspace.runs.open(mark) for mark in self.version.runs]

    @cached_property
    def blocks(self) -> list[Block]:
        """Its figures as the page shows them."""
        names = {str(one["ruleset"]) for one in self.version.rulesets}
        open_ = Counter(
            str(name) for one in self.doubts if not one["confirmed"] for name in one["rulesets"]
        )
        return blocks(self.lines, docs_of(rulebook(), sorted(names), self.desk.year), open_)

    def run_with(self, ruleset: str, boundary: str) -> KeptRun:
        """The run that has the lines of a rule set, or of a boundary where none is named."""
        plant, year = self.desk.plant.code, self.desk.year
        for kept in self.runs:
            for line in kept.results.lines:
                if (line.facility, line.year) != (plant, year):
                    continue
                if (ruleset and line.ruleset == ruleset) or (
                    not ruleset and line.boundary == boundary
                ):
                    return kept
        return self.runs[0]

    @cached_property
    def doubts(self) -> list[dict[str, Any]]:
        """What it had from memory when it was made, and who had confirmed which of it."""
        found = self.desk.workspace.runs.get(self.version.statement)["doubts"]
        return [dict(one) for one in found]

    @cached_property
    def data(self) -> Any:
        """The activity data that it rests on, as recorded."""
        if self.row is not None:
            return self.row.rows.order_by("pk")
        store = self.desk.workspace.runs
        read = store.records_of(self.runs[0]).read_activity(self.desk.plant.code, self.desk.year)
        return list(read)

    @property
    def before(self) -> ReportVersion | None:
        """The version before it, of those that the actor may know of."""
        return next((one for one in self.desk.versions if one.number < self.version.number), None)

    def changes(self, older: ReportVersion) -> Mapping[str, Any]:
        """What differs from an older version, as data; as entered where it follows that one."""
        store = self.desk.workspace.runs
        if older.number == self.version.number - 1:
            entered = version_diff(store, self.version)
            if entered is not None:
                return entered
        key = (self.desk.plant.enterprise.key, older.runs, self.version.runs)
        return _computed(_Asked(key, self, older)).found


class _Asked:
    """A comparison under what it is made of, so that it is computed once in a process."""

    def __init__(self, key: object, page: VersionPage, older: ReportVersion) -> None:
        self.key, self.page, self.older = key, page, older

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self.key == other.key

    @cached_property
    def found(self) -> dict[str, Any]:
        store, newer = self.page.desk.workspace.runs, self.page.version
        left, right = ([store.open(mark) for mark in one.runs] for one in (self.older, newer))
        return diff(store, left, right, newer.facility, newer.year).as_dict()


@lru_cache(maxsize=32)
def _computed(asked: _Asked) -> _Asked:
    return asked


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the way from one total to the next (差异分解)."""

    kind: str
    """"total", "group" or "change"."""
    title: str
    before: str
    after: str
    amount: str
    grounds: str
    left: float
    width: float
    sign: str


@dataclass(frozen=True, slots=True)
class Waterfall:
    """How a total of one boundary got from one version to the next, exactly."""

    boundary: str
    unit: str
    left: str
    right: str
    steps: tuple[Step, ...]


def waterfalls(found: Mapping[str, Any]) -> tuple[list[Waterfall], list[str], list[dict[str, Any]]]:
    """For every total that moved its way, the names of those that did not, and problems."""
    words = Words.of(lang())
    made, still, problems = [], [], []
    for part in found["parts"]:
        name = words.term("boundary", part["boundary"])
        moved = [one for one in part["totals"] if _moves(part, one["unit"])]
        made += [_waterfall(words, name, part, total) for total in moved]
        if not moved:
            still.append(name)
        problems += part["problems"]
    return made, still, problems


def _moves(part: Mapping[str, Any], unit: str) -> bool:
    return any(one["unit"] == unit for change in part["changes"] for one in change["effects"])


def _waterfall(
    words: Words, name: str, part: Mapping[str, Any], total: Mapping[str, Any]
) -> Waterfall:
    unit = str(total["unit"])
    rows = list(_rows(words, part, total))
    # Bars show the moves alone: beside totals a thousand times as large they would be hairlines,
    # and a total cut off at its foot would look as if half of it had gone.
    marks = [0]
    for kind, _, micro, _ in rows:
        if kind == "change":
            marks.append(marks[-1] + micro)
    window = min(marks), max(marks)
    steps, at = [], 0
    for kind, said, micro, change in rows:
        begin = at
        if kind == "change":
            at += micro
        steps.append(_step(words, unit, kind, said, micro, change, (begin, at), window))
    sides = [part[side]["ruleset"] if part[side] else "–" for side in ("left", "right")]
    return Waterfall(name, unit, str(sides[0]), str(sides[1]), tuple(steps))


def _rows(
    words: Words, part: Mapping[str, Any], total: Mapping[str, Any]
) -> Iterator[tuple[str, str, int, Mapping[str, Any] | None]]:
    unit = total["unit"]
    yield "total", text("mrv.total_before"), int(total["left_micro"]), None
    for group in GROUPS:
        found = []
        for one in part["changes"]:
            effects = [its["micro"] for its in one["effects"] if its["unit"] == unit]
            if one["group"] == group and effects:
                found.append((sum(effects), one))
        if not found:
            continue
        yield "group", text(f"mrv.group_{group}"), sum(micro for micro, _ in found), None
        found.sort(key=lambda one: -abs(one[0]))
        for micro, one in found[:_MOST_CHANGES]:
            yield "change", change_title(words, one, BRACKETS), micro, one
        rest = found[_MOST_CHANGES:]
        if rest:
            said = text("mrv.further_changes", count=len(rest))
            yield "change", said, sum(micro for micro, _ in rest), None
    yield "total", text("mrv.total_after"), int(total["right_micro"]), None


def _step(
    words: Words,
    unit: str,
    kind: str,
    title: str,
    micro: int,
    change: Mapping[str, Any] | None,
    span: tuple[int, int],
    window: tuple[int, int],
) -> Step:
    before, after, grounds = "", "", ""
    if change is not None:
        before, after = change_sides(change)
        grounds = _grounds(words, change)
    low, high = window
    scale = 100 / ((high - low) or 1)
    begin, end = sorted(span)
    signed = kind != "total" and micro > 0
    amount = f"{'+' if signed else ''}{exact(micro, unit)}"
    sign = "" if kind == "total" else "up" if micro > 0 else "down"
    left, width = (begin - low) * scale, (end - begin) * scale
    return Step(kind, title, before, after, amount, grounds, round(left, 3), round(width, 3), sign)


def exact(micro: int, unit: str) -> str:
    """Whole micro-units in their unit, with every digit."""
    from decimal import Decimal

    value = Decimal(repr(from_micro(micro, parse_unit(unit))))
    return grouped(value.normalize() if value % 1 else value.to_integral_value())


def _grounds(words: Words, change: Mapping[str, Any]) -> str:
    detail = change["detail"]
    if "by" in detail:
        said = [detail["by"], detail["reason"], detail["correction_evidence"]]
        return " · ".join(one for one in said if one) or f"#{detail['import']}"
    parts = [words.clause(str(detail.get(name, ""))) for name in ("document", "clause")]
    return " · ".join(one for one in parts if one)


def changed_since(desk: ReportDesk, version: ReportVersion) -> list[Entered]:
    """What was recorded for the plant's year after the records that a version rests on."""
    store = desk.workspace.store
    if store.digest == version.records[0]["digest"]:
        return []
    number = max(int(one["number"]) for one in version.records)
    found = store.history("activity", facility=desk.plant.code, year=desk.year)
    return [one for one in found if one.number > number and one.until is None]


__all__ = [
    "BRACKETS",
    "Step",
    "VersionPage",
    "Waterfall",
    "changed_since",
    "exact",
    "waterfalls",
]
