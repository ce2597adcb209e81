"""What a station does when the host asks (执行反控命令): answered (9011), done, told (9012).

In the manner of each edition: from 2017 on an answer bears the QN of the request in its header, in
2005 in its data area. Data that a request brings have QNs of their own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from tongjian.monitoring.hj212 import CHINA, EDITIONS, Telegram, build, frame, moment
from tongjian.monitoring.simulator._feed import DAYS, HOURS, MINUTES, REALTIME, Feed
from tongjian.monitoring.simulator._telegrams import Identity, Outgoing, other, stamp

READY, REFUSED, WRONG_PASSWORD, WRONG_MN, WRONG_CN = 1, 2, 3, 4, 8
DONE, WRONG, NOTHING = 1, 3, 100
_HISTORY = (REALTIME, MINUTES, HOURS, DAYS)
_STOPS = ("2012", "2022")


@dataclass(slots=True)
class Manners:
    """What the host can set: seconds to an answer and resends (1000), passwords (1072)."""

    over_time_s: float = 10.0
    resends: int = 3
    realtime_s: int = 30
    minutes: int = 10


class Sending(Protocol):
    """The station's side of the line."""

    def say(self, data: bytes) -> None:
        """Send an answer, which nobody answers."""

    async def deliver(self, telegrams: list[Outgoing]) -> None:
        """Send data and wait until they were answered."""


class Orders:
    """Carries out the commands of one station; `done` counts them by CN."""

    def __init__(self, who: Identity, feed: Feed, manners: Manners) -> None:
        self.done: dict[str, int] = {}
        self.manners = manners
        self._who = who
        self._feed = feed
        self._answered: set[str] = set()

    async def obey(self, asked: Telegram, line: Sending) -> None:
        """Answer `asked`, carry it out and say so; one that comes again is only answered again."""
        qn = asked.qn or asked.value("QN") or ""
        if asked.cn in _STOPS:
            line.say(self._answer("9013", qn))
            self._feed.schedule.realtime_s = 0
            return
        ready = self._ready(asked)
        line.say(self._answer("9011", qn, ("QnRtn", ready)))
        if ready != READY or qn in self._answered:
            return
        self._answered.add(qn)
        result = await _ACTS[asked.cn](self, asked, line)
        self.done[asked.cn] = self.done.get(asked.cn, 0) + 1
        line.say(self._answer("9012", qn, ("ExeRtn", result)))

    def _ready(self, asked: Telegram) -> int:
        old = self._who.edition == EDITIONS[0]
        if asked.pw != self._who.password:
            return WRONG_PASSWORD
        if asked.mn != self._who.mn:
            return REFUSED if old else WRONG_MN
        if asked.cn not in _ACTS:
            return REFUSED if old else WRONG_CN
        return READY

    def _answer(self, cn: str, qn: str, *pairs: tuple[str, int]) -> bytes:
        groups = tuple(((name, str(value)),) for name, value in pairs)
        who = self._who
        if who.edition == EDITIONS[0]:
            groups = ((("QN", qn),), *groups)
            told = Telegram("91", cn, who.mn, None, who.password, 0, groups=groups)
        else:
            told = Telegram("91", cn, who.mn, qn, who.password, who.flag & ~1, groups=groups)
        return frame(build(told), who.crc)

    # ---- each command --------------------------------------------------------------------------

    async def _limits(self, asked: Telegram, line: Sending) -> int:
        seconds, again = asked.value("OverTime"), asked.value("ReCount")
        if not (seconds and again and seconds.isdecimal() and again.isdecimal()):
            return WRONG
        self.manners.over_time_s, self.manners.resends = float(seconds), int(again)
        return DONE

    async def _tell_clock(self, asked: Telegram, line: Sending) -> int:
        await self._upload("1011", f"SystemTime={stamp(self._feed.now())}", line)
        return DONE

    async def _set_clock(self, asked: Telegram, line: Sending) -> int:
        """The error of the clock is that of the host from now on: none, if the host is right."""
        told = moment(asked.value("SystemTime") or "")
        if told is None:
            return WRONG
        now = datetime.now(CHINA).replace(tzinfo=None)
        error = told - now
        self._feed.clock_error = timedelta(seconds=round(error.total_seconds()))
        return DONE

    async def _tell_realtime(self, asked: Telegram, line: Sending) -> int:
        await self._upload("1061", f"RtdInterval={self.manners.realtime_s}", line)
        return DONE

    async def _set_realtime(self, asked: Telegram, line: Sending) -> int:
        found = asked.value("RtdInterval") or ""
        if not (found.isdecimal() and 30 <= int(found) <= 3600):
            return WRONG
        self.manners.realtime_s = int(found)
        if self._feed.schedule.realtime_s:
            self._feed.schedule.realtime_s = int(found)
        return DONE

    async def _tell_minutes(self, asked: Telegram, line: Sending) -> int:
        await self._upload("1063", f"MinInterval={self.manners.minutes}", line)
        return DONE

    async def _set_minutes(self, asked: Telegram, line: Sending) -> int:
        found = asked.value("MinInterval") or ""
        if not (found.isdecimal() and int(found) and 60 % int(found) == 0 and int(found) <= 30):
            return WRONG
        self.manners.minutes = int(found)
        if self._feed.schedule.minutes:
            self._feed.schedule.minutes = int(found)
        return DONE

    async def _history(self, asked: Telegram, line: Sending) -> int:
        begin, end = asked.value("BeginTime"), asked.value("EndTime")
        if begin is None and asked.cn == REALTIME:
            self._feed.schedule.realtime_s = self.manners.realtime_s
            return DONE
        first, last = moment(begin or ""), moment(end or begin or "")
        if first is None or last is None or last < first:
            return WRONG
        sent = 0
        for telegrams in self._feed.history(asked.cn, first, last):
            await line.deliver(telegrams)
            sent += len(telegrams)
        return DONE if sent else NOTHING

    async def _upload(self, cn: str, item: str, line: Sending) -> None:
        await line.deliver([other(self._who, self._feed.qn(), cn, item)])


_ACTS: Mapping[str, Callable[[Orders, Telegram, Sending], Awaitable[int]]] = {
    "1000": Orders._limits,
    "1011": Orders._tell_clock,
    "1012": Orders._set_clock,
    "1061": Orders._tell_realtime,
    "1062": Orders._set_realtime,
    "1063": Orders._tell_minutes,
    "1064": Orders._set_minutes,
    **dict.fromkeys(_HISTORY, Orders._history),
}
