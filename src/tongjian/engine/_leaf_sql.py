"""Writes the SQL of leaf sheets: rows of the records, one column per input, then the formulas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tongjian.engine._joins import Joins
from tongjian.rules import EVIDENCE, MONTH_LENGTH, RAW, SheetPlan, key_columns, own_columns
from tongjian.rules import _ir as ir


@dataclass(slots=True, kw_only=True)
class LeafSql(Joins):
    """The SQL of sheets whose rows come from the records."""

    def leaf(self, sheet: SheetPlan, nodes: Sequence[ir.Node], where: str = "") -> str:
        """A query with the key columns of `sheet` and whatever `nodes` read.

        Formulas that none of the nodes needs are left out.
        """
        needed = needed_columns(sheet, nodes)
        inner = [
            *(formula.node for name, formula in sheet.formulas.items() if name in needed),
            *(
                item.default
                for name, item in sheet.inputs.items()
                if name in needed and item.default is not None
            ),
            *nodes,
        ]
        self.writer.raw_columns = frozenset(
            name for name, item in sheet.inputs.items() if item.default is not None
        )
        base = self.base_rows(sheet, needed, where)
        query = self.joined(base, sheet, inner, by_owner=True)
        defaults = {
            name: ir.Call(
                ir.Kind("number"),
                "coalesce",
                (ir.Column(ir.Kind("number"), name + RAW), item.default),
            )
            for name, item in sheet.inputs.items()
            if name in needed and item.default is not None
        }
        steps = {name: f.node for name, f in sheet.formulas.items() if name in needed}
        return self.interpolated(self.levels(query, {**defaults, **steps}, sheet), nodes)

    def base_rows(self, sheet: SheetPlan, needed: set[str], where: str) -> str:
        if sheet.name in self.sources.wide:
            return self.wide_rows(sheet, needed, where)
        q = self.writer.quote
        keys = [key for key in [*sheet.grain, "year"] if key in key_columns(sheet.grain)]
        keys = list(dict.fromkeys(keys))
        columns = [*map(q, keys), *self.month(needed)]
        if "stream" in sheet.grain:
            columns.append(f"{q('class')} AS {q('stream_class')}")
        group = ", ".join([*map(q, keys), *([q("class")] if "stream" in sheet.grain else [])])
        # Every input is pivoted in even if no formula at hand needs it: a row exists because of
        # any of its items, and that must not depend on which total is being asked for.
        for name, item in sheet.inputs.items():
            test = self.input_test(sheet, name)
            raw = name + RAW if item.default is not None else name
            if name in needed:
                columns.append(f"max(CASE WHEN {test} THEN quantity END) AS {q(raw)}")
            if name + EVIDENCE in needed:
                proof = f"{test} AND evidence <> ''"
                columns.append(f"coalesce(bool_or({proof}), FALSE) AS {q(name + EVIDENCE)}")
        tests = dict.fromkeys(self.input_test(sheet, name) for name in sheet.inputs)
        conditions = [f"({' OR '.join(tests)})", *([where] if where else [])]
        if sheet.doc.streams and sheet.doc.streams != ("any",):
            conditions.insert(0, self.writer.class_test("class", sheet.doc.streams))
        if self.sources.scope:
            conditions.append(f"facility IN (SELECT facility FROM {self.sources.scope})")
        return (
            f"SELECT {', '.join(columns)} FROM {self.sources.activity} "
            f"WHERE {' AND '.join(conditions)} GROUP BY {group}"
        )

    def input_test(self, sheet: SheetPlan, name: str) -> str:
        """Which rows of the long table feed an input: its item, unit and, if named, stream."""
        doc = sheet.inputs[name].doc
        text = self.writer.dialect.text
        test = f"item = {text(doc.item)} AND unit = {text(doc.unit.text)}"
        return f"stream = {text(doc.stream)} AND {test}" if doc.stream else test

    def month(self, needed: set[str]) -> list[str]:
        """The month of the period, where it is asked for: most rules never do."""
        q = self.writer.quote
        if "month" not in needed:
            return []
        return [f"substr({q('period')}, 1, {MONTH_LENGTH}) AS {q('month')}"]

    def wide_rows(self, sheet: SheetPlan, needed: set[str], where: str) -> str:
        q = self.writer.quote
        keys = list(dict.fromkeys([*sheet.grain, "year"]))
        columns = [*map(q, keys), *self.month(needed)]
        for name, item in sheet.inputs.items():
            if name in needed:
                raw = name + RAW if item.default is not None else name
                columns.append(f"{q(name)} AS {q(raw)}")
            if name + EVIDENCE in needed:
                columns.append(f"FALSE AS {q(name + EVIDENCE)}")
        condition = f" WHERE {where}" if where else ""
        return f"SELECT {', '.join(columns)} FROM {self.sources.wide[sheet.name]}{condition}"


def needed_columns(sheet: SheetPlan, nodes: Iterable[ir.Node]) -> set[str]:
    """Every column of the sheet that `nodes` read, directly or through formulas."""
    needed: set[str] = set()
    stack = [name for node in nodes for name in own_columns(node)]
    while stack:
        name = stack.pop()
        if name in needed:
            continue
        needed.add(name)
        if name in sheet.formulas:
            stack.extend(own_columns(sheet.formulas[name].node))
        default = sheet.inputs[name].default if name in sheet.inputs else None
        if default is not None:
            stack.extend(own_columns(default))
    return needed
