"""What a meter has counted between two readings (抄表计量): exact, with rollover and multiplier."""

from __future__ import annotations

from fractions import Fraction

from tongjian.problems import Problem, RecordError
from tongjian.records._numbers import parse_number
from tongjian.records._text import Fault

_LONGEST_REGISTER = 15


def metered(before: object, after: object, multiplier: object = "1", digits: int = 0) -> str:
    """The quantity between two readings, as a plain decimal.

    `multiplier` is that of the meter with its transformers (倍率). A register of `digits` whole
    digits begins again at zero after its last number; with 0 it never does. Raises `RecordError`
    with everything that is wrong: what is no number, a negative reading or multiplier, one beyond
    the register, and a reading below the one before on a register that does not roll over.
    """
    problems: list[Problem] = []
    first, last = (_reading(cell, problems) for cell in (before, after))
    times = _reading(multiplier, problems, at_least_some=True)
    if not 0 <= digits <= _LONGEST_REGISTER:
        limits = {"digits": digits, "most": _LONGEST_REGISTER}
        problems.append(Problem("records.register_digits", values=limits))
    if first is None or last is None or times is None or problems:
        raise RecordError(problems)
    span = 10**digits if digits else 0  # once around the register
    for cell, reading in ((before, first), (after, last)):
        if digits and reading >= span:
            beyond = {"value": str(cell), "digits": digits}
            problems.append(Problem("records.beyond_register", values=beyond))
    if last < first and not digits:
        below = {"before": str(before), "after": str(after)}
        problems.append(Problem("records.reading_below", values=below))
    if problems:
        raise RecordError(problems)
    return _decimal((last - first + (span if last < first else 0)) * times)


def _reading(
    cell: object, problems: list[Problem], *, at_least_some: bool = False
) -> Fraction | None:
    found = parse_number(cell)
    if isinstance(found, Fault):
        problems.append(Problem(found.code, values=found.values))
        return None
    if found.value < 0 or (at_least_some and found.value == 0):
        problems.append(Problem("records.reading_negative", values={"value": found.entered}))
        return None
    return Fraction(found.digits)


def _decimal(value: Fraction) -> str:
    """A sum and product of decimals is a decimal, which ends."""
    whole, places, ten = value, 0, 10
    while whole.denominator != 1:
        whole *= ten
        places += 1
    text = f"{whole.numerator:0{places + 1}d}"
    return f"{text[:-places]}.{text[-places:]}" if places else text


__all__ = ["metered"]
