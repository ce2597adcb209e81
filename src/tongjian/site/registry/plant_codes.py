"""Codes of plants (设施编码): "P", the division, five digits that tell nothing, a check digit.

The five digits are drawn by lot: numbers in sequence would tell everybody how many plants there
are. The check digit is that of ISO/IEC 7064 MOD 11,10.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

_FORM = re.compile(r"P([0-9]{11})([0-9])")
_LOTS = 100_000


def check_digit(digits: str) -> str:
    """The check digit of a row of digits (ISO/IEC 7064 MOD 11,10 校验位)."""
    rest = 10
    for one in digits:
        rest = ((rest + int(one)) % 10 or 10) * 2 % 11
    return str((11 - rest) % 10)


def is_given(code: str) -> bool:
    """Whether a code has the form and check digit of those that the site gives."""
    match = _FORM.fullmatch(code)
    return match is not None and check_digit(match[1]) == match[2]


def new_plant_code(division: str, taken: Callable[[str], bool]) -> str:
    """A code of a plant in a division (six digits) that is not `taken`."""
    while True:
        digits = f"{division}{secrets.randbelow(_LOTS):05d}"
        code = f"P{digits}{check_digit(digits)}"
        if not taken(code):
            return code


__all__ = ["check_digit", "is_given", "new_plant_code"]
