"""Months and years as spans of days (期间)."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date

MONTHS = 12


def first_day(period: str) -> date:
    """The first day of ``2025`` or ``2025-03``."""
    year, _, month = period.partition("-")
    return date(int(year), int(month or 1), 1)


def last_day(period: str) -> date:
    """The last day of ``2025`` or ``2025-03``."""
    year, _, month = period.partition("-")
    number = int(month or MONTHS)
    return date(int(year), number, calendar.monthrange(int(year), number)[1])


def month_of(day: date) -> str:
    """The month of a day, ``2025-03``."""
    return f"{day:%Y-%m}"


def months_of(year: int) -> list[str]:
    """The twelve months of a year."""
    return [f"{year:04d}-{number:02d}" for number in range(1, MONTHS + 1)]


def months_between(first: date, last: date) -> list[str]:
    """Every month that has a day from `first` to `last`."""
    return [
        month
        for year in range(first.year, last.year + 1)
        for month in months_of(year)
        if month_of(first) <= month <= month_of(last)
    ]


def later(day: date, months: int) -> date:
    """The same day `months` later, or the last day of a shorter month."""
    count = day.year * MONTHS + day.month - 1 + months
    year, month = divmod(count, MONTHS)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def shown(months: Iterable[str]) -> str:
    """Months for a message, runs of them as ``2025-01…2025-04``."""
    runs: list[list[str]] = []
    for month in sorted(months):
        if runs and month_of(later(first_day(runs[-1][-1]), 1)) == month and "-" in month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}…{run[-1]}" for run in runs)


__all__ = [
    "first_day",
    "last_day",
    "later",
    "month_of",
    "months_between",
    "months_of",
    "shown",
]
