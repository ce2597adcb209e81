"""Each problem once (去重): the same may be said of several months or channels."""

from __future__ import annotations

from collections.abc import Iterable

from tongjian.problems import Problem


def once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems without repetitions, in their order."""
    found: dict[str, Problem] = {}
    for one in problems:
        found.setdefault(repr(one), one)
    return tuple(found.values())


__all__ = ["once"]
