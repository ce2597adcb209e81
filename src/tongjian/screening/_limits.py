"""When a value is looked at (筛查界限): conventions of screening, printed in no regulation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the tests; narrower ones find more and raise more false alarms."""

    least_months: int = 6
    """Fewer months have no usable median."""
    step_ratio: float = 3.0
    """A month this many times the median of the other months, or this small a part of it ..."""
    step_spread: float = 6.0
    """... and so many robust standard deviations of the logarithms away from it."""
    season_ratio: float = 1.5
    """The same month of the next or last year within this ratio makes it a season."""
    jump_ratio: float = 3.0
    """From one year to the next, over the same months."""
    repeats: int = 3
    """As many equal values of at least so many digits ..."""
    repeat_digits: int = 4
    copied_share: float = 0.5
    """Share of a year's months that repeat the year before."""
    copied_months: int = 3
    digit_values: int = 100
    """A chi-squared test of last digits needs ten expected values in each class."""
    digit_level: float = 33.72
    """Chi-squared of 9 degrees of freedom that chance exceeds once in ten thousand."""
    benford_values: int = 300
    benford_span: float = 1000.0
    """First digits follow Benford's law only for values over three orders of magnitude."""
    benford_level: float = 31.83
    """Chi-squared of 8 degrees of freedom that chance exceeds once in ten thousand."""


__all__ = ["Limits"]
