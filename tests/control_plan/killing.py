"""Kill -9 while months are frozen, again and again, and look at what the log says then.

    python -m tests.control_plan 200

Any store can be given: a function that makes it for a folder, which another process can import.

A writer freezes one month over and over in a process of its own, and tells of each freeze as soon
as `freeze` has returned. It is killed after a random time, or at its next access to a file: just
before it opens the log or its head, or puts the new head in place of the old one. Then the next
writer goes on with the same log.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.control_plan.plants import FACILITY, Clock, a_plan, bare_guide, example, row
from tongjian.control_plan import freeze, history, revise
from tongjian.evidence import EvidenceLog, FileStore, LogStore

MONTH = "2024-03"
KEY = ("coke-used", "coke-ncv", "bf-gas-used", "limestone-used", "power-bought", "steel-out")
_DATA = (
    ("coke", "consumed"),
    ("coke", "ncv"),
    ("bfg", "consumed"),
    ("limestone", "consumed"),
    ("electricity", "purchased"),
    ("crude_steel", "fixed_output"),
)
# Writers are forked from a process that has loaded everything and holds no thread.
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["tests.control_plan.killing"])
_LONGEST_S, _PATIENCE_S = 0.1, 0.5
_ACCESSES = 40
_FRESH = 20  # rounds after which a new log is begun


@dataclass
class Tally:
    """What was seen: how often, and everything that was wrong."""

    kills: int = 0
    acknowledged: int = 0
    entries: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def text(self) -> str:
        outcomes = ", ".join(f"{name} {count}" for name, count in sorted(self.outcomes.items()))
        return (
            f"{self.kills} kills; {self.acknowledged} freezes acknowledged, {self.entries} in the "
            f"log; the last one: {outcomes}; wrong: {len(self.wrong)}"
        )


def rows(number: int) -> list[dict[str, Any]]:
    """The records of the month in their `number`-th version: every quantity is that number."""
    return [row(MONTH, stream, item, float(number)) for stream, item in _DATA]


Make = Callable[[Path], LogStore]


def file_store(folder: Path) -> LogStore:
    """The log as a file."""
    return FileStore(folder / "evidence" / "log.jsonl")


def begin(store: LogStore) -> None:
    """A log with the plan in it."""
    data = example()
    for one in data["parameters"]:
        one["key"] = one["id"] in KEY
    revise(EvidenceLog(store, Clock()), a_plan(data), by="张三")


def write(make: Make, folder: Path, first: int, at_access: int, told: Connection) -> None:
    """Freeze one version after another until somebody ends it; the writer's part."""
    log, guide = EvidenceLog(make(folder), Clock("2024-04-05")), bare_guide()
    told.send_bytes(b"ready")
    if at_access:
        _die_at(at_access, str(folder))
    for number in range(first, sys.maxsize):
        made = freeze(log, FACILITY, MONTH, rows(number), guide, "张三", reason=f"v{number}")
        told.send_bytes(f"{made.entry} {number}".encode())


def _die_at(access: int, folder: str) -> None:
    """Kill this process before its next accesses to files of the log, at one of them."""
    left = access

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in ("open", "os.rename") and str(arguments[0]).startswith(folder):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def kill_many(folder: Path, times: int, make: Make = file_store, seed: int = 1) -> Tally:
    """Kill `times` writers one after another and look at the log after each."""
    dice, tally = random.Random(seed), Tally()
    acknowledged: dict[int, int] = {}
    before: dict[int, int] = {}
    for turn in range(times):
        place = folder / f"{turn // _FRESH}"
        if turn % _FRESH == 0:
            acknowledged, before = {}, {}
            place.mkdir(parents=True)
            begin(make(place))
        access = dice.randint(1, _ACCESSES) if turn % 2 else 0
        told = _kill_one(make, place, max(before.values(), default=0) + 1, access, dice)
        acknowledged |= told
        found, problems = look(make(place), acknowledged)
        tally.kills += 1
        tally.acknowledged += len(told)
        tally.entries += len(found) - len(before)
        tally.wrong += [f"turn {turn}: {one}" for one in problems]
        tally.outcomes[_outcome(place, len(found) - len(before), len(told))] += 1
        before = found
    return tally


def _kill_one(
    make: Make, place: Path, first: int, access: int, dice: random.Random
) -> dict[int, int]:
    """Run a writer until it is killed; what it told of: number of the entry and version."""
    ours, theirs = _SERVER.Pipe(duplex=False)
    child = _SERVER.Process(target=write, args=(make, place, first, access, theirs), daemon=True)
    child.start()
    theirs.close()
    assert ours.recv_bytes() == b"ready"
    # A store that opens no file by Python dies by the clock.
    child.join(_PATIENCE_S if access else dice.uniform(0, _LONGEST_S))
    child.kill()
    told: dict[int, int] = {}
    with contextlib.suppress(EOFError, OSError):
        while True:
            entry, number = map(int, ours.recv_bytes().split())
            told[entry] = number
    child.join(60)
    assert child.exitcode == -signal.SIGKILL, child.exitcode
    return told


def look(store: LogStore, acknowledged: dict[int, int]) -> tuple[dict[int, int], list[str]]:
    """The freezes in the log, by entry, and everything that is wrong with them."""
    log = EvidenceLog(store)
    wrong = [one.text("en") for one in log.problems() if one.severity == "error"]
    found: dict[int, int] = {}
    for one in history(log, FACILITY).freezes:
        number = int(one.reason[1:])
        found[one.entry] = number
        values = {its.parameter: [value["quantity"] for value in its.values] for its in one.values}
        if values != {name: [float(number)] for name in KEY} or one.missing:
            wrong.append(f"entry {one.entry} is not whole: {values}")
    for entry, number in acknowledged.items():
        if found.get(entry) != number:
            wrong.append(f"entry {entry} (v{number}) was acknowledged and is {found.get(entry)}")
    return found, wrong


def _outcome(place: Path, made: int, told: int) -> str:
    file = place / "evidence" / "log.jsonl"
    if file.is_file() and file.read_bytes()[-1:] != b"\n":
        return "half a line, which does not count"
    if made > told:
        return "in the log, nobody was told"
    return "acknowledged" if told else "not begun"
