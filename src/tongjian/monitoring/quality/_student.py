"""Student's t distribution (t 分布), computed: tables end where samples do not."""

from __future__ import annotations

import math

_TINY = 1e-300
_TERMS = 10_000
_HALF = 0.5


def t_quantile(probability: float, freedom: float) -> float:
    """The t value with `probability` below it at `freedom` degrees of freedom (t 分位数).

    Accurate to about 12 digits for 1 <= freedom <= 1e6; the probability lies between 0 and 1.
    """
    if not 0 < probability < 1 or freedom <= 0:
        raise ValueError((probability, freedom))
    if probability == _HALF:
        return 0.0
    if probability < _HALF:
        return -t_quantile(1 - probability, freedom)
    upper = 1.0
    while t_probability(upper, freedom) < probability:
        upper *= 2
    lower = 0.0
    while True:
        middle = (lower + upper) / 2
        if middle in (lower, upper):
            return middle
        if t_probability(middle, freedom) < probability:
            lower = middle
        else:
            upper = middle


def t_probability(value: float, freedom: float) -> float:
    """The probability of at most `value` (t 分布函数)."""
    beyond = _incomplete_beta(freedom / (freedom + value * value), freedom / 2, _HALF) / 2
    return beyond if value < 0 else 1 - beyond


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17)."""
    if x in (0.0, 1.0):
        return x
    if x > (a + 1) / (a + b + 2):  # where the fraction converges fast
        return 1 - _incomplete_beta(1 - x, b, a)
    front = a * math.log(x) + b * math.log1p(-x)
    front += math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(front) / a * _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of I_x(a, b), after Lentz."""
    above, below = 1.0, 1 - (a + b) * x / (a + 1)
    below = 1 / (below or _TINY)
    result = below
    for m in range(1, _TERMS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            below = 1 / ((1 + term * below) or _TINY)
            above = (1 + term / above) or _TINY
            result *= below * above
        if abs(below * above - 1) < 1e-16:
            break
    return result
