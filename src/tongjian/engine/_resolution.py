"""Totals as integers: how many of them make one unit, and how a value becomes one.

Ties round away from zero (四舍五入), as in a return. Records have few decimals, so exact ties are
common, and the nearest double of such a product lies a hair beside the tie. The multiplier
therefore is larger than the number of integers per unit by 2^-50: more than the error of a
handful of multiplications (5.6e-16), and less than half an integer up to 5.6e14 of them. The
product is then rounded to the nearest integer, which every engine has as one instruction.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from tongjian.units import Unit

_ONE = Fraction(1)
_GUARD = 1 + Fraction(1, 2**50)


def micro_factor(unit: Unit) -> Fraction:
    """Integers per unit (每单位的整数份数): a tonne of CO2 is 10^6 grams, 1 kg N2O is 10^6 mg."""
    return unit.scale * Fraction(10**unit.resolution)


@lru_cache(maxsize=512)
def micro_multiplier(unit: Unit, factor: Fraction = _ONE) -> float:
    """What a double is multiplied with before it is rounded to the nearest integer.

    The double times `factor` is the value in `unit`.
    """
    return float(micro_factor(unit) * factor * _GUARD)
