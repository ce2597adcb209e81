"""Minutes make hours (分钟到小时): what an hour is worth by the limits of a rule set."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.hours import Hours, Minutes, State
from tongjian.monitoring.quality._limits import ValidityLimits
from tongjian.problems import Problem, RuleError

Interval = tuple[np.datetime64, np.datetime64]
"""A time from its beginning to its end, which no longer belongs to it (时段)."""

_MINUTES = 60
_QUARTERS = 4
Counts = NDArray[np.int64]


def validate(
    minutes: Minutes, limits: ValidityLimits, out_of_control: Sequence[Interval] = ()
) -> Hours:
    """The hours of a channel, each with its state (小时均值与有效性判定).

    The value of an hour is the mean of its k valid minutes, where k reaches every number that
    `limits` knows of (minutes, share of readings, quarters). Minutes in `out_of_control` count as
    invalid. Any other hour is, the first that fits:

    STOPPED
        the source stood still for `limits.stopped` minutes, or for all of them where the set has no
        such number;
    OUT_OF_CONTROL
        a minute of it was out of control;
    FLAGGED
        more flagged minutes in a row than `limits.flagged_run`, whatever their flags; where the set
        has no such number, so many that the hour would be valid had they been measured;
    MISSING
        no minute came;
    TOO_FEW
        else.

    Minutes before the first and after the last one are missing. Works on whole arrays: a year takes
    some hundredths of a second. Raises `RuleError` where the limits say nothing of an hour.
    """
    first = minutes.start.astype("datetime64[h]")
    before = int((minutes.start - first) / np.timedelta64(1, "m"))
    number = -(-(before + len(minutes)) // _MINUTES)
    state = np.full(number * _MINUTES, State.MISSING, dtype=np.uint8)
    value = np.zeros(number * _MINUTES)
    place = slice(before, before + len(minutes))
    state[place] = minutes.state
    lost = (minutes.state == State.VALID) & ~np.isfinite(minutes.value)
    state[place][lost] = State.MISSING
    value[place] = np.where(state[place] == State.VALID, minutes.value, 0.0)
    out = _inside(first, number * _MINUTES, out_of_control)

    states = state.reshape(number, _MINUTES)
    outside = out.reshape(number, _MINUTES)
    valid = (states == State.VALID) & ~outside
    count = valid.sum(axis=1)
    found = _states(states, outside, valid, limits)
    total = np.where(valid, value.reshape(number, _MINUTES), 0.0).sum(axis=1)
    mean = np.where(found == State.VALID, total / np.maximum(count, 1), np.nan)
    return Hours(first, mean, found, count.astype(np.int16))


def apply_out_of_control(hours: Hours, out_of_control: Sequence[Interval]) -> Hours:
    """Hours that a source sent by itself, with those out of control marked (失控时段).

    An hour that is touched by an interval is OUT_OF_CONTROL, unless the source stopped.
    """
    first = hours.start.astype("datetime64[h]")
    out = _inside(first, len(hours) * _MINUTES, out_of_control).reshape(-1, _MINUTES).any(axis=1)
    out &= hours.state != State.STOPPED
    state = np.where(out, np.uint8(State.OUT_OF_CONTROL), hours.state)
    return replace(hours, value=np.where(out, np.nan, hours.value), state=state)


def _states(
    states: NDArray[np.uint8],
    outside: NDArray[np.bool_],
    valid: NDArray[np.bool_],
    limits: ValidityLimits,
) -> NDArray[np.uint8]:
    flagged = states == State.FLAGGED
    stopped = (states == State.STOPPED).sum(axis=1)
    missing = (states == State.MISSING).sum(axis=1)
    if limits.flagged_run.number is None:
        by_flags = flagged.any(axis=1) & _enough(valid | flagged, limits)
    else:
        by_flags = longest_run(flagged) > limits.flagged_run.number
    needed = _MINUTES if limits.stopped.number is None else limits.stopped.number
    found = np.full(len(states), State.TOO_FEW, dtype=np.uint8)
    # From what gives way to what prevails.
    found[missing == _MINUTES] = State.MISSING
    found[by_flags] = State.FLAGGED
    found[outside.any(axis=1)] = State.OUT_OF_CONTROL
    found[stopped >= needed] = State.STOPPED
    found[_enough(valid, limits)] = State.VALID
    return found


def _enough(valid: NDArray[np.bool_], limits: ValidityLimits) -> NDArray[np.bool_]:
    """Whether an hour with these minutes has what it needs."""
    least = least_minutes(limits)
    enough: NDArray[np.bool_] = valid.sum(axis=1) >= least
    if limits.quarters.number is not None:
        quarters = valid.reshape(len(valid), _QUARTERS, -1).any(axis=2).sum(axis=1)
        enough &= quarters >= limits.quarters.number
    return enough


def least_minutes(limits: ValidityLimits) -> int:
    """The valid minutes that an hour needs at least (所需有效分钟数).

    Raises `RuleError` where the limits say nothing of an hour.
    """
    minutes, readings, quarters = limits.minutes, limits.readings, limits.quarters
    needs = [
        *([] if minutes.number is None else [minutes.number]),
        *([] if readings.number is None else [readings.number * _MINUTES]),
        *([] if quarters.number is None else [quarters.number]),
    ]
    if not needs:
        values = {"ruleset": limits.ruleset}
        raise RuleError(Problem("monitoring.no_hour_limit", values=values))
    # A share of sixty is a float: what is 48 must not become 49.
    return math.ceil(max(needs) - 1e-9)


def longest_run(marks: NDArray[np.bool_]) -> Counts:
    """The most marks in a row, for each row of a table (最长连续数)."""
    run = np.zeros(len(marks), dtype=np.int64)
    longest = run.copy()
    for column in marks.T:
        run = (run + 1) * column
        np.maximum(longest, run, out=longest)
    return longest


def _inside(first: np.datetime64, number: int, intervals: Sequence[Interval]) -> NDArray[np.bool_]:
    """Which of `number` minutes from `first` on are touched by an interval."""
    inside = np.zeros(number, dtype=bool)
    for begin, end in intervals:
        if end <= begin:
            continue
        one = np.timedelta64(1, "m")
        start = (begin.astype("datetime64[s]") - first) // one
        stop = -((first - end.astype("datetime64[s]")) // one)  # rounded up
        inside[max(int(start), 0) : max(int(stop), 0)] = True
    return inside
