"""How much of a rank is a matter of weights (权重敏感性)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tongjian.problems import Problem, TongjianError
from tongjian.scores._matrix import Matrix
from tongjian.scores._rank import in_order, ranks
from tongjian.scores._weights import Weights

_DRAWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Shift:
    """One weight changed by a share, the others scaled so that all sum to 1: the new ranks."""

    column: str
    share: float
    weights: dict[str, float]
    ranks: dict[str, int]
    moved: dict[str, int]
    """Units whose rank differs: by how many places they fall (positive) or rise (negative)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit under weights drawn at random."""

    unit: str
    rank: int
    """With the weights themselves."""
    keeps: float
    """Share of the draws in which it keeps this rank."""
    first: float
    """Share of the draws in which it is first (ties count)."""
    lowest: int
    highest: int
    """Best and worst rank of 95 % of the draws (2.5 % cut off on each side)."""


@dataclass(frozen=True, slots=True)
class RandomWeights:
    """Ranks under weights drawn evenly from all weights that sum to 1 (单纯形上均匀抽样)."""

    draws: int
    seed: int
    standings: tuple[Standing, ...]
    """In the order of ranks."""

    def as_dict(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        names = Standing.__slots__
        rows = [{name: getattr(one, name) for name in names} for one in self.standings]
        return {"draws": self.draws, "seed": self.seed, "standings": rows}


def weight_sensitivity(matrix: Matrix, weights: Weights, share: float = 0.2) -> list[Shift]:
    """The ranks of the weighted sum when each weight in turn is `share` higher and lower.

    Raises `TongjianError` for a share that is not between 0 and 1.
    """
    if not 0 < share <= 1:
        raise TongjianError(Problem("scores.share", values={"value": share}))
    return list(_shifts(matrix, in_order(matrix, weights), share))


def _shifts(matrix: Matrix, own: np.ndarray, share: float) -> Iterator[Shift]:
    places, columns = matrix.standardised(), [one.column for one in matrix.indicators]
    before = ranks(places @ own)
    for at, column in enumerate(columns):
        for change in (-share, share):
            changed = own.copy()
            changed[at] *= 1 + change
            if not changed.sum() > 0:
                continue
            changed /= changed.sum()
            after = ranks(places @ changed)
            yield Shift(
                column,
                change,
                dict(zip(columns, changed.tolist(), strict=True)),
                dict(zip(matrix.units, after.tolist(), strict=True)),
                {
                    unit: int(new - old)
                    for unit, new, old in zip(matrix.units, after, before, strict=True)
                    if new != old
                },
            )


def random_weights(
    matrix: Matrix, weights: Weights, *, draws: int = 10_000, seed: int = 1
) -> RandomWeights:
    """How each unit stands when nobody knows the weights: the same seed gives the same figures.

    Raises `TongjianError` for fewer than 100 draws.
    """
    if draws < 100:
        raise TongjianError(Problem("scores.draws", values={"draws": draws}))
    places = matrix.standardised()
    own = ranks(places @ in_order(matrix, weights))
    random = np.random.Generator(np.random.PCG64(seed))
    parts = []
    for start in range(0, draws, _DRAWS_AT_ONCE):
        count = min(_DRAWS_AT_ONCE, draws - start)
        # Exponential numbers over their sum lie evenly on the simplex.
        drawn = random.exponential(size=(count, len(matrix.indicators)))
        parts.append(ranks((drawn / drawn.sum(axis=1, keepdims=True)) @ places.T))
    found = np.concatenate(parts)
    low, high = np.quantile(found, [0.025, 0.975], axis=0, method="nearest")
    standings = [
        Standing(
            unit,
            int(own[at]),
            float((found[:, at] == own[at]).mean()),
            float((found[:, at] == 1).mean()),
            int(low[at]),
            int(high[at]),
        )
        for at, unit in enumerate(matrix.units)
    ]
    standings.sort(key=lambda one: (one.rank, one.unit))
    return RandomWeights(draws, seed, tuple(standings))


__all__ = ["RandomWeights", "Shift", "Standing", "random_weights", "weight_sensitivity"]
