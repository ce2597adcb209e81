"""Bounds and weights of screening (筛查约定): data of the rulebook, read here and set nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from tongjian.problems import Problem, TongjianError
from tongjian.rules import Rulebook, Value, load_rulebook

_BOUNDS_OF_TESTS, _PHYSICAL, _POINTS = (
    "online.screening",
    "online.bounds",
    "online.risk",
)


@dataclass(frozen=True)
class Conventions:
    """What decides that something is looked at, and what it counts.

    `numbers` has the bounds of the tests by name, hours and shares as the table's columns say;
    `physical` the lowest and highest value of a quantity in its canonical unit; `points` what one
    kind of finding gives by its severity; `given` the printed value of each bound with source and
    status, so that a finding can name what it rests on.
    """

    numbers: Mapping[str, float]
    physical: Mapping[str, tuple[float, float]]
    points: Mapping[tuple[str, str], float]
    given: Mapping[str, Value]

    def __getitem__(self, name: str) -> float:
        return self.numbers[name]

    def rows(self, name: str, step_s: int) -> int:
        """A duration of the table in rows of `step_s` seconds, at least one."""
        return max(1, round(self.numbers[name] * 3600 / step_s))

    def basis(self, name: str) -> dict[str, str]:
        """A bound as printed, with its source and status."""
        one = self.given[name]
        return {
            "convention": name,
            "value": f"{one.printed} {one.printed_unit}".removesuffix(" 1"),
            "source": " ".join(part for part in (one.source, one.clause) if part),
            "status": one.status,
        }


def read_conventions(book: Rulebook | None = None, day: date | None = None) -> Conventions:
    """The conventions in force on `day` (today); `TongjianError` where the rulebook has none.

    A bound of which the rulebook has no number (not-found) is not there, and the test that needs
    it says so.
    """
    tables = {name: (book or load_rulebook()).table(name) for name in _TABLES}
    absent = [name for name, table in tables.items() if table is None]
    if absent:
        raise TongjianError(
            [Problem("monitoring.screen_no_table", values={"table": name}) for name in absent]
        )
    on = day or date.today()
    values = {
        name: [one for one in table.values if one.validity.covers(on) and one.number is not None]
        for name, table in tables.items()
        if table is not None
    }
    given = {one.column: one for one in values[_BOUNDS_OF_TESTS]}
    physical = {one.key[0]: (-float("inf"), float("inf")) for one in values[_PHYSICAL]}
    for one in values[_PHYSICAL]:
        low, high = physical[one.key[0]]
        number = float(one.number or 0)
        physical[one.key[0]] = (number, high) if one.column == "lowest" else (low, number)
    return Conventions(
        MappingProxyType({name: float(one.number or 0) for name, one in given.items()}),
        MappingProxyType(physical),
        MappingProxyType(
            {(one.key[0], one.key[1]): float(one.number or 0) for one in values[_POINTS]}
        ),
        MappingProxyType(given),
    )


_TABLES = (_BOUNDS_OF_TESTS, _PHYSICAL, _POINTS)

__all__ = ["Conventions", "read_conventions"]
