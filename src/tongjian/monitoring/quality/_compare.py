"""What a station averaged, held against what its minutes give (上报均值核对)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.hours import Hours, State


@dataclass(frozen=True, slots=True)
class Differences:
    """Hours that both sides have (小时均值核对), as arrays over the hours they share.

    `own` and `sent` are the values, `differs` where both are valid and further apart than the
    tolerance, `sent_only` where the station calls valid what its minutes do not bear out,
    `own_only` the reverse. The station is told of these; its averages are never used.
    """

    start: np.datetime64
    own: NDArray[np.float64]
    sent: NDArray[np.float64]
    differs: NDArray[np.bool_]
    sent_only: NDArray[np.bool_]
    own_only: NDArray[np.bool_]

    @property
    def agree(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.differs.any() or self.sent_only.any() or self.own_only.any())


def compare(own: Hours, sent: Hours, tolerance: float, resolution: float = 0.0) -> Differences:
    """Hold the averages of a station against one's own (上报均值核对).

    Two valid values differ where |own - sent| exceeds `tolerance` (a share of the larger one) and
    half of `resolution`, the last digit that the station sends, in the unit of the values.
    """
    first = max(own.start.astype("datetime64[h]"), sent.start.astype("datetime64[h]"))
    end = min(
        own.start + np.timedelta64(len(own), "h"), sent.start + np.timedelta64(len(sent), "h")
    )
    number = max(int((end - first) / np.timedelta64(1, "h")), 0)
    ours, theirs = (_cut(one, first, number) for one in (own, sent))
    good = ours.state == State.VALID
    told = theirs.state == State.VALID
    apart = np.abs(ours.value - theirs.value)
    larger = np.maximum(np.abs(ours.value), np.abs(theirs.value))
    with np.errstate(invalid="ignore"):
        differs = good & told & (apart > np.maximum(tolerance * larger, resolution / 2))
    return Differences(first, ours.value, theirs.value, differs, told & ~good, good & ~told)


def _cut(hours: Hours, first: np.datetime64, number: int) -> Hours:
    at = int((first - hours.start.astype("datetime64[h]")) / np.timedelta64(1, "h"))
    part = slice(at, at + number)
    return Hours(first, hours.value[part], hours.state[part], hours.minutes[part])
