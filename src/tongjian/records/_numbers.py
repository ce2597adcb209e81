"""Reads numbers as people type them, and scales them exactly (数值)."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from tongjian.records._text import Fault, number_text, show

_LONGEST = 100
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
# "0,123" is not in groups of three: it may be a decimal comma, a factor of 1000 away.
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}([, '])[0-9]{3}(?:\1[0-9]{3})*(?:\.[0-9]+)?")
_SEPARATED = re.compile(r"[+-]?[0-9.,' ]*[0-9][0-9.,' ]*")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity|∞|1\.#\w+)", re.IGNORECASE)


class Number(NamedTuple):
    """A number of a cell: as typed, and as a plain decimal (`digits`) with its float."""

    entered: str
    digits: str
    value: float


def parse_number(cell: object) -> Number | Fault:
    """Read a number; text may have thousands separators, blanks and full-width digits.

    A separator that could be a decimal comma is a fault: guessing would be wrong by 1000.
    """
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return Fault("records.number_not_finite", {"value": show(cell)})
        text = number_text(cell)
        return Number(text, text, cell)
    if isinstance(cell, (bool, date, time, timedelta)):
        return Fault("records.number_text", {"value": show(cell)})
    if isinstance(cell, Decimal) and not cell.is_finite():
        return Fault("records.number_not_finite", {"value": str(cell)})
    typed = cell.strip() if isinstance(cell, str) else str(cell)
    text = typed
    if not typed.isascii():
        text = unicodedata.normalize("NFKC", typed).replace("−", "-").strip()
    if len(text) > _LONGEST:  # no number; and the patterns would take their time
        return Fault("records.number_text", {"value": show(typed)})
    if not _PLAIN.fullmatch(text):
        grouped = _GROUPED.fullmatch(text)
        if grouped is None:
            return _fault(text, typed)
        text = text.replace(grouped[1], "")
    value = float(text)
    if math.isinf(value) or (value == 0 and re.search("[1-9]", re.split("[eE]", text)[0])):
        return Fault("records.number_not_finite", {"value": show(typed)})
    return Number(typed, text, value)


def scaled(number: Number, factor: Fraction) -> float:
    """`number` times `factor`, computed exactly and rounded once.

    Works on the decimal digits, so that 12.3 typed in a CSV and in a spreadsheet are the same.
    Raises OverflowError where no float can hold the result.
    """
    if factor == 1:
        return number.value + 0.0  # turns -0.0 into 0.0
    above, below = Decimal(number.digits).as_integer_ratio()
    result = (above * factor.numerator) / (below * factor.denominator)
    if result == 0 and above:
        raise OverflowError
    return result + 0.0


def _fault(text: str, typed: str) -> Fault:
    if _NOT_FINITE.fullmatch(text):
        return Fault("records.number_not_finite", {"value": show(typed)})
    if _SEPARATED.fullmatch(text):
        return Fault("records.number_ambiguous", {"value": show(typed)})
    return Fault("records.number_text", {"value": show(typed)})
