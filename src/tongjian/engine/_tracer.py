"""Follows a number down to formulas, factors and records, in rows computed again (溯源)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tongjian.engine._finished_run import RuleSetResult, Run
from tongjian.engine._leaf_rows import LeafRows, Row, fetch
from tongjian.engine._live import is_live, live_nodes
from tongjian.engine._node import Node
from tongjian.engine._prepared import prepare, read_years
from tongjian.engine._python import PythonEngine
from tongjian.engine._substituted import in_words, substituted
from tongjian.engine._table_nodes import interpolation_node, parameter_node
from tongjian.problems import EngineError, Problem
from tongjian.rules import RAW, FormulaPlan, Reference, SheetPlan, Words, own_columns
from tongjian.rules import _ir as ir

_RECORD_COLUMNS = (
    "facility, period, process_unit, stream, item, quantity, unit, entered_quantity, "
    "entered_unit, tier, evidence, source"
)


@dataclass(slots=True)
class Tracer:
    """Computes the rows behind a cell again and builds nodes from them."""

    engine: PythonEngine
    sheets: dict[str, list[Row]]
    records: dict[tuple[Any, ...], list[Row]]
    limit: int
    behind: Callable[[Row], Node | None]
    """How a record came about that is a result of accounting; None for one that was entered."""
    built: dict[tuple[str, int, str], Node] = field(default_factory=dict)

    @classmethod
    def over(
        cls,
        run: Run,
        result: RuleSetResult,
        key: Mapping[str, Any],
        limit: int,
        behind: Callable[[Row], Node | None],
    ) -> Tracer:
        """A tracer with the rows of one facility and year, or of all where `key` names none."""
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
        return cls(engine, engine.run(leaves), records, limit, behind)

    def find(self, sheet: str, key: Mapping[str, Any]) -> Row:
        """The row with this key; raises `EngineError` where records have changed."""
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
        live = live_nodes(self.engine, plan.node, row)
        found: dict[object, Node] = {}
        for one in plan.references:
            mark = one.node.name if isinstance(one.node, ir.Column) else one.node
            if one.branches is None and mark not in found and is_live(one.node, live):
                node = self.reference(sheet, row, one)
                if node is not None:
                    found[mark] = node
        return tuple(found.values())

    def reference(self, sheet: SheetPlan, row: Row, one: Reference) -> Node | None:
        node = one.node
        if isinstance(node, ir.Lookup):
            return parameter_node(self.engine, node, row)
        if isinstance(node, ir.Above):
            return self.above(node, row)
        if isinstance(node, ir.Interpolate):
            return interpolation_node(self.engine, node, row)
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
                parameter_node(self.engine, look, row)
                for look in dict.fromkeys(live_nodes(self.engine, item.default, row))
                if isinstance(look, ir.Lookup)
            )
        records = self.input_records(sheet, row, name) if measured else ()
        children += tuple(node for node in map(self.behind, records) if node is not None)
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
            for part in live_nodes(self.engine, node, member)
            if isinstance(part, ir.Above)
        ]
        children += [one for one in above if one is not None]
        if len(children) == 1 and children[0].value == self.engine.row_value(node, member):
            return children[0]
        looks = [
            look for look in live_nodes(self.engine, node, member) if isinstance(look, ir.Lookup)
        ]
        children += [parameter_node(self.engine, look, member) for look in dict.fromkeys(looks)]
        return Node(
            kind="formula",
            title=finer.doc.title,
            value=self.engine.row_value(node, member),
            unit=node.kind.unit.text,
            key=self.key(finer, member),
            children=tuple(children),
        )
