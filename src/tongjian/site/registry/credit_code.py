"""The unified social credit code (统一社会信用代码): its check, and what is wrong with one.

Eighteen characters: who registers (1), what kind (1), a division of six digits, nine characters of
the organisation, and a check character. The alphabet has no I, O, S, V, Z; weights are powers of 3
modulo 31 (GB 32100-2015; from memory, status recalled, the check agrees with published codes).
"""

from __future__ import annotations

import re

from tongjian.problems import Place, Problem

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))
_DIVISION = slice(2, 8)


def check_character(body: str) -> str:
    """The check character of the first seventeen characters; raises `ValueError` for others."""
    if len(body) != LENGTH - 1 or any(one not in ALPHABET for one in body):
        raise ValueError(body)
    total = sum(weight * ALPHABET.index(one) for weight, one in zip(_WEIGHTS, body, strict=True))
    return ALPHABET[-total % 31]


def credit_code_problems(code: str, place: Place | None = None) -> list[Problem]:
    """Everything that is wrong with a code: its length, characters out of place, its check."""
    at = place or Place()
    if len(code) != LENGTH:
        return [Problem("site.credit_code_length", at, {"value": code, "length": len(code)})]
    found = []
    for number, one in enumerate(code, 1):
        digits = _DIVISION.start < number <= _DIVISION.stop
        if one not in ALPHABET or (digits and not re.fullmatch("[0-9]", one)):
            known = "0123456789" if digits else ALPHABET
            values = {"value": code, "position": number, "character": one, "known": known}
            found.append(Problem("site.credit_code_character", at, values))
    if not found and code[-1] != (right := check_character(code[:-1])):
        values = {"value": code, "position": LENGTH, "character": code[-1], "right": right}
        found.append(Problem("site.credit_code_check", at, values))
    return found


__all__ = ["ALPHABET", "LENGTH", "check_character", "credit_code_problems"]
