"""Makes the sample site (建立演示网站), in as many processes as there are cores."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from tongjian.sample import SampleData
from tongjian.site.boot import boot, migrate

Progress = Callable[[int, int], None]
_DONE = "demo.json"
_FORMAT = 4
FIRST_YEAR, LAST_YEAR = 2024, 2025


@dataclass(frozen=True, slots=True)
class Built:
    """What was made (演示网站): its folder, how many reports, and whether it was there already."""

    folder: Path
    enterprises: int
    reports: int
    known: bool


@dataclass(frozen=True, slots=True)
class Task:
    """What becomes of one enterprise: how far its reports go, whether it has a year of monitors."""

    facility: str
    number: int
    stages: tuple[tuple[int, str], ...]
    monitored: bool = False


def build_demo(
    folder: Path,
    records: Path,
    data: SampleData,
    *,
    workers: int = 0,
    progress: Progress = lambda done, total: None,
) -> Built:
    """Make the sample site in `folder` from the workspace `records`, into which `data` went.

    A site that was finished there is taken as it is; one that was not is made anew. The process is
    set up for the site (`boot`), so this is called once in a process.
    """
    known = _finished(folder, len(data.facilities))
    if known is not None:
        boot(folder)
        migrate()
        return known
    if folder.exists():
        shutil.rmtree(folder)
    boot(folder)
    migrate()
    tasks = _prepare(data)
    # Long ones first, so that at the end no process waits for another.
    tasks.sort(key=lambda one: -_weight(one))
    count = min(workers or os.cpu_count() or 1, len(tasks))
    begin = (str(folder), str(records))
    with ProcessPoolExecutor(count, get_context("spawn"), _begin, begin) as pool:
        parts = [pool.submit(do_task, one) for one in tasks]
        for done, part in enumerate(as_completed(parts), 1):
            part.result()
            progress(done, len(parts))
        # What is handed in is complete: what boards show of it is calculated side by side.
        for board in [pool.submit(judge_for, role) for role in _JUDGED_FOR]:
            board.result()
    made = Built(folder, len(tasks), sum(len(one.stages) for one in tasks), known=False)
    said = {"format": _FORMAT, "enterprises": made.enterprises, "reports": made.reports}
    (folder / _DONE).write_text(json.dumps(said) + "\n", encoding="utf-8")
    return made


def _finished(folder: Path, enterprises: int) -> Built | None:
    try:
        said = json.loads((folder / _DONE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if (said.get("format"), said.get("enterprises")) != (_FORMAT, enterprises):
        return None
    return Built(folder, said["enterprises"], said["reports"], known=True)


# ---- before: who there is ---------------------------------------------------------------------


def _prepare(data: SampleData) -> list[Task]:
    from tongjian.site.demo import people
    from tongjian.site.demo.registry import register_all
    from tongjian.site.operations.console import console_actor

    actor = console_actor()
    enterprises = register_all(actor, data)
    tasks = _tasks(data)
    at_home = next(at for at, one in enumerate(tasks) if one.number == 0)
    by_code = dict(zip((str(row["facility"]) for row in data.facilities), enterprises, strict=True))
    made = people.make_people(actor, enterprises[at_home])
    people.make_city_staff(actor)
    verified = []
    for task in tasks:
        enterprise = by_code[task.facility]
        if task.number and task.stages:
            people.make_staff(actor, enterprise, task.number)
        if _is_verified(task):
            verified.append((enterprise, [year for year, _ in task.stages]))
    for enterprise, years in verified:
        for year in years:
            people.assign_all(actor, made, [enterprise], year)
    return tasks


# How far the reports of the last year go, in turn: more of them at the beginning of the way.
_IN_TURN = (
    *("submitted", "accepted", "draft", "under_verification", "verified", "findings_open"),
    *("city_reviewed", "draft", "submitted", "returned", "accepted", "supplementary"),
)
_MONITORS = 100
"""How much longer a year of telegrams takes than a step of a report."""
_AT_HOME = "3201"
_ELSEWHERE = 100
"""Of the plants of other cities, one in so many has its report on the way."""


def _tasks(data: SampleData) -> list[Task]:
    """Which enterprise's reports go how far; that of the preparer's account has the number 0."""
    found: list[Task] = []
    turns, others, home = 0, 0, False
    for number, row in enumerate(data.facilities, 1):
        code, division = str(row["facility"]), str(row["division"])
        near = division.startswith(_AT_HOME)
        if near and not home:
            home = True
            found.append(Task(code, 0, ((FIRST_YEAR, "supplementary"), (LAST_YEAR, "draft"))))
            continue
        others += not near
        stages: tuple[tuple[int, str], ...] = ()
        # Each step of the way once at home: whoever tries the site out finds one of every kind.
        if turns < len(_IN_TURN) if near else others % _ELSEWHERE == 1:
            stages = ((LAST_YEAR, _IN_TURN[turns % len(_IN_TURN)]),)
            turns += 1
        elif near:  # so that boards have something to draw of every sector, and to compare
            years = (FIRST_YEAR, LAST_YEAR) if number % 3 == 0 else (LAST_YEAR,)
            stages = tuple((year, "submitted") for year in years)
        found.append(Task(code, number, stages))
    _give_monitors(found, data)
    if not home:  # a small sample need not have a plant in that city
        found[0] = Task(found[0].facility, 0, ((LAST_YEAR, "draft"),))
    return found


def _give_monitors(tasks: list[Task], data: SampleData) -> None:
    """One plant gets monitors, at home if there is such a one, and hands its report in."""
    from tongjian.site.demo.words import words

    sector = words()["monitored"]["sector"]
    wanted = [
        (not str(row["division"]).startswith(_AT_HOME), at)
        for at, row in enumerate(data.facilities)
        if row["sector"] == sector and tasks[at].number
    ]
    if wanted:
        at = min(wanted)[1]
        stages = tasks[at].stages or ((LAST_YEAR, "submitted"),)
        tasks[at] = replace(tasks[at], stages=stages, monitored=True)


def _is_verified(task: Task) -> bool:
    from tongjian.site.demo.journey import STAGES

    first = STAGES.index("submitted")
    return any(STAGES.index(stage) >= first for _, stage in task.stages)


def _weight(task: Task) -> int:
    from tongjian.site.demo.journey import STAGES

    own = sum(STAGES.index(stage) + 1 for _, stage in task.stages)
    return own + _MONITORS * task.monitored


# ---- in the processes: records and reports ------------------------------------------------------

_records = [""]


def _begin(folder: str, records: str) -> None:
    boot(Path(folder))
    from tongjian.site.workspaces import warm

    warm()
    _records[0] = records


def do_task(task: Task) -> None:
    """The records of one enterprise, and its reports."""
    from tongjian.records import Store
    from tongjian.site.demo.journey import Journey
    from tongjian.site.demo.monitored import is_told, monitor
    from tongjian.site.demo.people import cast_of
    from tongjian.site.demo.words import words
    from tongjian.site.mrv.projection import catch_up
    from tongjian.site.registry.models import Plant
    from tongjian.site.registry.services import sync
    from tongjian.site.workspaces import Workspace

    plant = Plant.every.select_related("enterprise").get(code=task.facility)
    workspace = Workspace(plant.enterprise)
    sample = Store.open(_records[0])
    rows = sample.read_activity(task.facility)
    facilities = [one for one in sample.read_facilities() if one["facility"] == task.facility]
    units = [one for one in sample.read_process_units() if one["facility"] == task.facility]
    if task.monitored:
        rows = [one for one in rows if not is_told(one, LAST_YEAR)]
    workspace.store.add(rows, facilities, units, source=str(words()["source"]))
    sync(workspace)
    if task.stages:
        people = cast_of(plant)
        if task.monitored:
            monitor(plant, LAST_YEAR, rows, people["preparer"])
        for year, stage in task.stages:
            Journey(plant, year, people).go(stage)
    catch_up(workspace)


_JUDGED_FOR = ("province", "city")


def judge_for(role: str) -> None:
    """Levels and targets of what an authority sees, as its button on the boards has them made."""
    from tongjian.site.access.models import User
    from tongjian.site.boards.judging import KIND
    from tongjian.site.demo.people import actor_of
    from tongjian.site.operations.jobs import start, work

    actor = actor_of(User.objects.get(username=role), role)
    work.call(start(KIND, actor, asked={"year": str(LAST_YEAR)}).pk)


__all__ = ["Built", "Progress", "build_demo"]
