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

from tongjian.rules import SheetPlan
from tongjian.rules import _ir as ir
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


def unscaled(sheet: SheetPlan, part: ir.Aggregate) -> tuple[ir.Node, Fraction]:
    """What a sum adds up, and a factor that is left to the scale of the total.

    A change of unit (kg to t) at the end of a row's formula is then no work of its own for
    millions of rows. The rounding of a large row can depend on it by one micro-unit, and so every
    back-end does the same. A coarser sheet is finished when it is read, its inner values are gone.
    """
    node = part.node
    in_formula = sheet.is_leaf and isinstance(node, ir.Column) and node.name in sheet.formulas
    if part.name == "sum" and in_formula and isinstance(node, ir.Column):
        formula = sheet.formulas[node.name].node
        if isinstance(formula, ir.Scale):
            return formula.node, formula.factor
    return node, Fraction(1)
