"""Totals as integers: how many of them make one unit."""

from __future__ import annotations

from fractions import Fraction

from tongjian.units import Unit


def micro_factor(unit: Unit) -> Fraction:
    """Integers per unit (每单位的整数份数): a tonne of CO2 is 10^6 grams, 1 kg N2O is 10^6 mg."""
    return unit.scale * Fraction(10**unit.resolution)
