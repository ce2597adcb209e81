"""Gaps: consecutive hours of operation that one part of a document speaks of (缺失时段)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.hours import State
from tongjian.rules import LOST, Lost, Substitution, SubstitutionPart

NUMBER: dict[Lost, State] = {
    "missing": State.MISSING,
    "too_few": State.TOO_FEW,
    "flagged": State.FLAGGED,
    "out_of_control": State.OUT_OF_CONTROL,
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The part of a document that speaks of a quantity in a state; `by_analogy` if only so."""

    part: SubstitutionPart
    by_analogy: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap: the positions of its hours, in order; hours in which the source stood are left out.

    Its length is that of `at`: a source that stands has nothing to be measured.
    """

    part: SubstitutionPart
    at: NDArray[np.int64]

    @property
    def first(self) -> int:
        return int(self.at[0])

    @property
    def last(self) -> int:
        return int(self.at[-1])

    def __len__(self) -> int:
        return len(self.at)


def choose(document: Substitution, quantity: str, role: str) -> dict[Lost, Chosen]:
    """The part for each state in which an hour can be lost, as far as there is one.

    A part that names the quantity comes before one that is only used by analogy.
    """
    words = {role, f"{role}.{quantity}"} | (set() if role == "mass" else {quantity})
    found: dict[Lost, Chosen] = {}
    for by_analogy in (False, True):
        for part in document.parts:
            if words.isdisjoint(part.analogy if by_analogy else part.of):
                continue
            for state in part.states:
                found.setdefault(state, Chosen(part, by_analogy))
    return found


def gaps(state: NDArray[np.uint8], chosen: dict[Lost, Chosen]) -> Iterator[Gap]:
    """Every gap, part by part and in the order of time."""
    running = np.flatnonzero(state != State.STOPPED)
    for part in dict.fromkeys(one.part for one in chosen.values()):
        numbers = [NUMBER[name] for name in LOST if name in chosen and chosen[name].part is part]
        lost = np.isin(state[running], numbers)
        edges = np.flatnonzero(np.diff(lost, prepend=False, append=False))
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            yield Gap(part, running[begin:end])


__all__ = ["NUMBER", "Chosen", "Gap", "choose", "gaps"]
