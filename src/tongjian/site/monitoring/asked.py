"""Of what a page of monitoring is asked for (所问): the point, and a year, a month or a day."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.utils.http import urlencode

from tongjian.site.monitoring.kept import RATE, SHOWN

RANGES = ("year", "month", "day")
_FIRST = (1, 1)
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown (所问): a point by its key, a range, and the day that it is around."""

    year: int
    point: str
    range: str
    day: date
    show: str

    @classmethod
    def of(cls, given: Mapping[str, Any], year: int, points: Sequence[str]) -> Asked:
        """From the query of an address; what is no such point, range or day is the first."""
        point, span = str(given.get("point", "")), str(given.get("range", ""))
        return cls(
            year,
            point if point in points else next(iter(points), ""),
            span if span in RANGES else RANGES[0],
            _day(str(given.get("day", "")), year),
            shown if (shown := str(given.get("show", ""))) in SHOWN else RATE,
        )

    @property
    def first(self) -> np.datetime64:
        """The first hour of what is shown."""
        return np.datetime64(self._days[0], "h")

    @property
    def hours(self) -> int:
        """How many hours are shown."""
        return 24 * self._days[1]

    @property
    def hourly(self) -> bool:
        """Whether every hour is shown, and not a day's mean."""
        return self.range == RANGES[-1]

    @property
    def _days(self) -> tuple[date, int]:
        if self.range == "day":
            return self.day, 1
        if self.range == "month":
            return self.day.replace(day=1), monthrange(self.year, self.day.month)[1]
        first = date(self.year, *_FIRST)
        return first, (date(self.year + 1, *_FIRST) - first).days

    @property
    def before(self) -> str:
        """The query of the month or day before, within the year."""
        return self._moved(-1)

    @property
    def after(self) -> str:
        """The query of the month or day after, within the year."""
        return self._moved(1)

    @property
    def whole(self) -> str:
        """The query of the whole year."""
        return self.query(range=RANGES[0])

    def of_month(self, month: int) -> str:
        """The query of a month of the year."""
        return self.query(range="month", day=date(self.year, month, 1))

    def _moved(self, by: int) -> str:
        """Empty where there is none within the year."""
        if self.range == "day":
            day = self.day + timedelta(days=by)
            return self.query(day=day) if day.year == self.year else ""
        month = self.day.month + by
        return self.of_month(month) if 1 <= month <= _MONTHS else ""

    def query(self, **other: Any) -> str:
        """The query of an address that asks for the same but for `other`."""
        made = replace(self, **other)
        return urlencode(
            {
                "point": made.point,
                "range": made.range,
                "day": made.day.isoformat(),
                "show": made.show,
            }
        )


def _day(said: str, year: int) -> date:
    try:
        found = date.fromisoformat(said)
    except ValueError:
        found = date(year, *_FIRST)
    return found if found.year == year else date(year, *_FIRST)


__all__ = ["RANGES", "Asked"]
