"""Runs a program on DuckDB: fills factor sets, then one statement per coarser sheet."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from tongjian.engine._factor_sets import FactorSets
from tongjian.engine._leaf_rows import Row, fetch
from tongjian.engine._sheet_sql import SheetSql, Sources
from tongjian.engine._sql import SqlWriter
from tongjian.engine._tables import ResolvedTables
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
    factors: FactorSets = field(init=False)

    def __post_init__(self) -> None:
        self.factors = FactorSets(self.tables)

    def run(self) -> dict[str, list[Row]]:
        """Compute every coarser sheet into a table and return its rows, in key order."""
        rows = {}
        for sheet in self.program.sheets.values():
            if not sheet.is_leaf:
                self.results[sheet.name] = self.compute(sheet)
                rows[sheet.name] = self.rows(sheet)
        return rows

    def drop(self) -> None:
        """Drop the results from the connection."""
        for table in self.results.values():
            self.connection.execute(f"DROP TABLE {table}")

    def leaf(self, sheet: SheetPlan) -> list[Row]:
        """Every row of a leaf sheet with all its columns, in key order."""
        sql = self.sheet_sql()
        kind = ir.Kind("number")
        columns = [ir.Column(kind, name) for name in (*sheet.inputs, *sheet.formulas)]
        query = sql.leaf(sheet, columns)
        self.create_tables(sql)
        order = ", ".join(f'"{key}"' for key in sheet.grain)
        return fetch(self.connection, f"SELECT * FROM ({query}) ORDER BY {order}")

    def warned(self) -> set[tuple[str, int]]:
        """Facilities and years with a leaf row that a warning is about."""
        found: set[tuple[str, int]] = set()
        for sheet in self.program.sheets.values():
            checks = [one.node for one in sheet.checks if one.doc.severity == "warning"]
            if sheet.is_leaf and checks:
                sql = self.sheet_sql()
                query = sql.leaf(sheet, checks)
                holds = " OR ".join(f"coalesce({sql.writer.code(one)}, FALSE)" for one in checks)
                self.create_tables(sql)
                distinct = f"SELECT DISTINCT facility, year FROM ({query}) WHERE {holds}"
                found.update(self.connection.execute(distinct).fetchall())
        return found

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
        self.create_tables(sql)
        return text

    def sheet_sql(self, *, safe: bool = False) -> SheetSql:
        factors = self.factors
        writer = SqlWriter(factors.is_constant, factors.constant, factors.written_out, safe=safe)
        years = sorted({year for days in self.tables.days.values() for year in days})
        return SheetSql(
            self.program, writer, self.sources, self.results, factors.is_year_free, years
        )

    def create_tables(self, sql: SheetSql) -> None:
        """Create the small tables that a query joins."""
        self.factors.create(self.connection, sql.sets)
        for name, query in sql.owners.items():
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")

    def rows(self, sheet: SheetPlan) -> list[Row]:
        """The computed rows of a coarser sheet, in key order."""
        order = ", ".join(f'"{key}"' for key in sheet.grain)
        return fetch(self.connection, f"SELECT * FROM {self.results[sheet.name]} ORDER BY {order}")
