"""Randomness that depends on what it is for, not on what was asked before (可重复的随机数).

Whatever day is asked for, alone or in a row, it is the same: a station can be asked for its
history, and two runs with one seed send the same bytes.
"""

from __future__ import annotations

import zlib
from datetime import date

import numpy as np
from numpy.typing import NDArray

_STEP = 5  # minutes between the knots of noise
_KNOTS = 1440 // _STEP
_REACH = 36  # knots, three hours: what noise remembers
_DECAY = 6.0  # knots until it has forgotten two thirds
_WHITE = 0.2  # share of the noise that changes from minute to minute
_KERNEL = np.exp(-np.arange(_REACH) / _DECAY)
_KERNEL = _KERNEL / np.sqrt((_KERNEL**2).sum())
_AT = np.arange(1440) / _STEP
_GRID = np.arange(_KNOTS + 1)


def dice(seed: int, *what: object) -> np.random.Generator:
    """A generator for `what` alone."""
    return np.random.default_rng([seed, *(zlib.crc32(str(one).encode()) for one in what)])


def noise(seed: int, name: str, ordinal: int) -> NDArray[np.float64]:
    """Noise of one day in 1440 minutes: mean 0, standard deviation near 1, no step at midnight."""
    before, today, after = (
        dice(seed, name, ordinal + day).standard_normal(_KNOTS) for day in (-1, 0, 1)
    )
    row = np.concatenate([before[-_REACH + 1 :], today, after[:1]])
    knots = np.convolve(row, _KERNEL, "valid")
    white = dice(seed, name, ordinal, "within").standard_normal(1440)
    smooth: NDArray[np.float64] = np.interp(_AT, _GRID, knots)
    return smooth * (1 - _WHITE) + white * _WHITE


def spells(
    seed: int, name: str, year: int, yearly: float, hours: tuple[float, float]
) -> list[tuple[int, int]]:
    """Intervals of a year, in minutes from its beginning: `yearly` of them on average."""
    rolled = dice(seed, name, year)
    count = int(rolled.poisson(yearly))
    minutes = (date(year + 1, 1, 1) - date(year, 1, 1)).days * 1440
    starts = np.sort(rolled.integers(0, minutes, count))
    lengths = (rolled.uniform(*hours, count) * 60).astype(int)
    return [(int(a), int(a + b)) for a, b in zip(starts, lengths, strict=True)]
