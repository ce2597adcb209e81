"""Which months of a year the records hold: half a year must not be read as a decrease."""

from __future__ import annotations

import re

from tongjian.engine import Run

_MONTH = re.compile(r"\d{4}-\d{2}")
MONTHS = 12


def months_covered(run: Run) -> dict[int, int]:
    """Months with data by year; a year reported as a whole counts in full."""
    relations = [f"wide_{name}" for name in run.snapshot.wide] or ["activity"]
    union = " UNION ".join(f"SELECT DISTINCT year, period FROM {name}" for name in relations)
    with run.snapshot.connect() as connection:
        pairs = connection.execute(f"SELECT year, period FROM ({union})").fetchall()
    months: dict[int, set[str]] = {}
    whole = set()
    for year, period in pairs:
        if _MONTH.fullmatch(str(period)):
            months.setdefault(year, set()).add(period)
        else:
            whole.add(year)
    counts = {year: len(found) for year, found in months.items()}
    return {**counts, **dict.fromkeys(whole, MONTHS)}


__all__ = ["MONTHS", "months_covered"]
