"""Probabilities that the tests need (概率), exact where counts are small."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist


def fisher(a: int, b: int, c: int, d: int) -> float:
    """One-sided Fisher's exact test of the table ((a, b), (c, d)): P(as many as a, or more)."""
    row, column, total = a + b, a + c, a + b + c + d
    whole = _choose(total, row)
    return min(
        1.0,
        sum(
            math.exp(_choose(column, k) + _choose(total - column, row - k) - whole)
            for k in range(a, min(row, column) + 1)
            if row - k <= total - column
        ),
    )


def odds_ratio(a: int, b: int, c: int, d: int) -> float:
    """Odds ratio with a half added to each cell, so that an empty one is no infinity."""
    return (a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5))


def poisson_at_most(count: int, expected: float) -> float:
    """P(a Poisson count of mean `expected` is `count` or less)."""
    if expected <= 0:
        return 1.0
    logs = (k * math.log(expected) - expected - math.lgamma(k + 1) for k in range(count + 1))
    return min(1.0, sum(math.exp(one) for one in logs))


def chi_squared_above(value: float, degrees: int) -> float:
    """P(chi-squared > value), by Wilson and Hilferty's cube root; good to a few per cent."""
    part = 2 / (9 * degrees)
    z = ((value / degrees) ** (1 / 3) - (1 - part)) / math.sqrt(part)
    return NormalDist().cdf(-z)


def mann_whitney(left: Sequence[float], right: Sequence[float]) -> tuple[float, float]:
    """U of `left` and its two-sided probability: exact without ties, else by the normal law."""
    n, m = len(left), len(right)
    u = sum((one > two) + 0.5 * (one == two) for one in left for two in right)
    if len({*left, *right}) == n + m and n * m <= 2500:
        ways = _ways(n, m)
        low = min(u, n * m - u)
        return u, min(1.0, 2 * sum(ways[: int(low) + 1]) / math.comb(n + m, n))
    spread = math.sqrt(n * m * (n + m + 1) / 12)
    z = max(0.0, abs(u - n * m / 2) - 0.5) / spread
    return u, 2 * NormalDist().cdf(-z)


def _ways(n: int, m: int) -> list[int]:
    """How many orders of n and m things give each U: the Gaussian binomial coefficient."""
    found = [1] + [0] * (n * m)
    for k in range(1, n + 1):
        for u in range(n * m, m + k - 1, -1):
            found[u] -= found[u - m - k]
        for u in range(k, n * m + 1):
            found[u] += found[u - k]
    return found


def _choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


__all__ = ["chi_squared_above", "fisher", "mann_whitney", "odds_ratio", "poisson_at_most"]
