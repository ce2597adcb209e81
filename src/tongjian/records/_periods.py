"""Reads periods as people write them (期间): a year or a month."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, datetime, time

FIRST_YEAR, LAST_YEAR = 1990, 2100

_YEAR = re.compile(r"([0-9]{4})\s*年?(?:度)?")
# No "2025.1": a spreadsheet makes the same of January and October.
_MONTH = re.compile(r"([0-9]{4})\s*(?:[-/]|年)\s*([0-9]{1,2})\s*月?(?:份)?|([0-9]{4})([0-9]{2})")
_DAY = re.compile(
    r"([0-9]{4})(?:[-/]|年)([0-9]{1,2})(?:[-/]|月)([0-9]{1,2})日?(?:[ T]0{1,2}:00(?::00)?)?"
)


def parse_period(cell: object) -> str | None:
    """`"2025"` or `"2025-03"`, or None if `cell` is neither a year nor a month.

    A date counts as its month if it is the first or last day of it: so spreadsheets and people
    write months. Another day is not a month.
    """
    if isinstance(cell, datetime):
        return _whole_month(cell.date()) if cell.time() == time(0) else None
    if isinstance(cell, date):
        return _whole_month(cell)
    if isinstance(cell, bool):
        return None
    if isinstance(cell, float):
        if not cell.is_integer() or abs(cell) > 1e6:
            return None
        cell = int(cell)
    return _read(unicodedata.normalize("NFKC", str(cell)).strip())


def _read(text: str) -> str | None:
    if found := _YEAR.fullmatch(text):
        return found[1] if FIRST_YEAR <= int(found[1]) <= LAST_YEAR else None
    if found := _MONTH.fullmatch(text):
        return _month(int(found[1] or found[3]), int(found[2] or found[4]))
    if found := _DAY.fullmatch(text):
        try:
            return _whole_month(date(int(found[1]), int(found[2]), int(found[3])))
        except ValueError:
            return None
    return None


def _whole_month(day: date) -> str | None:
    last = calendar.monthrange(day.year, day.month)[1]
    return _month(day.year, day.month) if day.day in (1, last) else None


def _month(year: int, month: int) -> str | None:
    in_range = FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12
    return f"{year:04d}-{month:02d}" if in_range else None
