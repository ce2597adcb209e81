"""Rows of a sheet by month gathered to the year (年度汇总), for tables that stand beside totals.

Amounts are added exactly; a rate or content that was the same all year is that value, otherwise it
is shown from the lowest to the highest. Nothing computed here goes into any other figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from tongjian.reports._numbers import NOTHING, grouped, significant
from tongjian.reports.documents._model import Cell, Number, amount, figure
from tongjian.rules import Rounding

# Units without a stroke that are no amounts of a period.
_RATES = frozenset({"", "1", "degC", "MPa"})
_DIGITS = 6


def is_amount(unit: str) -> bool:
    """Whether values in a unit may be added over months."""
    return unit not in _RATES and "/" not in unit


@dataclass(frozen=True, slots=True)
class Gathered:
    """The values of one figure over a year: their sum, or lowest and highest (合计或区间)."""

    unit: str
    total: float | None = None
    low: float | None = None
    high: float | None = None

    def cell(self, rounding: Rounding) -> Cell:
        """As it is printed: rounded where the rule set says how."""
        if self.total is not None:
            return self._one(self.total, rounding)
        if self.low is None or self.high is None:
            return NOTHING
        if self.low == self.high:
            return self._one(self.low, rounding)
        ends = (self._one(self.low, rounding), self._one(self.high, rounding))
        return "–".join(one.text if isinstance(one, Number) else one for one in ends)

    def _one(self, value: float, rounding: Rounding) -> Cell:
        if self.unit in rounding.places:
            return amount(value, self.unit, rounding)
        return figure(value, _DIGITS)


def gather(values: Iterable[float | None], unit: str) -> Gathered | None:
    """Values of one figure over the rows of a year; None where there are none."""
    there = [value for value in values if value is not None]
    if not there:
        return None
    if is_amount(unit):
        return Gathered(unit, total=float(sum(Decimal(repr(float(one))) for one in there)))
    return Gathered(unit, low=min(there), high=max(there))


def entered_total(rows: Sequence[dict[str, Any]]) -> tuple[Cell, str] | None:
    """The sum of amounts as they were entered, with their unit; None where units differ."""
    units = {row["entered_unit"] for row in rows}
    if len(units) != 1:
        return None
    try:
        total = sum((Decimal(row["entered_quantity"]) for row in rows), Decimal())
    except (InvalidOperation, TypeError):
        return None
    return Number(float(total), grouped(total.normalize() + 0)), str(units.pop())


def spread(rows: Sequence[dict[str, Any]]) -> Cell:
    """The lowest and highest of values that are not added, as stored."""
    values = [float(row["quantity"]) for row in rows if row["quantity"] is not None]
    if not values:
        return NOTHING
    if min(values) == max(values):
        return figure(values[0], _DIGITS)
    return f"{significant(min(values), _DIGITS)}–{significant(max(values), _DIGITS)}"


__all__ = ["Gathered", "entered_total", "gather", "is_amount", "spread"]
