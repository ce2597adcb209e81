"""Which values of the dated tables a run has really read (实际取用的因子).

A rule set names tables with hundreds of values; a report lists those that went into its numbers.
Formulas are followed from the totals downwards, and each look-up keeps the conditions under which
it is reached: no measured value, the branch of an ``if``, an empty earlier choice of ``coalesce``.
For which keys and years these conditions hold is worked out row by row where there are few
records, and asked in one query per leaf sheet where there are many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import duckdb

from tongjian.engine._backend import SqlBackend
from tongjian.engine._duck import DuckEngine
from tongjian.engine._factor_paths import Path, Read, Test, paths_of
from tongjian.engine._finished_run import RuleSetResult, Run
from tongjian.engine._interpolation import Grid
from tongjian.engine._leaf_rows import LeafRows, Record, fetch, in_scope, read_records
from tongjian.engine._ledger import GWP_ALIAS
from tongjian.engine._prepared import SMALL, prepare, read_years
from tongjian.engine._python import PythonEngine
from tongjian.engine._relations import Sources
from tongjian.engine._sheet_sql import SheetSql
from tongjian.engine._tables import Key, ResolvedTables
from tongjian.rules import RAW, Program, SheetPlan, Table, Value
from tongjian.rules import _ir as ir

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FactorUsed:
    """A value of a table that a run has read (取用的因子), with the years and rule sets.

    `value.number` is None where the source gives no number; the rows that needed it are among the
    run's problems.
    """

    table: Table
    value: Value
    years: tuple[int, ...]
    rulesets: tuple[str, ...]


def factors_used(run: Run, facility: str | None = None) -> list[FactorUsed]:
    """Every value that `run` has read, by table, column and key; for one `facility` if named."""
    found: dict[tuple[str, str, Key, str], _Use] = {}
    snapshot = run.snapshot
    with snapshot.borrow() as borrowed:
        records = None if snapshot.wide else _few(borrowed, facility)
        # A query leaves tables behind, which a connection that others use must not have.
        with nullcontext(borrowed) if records is not None else snapshot.connect() as connection:
            for index, result in enumerate(run.results):
                reader = _Reader(run, result, connection, index, facility, records)
                for look, year, key in reader.read():
                    value = result.tables.in_force(look.table, look.column, year, key)
                    if value is not None:
                        table = result.tables.tables[look.table]
                        mark = (table.id, value.column, value.key, str(value.validity))
                        use = found.setdefault(mark, _Use(table, value))
                        use.years.add(year)
                        use.rulesets.add(result.ruleset.id)
    uses = sorted(found.values(), key=_order)
    return [
        FactorUsed(use.table, use.value, tuple(sorted(use.years)), tuple(sorted(use.rulesets)))
        for use in uses
    ]


def _few(connection: duckdb.DuckDBPyConnection, facility: str | None) -> list[Record] | None:
    """The records of all plants or of one; None where they are too many to be read one by one."""
    where = ""
    if facility is not None:
        quoted = facility.replace("'", "''")
        where = f" WHERE facility = '{quoted}'"
    count = connection.execute(f"SELECT count(*) FROM activity{where}").fetchone()
    if count is None or count[0] > SMALL:
        return None
    return read_records(connection, clause=where)


@dataclass(slots=True)
class _Use:
    table: Table
    value: Value
    years: set[int] = field(default_factory=set)
    rulesets: set[str] = field(default_factory=set)


def _order(use: _Use) -> tuple[str, int, Key, str]:
    columns = list(use.table.columns)
    return (
        use.table.id,
        columns.index(use.value.column),
        use.value.key,
        str(use.value.validity.first or ""),
    )


_known_paths: dict[tuple[str, str, str, str], Sequence[tuple[Read, Path]]] = {}
_MOST_PATHS = 10_000


@dataclass(slots=True)
class _Reader:
    """The look-ups of one rule set's run, each with the years and keys it was read for."""

    run: Run
    result: RuleSetResult
    connection: duckdb.DuckDBPyConnection
    index: int
    facility: str | None = None
    records: Sequence[Record] | None = None
    """All there are within reach, where they are few."""

    @property
    def program(self) -> Program:
        return self.result.ruleset.program

    @property
    def tables(self) -> ResolvedTables:
        return self.result.tables

    def read(self) -> Iterator[tuple[ir.Lookup, int, Key]]:
        """Look-up, year and key of every value that was read, with repetitions."""
        few = None if self.records is None else self.leaf_rows(self.records)
        for sheet in self.program.sheets.values():
            if not sheet.is_leaf:
                yield from self.coarse(sheet)
            elif few is None:
                yield from self.leaf(sheet)
            else:
                yield from self.few(sheet, few[sheet.name])
        yield from self.potentials()

    def paths(
        self, sheet: str, formula: str, roots: Iterable[ir.Node], within: SheetPlan | None
    ) -> Sequence[tuple[Read, Path]]:
        """`paths_of`, which depend on the rule documents alone and are found once for each."""
        mark = (self.run.rulebook.digest, self.result.ruleset.id, sheet, formula)
        if mark not in _known_paths:
            if len(_known_paths) >= _MOST_PATHS:
                _known_paths.clear()
            _known_paths[mark] = paths_of(roots, within)
        return _known_paths[mark]

    # -- leaf sheets -------------------------------------------------------------------------

    def leaf_paths(self, sheet: SheetPlan) -> Sequence[tuple[Read, Path]]:
        """The ways to what coarser sheets ask of a leaf sheet, and to its checks."""
        roots = [
            part.node
            for other in self.program.sheets.values()
            for part in other.aggregates
            if part.sheet == sheet.name and part.name != "count"
        ]
        conditions = [check.node for check in sheet.checks]
        return self.paths(sheet.name, "", [*roots, *conditions], sheet)

    def leaf_rows(self, records: Sequence[Record]) -> dict[str, list[Row]]:
        """The rows of all leaf sheets, computed as in a run in Python."""
        inside = self.inside()
        if self.facility is not None:
            inside &= {self.facility}
            records = in_scope(records, inside)
        elif inside:
            records = in_scope(records, inside)
        reader = LeafRows(self.connection, self.run.snapshot.sources(), self.run.facilities)
        found = reader.read(self.program, records=records)
        engine = self.engine()
        for name, rows in found.items():
            engine.fill(self.program.sheets[name], rows)
        return found

    def few(self, sheet: SheetPlan, rows: Sequence[Row]) -> Iterator[tuple[ir.Lookup, int, Key]]:
        """What a leaf sheet reads, row by row."""
        engine = self.engine()
        rows = [row for row in rows if row["year"] in self.result.years and not row["@refused"]]
        for look, path in self.leaf_paths(sheet) if rows else ():
            for row in rows:
                if all(_holds(engine, test, row) for test in path):
                    yield from self.values_of(look, row)

    def engine(self) -> PythonEngine:
        years = read_years(self.result.ruleset, self.result.years)
        return prepare(self.run.rulebook, self.result.ruleset, years, self.run.binds)[1]

    def leaf(self, sheet: SheetPlan) -> Iterator[tuple[ir.Lookup, int, Key]]:
        """What a leaf sheet reads, by a query."""
        paths = self.leaf_paths(sheet)
        if not paths:
            return
        engine = DuckEngine(self.connection)
        backend = SqlBackend(engine, self.program, self.tables, self.sources(), self.index)
        sql = backend.sheet_sql()
        # Every column that a path or a key names must be in the query.
        named = [_entered(test.node) for _, path in paths for test in path]
        keys = _key_columns(look for look, _ in paths)
        columns = [ir.Column(ir.Kind("text"), name) for name in keys]
        query = sql.leaf(sheet, [*named, *columns, *(check.node for check in sheet.refuses)])
        backend.create_tables(sql)
        for row in fetch(self.connection, self.statement(sql, sheet, query, paths, keys)):
            for number, (look, _) in enumerate(paths):
                if row[f"p{number}"]:
                    yield from self.values_of(look, row)

    def statement(
        self,
        sql: SheetSql,
        sheet: SheetPlan,
        query: str,
        paths: Sequence[tuple[Read, Path]],
        keys: Iterable[str],
    ) -> str:
        """Distinct years and keys, and which paths the rows with them have taken."""
        writer = sql.writer
        columns = ["year", *(writer.quote(key) for key in keys)]
        tests = [
            " AND ".join(f"coalesce({self.condition(sql, test)}, FALSE)" for test in path)
            for _, path in paths
        ]
        columns += [f"({test or 'TRUE'}) AS p{number}" for number, test in enumerate(tests)]
        years = ", ".join(str(year) for year in self.result.years)
        refused = "".join(
            f" AND NOT coalesce({writer.code(check.node)}, FALSE)" for check in sheet.refuses
        )
        return (
            f"SELECT DISTINCT {', '.join(columns)} FROM ({query}) WHERE year IN ({years}){refused}"
        )

    def condition(self, sql: SheetSql, test: Test) -> str:
        code = sql.writer.code(test.node)
        return {"true": code, "false": f"NOT {code}", "missing": f"{code} IS NULL"}[test.want]

    def sources(self) -> Sources:
        """The records of the facilities that this rule set was applied to."""
        sources = self.run.snapshot.sources()
        inside = self.inside()
        if self.facility is not None:
            inside &= {self.facility}
            if not inside:
                return Sources(wide=sources.wide, scope=self.scope(()))
        if not inside or len(inside) == len(self.run.facilities):
            return sources
        return Sources(wide=sources.wide, scope=self.scope(sorted(inside)))

    def inside(self) -> set[str]:
        """The facilities that this rule set has rows of."""
        return {
            row["facility"]
            for rows in self.result.sheets.values()
            for row in rows
            if "facility" in row
        }

    def scope(self, inside: Sequence[str]) -> str:
        """A table with these facilities; returns its name."""
        name = f"used{self.index}"
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} (facility VARCHAR)")
        if inside:
            marks = ", ".join(["(?)"] * len(inside))
            self.connection.execute(f"INSERT INTO {name} VALUES {marks}", list(inside))
        return name

    # -- coarser sheets ----------------------------------------------------------------------

    def coarse(self, sheet: SheetPlan) -> Iterator[tuple[ir.Lookup, int, Key]]:
        rows = [
            row
            for row in self.result.sheets.get(sheet.name, ())
            if "year" in row and self.facility in (None, row.get("facility"))
        ]
        engine = self.engine()
        for name, formula in sheet.formulas.items():
            for look, path in self.paths(sheet.name, name, [formula.node], None):
                for row in rows:
                    if all(_holds(engine, test, row) for test in path):
                        yield from (
                            one
                            for one in self.values_of(look, row)
                            if self.matters(*one, row[name])
                        )

    def values_of(self, look: Read, row: Row) -> Iterator[tuple[ir.Lookup, int, Key]]:
        """What a row reads of a table: one value, or the neighbours of an interpolated one."""
        if isinstance(look, ir.Lookup):
            yield look, row["year"], _key_of(look, row)
            return
        positions = [row[one.name] for one in look.positions]
        grid = Grid.of(look, self.tables)
        near = None if None in positions else grid.near(positions)
        for corner in () if near is None else grid.corners(near):
            yield corner, row["year"], _key_of(corner, row)

    def matters(self, look: ir.Lookup, year: int, key: Key, result: float | None) -> bool:
        """Whether a factor outside of a sum went into a result: factor times nothing is nothing."""
        if result != 0:
            return True
        return self.tables.number(look.table, look.column, year, key) == 0

    def potentials(self) -> Iterator[tuple[ir.Lookup, int, Key]]:
        """The warming potentials by which ledger lines are stated in CO2 equivalent."""
        pairs = {
            (line.substance, line.year)
            for line in self.run.lines
            if line.ruleset == self.result.ruleset.id
            and line.year in self.result.years
            and self.facility in (None, line.facility)
            and line.co2e_micro
        }
        for substance, year in sorted(pairs):
            yield ir.Lookup(ir.Kind("number"), GWP_ALIAS, substance, ()), year, ()


def _entered(node: ir.Node) -> ir.Node:
    """The node by which a query is told to carry the column of an entered value."""
    if isinstance(node, ir.Column) and node.name.endswith(RAW):
        return ir.Column(node.kind, node.name.removesuffix(RAW))
    return node


def _key_columns(looks: Iterable[Read]) -> list[str]:
    names = (part.name for look in looks for part in look.children() if isinstance(part, ir.Column))
    return list(dict.fromkeys(names))


def _key_of(look: ir.Lookup, row: Mapping[str, Any]) -> Key:
    return tuple(
        part.value if isinstance(part, ir.Text) else str(row[_name(part)] or "")
        for part in look.keys
    )


def _name(node: ir.Node) -> str:
    assert isinstance(node, ir.Column)
    return node.name


def _holds(engine: PythonEngine, test: Test, row: Row) -> bool:
    value = engine.row_value(test.node, row)
    if test.want == "missing":
        return value is None
    return value is not None and bool(value) is (test.want == "true")


__all__ = ["FactorUsed", "factors_used"]
