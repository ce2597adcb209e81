"""Chance that is the same on every machine (可复现的随机数)."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Random numbers named by what they are for.

    Every plant has dice of its own, seeded by its name: adding a plant or a row to one does not
    change another. Only `Random.random` is used, whose sequence Python promises to keep, and only
    plain arithmetic on it, so that no C library can change the last digit.
    """

    __slots__ = ("_random",)

    def __init__(self, *name: object) -> None:
        self._random = Random("/".join(map(str, name))).random

    def between(self, low: float, high: float) -> float:
        """Any number from `low` to `high`."""
        return low + (high - low) * self._random()

    def around(self, value: float, share: float) -> float:
        """`value` with a scatter of about `share` (half of the values lie within 0.7 `share`)."""
        roll = self._random() + self._random() + self._random() - 1.5
        return value * (1 + 2 * share * roll)

    def chance(self, share: float) -> bool:
        """True in `share` of all cases."""
        return self._random() < share

    def pick(self, choices: Sequence[T]) -> T:
        """One of `choices`."""
        return choices[int(self._random() * len(choices))]
