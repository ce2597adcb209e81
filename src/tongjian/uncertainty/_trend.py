"""How sure a change between two years is (趋势不确定性), by approach 1.

IPCC 2006 volume 1 chapter 3, table 3.2. A factor is the same in both years, and so is its error
(sensitivity of type A); an amount is measured anew (type B, times the square root of two for the
error of the base year).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tongjian.engine import Quantity, Sensitivity
from tongjian.uncertainty._assumptions import Assumptions


@dataclass(frozen=True, slots=True)
class TrendPart:
    """One quantity: its sensitivity (type A for a factor, B for an amount) and contribution.

    Both in percentage points of the trend; the sensitivity is that to one per cent.
    """

    quantity: Quantity
    sensitivity: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Trend:
    """The change from a base year in per cent (趋势), and its half width in percentage points."""

    base: float
    value: float
    change: float
    half_width: float
    parts: tuple[TrendPart, ...]


def trend(base: Sensitivity, found: Sensitivity, assumptions: Assumptions) -> Trend | None:
    """The trend from `base` to `found`; None for a base of zero."""
    if base.value == 0:
        return None
    change = 100 * (found.value - base.value) / base.value
    parts: list[TrendPart] = []
    for quantity in {**base.effects, **found.effects}:
        assumption = assumptions.half_width(quantity)
        if assumption is None:
            continue
        now, then = found.effects.get(quantity, 0.0), base.effects.get(quantity, 0.0)
        if quantity.activity:
            slope = now / base.value
            contribution = abs(slope) * assumption.half_width * math.sqrt(2)
        else:
            moved = 100 * (found.value + 0.01 * now) / (base.value + 0.01 * then) - 100
            slope = moved - change
            contribution = abs(slope) * assumption.half_width
        parts.append(TrendPart(quantity, slope, contribution))
    parts.sort(key=lambda one: (-one.contribution, one.quantity.id))
    half_width = math.sqrt(math.fsum(one.contribution**2 for one in parts))
    return Trend(base.value, found.value, change, half_width, tuple(parts))


__all__ = ["Trend", "TrendPart", "trend"]
