"""Figures (数据): what runs give for the columns and ledger sums that targets read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tongjian.engine import MISSING, Run, Snapshot, run
from tongjian.problems import EngineError, Problem
from tongjian.rules import ColumnOf, CountOf, LedgerOf, Quantity, Rulebook, Target, quantity_unit
from tongjian.units import Unit, convert, parse_unit

_CO2E = "co2e"
_BY_DEFAULT = "by_default"


@dataclass(frozen=True, slots=True)
class Datum:
    """The figure of one plant and year; `whole` is False where rows were left out."""

    value: float
    whole: bool = True


ByPlant = dict[str, Datum]


@dataclass(slots=True)
class Figures:
    """The figures of all plants, by quantity, year and plant."""

    book: Rulebook
    facilities: dict[str, dict[str, Any]]
    runs: list[Run]
    problems: list[Problem] = field(default_factory=list)
    _kept: dict[Quantity, dict[int, ByPlant]] = field(default_factory=dict)

    def of(self, quantity: Quantity) -> dict[int, ByPlant]:
        """The figures of a quantity by year and plant, in the unit that `unit` gives."""
        if quantity not in self._kept:
            if isinstance(quantity, ColumnOf):
                self._kept[quantity] = self._column(quantity)
            elif isinstance(quantity, CountOf):
                self._kept[quantity] = self._count(quantity)
            else:
                self._kept[quantity] = self._ledger(quantity)
        return self._kept[quantity]

    def unit(self, quantity: Quantity) -> Unit | None:
        """The unit of a quantity; None while its rule set is not in the rulebook."""
        return quantity_unit(quantity, self.book.programs())

    def words(self, column: ColumnOf) -> dict[int, dict[str, str]]:
        """What a column that judges says, by year and plant."""
        found: dict[int, dict[str, str]] = {}
        for row in self._rows(column):
            if row.get(column.column) is not None:
                found.setdefault(row["year"], {})[row["facility"]] = str(row[column.column])
        return found

    def sectors(self, target: Target) -> set[str]:
        """The sectors in scope: those of the target, else those of the rule sets it reads."""
        if target.sectors or target.measure.of is None:
            return set(target.sectors)
        read = target.measure.of
        of = read.column if isinstance(read, CountOf) else read
        return {
            sector
            for editions in self.book.rulesets.values()
            for one in editions
            if (one.id == of.ruleset if isinstance(of, ColumnOf) else _in_ledger(one.doc, of))
            for sector in one.doc.sectors
        }

    def _rows(self, column: ColumnOf) -> list[dict[str, Any]]:
        return [row for one in self.runs for row in one.sheet(column.ruleset, column.sheet)]

    def _column(self, column: ColumnOf) -> dict[int, ByPlant]:
        found: dict[int, ByPlant] = {}
        for row in self._rows(column):
            value = row.get(column.column)
            if value is not None:
                by_plant = found.setdefault(row["year"], {})
                _add(by_plant, row["facility"], float(value), not row.get(MISSING))
        return found

    def _count(self, of: CountOf) -> dict[int, ByPlant]:
        found: dict[int, ByPlant] = {}
        for row in self._rows(of.column):
            word = row.get(of.column.column)
            if any(row.get(key) != wanted for key, wanted in of.rows):
                continue
            if word is not None and word not in of.leave_out:
                by_plant = found.setdefault(row["year"], {})
                _add(by_plant, row["facility"], float(word == of.word), not row.get(MISSING))
        return found

    def _ledger(self, of: LedgerOf) -> dict[int, ByPlant]:
        defaults = {
            one.id
            for group in self.book.rulesets.values()
            for one in group
            if _in_ledger(one.doc, of)
        }
        unit, found = self.unit(of), dict[int, ByPlant]()
        for row in (row for one in self.runs for row in one.ledger):
            chosen = row["ruleset"] in defaults and of.measure in (_CO2E, row["substance"])
            if not chosen or (of.categories and row["category"] not in of.categories):
                continue
            amount = row["co2e"] if of.measure == _CO2E else row["amount"]
            if amount is None or unit is None:
                continue
            if of.measure != _CO2E:
                amount = convert(amount, parse_unit(row["unit"]), unit)
            by_plant = found.setdefault(row["year"], {})
            _add(by_plant, row["facility"], amount, not row["missing"])
        return found


def _add(by_plant: ByPlant, facility: str, value: float, whole: bool) -> None:
    known = by_plant.get(facility, Datum(0.0))
    by_plant[facility] = Datum(known.value + value, known.whole and whole)


def _in_ledger(doc: Any, of: LedgerOf) -> bool:
    # Rule sets that run on request account for the same plants once more.
    return bool(doc.boundary == of.boundary and doc.selected == _BY_DEFAULT)


def _read(book: Rulebook, wanted: Collection[str]) -> Rulebook:
    """The rulebook without the rule sets on request that no target reads."""
    kept = {
        name: group
        for name, group in book.rulesets.items()
        if name in wanted or any(one.doc.selected == _BY_DEFAULT for one in group)
    }
    return replace(book, rulesets=kept)


def gather(
    book: Rulebook,
    store: Any,
    targets: Sequence[Target],
    years: Iterable[int] | None = None,
    progress: Any = None,
) -> Figures:
    """Run the rule sets that `targets` read over the records.

    Only the boundaries that are needed are run, and of rule sets on request only those read.
    Raises `EngineError` when there are no records.
    """
    snapshot = store if isinstance(store, Snapshot) else Snapshot.of(store)
    wanted = {one.ruleset for target in targets for one in target.measure.columns()}
    boundaries = {one.boundary for target in targets for one in target.measure.ledgers()}
    boundaries |= {
        one.doc.boundary for name in wanted & set(book.rulesets) for one in book.rulesets[name]
    }
    with snapshot.borrow() as connection:
        rows = connection.execute("SELECT * FROM facilities")
        names = [column[0] for column in rows.description or ()]
        listed = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    sectors = {row["sector"] for row in listed}
    runs, left, read = list[Run](), list[Problem](), _read(book, wanted)
    for boundary in sorted(boundaries):
        editions = [one for group in book.rulesets.values() for one in group]
        covered = {s for one in editions if one.doc.boundary == boundary for s in one.doc.sectors}
        if not sectors & covered:
            continue
        try:
            runs.append(run(read, snapshot, None, years, boundary=boundary, progress=progress))
        except EngineError as error:
            # No edition is in force in any year with data: nothing can be read of it.
            left += error.problems
    problems = [problem for one in runs for problem in one.problems if problem.severity == "error"]
    problems += left
    return Figures(book, {row["facility"]: row for row in listed}, runs, problems)


__all__ = ["ByPlant", "Datum", "Figures", "gather"]
