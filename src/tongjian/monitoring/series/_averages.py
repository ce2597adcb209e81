"""Means over steps for charts (图表用均值), from minutes to years, by hours rolled up before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.hours import State
from tongjian.monitoring.profile import Channel, factor_of
from tongjian.monitoring.quality import states
from tongjian.monitoring.series._core import Core
from tongjian.monitoring.series._hours import HOUR_S, MINUTE_S, value_of
from tongjian.monitoring.series._reading import micro, of_series, spans, values, within
from tongjian.monitoring.series._tables import Arrays, fetch, scan, text

_DAY_US = 86_400_000_000
_HOUR = np.timedelta64(1, "h")
_NAMES = ("avg", "rtd", "flag")
_ROLLED = ("time", "n", "total", "low", "high")


@dataclass(frozen=True, slots=True)
class Averages:
    """Steps in which something was measured (各步均值), arrays of one length.

    `time` is the start of each step; `mean`, `low` and `high` are of the measured values of the
    source in it, `count` how many there were. Steps without any are not there.
    """

    time: NDArray[np.datetime64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    count: NDArray[np.int64]


def averages(
    core: Core,
    channel: Channel | str,
    first: np.datetime64,
    last: np.datetime64,
    step: np.timedelta64,
) -> Averages:
    """See `SeriesStore.averages`; of minutes, or else of the shortest interval there is."""
    key, vocabulary, factor = (
        (channel, "2017", 1.0)
        if isinstance(channel, str)
        else (channel.key, channel.flags, factor_of(channel))
    )
    found = spans(core, key, first, last)
    if not found:
        return _stepped([], first, step, factor)
    span = min(found, key=lambda one: (one != MINUTE_S, not one, one))
    if 0 < span < HOUR_S and _of_hours(first, last, step):
        return _stepped(_rolled(core, key, span, first, last, vocabulary), first, step, factor)
    return _stepped([_direct(core, key, span, first, last, vocabulary)], first, step, factor)


def _of_hours(first: np.datetime64, last: np.datetime64, step: np.timedelta64) -> bool:
    """Whether every step is made of whole hours."""
    if np.datetime_data(step)[0] in ("M", "Y"):
        whole = True
    else:
        whole = step % _HOUR == np.timedelta64(0, "s")
    return bool(whole and all(one == one.astype("datetime64[h]") for one in (first, last)))


def _direct(
    core: Core, key: str, span: int, first: np.datetime64, last: np.datetime64, vocabulary: str
) -> Arrays:
    """Single values as hours rolled up are: with their count, sum, least and greatest."""
    rows = values(core, key, span, first, last, _NAMES)
    number = value_of(rows)
    good = states(vocabulary, rows["flag"].tolist(), number) == State.VALID
    number = number[good]
    return {
        "time": rows["time"][good],
        "n": np.ones(len(number), np.int64),
        **dict.fromkeys(("total", "low", "high"), number),
    }


def _rolled(
    core: Core, key: str, span: int, first: np.datetime64, last: np.datetime64, vocabulary: str
) -> list[Arrays]:
    """Hours rolled up, and the days whose hours are not up to date from their minutes."""
    rolls = of_series(core, "hours", span, key, first, last)
    dirty = _dirty_days(core, key, span, first, last)
    parts = []
    if rolls:
        where = f"series = {text(key)} AND {within(first, last)}"
        rows = fetch(
            core.connection,
            f"SELECT time, flag, n, zeros, total, low, high "
            f"FROM {scan(core.folder, [one.path for one in rolls])} WHERE {where}",
        )
        rows = {**rows, **measured(rows, vocabulary)}
        good = np.isin(rows["time"].astype("datetime64[D]"), dirty, invert=True) & (rows["n"] > 0)
        parts.append({name: rows[name][good] for name in _ROLLED})
    for start, stop in _runs(dirty):
        begin, end = max(first, start), min(last, stop)
        if begin < end:
            parts.append(_direct(core, key, span, begin, end, vocabulary))
    return parts


def measured(rows: Arrays, vocabulary: str) -> Arrays:
    """The n, low and high of hours rolled up that count, by what their flags mean."""
    flags = list(dict.fromkeys(rows["flag"]))
    # Of each flag: whether a value with it was measured, and whether a zero was.
    value, zero = (
        dict(zip(flags, states(vocabulary, flags, np.full(len(flags), one)), strict=True))
        for one in (1.0, 0.0)
    )
    counts, zeros = (
        np.array([state[flag] == State.VALID for flag in rows["flag"]], bool)
        for state in (value, zero)
    )
    with_zero = zeros & (rows["zeros"] > 0)
    return {
        "n": np.where(counts, rows["n"] - np.where(zeros, 0, rows["zeros"]), 0),
        "low": np.where(with_zero, np.fmin(rows["low"], 0), rows["low"]),
        "high": np.where(with_zero, np.fmax(rows["high"], 0), rows["high"]),
    }


def _dirty_days(
    core: Core, key: str, span: int, first: np.datetime64, last: np.datetime64
) -> NDArray[np.datetime64]:
    """Days about which something is in the log or in a file that was not rolled up."""
    done = {path for one in core.manifest.files if one.kind == "hours" for path in one.of}
    found: set[int] = set()
    low, high = micro(first) // _DAY_US, (micro(last) - 1) // _DAY_US
    for one in of_series(core, "parsed", span, key, first, last):
        if one.path not in done:
            begin, end = max(low, one.first // _DAY_US), min(high, one.last // _DAY_US)
            found.update(range(begin, end + 1))
    rows = core.connection.execute(
        f"SELECT DISTINCT time::DATE - DATE '1970-01-01' FROM parsed "
        f"WHERE span = {span} AND series = {text(key)} AND {within(first, last)}"
    ).fetchall()
    found |= {int(row[0]) for row in rows}
    return np.array(sorted(found), np.int64).astype("datetime64[D]")


def _runs(days: NDArray[np.datetime64]) -> list[tuple[np.datetime64, np.datetime64]]:
    """Consecutive days as first and the one after the last."""
    if not len(days):
        return []
    one = np.timedelta64(1, "D")
    cuts = np.flatnonzero(np.diff(days) > one) + 1
    return [(part[0], part[-1] + one) for part in np.split(days, cuts)]


def _stepped(
    parts: list[Arrays], first: np.datetime64, step: np.timedelta64, factor: float
) -> Averages:
    """All parts together, step by step; steps of months and years are those of the calendar."""
    joined = {
        name: np.concatenate([part[name] for part in parts])
        if parts
        else np.empty(0, "datetime64[us]" if name == "time" else float)
        for name in _ROLLED
    }
    unit, _ = np.datetime_data(step)
    if unit in ("M", "Y"):
        whole = joined["time"].astype(f"datetime64[{unit}]")
        begin = first.astype(f"datetime64[{unit}]")
    else:
        whole, begin = joined["time"], first
    number = ((whole - begin) // step).astype(np.int64)
    at, group = np.unique(number, return_inverse=True)
    count = np.bincount(group, joined["n"], len(at)).astype(np.int64)
    total = np.bincount(group, joined["total"], len(at))
    low, high = np.full(len(at), np.inf), np.full(len(at), -np.inf)
    np.minimum.at(low, group, joined["low"])
    np.maximum.at(high, group, joined["high"])
    time = (begin + at * step).astype("datetime64[us]")
    return Averages(time, total / count * factor, low * factor, high * factor, count)
