"""Outlook (展望): the straight line to the target and the trend of the years at hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tongjian.targets._goal import Goal


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where a value should be on the way, and where it is heading; both in the target's unit."""

    path: float | None
    """On the straight line from the start to the goal, in the year of the latest value."""
    path_from: int | None
    forecast: float | None
    """Linear least squares over the years at hand, in the year of the target."""
    points: int


def straight_line(first: tuple[int, float], last: tuple[int, float], year: int) -> float | None:
    """The value in `year` on the line from one place to another (直线路径)."""
    (start, low), (end, high) = first, last
    return low + (high - low) * (year - start) / (end - start) if end > start else None


def trend(values: Mapping[int, float], year: int) -> float | None:
    """Linear least squares over `values`, in `year` (线性趋势); None for less than two years."""
    if len(values) < 2:
        return None
    mean_x = math.fsum(values) / len(values)
    mean_y = math.fsum(values.values()) / len(values)
    spread = math.fsum((x - mean_x) ** 2 for x in values)
    slope = math.fsum((x - mean_x) * (y - mean_y) for x, y in values.items()) / spread
    return mean_y + slope * (year - mean_x)


def outlook(values: Mapping[int, float], goal: Goal | None, year: int | None, now: int) -> Outlook:
    """The outlook on `year`, from `values` up to `now`; the first of them is where the line starts.

    `values` are what is compared with the goal: of a cut, the cut so far, with 0 in the base year.
    """
    known = {one: value for one, value in sorted(values.items()) if one <= now}
    if year is None:
        return Outlook(None, None, None, len(known))
    start = min(known, default=None)
    path = None
    if goal is not None and start is not None and start < now:
        path = straight_line((start, known[start]), (year, goal.bound), now)
    return Outlook(path, start if path is not None else None, trend(known, year), len(known))


__all__ = ["Outlook", "outlook", "straight_line", "trend"]
