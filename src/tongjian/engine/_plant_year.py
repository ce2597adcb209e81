"""One facility's year computed from records at hand, with any rules and tables.

What a version differs by is found by computing the same plant again and again: with one record as
it was corrected, with one table as it is now. Records are read once and changed in memory.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tongjian.engine._leaf_rows import RECORD, LeafRows, Row, fetch
from tongjian.engine._ledger import LedgerLine, ledger_lines
from tongjian.engine._prepared import prepare
from tongjian.engine._python import PythonEngine
from tongjian.engine._snapshot import Snapshot
from tongjian.engine._tables import ResolvedTables
from tongjian.rules import CompiledRuleSet, Rulebook

Key = tuple[str, ...]
KEY = ("facility", "period", "process_unit", "stream", "item", "unit")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A rule set with its tables, ready for one year (备算的规则集)."""

    ruleset: CompiledRuleSet
    engine: PythonEngine

    @classmethod
    def of(
        cls, rulebook: Rulebook, ruleset: CompiledRuleSet, year: int, binds: Mapping[str, str]
    ) -> Prepared:
        """Raises `RuleError` where a table of `binds` does not fit."""
        return cls(*prepare(rulebook, ruleset, (year,), binds))

    @property
    def tables(self) -> ResolvedTables:
        """The values in force."""
        return self.engine.tables

    def with_tables(self, tables: ResolvedTables) -> Prepared:
        """The same formulas over other values."""
        return Prepared(self.ruleset, PythonEngine(self.ruleset.program, tables, "float"))


@dataclass(frozen=True, slots=True)
class PlantYear:
    """What is recorded of one facility for some years (企业记录), by key.

    `facility` and `units` are the rows that register it and its process units, `records` those of
    the activity table, all as the store has them.
    """

    snapshot: Snapshot
    name: str
    year: int
    facility: Row | None
    units: Mapping[str, Row]
    records: Mapping[Key, Row] = field(default_factory=dict)

    @classmethod
    def read(
        cls, snapshot: Snapshot, facility: str, year: int, years: Collection[int]
    ) -> PlantYear:
        """Read a facility's rows of `years`, which lines of `year` may look back on."""
        quoted = "'" + facility.replace("'", "''") + "'"
        listed = ", ".join(str(int(one)) for one in sorted(years))
        where = f"WHERE facility = {quoted}"
        with snapshot.borrow() as connection:
            plants = fetch(connection, f"SELECT * FROM facilities {where}")
            units = fetch(connection, f"SELECT * FROM process_units {where}")
            rows = fetch(connection, f"SELECT * FROM activity {where} AND year IN ({listed})")
        return cls(
            snapshot,
            facility,
            year,
            plants[0] if plants else None,
            {row["process_unit"]: row for row in units},
            {tuple(str(row[name]) for name in KEY): row for row in rows},
        )

    def changed(
        self,
        records: Mapping[Key, Row | None],
        units: Mapping[str, Row | None],
        facility: Row | None,
    ) -> PlantYear:
        """The same with some rows put in, replaced or (None) taken out; `facility` if given."""
        return replace(
            self,
            records=_changed(self.records, records),
            units=_changed(self.units, units),
            facility=self.facility if facility is None else facility,
        )

    def lines(self, prepared: Prepared) -> list[LedgerLine]:
        """The ledger lines of the year, as a run would have them, to the last bit."""
        program = prepared.ruleset.program
        ordered = [self.records[key] for key in sorted(self.records)]
        records = [tuple(row[name] for name in RECORD) for row in ordered]
        with self.snapshot.borrow() as connection:
            registered = {} if self.facility is None else {self.name: self.facility}
            reader = LeafRows(connection, self.snapshot.sources(), registered)
            reader.process_units = {(self.name, unit): row for unit, row in self.units.items()}
            leaves = [sheet for sheet in program.sheets.values() if sheet.is_leaf]
            rows = reader.pivot(leaves, records)
        sheets = prepared.engine.run(rows)
        coarse = {
            name: [row for row in sheets[name] if row.get("year") == self.year]
            for name, sheet in program.sheets.items()
            if not sheet.is_leaf
        }
        return ledger_lines(prepared.ruleset, coarse, prepared.tables)


def _changed(stored: Mapping[Any, Row], changes: Mapping[Any, Row | None]) -> dict[Any, Row]:
    merged = {**stored, **changes}
    return {key: row for key, row in merged.items() if row is not None}


__all__ = ["KEY", "PlantYear", "Prepared"]
