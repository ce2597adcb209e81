"""What a meter has counted between two readings (抄表计量): exact, with rollover and multiplier."""

from __future__ import annotations

from fractions import Fraction

from tongjian.problems import Problem, RecordError
from tongjian.records._numbers import Number, parse_number
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
    read = [_number(cell, name, problems) for name, cell in _named(before, after, multiplier)]
    if not 0 <= digits <= _LONGEST_REGISTER:
        values = {"digits": digits, "most": _LONGEST_REGISTER}
        problems.append(Problem("records.register_digits", values=values))
    if problems:
        raise RecordError(problems)
    first, last, times = (Fraction(one.digits) for one in read if one is not None)
    span = 10**digits if digits else None
    for reading in (before, after) if span is not None else ():
        if Fraction(_digits(reading)) >= span:  # type: ignore[operator]
            values = {"value": str(reading), "digits": digits}
            problems.append(Problem("records.beyond_register", values=values))
    if last < first and span is None:
        values = {"before": str(before), "after": str(after)}
        problems.append(Problem("records.reading_below", values=values))
    if problems:
        raise RecordError(problems)
    counted = last - first + (span if last < first and span is not None else 0)
    return _decimal(counted * times)


def _named(before: object, after: object, multiplier: object) -> list[tuple[str, object]]:
    return [("before", before), ("after", after), ("multiplier", multiplier)]


def _number(cell: object, name: str, problems: list[Problem]) -> Number | None:
    found = parse_number(cell)
    if isinstance(found, Fault):
        problems.append(Problem(found.code, values=found.values))
        return None
    if found.value < 0 or (name == "multiplier" and found.value == 0):
        problems.append(Problem("records.reading_negative", values={"value": found.entered}))
        return None
    return found


def _digits(cell: object) -> str:
    found = parse_number(cell)
    assert isinstance(found, Number)
    return found.digits


def _decimal(value: Fraction) -> str:
    """A sum and product of decimals is a decimal, which ends."""
    whole, places, ten = value, 0, 10
    while whole.denominator != 1:
        whole *= ten
        places += 1
    text = f"{whole.numerator:0{places + 1}d}"
    return f"{text[:-places]}.{text[-places:]}" if places else text


__all__ = ["metered"]
