"""The numbers of plain Python: floats, which are the same bits as in SQL, or exact decimals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Literal

from tongjian.engine._resolution import micro_factor, micro_multiplier
from tongjian.engine._sql import POWER_BITS
from tongjian.units import Unit

Mode = Literal["float", "decimal"]
# What plain Python raises where SQL gives null: arithmetic or comparison with None, division by 0.
# And the root of what is below zero.
NULL_ERRORS = (TypeError, ZeroDivisionError, ArithmeticError, OverflowError, ValueError)
_TOO_LARGE = 2**63


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """What differs between floats and decimals."""

    mode: Mode

    def constant(self, value: Fraction) -> Any:
        """An exact number in this arithmetic."""
        if self.mode == "float":
            return float(value)
        return Decimal(value.numerator) / Decimal(value.denominator)

    def number(self, value: Any) -> Any:
        """A raw input in this arithmetic."""
        if value is None or self.mode == "float":
            return value
        return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)

    def integers(self, unit: Unit, factor: Fraction = Fraction(1)) -> Callable[[Any], int | None]:
        """Turns a value into whole micro-units; None when it is too large for 64 bits.

        The value times `factor` is what is counted in `unit`.
        """
        guarded = micro_multiplier(unit, factor)
        exact = self.constant(micro_factor(unit) * factor)

        def of_float(value: float) -> int | None:
            scaled = value * guarded
            return within(round(scaled)) if math.isfinite(scaled) else None

        def of_decimal(value: Decimal) -> int | None:
            return within(int((value * exact).to_integral_value(ROUND_HALF_UP)))

        def within(count: int) -> int | None:
            return count if -_TOO_LARGE <= count < _TOO_LARGE else None

        return of_float if self.mode == "float" else of_decimal

    def from_integer(self, total: int, factor: Fraction) -> Any:
        """A total of micro-units as a number; `factor` of them make one unit."""
        if self.mode == "float":
            return float(total) / float(factor)
        return Decimal(total) / self.constant(factor)

    def functions(self) -> dict[str, Callable[..., Any]]:
        """Roots, powers and whole numbers, by the names that generated code has for them."""
        is_float = self.mode == "float"
        return {
            "sqrt": math.sqrt if is_float else Decimal.sqrt,
            "power": _power,
            "below": _below_float if is_float else _below_decimal,
            "whole": _whole_float if is_float else _whole_decimal,
        }


def _power(base: Any, exponent: Any) -> Any:
    """A whole power, multiplied in the order in which SQL does it."""
    if base is None or not 0 <= exponent < 2**POWER_BITS or exponent != math.floor(exponent):
        return None
    product, square, bits = type(base)(1), base, int(exponent)
    for bit in range(POWER_BITS):
        if bits >> bit & 1:
            product = product * square
        square = square * square
    return product


def _below_float(value: float) -> float:
    return float(math.floor(value))


def _below_decimal(value: Decimal) -> Decimal:
    return value.to_integral_value(ROUND_FLOOR)


def _whole_float(value: float, up: bool) -> float:
    """The whole number above or below. A 1e-9 that arithmetic left over is no step."""
    near = math.floor(value * 1e9 + 0.5) / 1e9 if abs(value) < 1e6 else value
    return float(math.ceil(near) if up else math.floor(near))


def _whole_decimal(value: Decimal, up: bool) -> Decimal:
    near = value.quantize(Decimal("1e-9"), ROUND_HALF_UP) if abs(value) < 1_000_000 else value
    return near.to_integral_value(ROUND_CEILING if up else ROUND_FLOOR)
