"""All tests over the records (筛查)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tongjian.records import Catalogue
from tongjian.screening._digits import first_digits, last_digits
from tongjian.screening._finding import Finding
from tongjian.screening._limits import Limits
from tongjian.screening._months import copied_years, jumps, repetitions, steps
from tongjian.screening._series import monthly_series

_BY_SERIES = (steps, copied_years, repetitions, jumps)


def screen(
    rows: Iterable[Mapping[str, Any]], catalogue: Catalogue, limits: Limits | None = None
) -> list[Finding]:
    """What to look at in rows of activity data (`Store.read_activity()`), serious things first.

    Only monthly amounts are tested. The repetitions of a year that was copied are not told again.
    """
    chosen = limits or Limits()
    listed = monthly_series(rows, catalogue)
    found: list[Finding] = []
    for series in listed:
        mine = [one for test in _BY_SERIES for one in test(series, chosen)]
        copied = {period for one in mine if one.test == "copied_year" for period in one.periods}
        found += [one for one in mine if one.test != "repeated" or not copied & {*one.periods}]
    found += last_digits(listed, chosen)
    found += first_digits(listed, chosen)
    return sorted(found, key=lambda one: (one.severity != "serious", one.facility, one.test))


__all__ = ["Limits", "screen"]
