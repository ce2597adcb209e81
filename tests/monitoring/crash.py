"""A gateway is killed under load, again and again, and its journal is looked at (崩溃试验).

    python -m tests.monitoring.crash [--rounds 200]

Stations send without end and note which telegrams were answered; at a random moment the gateway
gets SIGKILL. A new one opens the same journal, and the stations send again what was not answered,
as HJ 212 has them do. In the end every telegram that was answered stands in the journal once.

A journal lives through 10 kills, then a new one begins: a gateway reads its journal when it starts,
and one that grew over 200 rounds would be read for longer than it is written to. Gateways are
forked from a process that has imported everything, each a process of its own that is killed whole.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.monitoring.station import PASSWORD, Client, minute, stations
from tongjian.monitoring.gateway import Gateway, Journal, Settings, Station, unpacked
from tongjian.monitoring.gateway._header import read_header

_LINES = 4
_WINDOW = 50  # telegrams of a line that wait for their answers at once
_KILLS = 10  # of the gateways on one journal


@dataclass(slots=True)
class Tally:
    """What was seen over all rounds (统计)."""

    rounds: int = 0
    answered: int = 0
    lost: int = 0
    doubled: int = 0
    untold: int = 0
    """Telegrams that stand although their station was not told before the gateway died."""

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds: {self.answered} telegrams answered, {self.lost} lost, "
            f"{self.doubled} kept twice; {self.untold} stand unanswered"
        )


@dataclass(slots=True)
class _Sender:
    """One station over all rounds: the telegrams it has sent and those that were answered."""

    mn: str
    answered: set[str] = field(default_factory=set)
    following: int = 0
    open: list[int] = field(default_factory=list)

    async def send(self, port: int) -> None:
        async with Client(port) as client:
            try:
                for number in self.open:
                    client.send(minute(number, self.mn))
                while True:
                    # asyncio complains of each write to a connection that is gone.
                    while len(self.open) < _WINDOW and not client.writer.is_closing():
                        self.open.append(self.following)
                        client.send(minute(self.following, self.mn))
                        self.following += 1
                    answer = await client.answer(20)
                    assert answer.cn == "9014"
                    assert answer.qn is not None
                    self.answered.add(answer.qn)
                    self.open.remove(int(answer.qn[10:]))
            except (EOFError, OSError):
                return  # the gateway was killed


@dataclass(slots=True)
class Nursery:
    """The process that gateways are forked from, one at a time."""

    process: subprocess.Popen[str]

    def gateway(self, folder: Path, port: int = 0) -> tuple[int, int]:
        """A new gateway on the journal in `folder`: the number of its process, and its port."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{port} {folder}\n")
        self.process.stdin.flush()
        number, port = self._told().split()
        return int(number), int(port)

    def ended(self) -> int:
        """Wait for the gateway to end: what it ended by, as `os.waitstatus_to_exitcode`."""
        return int(self._told())

    def _told(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the nursery has died"
        return line


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Start the process that gateways are forked from, and end it."""
    command = [sys.executable, "-m", "tests.monitoring.crash", "--nursery"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()


def trial(folder: Path, rounds: int, seed: int = 212) -> Tally:
    """Kill `rounds` gateways on journals in `folder`, then count."""
    dice = random.Random(seed)
    tally = Tally()
    with nursery() as parent:
        while tally.rounds < rounds:
            kills = min(_KILLS, rounds - tally.rounds)
            journal = folder / f"{tally.rounds:04d}"
            senders = [_Sender(f"{number:024X}") for number in range(1, _LINES + 1)]
            for _ in range(kills):
                number, port = parent.gateway(journal)
                asyncio.run(_load(senders, port, number, dice.uniform(0.02, 0.3)))
                assert parent.ended() == -signal.SIGKILL
            tally.rounds += kills
            _count(tally, journal, senders)
    return tally


def _count(tally: Tally, journal: Path, senders: list[_Sender]) -> None:
    """Hold a journal against what its stations were told."""
    stand: Counter[tuple[str, str]] = Counter()
    for content in Journal(journal).read():
        header = read_header(unpacked(content).segment)
        assert header is not None
        stand[header.mn.decode(), header.qn.decode()] += 1
    told = {(one.mn, qn) for one in senders for qn in one.answered}
    tally.answered += len(told)
    tally.lost += len(told - stand.keys())
    tally.doubled += sum(1 for count in stand.values() if count > 1)
    tally.untold += len(stand.keys() - told)


async def _load(senders: list[_Sender], port: int, number: int, seconds: float) -> None:
    """Send for `seconds`, then kill the process `number`."""
    sending = [asyncio.create_task(one.send(port)) for one in senders]
    await asyncio.sleep(seconds)
    os.kill(number, signal.SIGKILL)
    await asyncio.gather(*sending)


def _nurse() -> None:
    """Fork a gateway for each line of the standard input, and say how it ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                port, _, folder = line.strip().partition(" ")
                asyncio.run(_serve(Path(folder), int(port)))
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


async def _serve(folder: Path, port: int) -> None:
    allowed = stations(*(Station(f"{one:024X}", PASSWORD) for one in range(1, _LINES + 1)))
    # Small files, so that beginning a new one is hit as well.
    gateway = Gateway(folder, allowed, Settings(rate=1e9, burst=1e9), file_bytes=200_000)
    print(os.getpid(), await gateway.start("127.0.0.1", port), flush=True)
    await gateway.stopped.wait()


def main() -> None:
    """Kill gateways in a temporary folder and print what was seen."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--nursery", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.nursery:
        _nurse()
        return
    with tempfile.TemporaryDirectory() as folder:
        tally = trial(Path(folder), asked.rounds)
    print(tally)
    sys.exit(bool(tally.lost or tally.doubled))


if __name__ == "__main__":
    main()
