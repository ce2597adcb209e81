"""Numbers as they are printed in rule documents: exact, and within reach of every back-end."""

from __future__ import annotations

import math
import re
from fractions import Fraction

# Plain digits only, with a short exponent: `Fraction` itself would spend hours on 1e999999999.
_NUMBER = re.compile(
    r"[-+]?[0-9]{1,40}/[0-9]{1,40}"
    r"|[-+]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,3})?"
)


def exact(text: str) -> Fraction:
    """The number that `text` prints, e.g. ``0.1``, ``44/56`` or ``1.5e-3``.

    Raises `ValueError` for anything else and for what no double can hold, `ZeroDivisionError` for
    a fraction over zero.
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"not a number: {text!r}")
    value = Fraction(text)
    if not fits_double(value):
        raise ValueError(f"out of range: {text!r}")
    return value


def fits_double(value: Fraction) -> bool:
    """Whether a constant is still itself (neither infinite nor zero) as a double."""
    try:
        near = float(value)
    except OverflowError:
        return False
    return math.isfinite(near) and (near != 0 or value == 0)
