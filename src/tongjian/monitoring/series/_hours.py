"""Minutes and hours of a channel as the rules want them (分钟与小时序列): regular, in its unit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.hours import Hours, Minutes, State
from tongjian.monitoring.profile import Channel, factor_of
from tongjian.monitoring.quality import states
from tongjian.monitoring.series._core import Core
from tongjian.monitoring.series._reading import spans, values

MINUTE_S, HOUR_S = 60, 3600
LONGEST_S = 1800
"""The longest interval whose mean stands for each of its minutes."""
_ENOUGH = 6
"""Values, of a day before and the time asked for, whose distance says how long an interval is."""
_LOOK_BACK = np.timedelta64(1, "D")
_MINUTE, _HOUR = np.timedelta64(1, "m"), np.timedelta64(1, "h")
_NAMES = ("avg", "rtd", "flag")


def minutes(core: Core, channel: Channel, first: np.datetime64, last: np.datetime64) -> Minutes:
    """One channel minute by minute from `first` to before `last`.

    Means of less than a minute are averaged; one of five minutes, say, stands for each of the
    five; instants count only where the source sends no means at all in that time.
    """
    start = first.astype("datetime64[m]")
    count = max(0, int((last - start) / _MINUTE))
    value = np.full(count, np.nan)
    state = np.full(count, State.MISSING, np.uint8)
    early = start - _LOOK_BACK
    found = [span for span in spans(core, channel.key, early, last) if span <= LONGEST_S]
    means = [span for span in found if span]
    for span in sorted(means, key=lambda one: (one != MINUTE_S, one)) or found:
        rows = values(core, channel.key, span, early, last, _NAMES)
        if span < MINUTE_S:
            at, number, kind = _averaged(rows, channel)
            cover = 1
        else:
            at, number = rows["time"], value_of(rows)
            kind = states(channel.flags, rows["flag"].tolist(), number)
            cover = _cover(at) if span == MINUTE_S else span // MINUTE_S
        position = ((at.astype("datetime64[m]") - start) / _MINUTE).astype(np.int64)
        for more in range(cover):
            here = position + more
            inside = (here >= 0) & (here < count)
            here = here[inside]
            free = state[here] == State.MISSING
            state[here[free]] = kind[inside][free]
            value[here[free]] = number[inside][free]
    value[state != State.VALID] = np.nan
    return Minutes(start, value * factor_of(channel), state)


def hours_sent(core: Core, channel: Channel, first: np.datetime64, last: np.datetime64) -> Hours:
    """The hour means that the source itself sent (上传小时值); `minutes` is -1 throughout."""
    start = first.astype("datetime64[h]")
    count = max(0, int(np.ceil((last - start) / _HOUR)))
    value = np.full(count, np.nan)
    state = np.full(count, State.MISSING, np.uint8)
    rows = values(core, channel.key, HOUR_S, start, last, _NAMES)
    position = ((rows["time"].astype("datetime64[h]") - start) / _HOUR).astype(np.int64)
    number = value_of(rows)
    kind = states(channel.flags, rows["flag"].tolist(), number)
    state[position] = kind
    value[position] = np.where(kind == State.VALID, number, np.nan)
    return Hours(start, value * factor_of(channel), state, np.full(count, -1, np.int16))


def value_of(rows: dict[str, NDArray[Any]]) -> NDArray[np.float64]:
    """The mean that was sent, or else the instant."""
    return np.where(np.isnan(rows["avg"]), rows["rtd"], rows["avg"])


def _averaged(
    rows: dict[str, NDArray[Any]], channel: Channel
) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.uint8]]:
    """The mean of each minute's measured values; its state is that of its first other value."""
    number = value_of(rows)
    kind = states(channel.flags, rows["flag"].tolist(), number)
    minute = rows["time"].astype("datetime64[m]")
    at, group = np.unique(minute, return_inverse=True)
    good = kind == State.VALID
    count = np.bincount(group[good], minlength=len(at))
    total = np.bincount(group[good], number[good], minlength=len(at))
    worst = np.full(len(at), State.MISSING, np.uint8)
    bad = ~good
    worst[group[bad][::-1]] = kind[bad][::-1]
    mean = np.divide(total, count, out=np.full(len(at), np.nan), where=count > 0)
    return at, mean, np.where(count > 0, State.VALID, worst).astype(np.uint8)


def _cover(times: NDArray[np.datetime64]) -> int:
    """How many minutes a minute mean stands for: the greatest distance that fits all of them."""
    if len(times) < _ENOUGH:
        return 1
    since = (times.astype("datetime64[m]") - times[0].astype("datetime64[m]")) / _MINUTE
    step = int(np.gcd.reduce(since.astype(np.int64)))
    return step if 1 <= step * MINUTE_S <= LONGEST_S else 1
