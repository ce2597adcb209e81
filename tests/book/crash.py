"""Writers are killed in the middle of appending, and the log is looked at (崩溃试验).

    python -m tests.book.crash [--rounds 200] [file sqlite postgres server]

A writer appends without end and says on a pipe what was acknowledged to it; at a random moment it
gets SIGKILL. Whatever it had been told has to stand, each batch whole or not at all, and the next
writer goes on. With `server` it is the process of PostgreSQL that serves the writer which is
killed, upon which the server throws away its memory and recovers from its files.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.postgres import start_postgres
from tongjian.book import PostgresConnections, PostgresStore, SqliteConnections, SqliteStore
from tongjian.evidence import Act, Entry, EvidenceLog, FileStore, LogStore
from tongjian.problems import TongjianError

Maker = Callable[[], LogStore]
KINDS = ("file", "sqlite", "postgres", "server")
# A new log from time to time: the first append makes files and tables, and can be hit as well.
_ROUNDS_OF_A_LOG = 10
_LONGEST = 40_000


@dataclass(slots=True)
class Tally:
    """What was seen over all rounds (统计)."""

    rounds: int = 0
    acknowledged: int = 0
    lost: int = 0
    untold: int = 0
    """Entries that stand although the writer was killed before it was told."""
    left_over: int = 0
    """Rounds after which lines of an append that was not finished lay in the file."""
    before_any: int = 0
    """Rounds in which the writer was killed before its first acknowledgement."""

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds: {self.acknowledged} entries acknowledged, {self.lost} lost; "
            f"{self.untold} stand untold, {self.left_over} times half an append was left, "
            f"{self.before_any} times nothing was acknowledged yet"
        )


def trial(kind: str, make: Callable[[int], Maker], rounds: int, seed: int = 0) -> Tally:
    """Kill `rounds` writers; raises AssertionError where a log is not as it has to be."""
    tally, chance = Tally(), random.Random(seed)
    for number in range(rounds):
        if number % _ROUNDS_OF_A_LOG == 0:
            store, told = make(number), {}
        said = _killed(store, chance, kind == "server")
        tally.rounds += 1
        tally.acknowledged += len(said)
        tally.before_any += not said
        before = len(told)
        told |= said
        log = EvidenceLog(store())
        found = _found(log)
        # What the next writer would do first, it may do now.
        problems = log.problems()
        assert all(one.severity == "warning" for one in problems), problems
        tally.left_over += bool(problems)
        tally.lost += sum(
            one not in found or found[one].hash != digest for one, digest in told.items()
        )
        tally.untold += len(found) - before - len(said)
        told |= {one: entry.hash for one, entry in found.items()}
        _whole_batches(found.values())
        log.append([_act("after", 1, 0, chance)])
        assert len(log.entries()) == len(found) + 1 and log.problems() == []
        told[len(found) + 1] = log.entries()[-1].hash
    return tally


def _killed(store: Maker, chance: random.Random, server: bool) -> dict[int, str]:
    """Start a writer, kill it at a random moment; what it was told, by number."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            _write(store(), writing, random.Random(chance.random()), server)
        finally:
            os._exit(1)
    os.close(writing)
    said = b""
    with os.fdopen(reading, "rb", buffering=0) as stream:
        victim = int(_line(stream)) if server else child
        # Some at once, while the log is being made; most somewhere within an append.
        for _ in range(chance.choice((0, 0, 1, 1, 2, 5, 20))):
            said += _line(stream) + b"\n"
        time.sleep(chance.choice((0.0, 0.001, 0.004, 0.02)) * chance.random())
        os.kill(victim, signal.SIGKILL)
        while part := stream.read(1 << 16):
            said += part
    os.waitpid(child, 0)
    # The last line may be torn: that one was not told.
    whole = said[: said.rfind(b"\n") + 1].decode().splitlines()
    pairs = (line.split() for line in whole)
    return {int(number): digest for number, digest in pairs}


def _line(stream: IO[bytes]) -> bytes:
    """One line, byte by byte, so that no more than it is taken from the pipe."""
    data = b""
    while select.select([stream], [], [], 60)[0]:
        one = stream.read(1)
        if one in (b"\n", b""):
            return data
        data += one
    raise TimeoutError("the writer says nothing")


def _write(store: LogStore, pipe: int, chance: random.Random, server: bool) -> None:
    if server:
        assert isinstance(store, PostgresStore)
        with store.connections() as connection:
            os.write(pipe, f"{connection.info.backend_pid}\n".encode())
    log = EvidenceLog(store)
    while True:
        size = chance.randint(1, 3)
        batch = f"{os.getpid()}-{time.monotonic_ns()}"
        made = log.append([_act(batch, size, place, chance) for place in range(size)])
        os.write(pipe, "".join(f"{one.number} {one.hash}\n" for one in made).encode())


def _act(batch: str, size: int, place: int, chance: random.Random) -> Act:
    content = {"batch": batch, "size": size, "place": place, "text": "字" * chance.randint(0, 9)}
    if chance.random() < 0.2:
        content["long"] = "x" * chance.randint(0, _LONGEST)
    return Act("note.make", "crash", "x:1", content)


def _found(log: EvidenceLog) -> dict[int, Entry]:
    """The entries, once a server that recovers answers again and nothing is under way there."""
    end = time.monotonic() + 60
    while True:
        try:
            with log.locked():
                return {one.number: one for one in log.entries()}
        except TongjianError as error:
            if {one.code for one in error.problems} != {"book.database"} or time.monotonic() > end:
                raise
            time.sleep(0.02)


def _whole_batches(entries: Iterable[Entry]) -> None:
    batches: dict[str, list[int]] = {}
    sizes: dict[str, int] = {}
    for one in entries:
        if one.content["batch"] != "after":
            batches.setdefault(one.content["batch"], []).append(one.content["place"])
            sizes[one.content["batch"]] = one.content["size"]
    assert all(places == list(range(sizes[name])) for name, places in batches.items()), batches


@contextmanager
def makers(kind: str, folder: Path, conninfo: str = "") -> Iterator[Callable[[int], Maker]]:
    """Makes stores of one kind, a new place or a new log in a table for each number."""
    connections = PostgresConnections(conninfo)

    def file(number: int) -> Maker:
        return lambda: FileStore(folder / f"{number}" / "log.jsonl")

    def sqlite(number: int) -> Maker:
        path = folder / f"log-{_table(number)}.sqlite3"
        return lambda: SqliteStore(SqliteConnections(path), f"log-{number}")

    def postgres(number: int) -> Maker:
        table = f"crash_{kind}_{_table(number)}"
        return lambda: PostgresStore(connections, f"log-{number}", table)

    try:
        yield {"file": file, "sqlite": sqlite}.get(kind, postgres)
    finally:
        connections.close()


def _table(number: int) -> int:
    """Every second log begins in a table that holds one already."""
    return number // (2 * _ROUNDS_OF_A_LOG)


def main() -> None:
    """All that is asked for, with its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("kinds", nargs="*", metavar="KIND", default=list(KINDS))
    asked = parser.parse_args()
    if unknown := set(asked.kinds) - set(KINDS):
        parser.error(f"{unknown}: the kinds are {KINDS}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        needs = {"postgres", "server"} & set(asked.kinds)
        conninfo = stack.enter_context(start_postgres()) if needs else ""
        for kind in asked.kinds:
            begin = time.perf_counter()
            with makers(kind, folder, conninfo) as make:
                tally = trial(kind, make, asked.rounds, seed=1)
            print(f"{kind}: {tally} ({time.perf_counter() - begin:.0f} s)", flush=True)
            if tally.lost:
                sys.exit(1)


if __name__ == "__main__":
    main()
