"""Load of the gateway (网关负载): durable telegrams a second, and how long an answer takes.

    python -m benchmarks.gateway [--seconds 8] [--lines 20] [--rate 20000]

A gateway in a process of its own; a second process sends minute data of about 250 bytes over
loopback and counts the answers. First as much as the gateway takes, then at a given rate, where
the time from sending to the answer is measured. Both processes share the machine's cores. Every
answer comes after fdatasync; the folder should lie on the disk that is to be measured.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import resource
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from tongjian.monitoring.gateway import Gateway, Settings, Station, Stations, share_time
from tongjian.monitoring.hj212 import Telegram, build, frame

PASSWORD = "123456"
_KINDS = (("Min", "1.10"), ("Avg", "2.35"), ("Max", "3.60"), ("Flag", "N"))
_CODES = ("a21026", "a00000")
_WINDOW = 400  # telegrams of one line that wait for their answers at once


def mn_of(line: int) -> str:
    """The MN of a line."""
    return f"{line:024X}"


def telegram(line: int, number: int) -> bytes:
    """A minute of one stack: two quantities, about 250 bytes."""
    items = tuple(tuple((f"{code}-{kind}", value) for kind, value in _KINDS) for code in _CODES)
    qn = f"2024010100{number // 1000:04d}{number % 1000:03d}"
    groups = ((("DataTime", "20240101000000"),), *items)
    return frame(build(Telegram("31", "2051", mn_of(line), qn, PASSWORD, 5, groups=groups)))


async def serve(folder: Path, lines: int) -> None:
    """A gateway for `lines` stations; says its port, and at the end what CPU time it took."""
    share_time()
    allowed = Stations(Station(mn_of(line), PASSWORD) for line in range(lines))
    gateway = Gateway(folder, allowed, Settings(rate=1e9, burst=1e9))
    print(await gateway.start("127.0.0.1", 0), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await gateway.stop()
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, gateway.committer.commits, flush=True)


@dataclass(slots=True)
class _Line:
    socket: socket.socket
    frames: deque[bytes]
    answer_bytes: int = 0
    sent: deque[tuple[float, int]] = field(default_factory=deque)
    waiting: int = 0
    rest: int = 0


def load(port: int, lines: int, seconds: float, rate: float, count: int) -> dict[str, float]:
    """Send for `seconds`, at `rate` a second or (0) as fast as answers come."""
    chooser = selectors.DefaultSelector()
    opened: list[_Line] = []
    for line in range(lines):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setblocking(False)
        frames = deque(telegram(line, number) for number in range(count))
        one = _Line(connection, frames)
        opened.append(one)
        chooser.register(connection, selectors.EVENT_READ, one)
    times: list[float] = []
    answered = 0
    offered = 0
    started = time.perf_counter()
    while True:
        now = time.perf_counter()
        if now - started > seconds and (rate == 0 or answered == offered):
            break
        if now - started <= seconds:
            for one in opened:
                room = _WINDOW - one.waiting
                if rate:
                    due = int((now - started) * rate) - offered
                    room = min(room, due // lines + (due % lines > 0), max(due, 0))
                room = min(room, len(one.frames))
                # Without a rate, send when half the window is free: whole packets, not single ones.
                if room > 0 and (rate or room >= _WINDOW // 2):
                    one.socket.setblocking(True)
                    one.socket.sendall(b"".join(one.frames.popleft() for _ in range(room)))
                    one.socket.setblocking(False)
                    one.sent.append((now, room))
                    one.waiting += room
                    offered += room
        for key, _ in chooser.select(0.0005 if rate else 0.01):
            one = key.data
            data = one.socket.recv(1 << 18)
            assert data, "the gateway closed the line"
            if not one.answer_bytes:
                one.answer_bytes = data.index(b"\n") + 1  # all answers are of one length
            got, one.rest = divmod(one.rest + len(data), one.answer_bytes)
            answered += got
            one.waiting -= got
            arrived = time.perf_counter()
            while got:
                at, number = one.sent[0]
                part = min(got, number)
                times += [arrived - at] * part
                got -= part
                if part == number:
                    one.sent.popleft()
                else:
                    one.sent[0] = (at, number - part)
    spent = time.perf_counter() - started
    times.sort()
    return {
        "per_s": answered / spent,
        "p50_ms": 1000 * times[len(times) // 2],
        "p99_ms": 1000 * times[int(len(times) * 0.99)],
        "answered": answered,
    }


def measure(seconds: float, lines: int, rate: float, folder: Path) -> dict[str, float]:
    """One gateway, one load; with the gateway's CPU time for each telegram, in µs."""
    command = [sys.executable, "-m", "benchmarks.gateway", "--serve", str(folder)]
    gateway = subprocess.Popen(
        [*command, "--lines", str(lines)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert gateway.stdin is not None
    assert gateway.stdout is not None
    port = int(gateway.stdout.readline())
    count = int((rate or 80_000) * seconds / lines * 1.2) + 1
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply(load, (port, lines, seconds, rate, count))
    gateway.stdin.write("stop\n")
    gateway.stdin.flush()
    cpu, commits = map(float, gateway.stdout.readline().split())
    gateway.wait()
    found["cpu_us"] = cpu / found["answered"] * 1e6
    found["batch"] = found["answered"] / commits
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--lines", type=int, default=20)
    parser.add_argument("--rate", type=float, default=20_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--serve", type=Path)
    asked = parser.parse_args()
    if asked.serve is not None:
        asyncio.run(serve(asked.serve, asked.lines))
        return
    print(f"{len(telegram(1, 1))} bytes, {asked.lines} lines, fdatasync before every answer, "
          f"load average {os.getloadavg()[0]:.1f}")  # fmt: skip
    for rate in (0.0, asked.rate):
        with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
            found = measure(asked.seconds, asked.lines, rate, Path(folder))
        offered = f"{rate:,.0f}/s" if rate else "as fast as it goes"
        print(
            f"{offered:20} {found['per_s']:10,.0f} answered/s   p50 {found['p50_ms']:6.1f} ms   "
            f"p99 {found['p99_ms']:6.1f} ms   {found['cpu_us']:5.1f} us CPU each   "
            f"{found['batch']:6.0f} a batch"
        )


if __name__ == "__main__":
    main()
