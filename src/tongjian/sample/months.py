"""Months, and how busy each sector is in them (月份与季节性)."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_YEAR = 2024

# Share of an average month. Cement rests in winter and in the hot season (错峰生产), refineries and
# smelters run evenly, fertiliser makers are busy before spring.
_SEASONS: dict[str, tuple[float, ...]] = {
    "steel": (0.99, 0.94, 1.03, 1.03, 1.05, 1.03, 1.02, 1.01, 1.01, 1.00, 0.97, 0.92),
    "cement": (0.62, 0.42, 0.98, 1.12, 1.14, 1.02, 0.93, 0.96, 1.10, 1.17, 1.21, 1.33),
    "refining": (1.00, 0.98, 0.99, 0.97, 0.98, 1.00, 1.02, 1.02, 1.01, 1.01, 1.01, 1.01),
    "ammonia": (1.04, 1.06, 1.08, 1.05, 1.01, 0.98, 0.95, 0.92, 0.95, 0.98, 0.99, 0.99),
}
_EVEN = (1.0,) * 12
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Month:
    """One reporting month."""

    index: int
    year: int
    month: int
    period: str

    @property
    def days(self) -> int:
        leap = self.month == 2 and self.year % 4 == 0
        return _DAYS[self.month - 1] + leap

    @property
    def is_winter(self) -> bool:
        """In the heating season."""
        return self.month in (11, 12, 1, 2, 3)

    def season(self, sector: str) -> float:
        """How busy the sector is, 1 being an average month."""
        return _SEASONS.get(sector, _EVEN)[self.month - 1]


def first_months(count: int) -> tuple[Month, ...]:
    """The first `count` months from January of `FIRST_YEAR`."""
    found = []
    for index in range(count):
        year, month = FIRST_YEAR + index // 12, index % 12 + 1
        found.append(Month(index, year, month, f"{year}-{month:02d}"))
    return tuple(found)
