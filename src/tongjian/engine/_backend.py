"""Runs a program in SQL: fills factor sets, then one statement per coarser sheet.

What is asked of an engine is the little that `SqlEngine` names; the SQL is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from tongjian.engine._cells import Cells
from tongjian.engine._dialects import Dialect
from tongjian.engine._factor_sets import FactorSets
from tongjian.engine._leaf_rows import Row
from tongjian.engine._relations import Sources
from tongjian.engine._sheet_sql import SheetSql
from tongjian.engine._sql import SqlWriter
from tongjian.engine._tables import ResolvedTables
from tongjian.rules import Program, SheetPlan
from tongjian.rules import _ir as ir

_T = TypeVar("_T")


class SqlEngine(Protocol):
    """What a back-end in SQL needs of an engine that already holds the records."""

    @property
    def dialect(self) -> Dialect:
        """How the engine spells what engines spell differently."""

    @property
    def too_large(self) -> tuple[type[Exception], ...]:
        """What a statement raises on a value that does not fit an integer total."""

    def fetch(self, query: str) -> list[Row]:
        """Rows of a query as dictionaries."""

    def define(self, name: str, query: str) -> None:
        """Make or replace a small helper table."""

    def store(self, name: str, query: str) -> None:
        """Make or replace a table that is computed once and read several times."""

    def fill(
        self, name: str, kinds: Sequence[tuple[str, str]], columns: Sequence[Sequence[Any]]
    ) -> None:
        """Make or replace a table from columns of values; `kinds` are names and types."""

    def drop(self, name: str) -> None:
        """Forget a stored table."""


@dataclass(slots=True)
class SqlBackend:
    """One program on one engine; results that other sheets read stay there as tables."""

    engine: SqlEngine
    program: Program
    tables: ResolvedTables
    sources: Sources
    index: int = 0
    results: dict[str, str] = field(default_factory=dict)
    """Stored tables by sheet, without quotes."""
    factors: FactorSets = field(init=False)

    def __post_init__(self) -> None:
        self.factors = FactorSets(self.tables)

    def run(self, only: Collection[str] | None = None) -> dict[str, list[Row]]:
        """Compute the coarser sheets and return their rows, in key order.

        `only` names those that are wanted; what they read is computed in any case.
        """
        wanted = self.needed(self.program.sheets if only is None else only)
        read = {other for name in wanted for other in self.program.sheets[name].others}
        return {
            name: self.compute(sheet, keep=name in read)
            for name, sheet in self.program.sheets.items()
            if name in wanted and not sheet.is_leaf
        }

    def needed(self, names: Iterable[str]) -> set[str]:
        """Some sheets and all that they read, directly or through others."""
        found: set[str] = set()
        stack = list(names)
        while stack:
            name = stack.pop()
            if name not in found:
                found.add(name)
                stack += self.program.sheets[name].others
        return found

    def drop(self) -> None:
        """Drop the stored results from the engine."""
        while self.results:
            self.engine.drop(self.results.popitem()[1])

    def leaf(self, sheet: SheetPlan, *, refused: bool = True) -> list[Row]:
        """Every row of a leaf sheet with all its columns, in key order; with `refused` ones."""
        sql = self.sheet_sql()
        kind = ir.Kind("number")
        columns = [ir.Column(kind, name) for name in (*sheet.inputs, *sheet.formulas)]
        checks = [] if refused else [check.node for check in sheet.refuses]
        query = sql.leaf(sheet, [*columns, *checks])
        if checks:
            holds = " OR ".join(f"coalesce({sql.writer.code(node)}, FALSE)" for node in checks)
            query = f"SELECT * FROM ({query}) WHERE NOT ({holds})"
        self.create_tables(sql)
        return in_order(sheet, self.engine.fetch(query))

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
                rows = self.engine.fetch(distinct)
                found.update((row["facility"], row["year"]) for row in rows)
        return found

    def compute(self, sheet: SheetPlan, *, keep: bool) -> list[Row]:
        """The rows of a coarser sheet, in key order; kept as a table if other sheets read it."""
        if keep:
            found = self.engine.fetch(f"SELECT * FROM {self.store(sheet)}")
        else:
            found = self.carefully(sheet, self.engine.fetch)
        return in_order(sheet, found)

    def store(self, sheet: SheetPlan) -> str:
        """Keep a coarser sheet as a table; its name, as SQL takes it."""
        name = f"result {self.index} {sheet.name}"
        self.carefully(sheet, lambda statement: self.engine.store(name, statement))
        self.results[sheet.name] = name
        return self.quote(name)

    def carefully(self, sheet: SheetPlan, work: Callable[[str], _T]) -> _T:
        """`work` on the statement of a sheet, again where a value is too large for its total."""
        try:
            return work(self.statement(sheet))
        except self.engine.too_large:
            # The value is then counted as missing, and its row is reported.
            return work(self.statement(sheet, safe=True))

    def statement(self, sheet: SheetPlan, *, safe: bool = False) -> str:
        """The SQL of one coarser sheet; its factor sets are created on the way."""
        sql = self.sheet_sql(safe=safe)
        text = sql.coarse(sheet)
        self.create_tables(sql)
        return text

    def sheet_sql(self, *, safe: bool = False) -> SheetSql:
        factors, dialect = self.factors, self.engine.dialect
        writer = SqlWriter(
            factors.is_constant,
            factors.constant,
            dialect,
            safe=safe or dialect.always_safe,
        )
        years = sorted({year for days in self.tables.days.values() for year in days})
        results = {sheet: self.quote(name) for sheet, name in self.results.items()}
        return SheetSql(
            program=self.program,
            writer=writer,
            sources=self.sources,
            results=results,
            is_year_free=factors.is_year_free,
            years=years,
            cells_of=lambda name, node: Cells.of(name, node, self.tables),
        )

    def create_tables(self, sql: SheetSql) -> None:
        """Create the small tables that a query joins."""
        self.factors.create(self.engine, sql.sets)
        for cells in sql.cells:
            self.engine.fill(cells.name, cells.kinds, cells.columns())
        for name, query in sql.owners.items():
            self.engine.define(name, query)

    def quote(self, name: str) -> str:
        mark = self.engine.dialect.quote
        return f"{mark}{name}{mark}"


def in_order(sheet: SheetPlan, rows: list[Row]) -> list[Row]:
    """Rows by the keys of their sheet: in the order of code points, as every engine has it."""
    # Rows of a wide table may lack a key.
    return sorted(rows, key=lambda row: [(row[key] is None, row[key]) for key in sheet.grain])
