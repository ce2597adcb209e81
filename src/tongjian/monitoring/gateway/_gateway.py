"""The host that stations send to (数据接收网关).

A telegram is answered only after it is on the disk; one that comes again is answered and kept once.
Gateways share nothing: several may stand behind a balancer, each with a journal of its own.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from tongjian.monitoring.gateway._commands import Command, Commands, Outcome
from tongjian.monitoring.gateway._committer import Committer
from tongjian.monitoring.gateway._header import Header, read_header
from tongjian.monitoring.gateway._heard import Heard
from tongjian.monitoring.gateway._history import HOUR_DATA, History
from tongjian.monitoring.gateway._line import StationLine
from tongjian.monitoring.gateway._metrics import Metrics
from tongjian.monitoring.gateway._records import REFUSED, unpacked
from tongjian.monitoring.gateway._seen import Seen
from tongjian.monitoring.gateway._settings import Settings
from tongjian.monitoring.hj212 import CHINA
from tongjian.monitoring.journal import FILE_BYTES, Journal, read_file
from tongjian.monitoring.profile import Stations

_FAREWELL_S, _TICK_S = 1.0, 0.002


class Gateway:
    """One gateway: a port, a list of stations and a journal.

    >>> gateway = Gateway(Path("journal"), stations)       # doctest: +SKIP
    >>> port = await gateway.start("0.0.0.0", 9000)        # doctest: +SKIP
    >>> await gateway.stop()                               # doctest: +SKIP
    """

    def __init__(
        self,
        folder: Path,
        stations: Stations,
        settings: Settings | None = None,
        file_bytes: int = FILE_BYTES,
    ) -> None:
        self.settings = settings or Settings()
        self.stations = stations
        self.metrics = Metrics()
        self.seen = Seen(self.settings.remembered)
        self.failure: OSError | None = None
        self.stopped = asyncio.Event()
        self.started_us = time.time_ns() // 1000
        self.heard: dict[bytes, Heard] = {}
        self._journal = Journal.open(folder, file_bytes)
        self._lines: dict[int, StationLine] = {}
        self._by_mn: dict[bytes, StationLine] = {}
        self._count = 0
        self._commands = Commands(self)
        self.history = History(self)
        self._remember()

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Listen; the port is given back, which is another one where `port` is 0."""
        self.committer = Committer(
            self._journal, self.settings.group_s, self.settings.pending_bytes, self._failed
        )
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._line, host, port, ssl=tls, backlog=1024)
        self._sweeper = asyncio.create_task(self._sweep())
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def stop(self) -> None:
        """Take no more, keep and answer what came, close (平稳停止)."""
        self._server.close()
        self._sweeper.cancel()
        self.history.close()
        for line in list(self._lines.values()):
            line.hold()
        await self.committer.close()
        for line in list(self._lines.values()):
            line.finish()
        await self._lines_end()
        self._journal.close()
        self.stopped.set()

    async def _lines_end(self) -> None:
        """Let lines send what they still have; one that does not take it is cut."""
        until = time.monotonic() + _FAREWELL_S
        while self._lines and time.monotonic() < until:
            await asyncio.sleep(_TICK_S)
        for line in list(self._lines.values()):
            line.close("stopped")
        await asyncio.sleep(0)  # what was cut is gone after one more turn of the loop

    async def command(self, mn: str, command: Command) -> Outcome:
        """Have a station do something (反控): see `Commands.run`."""
        return await self._commands.run(mn, command)

    async def request(self, mn: str, cn: str, first: datetime, last: datetime) -> Outcome:
        """Have a station send data again (补取历史数据): see `History.request`."""
        return await self.history.request(mn, cn, first, last)

    # ---- what lines tell -----------------------------------------------------------------------

    def joined(self, line: StationLine) -> None:
        """A connection began."""
        self.metrics.add("lines_total")
        if len(self._lines) >= self.settings.connections:
            self.metrics.add("lines_refused_total")
            line.close("too_many")
            return
        self._lines[line.number] = line
        self.metrics.set("lines", len(self._lines))

    def left(self, line: StationLine) -> None:
        """A connection ended."""
        self._lines.pop(line.number, None)
        if self._by_mn.get(line.mn) is line:
            del self._by_mn[line.mn]
        self.metrics.set("lines", len(self._lines))

    def known(self, line: StationLine) -> None:
        """A line said which station it is: commands for the station go there from now on."""
        self._by_mn[line.mn] = line
        line.told = self.heard.setdefault(line.mn, Heard())

    def replied(self, line: StationLine, header: Header, segment: bytes) -> None:
        """A station answered a command."""
        self._commands.replied(header, segment)

    def clock_asked(self, line: StationLine) -> None:
        """A station asked for the time (1013): send it (1012)."""
        self._commands.set_clock(line.mn.decode())

    def line_of(self, mn: str) -> StationLine | None:
        """The line of a station, if it is connected."""
        return self._by_mn.get(mn.encode())

    def now(self) -> datetime:
        """The time as the clocks of stations show it (UTC+8)."""
        return datetime.now(CHINA)

    @staticmethod
    def local(us: int) -> str:
        """A time of the journal (µs since 1970) as clocks in China show it."""
        return datetime.fromtimestamp(us // 1_000_000, CHINA).strftime("%Y-%m-%d %H:%M:%S")

    # ---- itself --------------------------------------------------------------------------------

    def _line(self) -> StationLine:
        self._count += 1
        return StationLine(self, self._count)

    def _failed(self, error: OSError) -> None:
        """The disk refuses: nothing can be promised any more, so nothing is answered."""
        self.failure = error
        self._server.close()
        for line in list(self._lines.values()):
            line.close("disk")
        self.stopped.set()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            for line in list(self._lines.values()):
                line.look(now)
            self.history.look(now)
            self.metrics.set("pending_bytes", self.committer.pending_bytes)
            self.metrics.set("commits_total", self.committer.commits)

    def _remember(self) -> None:
        """Know again what came before the last stop: the newest files, up to what is remembered."""
        kept: list[list[tuple[tuple[bytes, ...], int]]] = []
        count = 0
        for path in reversed(self._journal.paths()):
            kept.append(list(_keys(read_file(path))))
            count += len(kept[-1])
            if count >= self.settings.remembered:
                break
        for keys in reversed(kept):
            for key, received_us in keys:
                self.seen.add(key)
                heard = self.heard.setdefault(key[0], Heard())
                heard.last_us, heard.last_cn = received_us, key[2]
                if key[2] == HOUR_DATA:
                    self.history.came(key[0], key[3])


def _keys(contents: Iterable[bytes]) -> Iterable[tuple[tuple[bytes, ...], int]]:
    for content in contents:
        kept = unpacked(content)
        if kept.kind != REFUSED:
            header = read_header(kept.segment)
            if header is not None and (header.qn or header.time):
                key = (header.mn, header.qn, header.cn, header.time, header.pno)
                yield key, kept.received_us
