"""What a report shows of a run: boundaries kept apart, sums by year taken from the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.engine import Run
from tongjian.rules import Rounding, RuleSet

_ORDER = ("enterprise", "ets", "ets_power", "energy", "pollutants")


@dataclass(frozen=True, slots=True)
class View:
    """Ledger lines that may be added together (可相加的口径).

    That is one boundary. Where a facility was accounted for under two rule sets of the same
    boundary, each rule set is a view of its own: adding them would count the facility twice.
    """

    boundary: str
    ruleset: str | None
    rulesets: tuple[RuleSet, ...]
    years: tuple[int, ...]
    measure: str
    """"co2e", "tce", or "" where nothing but single substances can be summed."""

    @property
    def anchor(self) -> str:
        return f"{self.boundary}-{self.ruleset}" if self.ruleset else self.boundary

    @property
    def where(self) -> dict[str, object]:
        """The filter of the run's inventory."""
        only = {} if self.ruleset is None else {"ruleset": self.ruleset}
        return {"boundary": self.boundary, **only}

    @property
    def unit(self) -> str:
        return "tce" if self.measure == "tce" else "tCO2e"

    @property
    def rounding(self) -> Rounding:
        """The rounding of its rule sets: for each unit that of the first which names it."""
        places: dict[str, int] = {}
        for one in self.rulesets:
            for unit, count in one.rounding.places.items():
                places.setdefault(unit, count)
        return Rounding(self.rulesets[0].rounding.mode, places)

    @property
    def editions_differ(self) -> bool:
        """Whether its years were computed under different editions."""
        return len({(one.id, one.validity) for one in self.rulesets}) > len(
            {one.id for one in self.rulesets}
        )

    def value(self, row: dict[str, Any]) -> float | None:
        """What a row of the inventory comes to in this view's measure."""
        found = row.get("amount") if self.measure == "tce" else row.get("co2e")
        return None if found is None else float(found)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an inventory table: value and rows left out by year."""

    code: tuple[str, ...]
    values: dict[int, float | None]
    missing: dict[int, int]

    def latest(self, years: Sequence[int]) -> float | None:
        return self.values.get(years[-1])


def views(run: Run) -> list[View]:
    """The views of a run: enterprise, carbon market, energy, pollutants, then others."""
    groups: dict[tuple[str, int, str], set[str]] = {}
    for line in run.lines:
        groups.setdefault((line.boundary, line.year, line.facility), set()).add(line.ruleset)
    twice = {boundary for (boundary, _, _), rulesets in groups.items() if len(rulesets) > 1}
    boundaries = sorted(
        {boundary for boundary, _, _ in groups},
        key=lambda one: (_ORDER.index(one) if one in _ORDER else len(_ORDER), one),
    )
    found = []
    for boundary in boundaries:
        if boundary in twice:
            ids = sorted({line.ruleset for line in run.lines if line.boundary == boundary})
            found += [_view(run, boundary, one) for one in ids]
        else:
            found.append(_view(run, boundary, None))
    return found


def _view(run: Run, boundary: str, ruleset: str | None) -> View:
    docs = [
        result.ruleset.doc
        for result in run.results
        if result.ruleset.doc.boundary == boundary and ruleset in (None, result.ruleset.id)
    ]
    only = {} if ruleset is None else {"ruleset": ruleset}
    lines = run.select(boundary=boundary, **only)
    years = tuple(sorted({line.year for line in lines}))
    if any(line.co2e_micro is not None for line in lines):
        measure = "co2e"
    else:
        measure = "tce" if {line.substance for line in lines} == {"tce"} else ""
    return View(boundary, ruleset, tuple(docs), years, measure)


def items(run: Run, view: View, by: Sequence[str], **where: object) -> list[Item]:
    """An inventory table by some columns, largest value of the last year first."""
    rows = run.inventory([*by, "year"], **view.where, **where)
    found: dict[tuple[str, ...], Item] = {}
    for row in rows:
        code = tuple(str(row[name]) for name in by)
        item = found.setdefault(code, Item(code, {}, {}))
        item.values[row["year"]] = view.value(row)
        item.missing[row["year"]] = row["missing"]
    return sorted(found.values(), key=lambda item: (-(item.latest(view.years) or 0.0), item.code))


def total(run: Run, view: View) -> Item:
    """The sums of a view by year."""
    found = items(run, view, [])
    return found[0] if found else Item((), {}, {})


def division_of(run: Run, city: str) -> str:
    """The division code of a facility in a city, by which the city's name is found."""
    for row in run.facilities.values():
        if (row.get("city") or "") == city and row.get("division"):
            return str(row["division"])
    return ""


__all__ = ["Item", "View", "division_of", "items", "total", "views"]
