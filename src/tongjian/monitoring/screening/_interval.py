"""Values as intervals (区间算术): what a number can have been before its last digit was cut."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

_SLACK = 1e-9
"""Room for binary fractions, far below any digit that is sent."""


@dataclass(frozen=True, slots=True)
class Interval:
    """All that a value can have been; products and sums of them bound what follows from it."""

    low: float
    high: float

    @classmethod
    def sent(cls, value: Decimal, width: float) -> Interval:
        """A value as it was sent, off by `width` units of its last digit.

        A sender that drops zeros at the end widens its own interval: that errs to its advantage.
        """
        exponent = value.as_tuple().exponent
        unit = width * 10.0 ** (exponent if isinstance(exponent, int) else 0)
        return cls(float(value) - unit, float(value) + unit)

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __mul__(self, other: Interval) -> Interval:
        ends = [one * two for one in (self.low, self.high) for two in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def times(self, factor: float) -> Interval:
        """Every value times a number."""
        return self * Interval(factor, factor)

    def widened(self, share: float) -> Interval:
        """With a share of the larger end added on both sides: a tolerance of the data."""
        room = share * max(abs(self.low), abs(self.high))
        return Interval(self.low - room, self.high + room)

    def meets(self, other: Interval) -> bool:
        """Whether both can be the same value."""
        room = _SLACK * max(1.0, abs(self.low), abs(self.high))
        return self.low <= other.high + room and other.low <= self.high + room

    def text(self) -> str:
        """The interval in words that both languages have."""
        return f"{self.low:.6g}…{self.high:.6g}"


__all__ = ["Interval"]
