"""Approach 2 (蒙特卡罗法) for a total of a run: the rules themselves over draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tongjian.engine import Draws, PlantModel, Quantity, Run, Sensitivity, cell_of
from tongjian.uncertainty._assumptions import Assumptions
from tongjian.uncertainty._propagate import Distribution, Propagated, propagate

# Where doubling ends: a result that is not stable by then has no useful interval.
_MOST = 320_000


@dataclass(frozen=True, slots=True)
class Approach2:
    """A total and its distribution (蒙特卡罗结果); `varied` counts the quantities drawn."""

    value: float
    unit: str
    varied: int
    result: Propagated

    @property
    def percent(self) -> float | None:
        """Half of the 95 % interval in per cent of the total; None for a total of zero."""
        return None if self.value == 0 else 100 * self.result.half_width / abs(self.value)


def approach2(
    run: Run,
    facilities: Sequence[str],
    year: int,
    ruleset: str,
    found: Sensitivity,
    assumptions: Assumptions,
    *,
    cell: str | None = None,
    draws: int = 10_000,
    seed: int = 1,
    until_stable: bool = False,
) -> Approach2:
    """Draw the total that `found` is about.

    The same seed gives the same result. With `until_stable` the number of draws is doubled until
    the half width is stable to one per cent.
    """
    sheet, column = cell_of(run, ruleset, cell)
    models = [PlantModel.of(run, facility, year, ruleset) for facility in facilities]
    named: dict[str, Quantity] = {}
    distributions: dict[str, Distribution] = {}
    for quantity in found.effects:
        assumption = assumptions.half_width(quantity)
        if assumption is not None and assumption.half_width > 0:
            named[quantity.id] = quantity
            distributions[quantity.id] = Distribution.relative(assumption.half_width / 100)

    def total(drawn: Mapping[str, np.ndarray]) -> np.ndarray:
        multipliers = {named[name]: values for name, values in drawn.items()}
        result = np.zeros(())
        # Beyond the largest double a draw is infinite or no number, as the run itself would be.
        with np.errstate(over="ignore", invalid="ignore"):
            for model in models:
                part = Draws(model, multipliers).cell(sheet, model.find(sheet, column), column)
                result = result + (np.nan if part is None else part)
        return result

    result = propagate(total, distributions, draws, seed)
    while until_stable and not result.stable and draws < _MOST:
        draws *= 2
        result = propagate(total, distributions, draws, seed)
    return Approach2(found.value, found.unit, len(distributions), result)


__all__ = ["Approach2", "approach2"]
