"""Rounding of printed values (修约), as the rule set's document asks for it."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from tongjian.rules import Rounding

_MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}
_OTHER_UNITS = 2


def round_reported(value: float, unit: str, rounding: Rounding) -> Decimal:
    """`value` in `unit` as it is printed.

    For display only: what is printed as 5.00 may still be more than 5, so nothing is compared
    with or computed from the result.

    >>> round_reported(5.0000004, "tCO2", Rounding(places={"tCO2": 2}))
    Decimal('5.00')
    """
    places = rounding.places.get(unit, _OTHER_UNITS)
    # The shortest text of a double is the number that was meant: 2.675 and not 2.67499999….
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), _MODES[rounding.mode])


__all__ = ["round_reported"]
