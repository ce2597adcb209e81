"""`explain`: from a number down to clauses, factors and records (逐数溯源).

Nothing is stored for it: the rows behind one facility and year are read again (a few
milliseconds), computed again in Python, and the result must be the very number of the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tongjian.engine._finished_run import RuleSetResult, Run
from tongjian.engine._interpolation import Grid
from tongjian.engine._leaf_rows import LeafRows, fetch
from tongjian.engine._ledger import LedgerLine, from_micro
from tongjian.engine._node import Node
from tongjian.engine._prepared import prepare, read_years
from tongjian.engine._python import PythonEngine
from tongjian.engine._substituted import in_words, substituted
from tongjian.problems import EngineError, Problem
from tongjian.rules import RAW, STATUSES, FormulaPlan, Reference, SheetPlan, Words, own_columns
from tongjian.rules import _ir as ir
from tongjian.units import parse_unit

Row = dict[str, Any]
_RECORD_COLUMNS = (
    "facility, period, process_unit, stream, item, quantity, unit, entered_quantity, "
    "entered_unit, tier, evidence, source"
)


def explain(
    run: Run,
    ruleset: str,
    sheet: str,
    key: Mapping[str, Any],
    column: str,
    *,
    rows: int = 5,
) -> Node:
    """The tree behind one cell of a coarser sheet.

    `key` gives the cell's keys, e.g. ``{"facility": "F1", "year": 2025}``; of the finer rows
    behind a sum the `rows` largest are shown. Raises `EngineError` for an unknown cell, and when
    records have changed since the run.
    """
    result = _result(run, ruleset, key)
    wanted = (
        {name: key.get(name) for name in result.ruleset.program.sheets[sheet].grain}
        if (sheet in result.ruleset.program.sheets)
        else {}
    )
    stored = _stored_row(result, sheet, wanted, column)
    tracer = _Tracer.over(run, result, wanted, rows)
    row = tracer.find(sheet, wanted)
    if row[column] != stored[column]:
        values = {"what": f"{ruleset} {sheet} {dict(wanted)} {column}"}
        raise EngineError(Problem("engine.changed", values=values))
    return tracer.formula(result.ruleset.program.sheets[sheet], row, column)


def explain_total(run: Run, *, rows: int = 5, **where: object) -> Node:
    """The tree behind a sum of ledger lines, e.g. ``year=2025, city="南京", substance="CO2"``.

    The `rows` largest lines are explained down to the records; the others are counted and summed.
    """
    lines = run.select(**where)
    if not lines:
        known = ", ".join(sorted({line.ruleset for line in run.lines}))
        values = {"what": ", ".join(f"{k}={v}" for k, v in where.items()), "known": known}
        raise EngineError(Problem("engine.unknown_cell", values=values))
    # One substance is shown in its own mass, several only in CO2 equivalent.
    substances = {line.substance for line in lines}
    measure = _own_amount if len(substances) == 1 else _co2e
    unit = parse_unit(lines[0].unit if len(substances) == 1 else "tCO2e")
    ranked = sorted(lines, key=lambda line: (-abs(measure(line)), line.facility, line.column))
    shown, rest = ranked[:rows], ranked[rows:]
    return Node(
        kind="total",
        title=Words("台账合计", "Sum of ledger lines"),
        value=from_micro(sum(map(measure, lines)), unit),
        unit=unit.text,
        key=dict(where),
        formula="sum(ledger)",
        children=tuple(_line_node(run, line, rows) for line in shown),
        hidden=len(rest),
        hidden_value=from_micro(sum(map(measure, rest)), unit) if rest else None,
    )


def is_result(accounts: Run, record: Row) -> bool:
    """Whether a record is a result of `accounts`, and not one that was entered."""
    name, _, rest = str(record["source"]).partition("!")
    known = [one.ruleset for one in accounts.results]
    return rest.endswith("!") and any(name in (one.id, one.doc.boundary) for one in known)


def behind(accounts: Run, record: Row, rows: int) -> Node:
    """How a result came about that is a record of a judgement."""
    name, what, _ = str(record["source"]).split("!")
    key = {"facility": record["facility"], "year": int(record["period"])}
    if str(record["stream"]).startswith("emitted_"):
        return explain_total(accounts, rows=rows, boundary=name, substance=what, **key)
    sheet, _, column = what.partition(".")
    if column == "left_out":
        return Node("total", Words("未计入行数", "rows left out"), record["quantity"], "1", key=key)
    return explain(accounts, name, sheet, key, column, rows=rows)


def _own_amount(line: LedgerLine) -> int:
    return line.amount_micro


def _co2e(line: LedgerLine) -> int:
    return line.co2e_micro or 0


def _line_node(run: Run, line: LedgerLine, rows: int) -> Node:
    key = {"facility": line.facility, "year": line.year}
    return explain(run, line.ruleset, line.sheet, key, line.column, rows=rows)


def _result(run: Run, ruleset: str, key: Mapping[str, Any]) -> RuleSetResult:
    found = [one for one in run.results if one.ruleset.id == ruleset]
    fitting = [one for one in found if key.get("year") in (None, *one.years)]
    if not fitting:
        known = ", ".join(f"{one.ruleset.id} {list(one.years)}" for one in run.results)
        values = {"what": f"{ruleset} {key.get('year', '')}".strip(), "known": known}
        raise EngineError(Problem("engine.unknown_cell", values=values))
    return fitting[0]


def _stored_row(result: RuleSetResult, sheet: str, key: Mapping[str, Any], column: str) -> Row:
    program = result.ruleset.program
    if sheet not in result.sheets:
        values = {"what": sheet, "known": ", ".join(result.sheets)}
        raise EngineError(Problem("engine.unknown_cell", values=values))
    if column not in program.sheets[sheet].formulas:
        values = {"what": column, "known": ", ".join(program.sheets[sheet].formulas)}
        raise EngineError(Problem("engine.unknown_cell", values=values))
    for row in result.sheets[sheet]:
        if all(row[name] == value for name, value in key.items()):
            return row
    known = [" ".join(str(row[name]) for name in key) for row in result.sheets[sheet][:10]]
    values = {"what": str(dict(key)), "known": "; ".join(known)}
    raise EngineError(Problem("engine.unknown_cell", values=values))


@dataclass(slots=True)
class _Tracer:
    """Computes the rows behind a cell again and builds nodes from them."""

    engine: PythonEngine
    sheets: dict[str, list[Row]]
    records: dict[tuple[Any, ...], list[Row]]
    limit: int
    facilities: Mapping[str, Row]
    accounts: Run | None = None
    built: dict[tuple[str, int, str], Node] = field(default_factory=dict)

    @classmethod
    def over(cls, run: Run, result: RuleSetResult, key: Mapping[str, Any], limit: int) -> _Tracer:
        conditions, program = [], result.ruleset.program
        if "facility" in key and not program.goes_beyond_plants:
            quoted = str(key["facility"]).replace("'", "''")
            conditions.append(f"facility = '{quoted}'")
        if "year" in key:
            year = int(key["year"])
            conditions.append(f"year BETWEEN {year - program.looks_back} AND {year}")
        where = " AND ".join(conditions)
        years = read_years(result.ruleset, result.years)
        _, engine = prepare(run.rulebook, result.ruleset, years, run.binds)
        with run.snapshot.borrow() as connection:
            reader = LeafRows(connection, run.snapshot.sources(), run.facilities)
            leaves = reader.read(program, where)
            records: dict[tuple[Any, ...], list[Row]] = {}
            if not run.snapshot.wide:
                query = f"SELECT {_RECORD_COLUMNS} FROM activity WHERE {where or 'TRUE'}"
                for record in fetch(connection, query):
                    parts = ("facility", "period", "process_unit", "stream", "item", "unit")
                    records.setdefault(tuple(record[p] for p in parts), []).append(record)
        return cls(engine, engine.run(leaves), records, limit, run.facilities, run.accounts)

    def find(self, sheet: str, key: Mapping[str, Any]) -> Row:
        for row in self.sheets[sheet]:
            if all(row[name] == value for name, value in key.items()):
                return row
        raise EngineError(Problem("engine.changed", values={"what": f"{sheet} {dict(key)}"}))

    # -- nodes -------------------------------------------------------------------------------

    def formula(self, sheet: SheetPlan, row: Row, column: str) -> Node:
        """The node of a formula column in one row."""
        mark = (sheet.name, id(row), column)
        if mark not in self.built:
            plan = sheet.formulas[column]
            doc = plan.doc
            self.built[mark] = Node(
                kind="formula",
                title=doc.title,
                value=row[column],
                label=doc.labels.get(str(row[column])),
                unit=doc.unit.text if doc.unit else "",
                key=self.key(sheet, row),
                formula=doc.expression.text,
                substituted=substituted(self.engine, plan, row),
                document=plan.method.basis.document,
                clause=doc.clause or plan.method.basis.clause,
                status=doc.status,
                note=plan.method.basis.note,
                children=self.children(sheet, row, plan),
            )
        return self.built[mark]

    def key(self, sheet: SheetPlan, row: Row) -> dict[str, Any]:
        return {name: row[name] for name in sheet.grain if row.get(name) not in (None, "")}

    def children(self, sheet: SheetPlan, row: Row, plan: FormulaPlan) -> tuple[Node, ...]:
        live = self.live(plan.node, row)
        found: dict[object, Node] = {}
        for one in plan.references:
            mark = one.node.name if isinstance(one.node, ir.Column) else one.node
            if one.branches is None and mark not in found and self.is_live(one.node, live):
                node = self.reference(sheet, row, one)
                if node is not None:
                    found[mark] = node
        return tuple(found.values())

    def reference(self, sheet: SheetPlan, row: Row, one: Reference) -> Node | None:
        node = one.node
        if isinstance(node, ir.Lookup):
            return self.parameter(node, row)
        if isinstance(node, ir.Above):
            return self.above(node, row)
        if isinstance(node, ir.Interpolate):
            return self.interpolation(sheet, row, node)
        if isinstance(node, ir.Column):
            if node.name in sheet.formulas:
                return self.formula(sheet, row, node.name)
            if node.name in sheet.inputs:
                return self.input(sheet, row, node.name)
        is_aggregate = any(isinstance(part, ir.Aggregate) for part in node.walk())
        return self.aggregate(node, sheet, row) if is_aggregate else None

    def above(self, node: ir.Above, row: Row) -> Node | None:
        """A column of the coarser row that `row` belongs to; None where there is no such row."""
        coarser = self.engine.program.sheets[node.sheet]
        wanted = node.key(coarser.grain, row)
        for one in self.sheets[node.sheet]:
            same = tuple(one[key] for key in coarser.grain) == wanted
            if same and node.column in coarser.formulas:
                return self.formula(coarser, one, node.column)
        return None

    def input(self, sheet: SheetPlan, row: Row, name: str) -> Node:
        item = sheet.inputs[name]
        measured = row[name + RAW] is not None
        children: tuple[Node, ...] = ()
        if not measured and item.default is not None:
            children = tuple(
                self.parameter(look, row)
                for look in dict.fromkeys(self.live(item.default, row))
                if isinstance(look, ir.Lookup)
            )
        records = self.input_records(sheet, row, name) if measured else ()
        children += tuple(
            behind(self.accounts, record, self.limit)
            for record in records
            if self.accounts is not None and is_result(self.accounts, record)
        )
        return Node(
            kind="input",
            title=item.doc.title,
            value=in_words(row[name], item.doc),
            unit=item.doc.unit.text,
            key=self.key(sheet, row),
            note="" if measured else "default",
            children=children,
            records=records,
        )

    def input_records(self, sheet: SheetPlan, row: Row, name: str) -> tuple[Row, ...]:
        doc = sheet.inputs[name].doc
        stream = doc.stream or row.get("stream")
        mark = (row["facility"], row["period"], row["process_unit"], stream)
        return tuple(self.records.get((*mark, doc.item, doc.unit.text), ()))

    def parameter(self, look: ir.Lookup, row: Row) -> Node:
        tables = self.engine.tables
        key = tuple(str(self.engine.row_value(part, row) or "") for part in look.keys)
        table = tables.tables[look.table]
        column = table.columns[look.column]
        value = tables.value(look.table, look.column, row["year"], key)
        title = Words(
            f"{column.title.zh}（{'、'.join(key)}）" if key else column.title.zh,
            f"{column.title.en} ({', '.join(key)})" if key else column.title.en,
        )
        if value is None:
            problem = tables.why_missing(look.table, look.column, row["year"], key)
            return Node("parameter", title, None, look.kind.unit.text, note=problem.message("en"))
        number = tables.number(look.table, look.column, row["year"], key)
        assert number is not None
        return Node(
            kind="parameter",
            title=title,
            value=float(number),
            unit=look.kind.unit.text,
            key={"table": table.id, **dict(zip(table.keys, key, strict=True))},
            formula=f"{value.printed} {value.printed_unit}",
            document=value.source or table.basis.document,
            clause=value.clause or table.basis.clause,
            status=value.status,
            note="; ".join(part for part in (str(value.validity), value.note) if part),
        )

    def interpolation(self, sheet: SheetPlan, row: Row, node: ir.Interpolate) -> Node:
        """A value between those of a table: its neighbours in the table."""
        tables = self.engine.tables
        table = tables.tables[node.table]
        positions = [self.engine.row_value(one, row) for one in node.positions]
        known = [value for value in positions if value is not None]
        corners = Grid.of(node, tables).corners(known) if len(known) == len(positions) else []
        children = tuple(self.parameter(look, row) for look in corners)
        # What lies between is known no better than the worst known of its neighbours.
        statuses = [one.status for one in children if one.status] or [table.basis.status]
        return Node(
            kind="parameter",
            title=table.columns[node.column].title,
            value=self.engine.row_value(node, row),
            unit=node.kind.unit.text,
            key={
                "table": table.id,
                **{
                    name: f"{value:.10g} {one.kind.unit.text}"
                    for name, one, value in zip(table.axes, node.positions, positions, strict=True)
                    if value is not None
                },
            },
            document=table.basis.document,
            clause=table.basis.clause,
            status=max(statuses, key=STATUSES.index),
            children=children,
        )

    def aggregate(self, node: ir.Node, sheet: SheetPlan, row: Row) -> Node:
        """An aggregate: the finer rows behind it, largest first."""
        parts = [part for part in node.walk() if isinstance(part, ir.Aggregate)]
        inner = parts[0]
        finer = self.engine.program.sheets[inner.sheet]
        members = [
            member
            for member in self.sheets[inner.sheet]
            if all(member[name] == row[name] for name in sheet.grain)
        ]

        def value_of(member: Row) -> float:
            return float(self.engine.row_value(inner.node, member) or 0.0)

        counted = [m for m in members if not m.get("@refused") and value_of(m) != 0]
        if inner.name == "sum_largest":
            counted = sorted(counted, key=lambda m: -value_of(m))[: inner.most]
        ranked = sorted(counted, key=lambda m: -abs(value_of(m)))
        shown, rest = ranked[: self.limit], ranked[self.limit :]
        return Node(
            kind="aggregate",
            title=Words(
                f"{finer.doc.title.zh}合计（{len(counted)}行）",
                f"{finer.doc.title.en}: total of {len(counted)} rows",
            ),
            value=self.engine.row_value(node, row),
            unit=node.kind.unit.text,
            key=self.key(sheet, row),
            children=tuple(self.member(finer, member, inner.node) for member in shown),
            hidden=len(rest),
            hidden_value=sum(map(value_of, rest)) if rest else None,
        )

    def member(self, finer: SheetPlan, member: Row, node: ir.Node) -> Node:
        if isinstance(node, ir.Column) and node.name in finer.formulas:
            return self.formula(finer, member, node.name)
        names = dict.fromkeys(own_columns(node))
        children: list[Node] = []
        for name in names:
            if name in finer.formulas:
                children.append(self.formula(finer, member, name))
            elif name in finer.inputs:
                children.append(self.input(finer, member, name))
        above = [
            self.above(part, member)
            for part in self.live(node, member)
            if isinstance(part, ir.Above)
        ]
        children += [one for one in above if one is not None]
        if len(children) == 1 and children[0].value == self.engine.row_value(node, member):
            return children[0]
        looks = [look for look in self.live(node, member) if isinstance(look, ir.Lookup)]
        children += [self.parameter(look, member) for look in dict.fromkeys(looks)]
        return Node(
            kind="formula",
            title=finer.doc.title,
            value=self.engine.row_value(node, member),
            unit=node.kind.unit.text,
            key=self.key(finer, member),
            children=tuple(children),
        )

    # -- what was used -----------------------------------------------------------------------

    def live(self, node: ir.Node, row: Row) -> list[ir.Node]:
        """Every node whose value went into the result: only branches that were taken."""
        if isinstance(node, ir.If):
            taken = node.then if self.engine.row_value(node.condition, row) else node.other
            return [node, *self.live(node.condition, row), *self.live(taken, row)]
        if isinstance(node, ir.Call) and node.name == "coalesce":
            for option in node.arguments:
                if self.engine.row_value(option, row) is not None:
                    return [node, *self.live(option, row)]
        if isinstance(node, ir.Aggregate | ir.Given):
            return [node]
        return [node, *(part for child in node.children() for part in self.live(child, row))]

    def is_live(self, node: ir.Node, live: Sequence[ir.Node]) -> bool:
        if isinstance(node, ir.Column):
            return any(isinstance(one, ir.Column) and one.name == node.name for one in live)
        if isinstance(node, ir.Lookup | ir.Above | ir.Interpolate):
            return node in live
        return any(part in live for part in node.walk() if isinstance(part, ir.Aggregate))
