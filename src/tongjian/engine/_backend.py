"""Runs a program on DuckDB: fills factor sets, then one statement per coarser sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import duckdb

from tongjian.engine._leaf_rows import Row, fetch
from tongjian.engine._sheet_sql import SheetSql, Sources
from tongjian.engine._sql import FactorSet, SqlWriter
from tongjian.engine._tables import Key, ResolvedTables
from tongjian.rules import Program, SheetPlan
from tongjian.rules import _ir as ir


@dataclass(slots=True)
class DuckBackend:
    """One program on one connection; results stay there as tables."""

    connection: duckdb.DuckDBPyConnection
    program: Program
    tables: ResolvedTables
    sources: Sources
    index: int = 0
    results: dict[str, str] = field(default_factory=dict)

    def run(self) -> dict[str, list[Row]]:
        """Compute every coarser sheet into a table and return its rows, in key order."""
        rows = {}
        for sheet in self.program.sheets.values():
            if not sheet.is_leaf:
                self.results[sheet.name] = self.compute(sheet)
                rows[sheet.name] = self.rows(sheet)
        return rows

    def leaf(self, sheet: SheetPlan) -> list[Row]:
        """Every row of a leaf sheet with all its columns, in key order."""
        sql = self.sheet_sql()
        kind = ir.Kind("number")
        columns = [ir.Column(kind, name) for name in (*sheet.inputs, *sheet.formulas)]
        query = sql.leaf(sheet, columns)
        self.create_sets(sql.sets)
        order = ", ".join(f'"{key}"' for key in sheet.grain)
        return fetch(self.connection, f"SELECT * FROM ({query}) ORDER BY {order}")

    def compute(self, sheet: SheetPlan) -> str:
        target = f'"result {self.index} {sheet.name}"'
        try:
            self.connection.execute(f"CREATE TABLE {target} AS {self.statement(sheet)}")
        except duckdb.ConversionException:
            # A value too large for an integer total: count it as missing, and report the row.
            statement = self.statement(sheet, safe=True)
            self.connection.execute(f"CREATE TABLE {target} AS {statement}")
        return target

    def statement(self, sheet: SheetPlan, *, safe: bool = False) -> str:
        """The SQL of one coarser sheet; its factor sets are created on the way."""
        sql = self.sheet_sql(safe=safe)
        text = sql.coarse(sheet)
        self.create_sets(sql.sets)
        return text

    def sheet_sql(self, *, safe: bool = False) -> SheetSql:
        writer = SqlWriter(self.is_constant, self.constant, safe=safe)
        return SheetSql(self.program, writer, self.sources, self.results, self.is_year_free)

    def rows(self, sheet: SheetPlan) -> list[Row]:
        """The computed rows of a coarser sheet, in key order."""
        order = ", ".join(f'"{key}"' for key in sheet.grain)
        return fetch(self.connection, f"SELECT * FROM {self.results[sheet.name]} ORDER BY {order}")

    # -- factors -----------------------------------------------------------------------------

    def is_constant(self, look: ir.Lookup) -> bool:
        """Whether a look-up has one value for all rows and years of the run."""
        if any(isinstance(key, ir.Column) for key in look.keys):
            return False
        return len({self.number(look, year, ()) for year in self.tables.years(look.table)}) <= 1

    def constant(self, look: ir.Lookup) -> Fraction | None:
        """The value of a constant look-up."""
        years = self.tables.years(look.table)
        return self.number(look, years[0], ()) if years else None

    def number(self, look: ir.Lookup, year: int, row_key: Key) -> Fraction | None:
        """The value of a look-up for a row whose key columns are `row_key`."""
        columns = iter(row_key)
        key = tuple(
            part.value if isinstance(part, ir.Text) else next(columns) for part in look.keys
        )
        return self.tables.number(look.table, look.column, year, key)

    def is_year_free(self, one: FactorSet) -> bool:
        """Whether a factor set has the same values in all years of the run."""
        return len({tuple(values) for values in self.set_rows(one).values()}) <= 1

    def set_rows(self, one: FactorSet) -> dict[int, list[tuple[Key, tuple[float | None, ...]]]]:
        """Per year: key and values of every key that has any value."""
        rows: dict[int, list[tuple[Key, tuple[float | None, ...]]]] = {}
        for year in self.tables.years(one.lookups[0].table):
            keys = sorted({key for look in one.lookups for key in self.row_keys(look, year)})
            rows[year] = [
                (key, tuple(_double(self.number(look, year, key)) for look in one.lookups))
                for key in keys
            ]
        return rows

    def row_keys(self, look: ir.Lookup, year: int) -> Iterable[Key]:
        """Values of the key *columns* for which a look-up has a number."""
        for key in self.tables.keys(look.table, look.column, year):
            fits = all(
                not isinstance(part, ir.Text) or part.value == value
                for part, value in zip(look.keys, key, strict=True)
            )
            if fits:
                yield tuple(
                    value
                    for part, value in zip(look.keys, key, strict=True)
                    if isinstance(part, ir.Column)
                )

    def create_sets(self, sets: Sequence[FactorSet]) -> None:
        for one in sets:
            year_free, rows = self.is_year_free(one), self.set_rows(one)
            columns = [] if year_free else ["year INTEGER"]
            columns += [f'"{key}" VARCHAR' for key in one.keys]
            columns += [f"{one.column(index)} DOUBLE" for index in range(len(one.lookups))]
            data = [
                ([] if year_free else [year]) + [*key, *values]
                for year in (list(rows)[:1] if year_free else rows)
                for key, values in rows[year]
            ]
            shape = ", ".join(columns)
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {one.name} ({shape})")
            if data:
                marks = f"({', '.join('?' * len(columns))})"
                flat = [value for line in data for value in line]
                values_sql = ", ".join([marks] * len(data))
                self.connection.execute(f"INSERT INTO {one.name} VALUES {values_sql}", flat)


def _double(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
