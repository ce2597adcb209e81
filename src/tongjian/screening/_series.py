"""Recorded series (数据序列): one amount of one process unit, month by month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tongjian.records import Catalogue


@dataclass(frozen=True, slots=True)
class Series:
    """The months of one series, in order; values are as recorded, in the canonical unit."""

    facility: str
    process_unit: str
    stream: str
    item: str
    unit: str
    months: Mapping[str, float] = field(default_factory=dict)
    entered: Mapping[str, str] = field(default_factory=dict)
    """What was typed, by month: digits mean something only as they were written."""

    @property
    def name(self) -> str:
        """The series in one line."""
        parts = (self.facility, self.process_unit, self.stream, self.item)
        return " ".join(part for part in parts if part)

    def year_before(self, period: str) -> float | None:
        """The value of the same month a year earlier."""
        year, _, month = period.partition("-")
        return self.months.get(f"{int(year) - 1}-{month}")


def monthly_series(rows: Iterable[Mapping[str, Any]], catalogue: Catalogue) -> list[Series]:
    """The series of amounts (活动水平) with monthly values, from rows of activity data.

    Properties such as a calorific value may well stay the same for months and are left out, and so
    are values of whole years.
    """
    kinds: dict[tuple[str, str], bool] = {}
    found: dict[tuple[str, str, str, str, str], dict[str, tuple[float, str]]] = {}
    for row in rows:
        mark = (row["stream"], row["item"])
        if mark not in kinds:
            kinds[mark] = catalogue.item(*mark).kind == "activity"
        if kinds[mark] and "-" in row["period"]:
            key = (row["facility"], row["process_unit"] or "", *mark, row["unit"])
            value = float(row["quantity"]), str(row["entered_quantity"])
            found.setdefault(key, {})[row["period"]] = value
    return [
        Series(
            *key,
            months={period: months[period][0] for period in sorted(months)},
            entered={period: months[period][1] for period in sorted(months)},
        )
        for key, months in sorted(found.items())
    ]


__all__ = ["Series", "monthly_series"]
