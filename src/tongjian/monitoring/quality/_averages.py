"""The other means (分钟、日、月均值): instants to minutes, hours to days, days to months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.hours import Hours, Minutes, State
from tongjian.monitoring.quality._limits import ValidityLimits

_STATES = len(State)
_FEBRUARY = 2


@dataclass(frozen=True, slots=True)
class Periods:
    """Means of consecutive days or months (日、月均值), all arrays of the same length.

    `first` is the first of them, a datetime64 of days or months. `value` is the mean of the valid
    parts, NaN unless `state` is VALID (`State`: also MISSING, TOO_FEW and STOPPED). `valid` counts
    the valid parts (hours of a day, days of a month), `ran` those in which the source ran.
    """

    first: np.datetime64
    value: NDArray[np.float64]
    state: NDArray[np.uint8]
    valid: NDArray[np.int64]
    ran: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.value)

    @property
    def times(self) -> NDArray[np.datetime64]:
        """The beginning of each."""
        times: NDArray[np.datetime64] = self.first + np.arange(len(self.value))
        return times


def minutes_of(
    times: NDArray[np.datetime64],
    value: NDArray[np.float64],
    state: NDArray[np.uint8],
    limits: ValidityLimits,
) -> Minutes:
    """Instants, in any order, make minutes (瞬时值到分钟).

    A minute is the mean of its n valid instants where n reaches `limits.instants`. It is STOPPED or
    FLAGGED where that many say so (flagged ones together with valid ones), else MISSING. Raises
    `RuleError` where the set has no such number; an empty series stays empty.
    """
    least = limits.need("instants")
    if not len(times):
        none = np.empty(0)
        return Minutes(np.datetime64(0, "m"), none, none.astype(np.uint8))
    minute = times.astype("datetime64[m]").astype(np.int64)
    first = int(minute.min())
    place = minute - first
    number = int(place.max()) + 1
    valid = (state == State.VALID) & np.isfinite(value)
    count = np.bincount(place[valid], minlength=number)
    total = np.bincount(place[valid], weights=value[valid], minlength=number)
    flagged = np.bincount(place[state == State.FLAGGED], minlength=number)
    stopped = np.bincount(place[state == State.STOPPED], minlength=number)
    found = np.full(number, State.MISSING, dtype=np.uint8)
    found[(flagged > 0) & (flagged + count >= least)] = State.FLAGGED
    found[stopped >= least] = State.STOPPED
    found[count >= least] = State.VALID
    mean = np.where(found == State.VALID, total / np.maximum(count, 1), np.nan)
    return Minutes(np.datetime64(first, "m"), mean, found)


def days(hours: Hours, limits: ValidityLimits) -> Periods:
    """Hours make days (小时到日): the mean of m valid hours where m reaches `limits.hours`.

    A day on which the source never ran is STOPPED. The number of hours is asked of a day as it is
    printed, also where the source ran for a part of it only; `ran` tells. Raises `RuleError` where
    the set has no such number.
    """
    least = limits.need("hours")
    first = hours.start.astype("datetime64[D]")
    day = (hours.times - first) // np.timedelta64(1, "D")
    return _periods(first, day.astype(np.int64), hours.value, hours.state, least)


def months(of: Periods, limits: ValidityLimits) -> Periods:
    """Days make months (日到月): the mean of the valid days, where they reach `limits.days`.

    February needs `limits.days_february`. Raises `RuleError` where the set has no such number.
    """
    usual, in_february = limits.need("days"), limits.need("days_february")
    first = of.first.astype("datetime64[M]")
    month = of.times.astype("datetime64[M]").astype(np.int64) - int(first.astype(np.int64))
    number = int(month.max(initial=-1)) + 1
    calendar = (int(first.astype(np.int64)) + np.arange(number)) % 12 + 1
    least = np.where(calendar == _FEBRUARY, in_february, usual)
    return _periods(first, month, of.value, of.state, least)


def _periods(
    first: np.datetime64,
    place: NDArray[np.int64],
    value: NDArray[np.float64],
    state: NDArray[np.uint8],
    least: float | NDArray[np.float64],
) -> Periods:
    number = int(place.max(initial=-1)) + 1
    counts = _counts(place, state, number)
    valid = counts[:, State.VALID]
    ran = counts.sum(axis=1) - counts[:, State.STOPPED]
    good = state == State.VALID
    total = np.bincount(place[good], weights=value[good], minlength=number)
    found = np.full(number, State.TOO_FEW, dtype=np.uint8)
    found[counts[:, State.MISSING] == counts.sum(axis=1)] = State.MISSING
    found[ran == 0] = State.STOPPED
    found[valid >= least] = State.VALID
    mean = np.where(found == State.VALID, total / np.maximum(valid, 1), np.nan)
    return Periods(first, mean, found, valid, ran)


def _counts(place: NDArray[np.int64], state: NDArray[np.uint8], number: int) -> NDArray[np.int64]:
    flat = np.bincount(place * _STATES + state, minlength=number * _STATES)
    return flat.reshape(number, _STATES).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Capture:
    """What was captured in one month, quarter or year (有效数据捕集情况).

    `counts` are the hours in each `State`; hours of the calendar that are not in the series are
    not counted.
    """

    first: np.datetime64
    counts: dict[State, int]

    @property
    def valid(self) -> int:
        """Valid hours (有效小时数)."""
        return self.counts[State.VALID]

    @property
    def ran(self) -> int:
        """Hours in which the source ran (运行小时数): all but those stopped."""
        return sum(self.counts.values()) - self.counts[State.STOPPED]

    @property
    def share(self) -> float:
        """The validity share (有效数据捕集率), NaN where the source never ran."""
        return self.valid / self.ran if self.ran else float("nan")


def validity_share(hours: Hours) -> float:
    """The share of valid hours in those in which the source ran (有效数据捕集率).

    NaN where it never ran. HJ 75-2017 (recalled): hours without those invalid and those stopped,
    by hours without those stopped.
    """
    ran = int((hours.state != State.STOPPED).sum())
    return int((hours.state == State.VALID).sum()) / ran if ran else float("nan")


def captures(hours: Hours, months_each: int = 1) -> tuple[Capture, ...]:
    """The hours of each month (3: quarter, 12: year) by their state (分月、分季捕集率)."""
    first = int(hours.start.astype("datetime64[M]").astype(np.int64)) // months_each
    place = hours.times.astype("datetime64[M]").astype(np.int64) // months_each - first
    number = int(place.max(initial=-1)) + 1
    counts: Any = _counts(place, hours.state, number)
    return tuple(
        Capture(
            np.datetime64((first + at) * months_each, "M"),
            {one: int(counts[at, one]) for one in State},
        )
        for at in range(number)
    )
