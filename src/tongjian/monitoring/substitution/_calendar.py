"""Calendar periods of hours, and how many of their hours are valid (有效数据捕集率)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.hours import State
from tongjian.rules import Availability, Sample, Window

_MONTHS = {"month": 1, "same_hour": 1, "quarter": 3, "year": 12}


def periods(times: NDArray[np.datetime64], window: Sample | Window) -> NDArray[np.int64]:
    """A number for the month, quarter or year of each hour; it grows with time."""
    return times.astype("datetime64[M]").astype(np.int64) // _MONTHS[window]


def availability(
    rule: Availability | None, times: NDArray[np.datetime64], state: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """The share of valid hours in those of operation, hour by hour; NaN where none is defined.

    Of a calendar period the hours at hand count, of a window back in time those since the first.
    """
    share = np.full(len(state), np.nan)
    if rule is None or not len(state):
        return share
    valid, running = state == State.VALID, state != State.STOPPED
    if rule.window == "operating_hours":
        at = np.flatnonzero(running)
        counted = np.concatenate([[0], np.cumsum(valid[at])])
        end = np.arange(1, len(at) + 1)
        begin = np.maximum(end - rule.hours, 0)
        share[at] = (counted[end] - counted[begin]) / (end - begin)
        return share
    period = periods(times, rule.window)
    period = period - period[0]
    total = np.bincount(period, weights=running)
    good = np.bincount(period, weights=valid)
    with np.errstate(invalid="ignore"):
        return np.where(running, (good / total)[period], np.nan)


__all__ = ["availability", "periods"]
