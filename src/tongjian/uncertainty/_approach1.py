"""Approach 1 (误差传播法): squares of half widths, weighed by the derivatives.

IPCC 2006 volume 1 chapter 3, equations 3.1 and 3.2, are the cases of a product and of a sum. A
factor that several sources share is one quantity: its effects are added up before the square, which
is full correlation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tongjian.engine import Quantity, Sensitivity
from tongjian.uncertainty._assumptions import Assumption, Assumptions


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one quantity brings (贡献): its effect on the total and its share of the variance."""

    quantity: Quantity
    effect: float
    assumption: Assumption | None
    share: float


@dataclass(frozen=True, slots=True)
class Approach1:
    """Half width of a total (不确定度), in its own unit and in per cent.

    `half_width` counts only quantities with a stated half width; `unquantified` lists the others,
    which are taken as certain for want of a figure and make the result a lower bound.
    """

    value: float
    unit: str
    half_width: float
    contributions: tuple[Contribution, ...]

    @property
    def percent(self) -> float | None:
        """The half width in per cent of the total; None for a total of zero."""
        return None if self.value == 0 else 100 * self.half_width / abs(self.value)

    @property
    def unquantified(self) -> tuple[Contribution, ...]:
        """The quantities without a half width, the largest effect first."""
        return tuple(one for one in self.contributions if one.assumption is None and one.effect)


def approach1(found: Sensitivity, assumptions: Assumptions) -> Approach1:
    """Propagate half widths to a total."""
    pairs = [(quantity, effect, assumptions.half_width(quantity)) for quantity, effect in
             found.ranked()]  # fmt: skip
    squares = {
        quantity: (effect * assumption.half_width / 100) ** 2
        for quantity, effect, assumption in pairs
        if assumption is not None
    }
    variance = math.fsum(squares.values())
    contributions = [
        Contribution(
            quantity,
            effect,
            assumption,
            squares.get(quantity, 0.0) / variance if variance else 0.0,
        )
        for quantity, effect, assumption in pairs
    ]
    contributions.sort(key=lambda one: (-one.share, -abs(one.effect), one.quantity.id))
    return Approach1(found.value, found.unit, math.sqrt(variance), tuple(contributions))


__all__ = ["Approach1", "Contribution", "approach1"]
