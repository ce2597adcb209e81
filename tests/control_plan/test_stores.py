"""The same plan on every store: a file, SQLite and a real PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.control_plan.killing import Make, file_store, kill_many
from tests.control_plan.plants import FACILITY, Clock, a_plan, bare_guide, example, row
from tongjian import book
from tongjian.control_plan import calibrate, freeze, history, meter_state, month_states, revise
from tongjian.evidence import EvidenceLog, LogStore

_OPEN: list[Any] = []


def sqlite_store(folder: Path) -> LogStore:
    """The log in a file of SQLite."""
    return book.SqliteStore(book.SqliteConnections(folder / "log.sqlite3"), "plan")


def postgres_store(conninfo: str, folder: Path) -> LogStore:
    """A log of a server, which is named after the folder."""
    _OPEN.append(book.PostgresConnections(conninfo))
    return book.PostgresStore(_OPEN[-1], str(folder)[-200:], "plans")


@pytest.fixture(params=["file", "sqlite", "postgres"])
def make(request) -> Iterator[Make]:
    """Makes a store for a folder; what it opened here is closed behind the test."""
    known: dict[str, Make] = {"file": file_store, "sqlite": sqlite_store}
    if request.param == "postgres":
        known["postgres"] = partial(postgres_store, request.getfixturevalue("postgres"))
    yield known[request.param]
    while _OPEN:
        _OPEN.pop().close()


def test_a_plan_lives_on_any_store(tmp_path, make):
    clock = Clock("2023-12-20")
    data = example()
    for one in data["parameters"]:
        one["key"] = one["id"] == "coke-used"
    revise(EvidenceLog(make(tmp_path), clock), a_plan(data), by="张三")
    clock.set("2024-04-08")
    log = EvidenceLog(make(tmp_path), clock)
    rows = [row("2024-03", "coke", "consumed", 8300.0)]
    freeze(log, FACILITY, "2024-03", rows, bare_guide(), "李四")
    calibrate(log, FACILITY, "W1", "王五", day=date(2024, 4, 1), result="fail")

    known = history(EvidenceLog(make(tmp_path), clock), FACILITY)

    assert known.revisions[0].plan.data == a_plan(data).data
    assert [(one.month, one.by) for one in known.freezes] == [("2024-03", "李四")]
    assert meter_state(known, "W1", "2024-04", date(2024, 4, 8)).state == "failed"
    rows[0]["quantity"] = 8200.0
    states = month_states(known, rows, 2024, bare_guide(), date(2024, 4, 8))
    assert [one.month for one in states if one.changes] == ["2024-03"]


def test_a_freeze_is_whole_or_not_there_when_its_writer_is_killed(tmp_path, make, exhaustive):
    """200 of each in the exhaustive run; see `tests.control_plan.killing`."""
    tally = kill_many(tmp_path, 200 if exhaustive else 6, make)

    assert tally.wrong == []
    assert tally.acknowledged <= tally.entries <= tally.acknowledged + tally.kills
