"""How far a target is on its way (目标进展): from where it began to its goal, in per cent."""

from __future__ import annotations

from typing import Any

from tongjian.targets import Evaluation

# What these measure is a change since the base, which began at nothing.
_FROM_NOTHING = ("cut", "growth", "rise", "cumulative")


def progress_of(one: Evaluation) -> dict[str, Any]:
    """The share that is done and the share that would be on a straight line; None if not known.

    It begins at the base, or at the first year with data where the document has no base.
    """
    nothing = {"share": None, "expected": None}
    if one.value is None or one.goal is None or one.target.measure.kind == "peak":
        return nothing
    start = _start(one)
    if start is None or start == one.goal.bound:
        return nothing
    path = None if one.outlook is None else one.outlook.path
    return {
        "share": _share(one.value, start, one.goal.bound),
        "expected": None if path is None else _share(path, start, one.goal.bound),
    }


def _start(one: Evaluation) -> float | None:
    if one.target.measure.kind in _FROM_NOTHING:
        return 0.0
    if one.base is not None:
        return one.base
    first = min(one.series, default=None)
    if first is None or first == one.value_year:
        return None
    return one.series[first]


def _share(value: float, start: float, bound: float) -> float:
    return (value - start) / (bound - start) * 100


__all__ = ["progress_of"]
