"""A day of one station in steps (一日数据), and the averages that its logger makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.simulator._scenario import SimChannel, ways

Array = NDArray[np.float64]
Flags = NDArray[np.uint8]
NORMAL, STOPPED, CALIBRATED, FAULT, LOST, OVER, MAINTAINED = map(ord, "NFCDBTM")


@dataclass(slots=True)
class Day:
    """The steps of one day: arrays of channels x steps, `minutes` each; `flags` are letters.

    `value` is what the analyser says, NaN where there is nothing to send; `low` and `high` bound
    it within the step.
    """

    minutes: int
    value: Array
    low: Array
    high: Array
    flags: Flags


@dataclass(slots=True)
class Averages:
    """What is sent for each interval: channels x intervals; `cou` and `converted` may be NaN."""

    seconds: int
    average: Array
    low: Array
    high: Array
    cou: Array
    converted: Array
    flags: Flags


Finish = Callable[[Averages], None]
"""Fills `cou` and `converted` from the averages as they are sent."""


def rounded(day: Day, channels: tuple[SimChannel, ...]) -> Day:
    """`day` at the resolution that is sent: Min down and Max up, so that Avg stays between."""
    scale = np.array([[10.0**one.decimals] for one in channels])
    day.value = np.round(day.value * scale) / scale
    day.low = np.minimum(np.floor(day.low * scale) / scale, day.value)
    day.high = np.maximum(np.ceil(day.high * scale) / scale, day.value)
    return day


def intervals(day: Day, minutes: int, channels: tuple[SimChannel, ...], finish: Finish) -> Averages:
    """The averages over `minutes`: the mean of what was measured in each.

    An interval counts as measured if enough of it was (the hour's share of valid minutes);
    otherwise it bears the mark that most of the rest has.
    """
    count = len(channels)
    steps = max(1, minutes // day.minutes)
    shape = (count, day.value.shape[1] // steps, steps)
    flags = day.flags.reshape(shape)
    measured = (flags == NORMAL) & ~np.isnan(day.value.reshape(shape))
    needed = steps * ways()["hour"]["valid_minutes"] / 60
    return _averaged(day, shape, flags, measured, needed, (minutes * 60, channels, finish))


def days(hours: Averages, channels: tuple[SimChannel, ...]) -> Averages:
    """The day of 24 `hours`: means of the measured ones, sums of amounts (HJ 212-2017, Annex D)."""
    whole = Day(60, hours.average, hours.low, hours.high, hours.flags)
    shape = (len(channels), 1, hours.average.shape[1])
    flags = hours.flags.reshape(shape)
    measured = (flags == NORMAL) & ~np.isnan(hours.average.reshape(shape))
    needed = ways()["day"]["valid_hours"]

    def finish(day: Averages) -> None:
        for into, source in ((day.cou, hours.cou), (day.converted, hours.converted)):
            sent = ~np.isnan(source)
            used = sent if into is day.cou else sent & (hours.flags == NORMAL)
            total = np.where(used, source, 0.0).sum(axis=1, keepdims=True)
            number = used.sum(axis=1, keepdims=True)
            mean = total / np.maximum(number, 1)
            into[:] = np.where(number > 0, total if into is day.cou else mean, np.nan)

    return _averaged(whole, shape, flags, measured, needed, (86_400, channels, finish))


def _averaged(
    day: Day,
    shape: tuple[int, int, int],
    flags: Flags,
    measured: NDArray[np.bool_],
    needed: float,
    rest: tuple[int, tuple[SimChannel, ...], Finish],
) -> Averages:
    seconds, channels, finish = rest
    number = measured.sum(axis=2)
    some = number > 0
    total = np.where(measured, day.value.reshape(shape), 0.0).sum(axis=2)
    scale = np.array([[10.0**one.decimals] for one in channels])
    average = np.round(total / np.maximum(number, 1) * scale) / scale
    low = np.where(measured, day.low.reshape(shape), np.inf).min(axis=2)
    high = np.where(measured, day.high.reshape(shape), -np.inf).max(axis=2)
    nothing = np.isnan(day.value.reshape(shape)).all(axis=2)
    average = np.where(nothing, np.nan, average)
    found = Averages(
        seconds,
        average,
        np.where(some, np.minimum(low, average), average),
        np.where(some, np.maximum(high, average), average),
        np.full(shape[:2], np.nan),
        np.full(shape[:2], np.nan),
        np.where((number >= needed) & some, NORMAL, _mark(flags)).astype(np.uint8),
    )
    finish(found)
    return found


def _mark(flags: Flags) -> Flags:
    """The most frequent mark in each interval that is not N; N where there is no other."""
    best = np.full(flags.shape[:2], NORMAL, dtype=np.uint8)
    most = np.zeros(flags.shape[:2], dtype=np.int64)
    for mark in np.unique(flags):
        if mark != NORMAL:
            number = (flags == mark).sum(axis=2)
            best = np.where(number > most, mark, best)
            most = np.maximum(number, most)
    return best
