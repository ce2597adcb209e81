"""An hour's value, its state, and what is used in its place; the three are never mixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class State(IntEnum):
    """What is known of an hour (小时数据状态)."""

    VALID = 0
    """有效"""
    MISSING = 1
    """缺失：no value came"""
    TOO_FEW = 2
    """有效分钟数不足"""
    FLAGGED = 3
    """标记为非测量：calibration, maintenance, fault, over range, ..."""
    STOPPED = 4
    """排放源停运：the source did not run, so that nothing is missing"""
    OUT_OF_CONTROL = 5
    """失控时段：a quality check failed and has not been passed since"""


@dataclass(frozen=True, slots=True)
class Minutes:
    """One channel over consecutive minutes (分钟序列), all arrays of the same length n.

    Minute i begins at `start` + i min, local time of China. `value` is in the unit of the
    channel's quantity, NaN unless `state` is VALID; `state` holds `State` numbers, of which a
    minute knows VALID, MISSING, FLAGGED and STOPPED.
    """

    start: np.datetime64
    value: NDArray[np.float64]
    state: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.value)


@dataclass(frozen=True, slots=True)
class Hours:
    """One channel over consecutive hours (小时序列), all arrays of the same length n.

    `start` is the first hour in local time of China; hour i begins at start + i h. `value` is the
    mean of the valid minutes in the unit of the channel's quantity, NaN unless `state` is VALID;
    `state` holds `State` numbers, `minutes` the
    count of valid minutes, -1 where the source sent hours only.
    """

    start: np.datetime64
    value: NDArray[np.float64]
    state: NDArray[np.uint8]
    minutes: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.value)

    @property
    def times(self) -> NDArray[np.datetime64]:
        """The beginning of every hour."""
        first = self.start.astype("datetime64[h]")
        times: NDArray[np.datetime64] = first + np.arange(len(self.value)).astype("timedelta64[h]")
        return times


@dataclass(frozen=True, slots=True)
class Used:
    """What is used for each hour (采用值): the valid value, or one put in its place (替代值).

    `value` is NaN where nothing is used (the source stopped, or the rule has no value to put
    there). `rule` is an index into `rules`, -1 where the hour's own value is used; `reached_from`
    and `reached_to` are the positions (inclusive) of the hours that a substituted value was made
    from, -1 elsewhere.
    """

    value: NDArray[np.float64]
    rule: NDArray[np.int16]
    reached_from: NDArray[np.int64]
    reached_to: NDArray[np.int64]
    rules: Sequence[str]


def minute_text(time: np.datetime64) -> str:
    """A moment to the minute, as clocks in China are read: ``2025-03-01 08:00``."""
    return str(time.astype("datetime64[m]")).replace("T", " ")
