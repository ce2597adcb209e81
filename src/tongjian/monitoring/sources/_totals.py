"""Totals of hours, days, months and years (时、日、月、年合计), exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal

from tongjian.monitoring.sources._meters import Step

Period = Literal["hour", "day", "month", "year"]
_SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Total:
    """What was consumed in one period that begins at `start` (合计).

    `spread` is the part of `amount` that came from a step over the period's border and was shared
    by time. `known_s` and `unknown_s` are the seconds of the period with and without an amount;
    `across` is what steps over its border hold that was left and is in no period.
    """

    start: datetime
    length_s: int
    amount: Fraction = Fraction(0)
    spread: Fraction = Fraction(0)
    across: Fraction = Fraction(0)
    known_s: int = 0
    unknown_s: int = 0

    @property
    def complete(self) -> bool:
        """Whether every second of the period is in the amount."""
        return self.known_s == self.length_s


def totals(steps: Iterable[Step], period: Period, *, spread: bool = True) -> list[Total]:
    """Totals of each period that the steps touch, in the order of time.

    A step over a border is shared in proportion to time, or with `spread` False left out of both
    periods and shown as `across` where it begins. A step without amount is never filled.
    """
    found: dict[datetime, Total] = {}
    for step in steps:
        parts = list(_parts(step, period))
        for begin, seconds in parts:
            total = found.get(begin)
            if total is None:
                length = (_next(begin, period) - begin) // _SECOND
                total = found[begin] = Total(begin, length)
            if step.amount is None:
                total.unknown_s += seconds
            elif len(parts) == 1:
                total.amount += step.amount
                total.known_s += seconds
            elif spread:
                part = step.amount * seconds / step.seconds
                total.amount += part
                total.spread += part
                total.known_s += seconds
            else:
                total.unknown_s += seconds
        if len(parts) > 1 and step.amount is not None and not spread:
            found[parts[0][0]].across += step.amount
    return [found[start] for start in sorted(found)]


def _parts(step: Step, period: Period) -> Iterator[tuple[datetime, int]]:
    """The periods that a step touches, with its seconds in each."""
    at = step.start
    while at < step.end:
        begin = _begin(at, period)
        upto = min(_next(begin, period), step.end)
        yield begin, (upto - at) // _SECOND
        at = upto


def _begin(time: datetime, period: Period) -> datetime:
    hour = time.replace(minute=0, second=0, microsecond=0)
    match period:
        case "hour":
            return hour
        case "day":
            return hour.replace(hour=0)
        case "month":
            return hour.replace(hour=0, day=1)
        case "year":
            return hour.replace(hour=0, day=1, month=1)


def _next(begin: datetime, period: Period) -> datetime:
    match period:
        case "hour":
            return begin + timedelta(hours=1)
        case "day":
            return begin + timedelta(days=1)
        case "month":
            return (begin + timedelta(days=31)).replace(day=1)
        case "year":
            return begin.replace(year=begin.year + 1)
