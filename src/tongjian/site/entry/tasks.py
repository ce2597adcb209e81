"""What there is to do for a plant's year (任务清单): what is due, missing, or looks wrong.

Every statement is the library's: of the control plan, of a run over the records as they are, of the
screening. Here they are gathered, each with the page on which it is mended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from tongjian.control_plan import (
    MonthState,
    findings,
    history,
    month_states,
    read_guide,
    reads,
    shown,
    wanted,
    word,
)
from tongjian.engine import run
from tongjian.evidence import china_day
from tongjian.problems import Problem, TongjianError
from tongjian.records import Store
from tongjian.reports import Words as ReportWords
from tongjian.screening import screen
from tongjian.site.entry.grid import clauses, rulesets_of
from tongjian.site.entry.models import TaskList
from tongjian.site.registry.models import Plant
from tongjian.site.ui.repairs import repair_of
from tongjian.site.ui.texts import texts
from tongjian.site.workspaces import Workspace, catalogue, rulebook

Task = dict[str, Any]
Row = Mapping[str, Any]
_MONTHS = 12
_Lang = Literal["zh", "en"]
_LANGUAGES: tuple[_Lang, ...] = ("zh", "en")
_MOST = 200
_WRONG = ("nonconformity", "clarification")
_MONTHS_DUE = "control_plan.freeze_missing"


def tasks_of(workspace: Workspace, plant: Plant, year: int) -> TaskList:
    """The task list of a plant's year; worked out again only where something has changed."""
    today = china_day(workspace.log.clock())
    mark = _mark(workspace, plant, year, today)
    known = TaskList.every.filter(plant=plant, year=year).first()
    if known is not None and known.mark == mark:
        return known
    made = _Desk(workspace, plant, year, today)
    values = {
        "enterprise": plant.enterprise,
        "mark": mark,
        "tasks": made.tasks()[:_MOST],
        "matrix": made.matrix(),
    }
    found, _ = TaskList.every.update_or_create(plant=plant, year=year, defaults=values)
    return found


def years_of(store: Store, today: date) -> list[int]:
    """The years that have data, and those that one would begin now, newest first."""
    return sorted({*store.years(), today.year, today.year - 1}, reverse=True)


def _mark(workspace: Workspace, plant: Plant, year: int, today: date) -> str:
    head = workspace.log.store.last() or ""
    parts = (workspace.store.digest, head, rulebook().digest, today, plant.sector, year)
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


class _Desk:
    """All that is known of a plant's year."""

    def __init__(self, workspace: Workspace, plant: Plant, year: int, today: date) -> None:
        self.workspace, self.plant, self.year, self.today = workspace, plant, year, today
        self.every = workspace.store.read_activity(plant.code)
        self.rows = [row for row in self.every if row["year"] == year]
        self.rulesets = rulesets_of(plant.sector, year)
        self.plan = history(workspace.log, plant.code)
        self.months, self.guide = self._months()

    def _months(self) -> tuple[list[MonthState], Any]:
        try:
            guide = read_guide(rulebook(), self.plant.sector, catalogue())
        except TongjianError:
            return [], None
        return month_states(self.plan, self.rows, self.year, guide, self.today), guide

    def tasks(self) -> list[Task]:
        found = [*self.due(), *self.missing(), *self.wrong()]
        unique = {(one["kind"], one["zh"]): one for one in found}
        order = {"due": 0, "missing": 1, "wrong": 2, "note": 3}
        return sorted(unique.values(), key=lambda one: (order[one["kind"]], one["due"] or "9"))

    # ---- due ----

    def due(self) -> Iterator[Task]:
        for one in self.months:
            if one.state in ("due", "late missing"):
                values = _alike(month=one.month, count=len(one.key))
                key = "task_freeze" if one.state == "due" else "task_freeze_late"
                clause = self.guide.deadline(one.month)
                yield _task(
                    "due",
                    key,
                    values,
                    at="months",
                    anchor=f"m{one.month}",
                    due="" if one.deadline is None else one.deadline.isoformat(),
                    clause=clause[1].text() if clause else "",
                )

    # ---- missing ----

    def missing(self) -> Iterator[Task]:
        if not self.rows:
            yield _task("missing", "task_no_data", _alike(year=self.year), at="grid")
        for one in wanted(self.rows, self.rulesets, catalogue()):
            if one.needed and not one.tier:
                stream, item = one.need.stream, one.need.item
                values = _datum("", stream, item)
                yield _task(
                    "missing",
                    "task_input",
                    values,
                    at="grid",
                    stream=stream,
                    anchor=_anchor("", stream, item),
                    clause=self.clause(stream, item),
                )
        for (unit, stream, item), gaps in self.gaps().items():
            values = _datum(unit, stream, item, months=shown(gaps), count=len(gaps))
            anchor = _anchor(unit, stream, item)
            yield _task("missing", "task_months", values, at="grid", anchor=anchor)

    def gaps(self) -> dict[tuple[str, str, str], list[str]]:
        """Months that are over and lack a datum that other months have."""
        over = [month for month in self.all_months() if self.is_over(month)]
        found = {}
        for datum, periods in self.series().items():
            if str(self.year) not in periods:
                gaps = [month for month in over if month not in periods]
                if gaps:
                    found[datum] = gaps
        return found

    def series(self) -> dict[tuple[str, str, str], set[str]]:
        """The periods of every amount that is recorded this year."""
        found: dict[tuple[str, str, str], set[str]] = {}
        words = ReportWords.of("zh")
        for row in self.rows:
            if words.is_activity(row["stream"], row["item"]):
                datum = (str(row["process_unit"] or ""), str(row["stream"]), str(row["item"]))
                found.setdefault(datum, set()).add(str(row["period"]))
        return found

    def clause(self, stream: str, item: str) -> str:
        found = clauses(self.rulesets, stream, item)
        return " ".join(filter(None, found[0][1:])) if found else ""

    # ---- wrong ----

    def wrong(self) -> Iterator[Task]:
        if self.rows:
            for problem in _run_problems(self.workspace, self.year):
                if self.plant.code in str(problem.values.get("row", self.plant.code)):
                    kind = "missing" if problem.code == "engine.missing_input" else "wrong"
                    yield _of_problem(problem, kind, at="grid")
        if self.plan.revisions and self.guide is not None:
            read = reads(self.rulesets, catalogue())
            told = findings(self.plan, self.rows, self.year, self.guide, self.today, read)
            for finding in told:
                # Months without evidence stand among what is due.
                if finding.severity in _WRONG and finding.words.code != _MONTHS_DUE:
                    at = "grid" if finding.subject.startswith("datum:") else "plan"
                    yield _of_problem(finding.words, "wrong", at=at, clause=finding.clause.text())
        for one in screen(self.every, catalogue()):
            if not one.periods or any(each.startswith(str(self.year)) for each in one.periods):
                anchor = _anchor(one.process_unit, one.stream, one.item)
                yield _of_problem(one.words, "wrong", at="grid", anchor=anchor)
        if not self.plan.revisions:
            yield _task("note", "task_no_plan", _alike(), at="plan")

    # ---- progress ----

    def all_months(self) -> list[str]:
        return [f"{self.year}-{month:02d}" for month in range(1, _MONTHS + 1)]

    def is_over(self, month: str) -> bool:
        return month < f"{self.today:%Y-%m}"

    def matrix(self) -> dict[str, Any]:
        """Streams by months: whether all of it, some or nothing is recorded; and the freezing."""
        months = self.all_months()
        streams: dict[tuple[str, str], list[set[str]]] = {}
        for (unit, stream, _), periods in self.series().items():
            streams.setdefault((unit, stream), []).append(periods)
        lines = [
            {
                "process_unit": unit,
                "zh": ReportWords.of("zh").key("stream", stream),
                "en": ReportWords.of("en").key("stream", stream),
                "anchor": _anchor(unit, stream, ""),
                "cells": [self.state(month, items) for month in months],
            }
            for (unit, stream), items in streams.items()
        ]
        frozen = {one.month: one for one in self.months}
        freezing = [
            {
                "state": frozen[month].state if month in frozen else "",
                "zh": word("month", frozen[month].state, "zh") if month in frozen else "",
                "en": word("month", frozen[month].state, "en") if month in frozen else "",
            }
            for month in months
        ]
        return {"months": months, "lines": lines, "frozen": freezing if frozen else []}

    def state(self, month: str, items: Sequence[set[str]]) -> str:
        if all(str(self.year) in periods for periods in items):
            return "year"
        there = sum(month in periods or str(self.year) in periods for periods in items)
        if there == len(items):
            return "full"
        if there:
            return "part"
        return "none" if self.is_over(month) else "later"


def _run_problems(workspace: Workspace, year: int) -> tuple[Problem, ...]:
    """What a run over the records as they are would leave out, or doubt."""
    return _problems_of(workspace.folder.as_posix(), workspace.store.digest, year)


@lru_cache(maxsize=64)
def _problems_of(folder: str, _digest: str, year: int) -> tuple[Problem, ...]:
    # The digest stands for what the records say: the same ones need no second run.
    try:
        return tuple(run(rulebook(), Store.open(folder), None, [year]).problems)
    except TongjianError as error:
        return tuple(error.problems)


Said = Mapping[str, Mapping[str, object]]
"""Values of a phrase in each language."""


def _datum(unit: str, stream: str, item: str, **more: object) -> Said:
    return {
        lang: {
            "unit": f"{unit} · " if unit else "",
            "stream": ReportWords.of(lang).key("stream", stream),
            "item": ReportWords.of(lang).item(stream, item),
            **more,
        }
        for lang in _LANGUAGES
    }


def _alike(**values: object) -> Said:
    return dict.fromkeys(_LANGUAGES, values)


def _anchor(unit: str, stream: str, item: str) -> str:
    return "-".join(filter(None, ("g", unit, stream, item)))


def _task(kind: str, key: str, values: Said, **more: str) -> Task:
    words, fix = texts()[f"entry.{key}"], texts()[f"entry.{key}_fix"]
    said = {lang: words[lang].format(**values[lang]) for lang in _LANGUAGES}
    return _plain(kind, said, {lang: fix[lang] for lang in _LANGUAGES}, more)


def _of_problem(problem: Problem, kind: str, **more: str) -> Task:
    said = {lang: problem.message(lang) for lang in _LANGUAGES}
    return _plain(kind, said, {lang: repair_of(problem, lang) for lang in _LANGUAGES}, more)


def _plain(
    kind: str, said: Mapping[_Lang, str], fix: Mapping[_Lang, str], more: Mapping[str, str]
) -> Task:
    blank = dict.fromkeys(("at", "anchor", "stream", "due", "clause"), "")
    words = {"zh": said["zh"], "en": said["en"]}
    repair = {"repair_zh": fix["zh"], "repair_en": fix["en"]}
    return {"kind": kind, **words, **repair, **blank, **more}


def progress(matrix: Mapping[str, Any]) -> list[int]:
    """Of each month, the share of streams that are complete, in per cent."""
    lines: Iterable[Any] = matrix.get("lines", ())
    columns = list(zip(*(line["cells"] for line in lines), strict=True))
    return [
        round(100 * sum(one in ("full", "year") for one in column) / len(column))
        for column in columns
    ]


__all__ = ["Task", "progress", "tasks_of", "years_of"]
