"""Weights of indicators (权重): from the data, from judgement, or given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tongjian.problems import Problem, TongjianError
from tongjian.scores._matrix import Matrix

# Mean consistency index of random pairwise matrices of 1 to 15 items (Saaty), recalled.
RANDOM_INDEX = (
    *(0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49),
    *(1.51, 1.48, 1.56, 1.57, 1.59),
)
_ACCEPTED = 0.1
_EXACT = 1e-9


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights that sum to 1, how they came about, and what a reader has to know of them."""

    method: str
    by_column: dict[str, float]
    facts: dict[str, Any] = field(default_factory=dict)
    """Of entropy weights the entropies, of AHP weights the consistency ratio …"""

    @property
    def array(self) -> np.ndarray:
        """The weights in the order of the indicators."""
        return np.array(list(self.by_column.values()))

    def as_dict(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {"method": self.method, "weights": dict(self.by_column), **self.facts}


def equal_weights(columns: Sequence[str]) -> Weights:
    """The same weight for every indicator (等权)."""
    return Weights("equal", {name: 1 / len(columns) for name in columns})


def user_weights(given: Mapping[str, float]) -> Weights:
    """Weights of the user (自定权重), scaled to sum to 1.

    Raises `TongjianError` for a negative weight, and when all are zero.
    """
    total = sum(given.values())
    negative = [name for name, value in given.items() if not value >= 0]
    problems = [
        Problem("scores.weight", values={"column": name, "value": given[name]}) for name in negative
    ]
    if not problems and not total > 0:
        problems.append(Problem("scores.no_weight"))
    if problems:
        raise TongjianError(problems)
    return Weights(
        "user", {name: value / total for name, value in given.items()}, {"given": dict(given)}
    )


def entropy_weights(matrix: Matrix, *, standardise: bool = False, shift: float = 0.0) -> Weights:
    """Entropy weights (熵权法) of the columns of a matrix.

    ``p = x / sum(x)``, ``e = -sum(p ln p) / ln n`` with ``0 ln 0 = 0``, ``w = (1-e) / sum(1-e)``.
    With `standardise` x is the min-max value plus `shift` (say, 1e-6), else the value itself,
    which must not be negative. A column of zeros, and one that is the same everywhere, weighs
    nothing. Raises `TongjianError` for negative values and when no column tells units apart.
    """
    values = matrix.standardised() + shift if standardise else matrix.values
    columns = [one.column for one in matrix.indicators]
    problems = [
        Problem("scores.negative", values={"column": name, "value": float(values[:, at].min())})
        for at, name in enumerate(columns)
        if values[:, at].min() < 0
    ]
    if problems:
        raise TongjianError(problems)
    totals = values.sum(axis=0)
    shares = values / np.where(totals > 0, totals, 1.0)
    logs = np.log(np.where(shares > 0, shares, 1.0))
    entropies = -(shares * logs).sum(axis=0) / np.log(len(values))
    told = np.where(totals > 0, 1 - entropies, 0.0)
    # What is the same everywhere has an entropy of 1 but for rounding.
    told = np.where(told > _EXACT, told, 0.0)
    if not told.sum() > 0:
        raise TongjianError(Problem("scores.all_alike"))
    facts = {
        "entropies": dict(zip(columns, entropies.tolist(), strict=True)),
        "standardised": standardise,
        "shift": shift,
    }
    weights = (told / told.sum()).tolist()
    return Weights("entropy", dict(zip(columns, weights, strict=True)), facts)


def ahp_weights(columns: Sequence[str], pairs: Mapping[tuple[str, str], float]) -> Weights:
    """AHP weights (层次分析法): the principal eigenvector of pairwise judgements.

    ``pairs[a, b]`` says how many times more a matters than b (1/9 … 9); each pair once. The
    consistency ratio CR = ((λ − n)/(n − 1)) / RI stands in `facts`; above 0.1 the judgements
    contradict each other, and `consistent` is False. Raises `TongjianError` for missing, doubled,
    unknown or non-positive judgements.
    """
    places = {name: at for at, name in enumerate(columns)}
    size, problems = len(columns), []
    matrix = np.eye(size)
    seen: set[frozenset[str]] = set()
    for (one, other), times in pairs.items():
        pair = frozenset((one, other))
        wrong = one not in places or other not in places or one == other or pair in seen
        if wrong or not times > 0:
            values = {"pair": f"{one}, {other}", "value": times}
            problems.append(Problem("scores.judgement", values=values))
            continue
        seen.add(pair)
        matrix[places[one], places[other]] = times
        matrix[places[other], places[one]] = 1 / times
    missing = [
        f"{one}, {other}"
        for at, one in enumerate(columns)
        for other in columns[at + 1 :]
        if frozenset((one, other)) not in seen
    ]
    if missing and not problems:
        problems.append(Problem("scores.pairs", values={"pairs": "; ".join(missing)}))
    if size > len(RANDOM_INDEX):
        values = {"count": size, "most": len(RANDOM_INDEX)}
        problems.append(Problem("scores.too_many", values=values))
    if problems:
        raise TongjianError(problems)
    eigenvalues, vectors = np.linalg.eig(matrix)
    at = int(np.argmax(eigenvalues.real))
    vector = np.abs(vectors[:, at].real)
    largest = float(eigenvalues[at].real)
    index = RANDOM_INDEX[size - 1]
    ratio = max((largest - size) / (size - 1), 0.0) / index if index > 0 else 0.0
    facts = {"largest_eigenvalue": largest, "ratio": ratio, "consistent": ratio <= _ACCEPTED}
    weights = (vector / vector.sum()).tolist()
    return Weights("ahp", dict(zip(columns, weights, strict=True)), facts)


__all__ = [
    "RANDOM_INDEX",
    "Weights",
    "ahp_weights",
    "entropy_weights",
    "equal_weights",
    "user_weights",
]
