"""Which valid hours a statistic is made from, and what it makes of them (样本与统计量)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.substitution._calendar import periods
from tongjian.monitoring.substitution._gaps import Gap
from tongjian.rules import Sample, Statistic

Lack = Literal["", "valid", "before", "after", "calibration", "highest"]
"""Why there is no value: nothing valid, nothing on one side, no calibration, no highest value."""


@dataclass(frozen=True, slots=True)
class Result:
    """A statistic's value, the positions of the hours it was made from, and what it lacked."""

    value: float
    at: NDArray[np.int64]
    lack: Lack = ""

    @property
    def reach(self) -> tuple[int, int]:
        """First and last of these positions, -1 if there are none."""
        return (int(self.at[0]), int(self.at[-1])) if len(self.at) else (-1, -1)


_NONE = np.empty(0, np.int64)


@dataclass(slots=True)
class Samples:
    """The valid hours of a series, and statistics of them.

    `calibrations` are the times of passed calibrations in ascending order; `highest` is the
    channel's maximum potential value.
    """

    times: NDArray[np.datetime64]
    value: NDArray[np.float64]
    valid: NDArray[np.int64]
    calibrations: Sequence[np.datetime64]
    highest: float | None
    _periods: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    _made: dict[tuple[Statistic, int], Result] = field(default_factory=dict)

    def period(self, sample: Sample) -> NDArray[np.int64]:
        """The number of the calendar period of each hour."""
        if sample not in self._periods:
            self._periods[sample] = periods(self.times, sample)
        return self._periods[sample]

    def before(self, position: int) -> int:
        """How many valid hours lie before a position."""
        return int(np.searchsorted(self.valid, position))

    def key(self, one: Statistic, at: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """Hours of a gap for which a statistic is the same have the same number.

        None where it is the same for the whole gap.
        """
        if one.over in ("month", "quarter", "year"):
            return self.period(one.over)[at]
        if one.over == "same_hour":
            return self.period(one.over)[at] * 24 + self._hour_of_day(at)
        return None

    def make(self, one: Statistic, gap: Gap, position: int) -> Result:
        """The value of a statistic for the hour at `position`, which lies in `gap`."""
        if one.kind == "potential":
            if self.highest is None:
                return Result(math.nan, _NONE, "highest")
            return Result(self.highest, _NONE)
        if one.over == "neighbours":
            return self._neighbours(one, gap)
        if one.over == "look_back":
            return self._look_back(one, gap)
        number = self.key(one, np.array([position]))
        key = (one, 0 if number is None else int(number[0]))
        if key not in self._made:
            self._made[key] = self._result(one, self._of_period(one.over, position))
        return self._made[key]

    def _neighbours(self, one: Statistic, gap: Gap) -> Result:
        before, after = self.before(gap.first), self.before(gap.last)
        left, right = self.valid[max(before - 1, 0) : before], self.valid[after : after + 1]
        at = np.concatenate([left, right])
        if not len(at):
            return Result(math.nan, at, "valid")
        if not len(right) and "before" not in one.alone:
            return Result(math.nan, _NONE, "after")
        if not len(left) and "after" not in one.alone:
            return Result(math.nan, _NONE, "before")
        return self._result(one, at)

    def _look_back(self, one: Statistic, gap: Gap) -> Result:
        end = self.before(gap.first)
        if gap.part.anchor == "calibration":
            passed = self._calibrated(gap)
            if passed is None:
                return Result(math.nan, _NONE, "calibration")
            end = min(end, self.before(passed))
        begin = max(end - one.hours, 0)
        if gap.part.oldest is not None:
            begin = max(begin, self.before(gap.first - gap.part.oldest))
        return self._result(one, self.valid[begin : max(begin, end)])

    def _calibrated(self, gap: Gap) -> int | None:
        """The position of the hour of the last calibration passed before the gap went on.

        A calibration within the gap's first hour began it: the hour was lost after it.
        """
        limit = self.times[gap.first] + np.timedelta64(1, "h")
        passed = [one for one in self.calibrations if one < limit]
        if not passed:
            return None
        return int((passed[-1] - self.times[0]) // np.timedelta64(1, "h"))

    def _of_period(self, sample: Sample, position: int) -> NDArray[np.int64]:
        period = self.period(sample)
        first = np.searchsorted(period, period[position], "left")
        last = np.searchsorted(period, period[position], "right")
        found = self.valid[self.before(int(first)) : self.before(int(last))]
        if sample == "same_hour":
            hour = self._hour_of_day(np.array([position]))
            found = found[self._hour_of_day(found) == hour]
        return found

    def _hour_of_day(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.times[at].astype(np.int64) % 24

    def _result(self, one: Statistic, at: NDArray[np.int64]) -> Result:
        if not len(at):
            return Result(math.nan, at, "valid")
        found = self.value[at]
        if one.kind == "maximum":
            return Result(float(found.max()), at)
        if one.kind == "percentile":
            return Result(_percentile(found, one.percentile), at)
        mean = _mean(found)
        if one.deviations:
            mean += one.deviations * _deviation(found, mean)
        return Result(mean, at)


def _mean(values: NDArray[np.float64]) -> float:
    """Exactly rounded: the mean of the same hours is the same whatever lies around them."""
    return math.fsum(values.tolist()) / len(values)


def _deviation(values: NDArray[np.float64], mean: float) -> float:
    """The standard deviation of a sample (n - 1); that of one value is 0."""
    if len(values) == 1:
        return 0.0
    return math.sqrt(math.fsum(((values - mean) ** 2).tolist()) / (len(values) - 1))


def _percentile(values: NDArray[np.float64], share: float) -> float:
    """The smallest value that at least `share` per cent do not exceed (nearest rank)."""
    rank = math.ceil(Fraction(str(share)) * len(values) / 100)
    return float(np.partition(values, rank - 1)[rank - 1])


__all__ = ["Lack", "Result", "Samples"]
