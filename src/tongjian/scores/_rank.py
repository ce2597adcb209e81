"""Scores and ranks (得分与排序), with direction and weights beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tongjian.problems import Problem, TongjianError
from tongjian.scores._matrix import Matrix
from tongjian.scores._weights import Weights

# Scores that differ by less are one and the same but for rounding.
_TIE = 1e-12


@dataclass(frozen=True, slots=True)
class Score:
    """One unit's score (0 to 1, high is good), its rank (1 is first) and its raw indicators."""

    unit: str
    score: float
    rank: int
    parts: dict[str, float]
    """What each indicator adds to the score, or its weighted place."""
    raw: dict[str, float]


@dataclass(frozen=True, slots=True)
class Ranking:
    """A ranking that says how it came about."""

    method: str
    weights: Weights
    directions: dict[str, str]
    scores: tuple[Score, ...]
    """In the order of ranks."""
    left_out: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {
            "method": self.method,
            "weights": self.weights.as_dict(),
            "directions": dict(self.directions),
            "high_is": "good",
            "scores": [
                {
                    "unit": one.unit,
                    "score": one.score,
                    "rank": one.rank,
                    "parts": one.parts,
                    "raw": one.raw,
                }
                for one in self.scores
            ],
            "left_out": list(self.left_out),
        }


def rank_by_sum(matrix: Matrix, weights: Weights) -> Ranking:
    """The weighted sum of min-max values, S = Σ w z (线性加权).

    Raises `TongjianError` when the weights are not those of the matrix.
    """
    parts = matrix.standardised() * in_order(matrix, weights)
    return _ranking("weighted sum", matrix, weights, parts.sum(axis=1), parts)


def topsis(matrix: Matrix, weights: Weights) -> Ranking:
    """Closeness to the ideal unit (TOPSIS, 优劣解距离法): D⁻ / (D⁺ + D⁻).

    Columns are divided by their length, weighted, and compared with the best and the worst of each
    by their direction. Raises `TongjianError` when the weights are not those of the matrix.
    """
    length = np.sqrt((matrix.values**2).sum(axis=0))
    placed = matrix.values / np.where(length > 0, length, 1.0) * in_order(matrix, weights)
    benefit = np.array([one.benefit for one in matrix.indicators])
    best = np.where(benefit, placed.max(axis=0), placed.min(axis=0))
    worst = np.where(benefit, placed.min(axis=0), placed.max(axis=0))
    far = np.sqrt(((placed - best) ** 2).sum(axis=1))
    near = np.sqrt(((placed - worst) ** 2).sum(axis=1))
    together = far + near
    # Where no column differs all units are ideal and worst at once.
    closeness = np.where(together > 0, near / np.where(together > 0, together, 1.0), 0.0)
    return _ranking("TOPSIS", matrix, weights, closeness, placed)


def in_order(matrix: Matrix, weights: Weights) -> np.ndarray:
    """The weights in the order of the matrix's indicators."""
    columns = [one.column for one in matrix.indicators]
    if set(columns) != set(weights.by_column):
        values = {"columns": ", ".join(columns), "weights": ", ".join(weights.by_column)}
        raise TongjianError(Problem("scores.other_weights", values=values))
    return np.array([weights.by_column[name] for name in columns])


def ranks(scores: np.ndarray) -> np.ndarray:
    """Ranks of scores along the last axis, 1 for the highest; equal scores share the better one."""
    higher = scores[..., None, :] > scores[..., :, None] + _TIE
    result: np.ndarray = 1 + higher.sum(axis=-1)
    return result


def _ranking(
    method: str, matrix: Matrix, weights: Weights, scores: np.ndarray, parts: np.ndarray
) -> Ranking:
    columns = [one.column for one in matrix.indicators]
    found = ranks(scores)
    listed = [
        Score(
            unit,
            float(scores[at]),
            int(found[at]),
            dict(zip(columns, parts[at].tolist(), strict=True)),
            dict(zip(columns, matrix.values[at].tolist(), strict=True)),
        )
        for at, unit in enumerate(matrix.units)
    ]
    listed.sort(key=lambda one: (one.rank, one.unit))
    directions = {one.column: one.direction for one in matrix.indicators}
    return Ranking(method, weights, directions, tuple(listed), matrix.left_out)


__all__ = ["Ranking", "Score", "in_order", "rank_by_sum", "ranks", "topsis"]
