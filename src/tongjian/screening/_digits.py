"""Tests of digits (数字检验), made only where they are valid.

Last digits of measured values are even over 0 to 9; a person who invents values is not. The digit
is that at the last decimal place in which the series was written, so that zeros which a spreadsheet
drops count as well. First digits follow Benford's law for values over several orders of magnitude;
the months of one series are not independent, so each series counts once, by its median.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from statistics import median

from tongjian.problems import Problem
from tongjian.screening._finding import Finding
from tongjian.screening._limits import Limits
from tongjian.screening._series import Series


def last_digits(listed: Iterable[Series], limits: Limits) -> Iterator[Finding]:
    """Plants whose last digits are uneven, of those with enough values of three digits."""
    digits: dict[str, list[int]] = defaultdict(list)
    for series in listed:
        digits[series.facility] += _last(list(series.entered.values()))
    for facility, found in digits.items():
        if len(found) < limits.digit_values:
            continue
        counts = Counter(found)
        chi = _chi_squared([counts[digit] for digit in range(10)], [len(found) / 10] * 10)
        if chi > limits.digit_level:
            most, times = counts.most_common(1)[0]
            values = {"facility": facility, "count": len(found), "digit": most, "times": times}
            words = Problem("screening.last_digit", values=values, severity="warning")
            evidence = {"chi_squared": chi, "values": len(found), "digit": most, "times": times}
            yield Finding("last_digit", "notice", facility, evidence=evidence, words=words)


def first_digits(listed: Iterable[Series], limits: Limits) -> Iterator[Finding]:
    """First digits of all series together, if there are enough over a wide enough range."""
    middles = [
        value
        for series in listed
        if (positive := [one for one in series.months.values() if one > 0])
        if (value := median(positive))
    ]
    if len(middles) < limits.benford_values:
        return
    if max(middles) / min(middles) < limits.benford_span:
        return
    counts = Counter(int(f"{value:e}"[0]) for value in middles)
    expected = [len(middles) * math.log10(1 + 1 / digit) for digit in range(1, 10)]
    chi = _chi_squared([counts[digit] for digit in range(1, 10)], expected)
    if chi > limits.benford_level:
        values = {"count": len(middles), "chi": f"{chi:.1f}", "level": limits.benford_level}
        words = Problem("screening.first_digit", values=values, severity="warning")
        evidence = {"chi_squared": chi, "values": len(middles)}
        yield Finding("first_digit", "notice", "", evidence=evidence, words=words)


def _last(texts: Sequence[str]) -> list[int]:
    """The digits at the last decimal place of a series, of values with three digits or more."""
    numbers = []
    for text in texts:
        try:
            numbers.append(Decimal(text.replace(",", "")).normalize())
        except InvalidOperation:
            continue
    places = max((-int(one.as_tuple().exponent) for one in numbers), default=0)
    if places < 0:
        return []  # all rounded to tens: no digit was read off
    whole = [int(abs(one).scaleb(places)) for one in numbers]
    return [one % 10 for one in whole if one >= 100]


def _chi_squared(found: Sequence[int], expected: Sequence[float]) -> float:
    return sum((one - due) ** 2 / due for one, due in zip(found, expected, strict=True))


__all__ = ["first_digits", "last_digits"]
