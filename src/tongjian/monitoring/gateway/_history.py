"""Hours that a station skipped are asked for (历史数据补取): its own spool comes first.

A station that comes back sends what it kept by itself. Only hours that are still missing some time
later are asked for, in requests of bounded length, a few times each; what a station says it does
not have, and what is too old, is given up.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from tongjian.monitoring.gateway._commands import ACCEPTED, NO_DATA, Command, Outcome
from tongjian.monitoring.hj212 import moment

if TYPE_CHECKING:
    from tongjian.monitoring.gateway._gateway import Gateway

HOUR_DATA = b"2061"
_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class _Hours:
    """What is known of a station: its newest hour, and those before it that did not come."""

    newest: datetime
    missing: dict[datetime, int] = field(default_factory=dict)
    """How often each was asked for."""
    since: float = 0.0
    """When one was last found missing, or last asked for (monotonic)."""


class History:
    """The hours of all stations of a gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._hours: dict[bytes, _Hours] = {}
        self._asking: dict[bytes, asyncio.Task[None]] = {}

    def missing(self, mn: str) -> list[datetime]:
        """The hours of a station that are missing and not given up, oldest first."""
        known = self._hours.get(mn.encode())
        return sorted(known.missing) if known else []

    def came(self, mn: bytes, text: bytes) -> None:
        """Hour data of `mn` with the DataTime `text` came."""
        hour = moment(text.decode("ascii", "replace"))
        if hour is None:
            return
        hour = hour.replace(minute=0, second=0, microsecond=0)
        known = self._hours.get(mn)
        if known is None:
            self._hours[mn] = _Hours(hour)
            return
        known.missing.pop(hour, None)
        # A clock that is far ahead would make everything up to now look missing.
        if hour <= known.newest or hour > self._gateway.now().replace(tzinfo=None) + _HOUR:
            return
        reach = self._gateway.settings.history_hours * _HOUR
        skipped = max(known.newest + _HOUR, hour - reach)
        if skipped < hour:
            known.since = time.monotonic()
        while skipped < hour:
            known.missing[skipped] = 0
            skipped += _HOUR
        known.newest = hour
        if known.missing:
            for old in [one for one in known.missing if one < hour - reach]:
                del known.missing[old]

    def look(self, now: float) -> None:
        """Ask the stations that are there for what is missing long enough."""
        settings = self._gateway.settings
        count = 0
        for mn, known in self._hours.items():
            count += len(known.missing)
            due = known.missing and now - known.since >= settings.history_after_s
            if settings.history and due and mn not in self._asking:
                name = mn.decode()
                if self._gateway.line_of(name) is not None:
                    task = asyncio.create_task(self._ask(name, known))
                    self._asking[mn] = task
                    task.add_done_callback(partial(self._asked, mn))
        self._gateway.metrics.set("missing_hours", count)

    async def request(self, mn: str, cn: str, first: datetime, last: datetime) -> Outcome:
        """Have `mn` send the data `cn` whose DataTime lies between `first` and `last`, inclusive.

        The data come as telegrams of their own; the outcome says that all were sent.
        """
        line = self._gateway.line_of(mn)
        times = (
            ("BeginTime", first.strftime("%Y%m%d%H%M%S")),
            ("EndTime", last.strftime("%Y%m%d%H%M%S")),
        )
        # Both editions print both marks in places; these are those of their examples for hours.
        groups = ((times[0],), (times[1],)) if line and line.edition_bits else (times,)
        self._gateway.metrics.add("history_requests_total", cn)
        return await self._gateway.command(mn, Command(cn, groups))

    def close(self) -> None:
        """Ask no more."""
        for task in self._asking.values():
            task.cancel()

    def _asked(self, mn: bytes, task: asyncio.Task[None]) -> None:
        del self._asking[mn]

    async def _ask(self, mn: str, known: _Hours) -> None:
        settings = self._gateway.settings
        for first, last in list(_runs(known.missing, settings.history_span)):
            hours = [first + n * _HOUR for n in range((last - first) // _HOUR + 1)]
            if not any(hour in known.missing for hour in hours):
                continue  # the station's own spool brought them meanwhile
            outcome = await self.request(mn, HOUR_DATA.decode(), first, last)
            if outcome.asked is None:
                break  # nobody there: what is missing stays so, and is not counted as asked
            has_none = outcome.asked != ACCEPTED or outcome.done == NO_DATA
            for hour in [one for one in hours if one in known.missing]:
                known.missing[hour] += 1
                if has_none or known.missing[hour] >= settings.history_tries:
                    del known.missing[hour]
                    self._gateway.metrics.add("hours_given_up_total")
        known.since = time.monotonic()


def _runs(missing: dict[datetime, int], longest: int) -> Iterator[tuple[datetime, datetime]]:
    """The missing hours as runs of at most `longest`, newest first: they are wanted most."""
    hours = sorted(missing, reverse=True)
    at = 0
    while at < len(hours):
        stop = at + 1
        while stop < len(hours) and stop - at < longest and hours[stop] == hours[stop - 1] - _HOUR:
            stop += 1
        yield hours[stop - 1], hours[at]
        at = stop
