"""Numbers as they are printed in rule documents: exact, and within reach of every back-end."""

from __future__ import annotations

import re
from fractions import Fraction

# Plain digits only, with a short exponent: `Fraction` itself would spend hours on 1e999999999.
_NUMBER = re.compile(
    r"[-+]?[0-9]{1,40}/[0-9]{1,40}"
    r"|[-+]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,3})?"
)

# Far beyond any quantity, and far enough inside of what a double holds for any change of unit.
_SMALLEST, _LARGEST = Fraction(1, 10**100), Fraction(10**100)


def exact(text: str) -> Fraction:
    """The number that `text` prints, e.g. ``0.1``, ``44/56`` or ``1.5e-3``.

    Raises `ValueError` for anything else and beyond 1e±100, `ZeroDivisionError` for
    a fraction over zero.
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"not a number: {text!r}")
    value = Fraction(text)
    if not in_range(value):
        raise ValueError(f"out of range: {text!r}")
    return value


def in_range(value: Fraction) -> bool:
    """Whether a constant is one that every back-end can hold."""
    return value == 0 or _SMALLEST <= abs(value) <= _LARGEST
