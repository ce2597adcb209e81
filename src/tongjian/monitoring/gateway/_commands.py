"""Commands to stations (反控): sent, answered (9011), carried out (9012).

A command that is not answered in time is sent again with the same QN, as often as HJ 212-2017,
table 1 says. Data that a station sends because of it come like all other data, with QNs of their
own. An edition of 2005 puts the QN of the command into the data area of its answers.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tongjian.monitoring.gateway._header import Header
from tongjian.monitoring.hj212 import Group, Telegram, build, frame, parse

if TYPE_CHECKING:
    from tongjian.monitoring.gateway._gateway import Gateway
    from tongjian.monitoring.gateway._line import StationLine

_ASKED, _DONE, _NOTICED = b"9011", b"9012", b"9013"
ACCEPTED = 1
_AIR = "31"
NO_DATA = 100
"""QnRtn and ExeRtn of HJ 212-2017: done as asked; there are no data of that time."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a station is to do: a CN with its data area.

    `st` is the system code; empty, it is the one that the station's data come under.
    `notice` is a command that is answered by 9013 alone (2012, 2022).
    """

    cn: str
    groups: tuple[Group, ...] = ()
    st: str = ""
    notice: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command (执行结果).

    `asked` is QnRtn and `done` ExeRtn (1 is success in both), None where no answer came; `sent`
    how often it was sent. Not connected: `sent` is 0.
    """

    qn: str
    sent: int
    asked: int | None = None
    done: int | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the station says that it was carried out."""
        return self.asked == ACCEPTED and self.done == ACCEPTED


@dataclass(slots=True)
class _Waiting:
    asked: asyncio.Future[int] = field(default_factory=asyncio.Future)
    done: asyncio.Future[int] = field(default_factory=asyncio.Future)


class Commands:
    """The commands of a gateway that wait for an answer."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._waiting: dict[tuple[bytes, bytes], _Waiting] = {}
        self._last = datetime.min
        self._tasks: set[asyncio.Task[Outcome]] = set()

    async def run(self, mn: str, command: Command) -> Outcome:
        """Send `command` to the station `mn` and wait until it is carried out, refused or late."""
        line = self._gateway.line_of(mn)
        station = self._gateway.stations.get(mn.encode())
        qn = self._next_qn()
        if line is None or station is None:
            return Outcome(qn, 0)
        # Before 2017 bit 1 of Flag is set in every example of a request; there is one packet.
        flag = line.edition_bits | 1 if line.edition_bits else 3
        system = command.st or line.told.system.decode("ascii", "replace") or _AIR
        telegram = Telegram(
            system, command.cn, mn, qn, station.password, flag, groups=command.groups
        )
        data = frame(build(telegram), line.crc)
        key = (mn.encode(), qn.encode())
        waiting = self._waiting[key] = _Waiting()
        settings = self._gateway.settings
        sent = 0
        asked = done = None
        try:
            while asked is None and sent <= settings.resends:
                line.send(data)
                sent += 1
                asked = await _within(waiting.asked, settings.over_time_s)
            if asked == ACCEPTED and not command.notice:
                done = await self._carried_out(waiting, line)
        finally:
            del self._waiting[key]
        if command.notice and asked is not None:
            done = asked
        return Outcome(qn, sent, asked, done)

    async def _carried_out(self, waiting: _Waiting, line: StationLine) -> int | None:
        """ExeRtn; the time to it begins again with everything that the station sends meanwhile."""
        settings = self._gateway.settings
        end = time.monotonic() + settings.command_s
        while True:
            done = await _within(waiting.done, settings.over_time_s)
            now = time.monotonic()
            if done is not None or now - line.heard >= settings.over_time_s or now > end:
                return done

    def replied(self, header: Header, segment: bytes) -> None:
        """Take an answer to the command that waits for it; one nobody waits for is only kept."""
        qn = header.qn
        telegram = parse(segment)
        if not qn:
            qn = (telegram.value("QN") or "").encode()
        waiting = self._waiting.get((header.mn, qn))
        if waiting is None:
            return
        if header.cn == _DONE:
            future, value = waiting.done, telegram.value("ExeRtn")
        elif header.cn == _ASKED:
            future, value = waiting.asked, telegram.value("QnRtn")
        else:
            future, value = waiting.asked, str(ACCEPTED)
        if not future.done() and value is not None and value.isdecimal():
            future.set_result(int(value))

    def set_clock(self, mn: str) -> None:
        """Send a station the time (1012) without waiting."""
        task = asyncio.create_task(self.run(mn, clock(self._gateway.now())))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _next_qn(self) -> str:
        """The time to the millisecond, and never the same twice."""
        now = self._gateway.now().replace(tzinfo=None)
        self._last = max(now, self._last + timedelta(milliseconds=1))
        return self._last.strftime("%Y%m%d%H%M%S") + f"{self._last.microsecond // 1000:03d}"


def clock(now: datetime) -> Command:
    """The command that sets a station's clock (1012)."""
    return Command("1012", ((("SystemTime", now.strftime("%Y%m%d%H%M%S")),),))


async def _within(future: asyncio.Future[int], seconds: float) -> int | None:
    try:
        return await asyncio.wait_for(asyncio.shield(future), seconds)
    except TimeoutError:
        return None
