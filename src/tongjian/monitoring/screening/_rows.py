"""Runs of rows, and the resolution of values as they were transmitted (游程与分辨力)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.screening._panel import Flags, Floats

_MOST_PLACES = 9


def runs(true: Flags) -> list[tuple[int, int]]:
    """First and last position of every run of true ones."""
    edge = np.diff(np.concatenate(([0], true.astype(np.int8), [0])))
    return list(
        zip(
            np.flatnonzero(edge == 1).tolist(),
            (np.flatnonzero(edge == -1) - 1).tolist(),
            strict=True,
        )
    )


def bridged(spans: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Spans that are `gap` rows apart or less become one."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and first - joined[-1][1] <= gap:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def least_run(true: Flags, least: int, chance: float) -> int:
    """The length from which a run of true ones is no chance: at least `least`.

    How often one follows another is taken from the runs that are shorter than `least`, so that
    what is sought does not hide itself; n x p^length <= chance gives the length.
    """
    short = sum(last - first + 1 for first, last in runs(true) if last - first + 1 < least)
    rest = len(true) - int(true.sum()) + short
    if not short or not rest:
        return least
    share = short / rest
    return max(least, math.ceil(math.log(chance / len(true)) / math.log(share)))


def places(value: Floats) -> NDArray[np.int64]:
    """Decimal places with which each value was sent; -1 where nothing was.

    Senders print to a number of places or of digits, and drop zeros at the end: the most places
    that occur among values of the same power of ten are those of all of them.
    """
    found = np.full(len(value), -1, dtype=np.int64)
    there = np.isfinite(value)
    own = np.zeros(int(there.sum()), dtype=np.int64)
    left = value[there]
    open_ones = np.ones(len(left), dtype=np.bool_)
    for count in range(_MOST_PLACES + 1):
        fits = open_ones & (np.abs(np.round(left, count) - left) <= 1e-12 * np.abs(left))
        own[fits] = count
        open_ones &= ~fits
    own[open_ones] = _MOST_PLACES
    power = np.zeros(len(left), dtype=np.int64)
    nonzero = left != 0
    power[nonzero] = np.floor(np.log10(np.abs(left[nonzero]))).astype(np.int64)
    shared = np.zeros(len(left), dtype=np.int64)
    for one in np.unique(power):
        mine = power == one
        shared[mine] = own[mine].max()
    found[there] = shared
    return found


def resolution(value: Floats) -> Floats:
    """One unit of the last place of every value, NaN where nothing was sent."""
    count = places(value)
    return np.where(count < 0, np.nan, 10.0 ** -np.maximum(count, 0))


__all__ = ["bridged", "least_run", "places", "resolution", "runs"]
