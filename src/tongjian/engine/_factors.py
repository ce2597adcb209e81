"""Which values of the dated tables a run has really read (实际取用的因子).

A rule set names tables with hundreds of values; a report lists those that went into its numbers.
Formulas are followed from the totals downwards, and each look-up keeps the conditions under which
it is reached: no measured value, the branch of an ``if``, an empty earlier choice of ``coalesce``.
One query per leaf sheet then asks for which keys and years these conditions hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import duckdb

from tongjian.engine._backend import SqlBackend
from tongjian.engine._duck import DuckEngine
from tongjian.engine._finished_run import RuleSetResult, Run
from tongjian.engine._interpolation import Grid
from tongjian.engine._leaf_rows import fetch
from tongjian.engine._ledger import GWP_ALIAS
from tongjian.engine._prepared import prepare, read_years
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
    with run.snapshot.connect() as connection:
        for index, result in enumerate(run.results):
            reader = _Reader(run, result, connection, index, facility)
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


@dataclass(frozen=True, slots=True)
class _Test:
    """A condition on a row: an expression is true, false or missing."""

    node: ir.Node
    want: Literal["true", "false", "missing"]


_Path = tuple[_Test, ...]
_Read = ir.Lookup | ir.Interpolate
_known_paths: dict[tuple[str, str, str, str], Sequence[tuple[_Read, _Path]]] = {}
_MOST_PATHS = 10_000


@dataclass(slots=True)
class _Reader:
    """The look-ups of one rule set's run, each with the years and keys it was read for."""

    run: Run
    result: RuleSetResult
    connection: duckdb.DuckDBPyConnection
    index: int
    facility: str | None = None

    @property
    def program(self) -> Program:
        return self.result.ruleset.program

    @property
    def tables(self) -> ResolvedTables:
        return self.result.tables

    def read(self) -> Iterator[tuple[ir.Lookup, int, Key]]:
        """Look-up, year and key of every value that was read, with repetitions."""
        for sheet in self.program.sheets.values():
            yield from self.leaf(sheet) if sheet.is_leaf else self.coarse(sheet)
        yield from self.potentials()

    def paths(
        self, sheet: str, formula: str, roots: Iterable[ir.Node], within: SheetPlan | None
    ) -> Sequence[tuple[_Read, _Path]]:
        """`_paths`, which depend on the rule documents alone and are found once for each."""
        mark = (self.run.rulebook.digest, self.result.ruleset.id, sheet, formula)
        if mark not in _known_paths:
            if len(_known_paths) >= _MOST_PATHS:
                _known_paths.clear()
            _known_paths[mark] = _paths(roots, within)
        return _known_paths[mark]

    # -- leaf sheets -------------------------------------------------------------------------

    def leaf(self, sheet: SheetPlan) -> Iterator[tuple[ir.Lookup, int, Key]]:
        roots = [
            part.node
            for other in self.program.sheets.values()
            for part in other.aggregates
            if part.sheet == sheet.name and part.name != "count"
        ]
        conditions = [check.node for check in sheet.checks]
        paths = self.paths(sheet.name, "", [*roots, *conditions], sheet)
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
        paths: Sequence[tuple[_Read, _Path]],
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

    def condition(self, sql: SheetSql, test: _Test) -> str:
        code = sql.writer.code(test.node)
        return {"true": code, "false": f"NOT {code}", "missing": f"{code} IS NULL"}[test.want]

    def sources(self) -> Sources:
        """The records of the facilities that this rule set was applied to."""
        sources = self.run.snapshot.sources()
        inside = {
            row["facility"]
            for rows in self.result.sheets.values()
            for row in rows
            if "facility" in row
        }
        if self.facility is not None:
            inside &= {self.facility}
            if not inside:
                return Sources(wide=sources.wide, scope=self.scope(()))
        if not inside or len(inside) == len(self.run.facilities):
            return sources
        return Sources(wide=sources.wide, scope=self.scope(sorted(inside)))

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
        _, engine = prepare(
            self.run.rulebook,
            self.result.ruleset,
            read_years(self.result.ruleset, self.result.years),
            self.run.binds,
        )
        for name, formula in sheet.formulas.items():
            for look, path in self.paths(sheet.name, name, [formula.node], None):
                for row in rows:
                    if all(_holds(engine, test, row) for test in path):
                        yield from (
                            one
                            for one in self.values_of(look, row)
                            if self.matters(*one, row[name])
                        )

    def values_of(self, look: _Read, row: Row) -> Iterator[tuple[ir.Lookup, int, Key]]:
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


def _paths(roots: Iterable[ir.Node], sheet: SheetPlan | None) -> list[tuple[_Read, _Path]]:
    """Every look-up below `roots` with the conditions under which it is reached.

    Within a leaf `sheet` columns are followed into their formulas and defaults; formulas of a
    coarser sheet are all roots themselves.
    """
    found: dict[tuple[_Read, _Path], None] = {}
    seen: set[tuple[ir.Node, _Path]] = set()

    def follow(node: ir.Node, path: _Path) -> None:
        if (node, path) in seen:
            return
        seen.add((node, path))
        match node:
            case ir.Lookup() | ir.Interpolate():
                found[node, path] = None
            case ir.Aggregate(plan=plan):
                if plan is not None:
                    follow(plan, path)
                return
            case ir.Given():
                return
            case ir.If(condition=condition, then=then, other=other):
                follow(condition, path)
                follow(then, _and(path, condition, "true"))
                follow(other, _and(path, condition, "false"))
                return
            case ir.Call(name="coalesce", arguments=options):
                for option in options:
                    follow(option, path)
                    path = _and(path, option, "missing")
                return
            case ir.Column(name=name) if sheet is not None:
                if name in sheet.formulas:
                    follow(sheet.formulas[name].node, path)
                elif name in sheet.inputs:
                    default = sheet.inputs[name].default
                    if default is not None:
                        raw = ir.Column(node.kind, name + RAW)
                        follow(default, _and(path, raw, "missing"))
                return
        for child in node.children():
            follow(child, path)

    for root in roots:
        follow(root, ())
    return list(found)


def _and(path: _Path, node: ir.Node, want: Literal["true", "false", "missing"]) -> _Path:
    # A condition on totals cannot be asked again row by row: without it the list is rather too
    # long than too short.
    if any(isinstance(part, ir.Aggregate) for part in node.walk()):
        return path
    test = _Test(node, want)
    return path if test in path else (*path, test)


def _entered(node: ir.Node) -> ir.Node:
    """The node by which a query is told to carry the column of an entered value."""
    if isinstance(node, ir.Column) and node.name.endswith(RAW):
        return ir.Column(node.kind, node.name.removesuffix(RAW))
    return node


def _key_columns(looks: Iterable[_Read]) -> list[str]:
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


def _holds(engine: PythonEngine, test: _Test, row: Row) -> bool:
    value = engine.row_value(test.node, row)
    if test.want == "missing":
        return value is None
    return value is not None and bool(value) is (test.want == "true")


__all__ = ["FactorUsed", "factors_used"]
