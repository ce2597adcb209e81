"""What a station has to send, in the order in which it comes up (上报序列), and its history.

Minute data at the end of each interval, hour data at the end of the hour, day data at midnight;
everything follows from the day alone, so that any of it can be made again when it is asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from tongjian.monitoring.simulator._day import Averages, Day, days, intervals
from tongjian.monitoring.simulator._source import Source
from tongjian.monitoring.simulator._telegrams import Identity, Numbers, Outgoing, Writer, stamp

if TYPE_CHECKING:
    from tongjian.monitoring.simulator._faults import Held

REALTIME, MINUTES, HOURS, DAYS = "2011", "2051", "2061", "2031"
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTES_OF_DAY = 1440
_DAYS_KEPT = 4
_BESIDE = timedelta(milliseconds=17_500)  # where no telegram of the schedule has its QN


@dataclass(slots=True)
class Schedule:
    """Which data a station sends by itself: `minutes` and `realtime_s` are intervals, 0 is none."""

    first: datetime
    last: datetime
    minutes: int = 0
    realtime_s: int = 0
    hours: bool = True
    days: bool = True


@dataclass(slots=True)
class _Known:
    """A day and its averages by interval in minutes; 1440 is the day itself."""

    date: date
    day: Day
    made: dict[int, Averages] = field(default_factory=dict)


class Feed:
    """The telegrams of one station.

    `clock_error` is how far its clock is ahead, which shows in QN and, in whole minutes, in
    DataTime; `present` the moment it has come to.
    """

    def __init__(self, who: Identity, source: Source, schedule: Schedule) -> None:
        self.source = source
        self.schedule = schedule
        self.writer = Writer(who, source.channels)
        self.held: list[Held] = []
        self.clock_error = timedelta(0)
        self.clock_faults: list[tuple[datetime, timedelta]] = []
        self.present = schedule.first
        self._known: OrderedDict[date, _Known] = OrderedDict()
        self._numbers = Numbers()
        self._beside = Numbers(_BESIDE)

    def telegrams(self) -> Iterator[tuple[datetime, list[Outgoing]]]:
        """Every telegram with the moment at which it is due."""
        waiting: list[tuple[datetime, datetime, str]] = []
        for due, start, cn in self._due():
            while waiting and waiting[0][0] <= due:
                yield self._sent(*waiting.pop(0))
            held = next((one for one in self.held if one.first <= start < one.last), None)
            if held is None:
                yield self._sent(due, start, cn)
            elif held.until is not None:
                waiting.append((max(held.until, due), start, cn))
                waiting.sort()
        for one in waiting:
            yield self._sent(*one)

    def history(self, cn: str, first: datetime, last: datetime) -> Iterator[list[Outgoing]]:
        """The data of `cn` whose DataTime lies between `first` and `last`, both included."""
        minutes = {HOURS: 60, DAYS: _MINUTES_OF_DAY}.get(cn, self.schedule.minutes or 1)
        step = timedelta(minutes=minutes)
        shown = self._shown()
        begin = max(first - shown, self.schedule.first)
        midnight = datetime.combine(begin.date(), time())
        start = midnight + -((midnight - begin) // step) * step
        while start <= last - shown and start + step <= self.present:
            yield self._made(start, cn, self.qn, again=True)
            start += step

    def now(self) -> datetime:
        """What the clock of the station shows."""
        return self.present + self.clock_error

    def qn(self) -> str:
        """A QN for what the schedule does not bring: notices, uploads, data of the past."""
        return self._beside.at(self.now())

    def _shown(self) -> timedelta:
        """The error of the clock as intervals show it: they begin with whole minutes."""
        return timedelta(minutes=round(self.clock_error.total_seconds() / 60))

    # ---- one telegram --------------------------------------------------------------------------

    def _due(self) -> Iterator[tuple[datetime, datetime, str]]:
        """(due, start of the interval, CN) in order of time; later intervals after shorter ones."""
        plan = self.schedule
        day = plan.first.date()
        while (midnight := datetime.combine(day, time())) < plan.last:
            for hour in range(24):
                start = midnight + hour * _HOUR
                if start + _HOUR <= plan.first or start >= plan.last:
                    continue
                for one in self._within_hour(start):
                    if plan.first <= one[1] < plan.last:
                        yield one
                if plan.hours and start >= plan.first:
                    yield start + _HOUR, start, HOURS
            if plan.days and plan.first <= midnight and midnight + _DAY <= plan.last:
                yield midnight + _DAY, midnight, DAYS
            day += _DAY

    def _within_hour(self, start: datetime) -> Iterator[tuple[datetime, datetime, str]]:
        plan = self.schedule
        if plan.minutes == 0 and plan.realtime_s == 0:
            return
        found = []
        if plan.minutes:
            step = timedelta(minutes=plan.minutes)
            at = start
            while at < start + _HOUR:
                found.append((at + step, at, MINUTES))
                at += step
        if plan.realtime_s:
            every = timedelta(seconds=plan.realtime_s)
            at = start
            while at < start + _HOUR:
                found.append((at, at, REALTIME))
                at += every
        yield from sorted(found)

    def _sent(self, due: datetime, start: datetime, cn: str) -> tuple[datetime, list[Outgoing]]:
        self.present = max(self.present, due)
        while self.clock_faults and self.clock_faults[0][0] <= start:
            self.clock_error = self.clock_faults.pop(0)[1]
        return due, self._made(start, cn, lambda: self._numbers.at(due + self.clock_error))

    def _made(
        self, start: datetime, cn: str, qn: Callable[[], str], again: bool = False
    ) -> list[Outgoing]:
        known = self._of(start.date())
        default = known.day.minutes if cn == REALTIME else self.schedule.minutes or 1
        minutes = {HOURS: 60, DAYS: _MINUTES_OF_DAY}.get(cn, default)
        averages = self._averages(known, minutes)
        column = (start.hour * 60 + start.minute) // minutes
        render = self.writer.instant if cn == REALTIME else self.writer.items
        items = render(averages, column)
        if not items:
            return []
        return self.writer.telegrams(cn, stamp(start + self._shown()), items, qn, again)

    def _averages(self, known: _Known, minutes: int) -> Averages:
        found = known.made.get(minutes)
        if found is None:
            channels = self.source.channels
            if minutes == _MINUTES_OF_DAY:
                found = days(self._averages(known, 60), channels)
            else:
                finish = partial(self.source.finish, known.date)
                found = intervals(known.day, minutes, channels, finish)
            known.made[minutes] = found
        return found

    def _of(self, day: date) -> _Known:
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = _Known(day, self.source.day(day))
            while len(self._known) > _DAYS_KEPT:
                self._known.popitem(last=False)
        return known
