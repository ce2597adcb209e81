"""Minutes from samples (分钟数据): a mean of what was polled, or of what stood until it changed."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tongjian.monitoring.sources._flags import NORMAL
from tongjian.monitoring.sources._value import SAMPLE, Value, local_time, now

MINUTE = timedelta(minutes=1)
_REMEMBERED = 2 * 24 * 60
"""Minutes of each series of which it is remembered that they are made: two days."""


@dataclass(slots=True)
class _Open:
    """A minute that still takes samples: sums of normal ones and of flagged ones apart."""

    origin: str
    weight: float = 0.0
    total: float = 0.0
    lowest: float = math.inf
    highest: float = -math.inf
    flag: str = NORMAL

    def add(self, value: float, flag: str, weight: float) -> None:
        if flag != NORMAL:
            # One flagged sample flags the minute, and is no part of its mean.
            self.flag = flag
            return
        if math.isnan(value):
            return
        self.weight += weight
        self.total += weight * value
        self.lowest, self.highest = min(self.lowest, value), max(self.highest, value)

    def kinds(self) -> dict[str, float]:
        if not self.weight:
            return {}
        return {"avg": self.total / self.weight, "min": self.lowest, "max": self.highest}


@dataclass(slots=True)
class _Held:
    """The value of `sampled`, counted up to `since` so far."""

    sampled: datetime
    since: datetime
    value: float
    flag: str
    origin: str


class MinuteMaker:
    """Makes minute values (interval 60 s; avg, min, max) from samples.

    Series in `held` are reported by exception: a value stands, weighted by time, until the next
    one or until the line is lost. Others are polled: each sample counts once. The mean is of the
    normal samples; one flagged sample flags the whole minute. A minute is made `late_s` seconds
    after its end, once; samples that come later make minutes that had none, as plain means.
    """

    def __init__(
        self,
        held: Collection[str],
        late_s: float,
        clock: Callable[[], datetime] = lambda: local_time(now()),
    ) -> None:
        self._holding = frozenset(held)
        self._late = timedelta(seconds=late_s)
        self._clock = clock
        self._open: dict[tuple[str, datetime], _Open] = {}
        self._held: dict[str, _Held] = {}
        self._made: dict[str, OrderedDict[datetime, None]] = {}

    def take(self, sample: Value) -> None:
        """Adds one sample (kind rtd)."""
        value = sample.kinds.get(SAMPLE, math.nan)
        held = self._held.get(sample.key)
        if sample.key not in self._holding or (held and sample.time < held.sampled):
            self._add(sample.key, sample.time, value, sample.flag or NORMAL, 1.0, sample.origin)
            return
        # What stood before the line did was not watched, however old its stamp is.
        since = max(sample.time, held.since if held else self._clock())
        if held is not None:
            self._spread(sample.key, held, since)
        self._held[sample.key] = _Held(
            sample.time, since, value, sample.flag or NORMAL, sample.origin
        )

    def lose(self, key: str) -> None:
        """The line of `key` is lost: what was held stands no longer."""
        held = self._held.pop(key, None)
        if held is not None:
            self._spread(key, held, self._clock())

    def closed(self) -> Iterator[Value]:
        """Minutes that are over, each once."""
        end = self._clock() - self._late
        for key, held in self._held.items():
            self._spread(key, held, end)
            held.since = max(held.since, end)
        for key, start in sorted(one for one in self._open if one[1] + MINUTE <= end):
            yield from self._close(key, start)

    def finish(self) -> Iterator[Value]:
        """Every minute that is over, without waiting for late ones; the one under way is not."""
        self._late = timedelta(0)
        yield from self.closed()

    def _close(self, key: str, start: datetime) -> Iterator[Value]:
        minute = self._open.pop((key, start))
        made = self._made.setdefault(key, OrderedDict())
        if start in made:
            return
        made[start] = None
        if len(made) > _REMEMBERED:
            made.popitem(last=False)
        yield Value(key, start, 60, minute.kinds(), minute.flag, now(), minute.origin)

    def _spread(self, key: str, held: _Held, end: datetime) -> None:
        """The held value over the time until `end`, minute by minute."""
        at = held.since
        while at < end:
            upto = min(at.replace(second=0, microsecond=0) + MINUTE, end)
            weight = (upto - at).total_seconds()
            self._add(key, at, held.value, held.flag, weight, held.origin)
            at = upto

    def _add(
        self, key: str, time: datetime, value: float, flag: str, weight: float, origin: str
    ) -> None:
        start = time.replace(second=0, microsecond=0)
        if start not in self._made.get(key, ()):
            minute = self._open.setdefault((key, start), _Open(origin))
            minute.add(value, flag, weight)
