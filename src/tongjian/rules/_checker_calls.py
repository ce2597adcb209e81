"""Functions of the rule language."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from tongjian.rules import _ir as ir
from tongjian.rules._calendar import days_since
from tongjian.rules._checker_aggregates import AggregateChecker
from tongjian.rules._checker_base import AGGREGATES, is_zero
from tongjian.rules._scope import EVIDENCE
from tongjian.units import ONE, UnitError, parse_unit

FUNCTIONS = (
    *("abs", "ceil", "clip", "coalesce", "day", "days", "evidenced", "floor", "given"),
    *("interpolate", "max", "min", "power", "previous", "required", "sqrt", "step", "unit"),
    *("within", "year_end"),
    *AGGREGATES,
)
_DAY_KIND = ir.Kind("number", is_date=True)


@dataclass(slots=True)
class FunctionChecker(AggregateChecker):
    """Handles calls of functions."""

    def _call(self, tree: ast.Call) -> ir.Node:
        name = tree.func.id if isinstance(tree.func, ast.Name) else self.source(tree.func)
        if name not in FUNCTIONS or tree.keywords:
            self.fail("unknown_function", tree, name=name, known=", ".join(sorted(FUNCTIONS)))
        if any(isinstance(argument, ast.Starred) for argument in tree.args):
            self.fail("not_allowed", tree, text=self.source(tree), kind="Starred")
        if name in AGGREGATES:
            return self._aggregate(tree, name)
        handler: Callable[[ast.Call], ir.Node] = getattr(self, f"_call_{name}")
        return handler(tree)

    def _numbers(self, tree: ast.Call) -> list[ir.Node]:
        nodes = [self.number(argument) for argument in tree.args]
        first = next((n for n in nodes if not is_zero(n)), nodes[0])
        return [self.same_unit(first, node, tree)[1] for node in nodes]

    def _call_min(self, tree: ast.Call) -> ir.Node:
        self.arity(tree, 2)
        nodes = self._numbers(tree)
        return ir.Call(nodes[0].kind, "min", tuple(nodes))

    def _call_max(self, tree: ast.Call) -> ir.Node:
        self.arity(tree, 2)
        nodes = self._numbers(tree)
        return ir.Call(nodes[0].kind, "max", tuple(nodes))

    def _call_abs(self, tree: ast.Call) -> ir.Node:
        self.arity(tree, 1, 1)
        node = self.number(tree.args[0])
        return ir.Call(node.kind, "abs", (node,))

    def _call_clip(self, tree: ast.Call) -> ir.Node:
        self.arity(tree, 3, 3)
        value, low, high = self._numbers(tree)
        raised = ir.Call(value.kind, "max", (value, low))
        return ir.Call(value.kind, "min", (raised, high))

    def _call_coalesce(self, tree: ast.Call) -> ir.Node:
        self.arity(tree, 2)
        nodes = [self.node(argument) for argument in tree.args]
        for node, argument in zip(nodes[:-1], tree.args, strict=False):
            # A table may lack a value and a coarser sheet a row: another source can follow.
            may_lack = isinstance(node, ir.Lookup | ir.Above | ir.Interpolate)
            if not node.kind.nullable and not may_lack:
                self.fail("never_missing", argument, text=self.source(argument))
        for node, argument in zip(nodes, tree.args, strict=True):
            if node.kind.what == "number" and not node.kind.counts:
                self.fail("not_a_number", argument, text=self.source(argument), kind="choice")
        first = next((n for n in nodes if not is_zero(n)), nodes[0])
        nodes = [self.same_unit(first, node, tree)[1] for node in nodes]
        kind = replace(first.kind, nullable=nodes[-1].kind.nullable)
        return ir.Call(kind, "coalesce", tuple(nodes))

    def _column_argument(self, tree: ast.Call) -> ir.Column | ir.Above:
        """The column named, its own or of a coarser row, of the kind in which it is declared."""
        self.arity(tree, 1, 1)
        node = self.node(tree.args[0])
        if isinstance(node, ir.Above):
            return replace(node, kind=self.scope.sheets[node.sheet].columns[node.column])
        if not isinstance(node, ir.Column):
            self.fail("needs_input", tree, text=self.source(tree.args[0]))
        columns = (self.inside or self.scope.sheet).columns
        return ir.Column(columns[node.name], node.name)

    def _call_given(self, tree: ast.Call) -> ir.Node:
        return ir.Given(ir.Kind("bool"), self._column_argument(tree))

    def _call_required(self, tree: ast.Call) -> ir.Node:
        column = self._column_argument(tree)
        # A coarser row may not be there at all, whatever its columns promise.
        if not column.kind.nullable and isinstance(column, ir.Column):
            self.fail("never_missing", tree, text=self.source(tree.args[0]))
        return ir.Required(replace(column.kind, nullable=False), column)

    def _call_evidenced(self, tree: ast.Call) -> ir.Node:
        column = self._column_argument(tree)
        columns = (self.inside or self.scope.sheet).columns
        if column.name + EVIDENCE not in columns:
            self.fail("needs_input", tree, text=self.source(tree.args[0]))
        return ir.Column(ir.Kind("bool"), column.name + EVIDENCE)

    def _call_within(self, tree: ast.Call) -> ir.Node:
        self.arity(tree, 2, 2)
        node, name = self.node(tree.args[0]), self.node(tree.args[1])
        if node.kind.what != "text" or not isinstance(name, ir.Text):
            self.fail("within", tree, text=self.source(tree))
        return ir.Within(ir.Kind("bool"), node, name.value)

    # -- tables with axes --------------------------------------------------------------------

    def _call_interpolate(self, tree: ast.Call) -> ir.Node:
        return self._on_axes(tree, steps=False)

    def _call_step(self, tree: ast.Call) -> ir.Node:
        return self._on_axes(tree, steps=True)

    def _on_axes(self, tree: ast.Call, *, steps: bool) -> ir.Interpolate:
        self.arity(tree, 2)
        target, *places = tree.args
        text = self.source(tree)
        if not isinstance(target, ast.Attribute) or not isinstance(target.value, ast.Name):
            self.fail("interpolate", tree, text=text)
        table, column = self.table_column(target, target.value.id, target.attr)
        if not table.axes or table.steps != steps:
            self.fail("interpolate", tree, text=text)
        if len(places) != len(table.axes):
            wanted = ", ".join(table.axes)
            self.fail("key_count", tree, text=text, keys=wanted, found=len(places))
        positions = []
        for place, (name, unit) in zip(places, table.axes.items(), strict=True):
            node = self.number(place)
            if not isinstance(node, ir.Column):
                self.fail("position", place, text=self.source(place), axis=name)
            self.same_unit(ir.number(1, unit), node, place)
            positions.append(node)
        kind = ir.Kind("number", table.columns[column])
        return ir.Interpolate(kind, target.value.id, column, tuple(positions), steps)

    # -- roots and whole numbers -------------------------------------------------------------

    def _pure(self, tree: ast.Call) -> ir.Node:
        """The one argument, which has to be a number without a unit."""
        self.arity(tree, 1, 1)
        return self._to_unit(self.number(tree.args[0]), ONE, tree.args[0])

    def _call_sqrt(self, tree: ast.Call) -> ir.Node:
        return ir.Call(ir.Kind("number"), "sqrt", (self._pure(tree),))

    def _call_ceil(self, tree: ast.Call) -> ir.Node:
        return ir.Call(ir.Kind("number"), "ceil", (self._pure(tree),))

    def _call_floor(self, tree: ast.Call) -> ir.Node:
        return ir.Call(ir.Kind("number"), "floor", (self._pure(tree),))

    def _call_power(self, tree: ast.Call) -> ir.Node:
        self.arity(tree, 2, 2)
        parts = [self._to_unit(self.number(one), ONE, one) for one in tree.args]
        return ir.Call(ir.Kind("number"), "power", tuple(parts))

    # -- time --------------------------------------------------------------------------------

    def _call_day(self, tree: ast.Call) -> ir.Node:
        self.arity(tree, 1, 1)
        argument = tree.args[0]
        text = argument.value if isinstance(argument, ast.Constant) else None
        try:
            found = date.fromisoformat(text if isinstance(text, str) else "")
        except ValueError:
            self.fail("day_text", tree, text=self.source(tree))
        return ir.Number(_DAY_KIND, Fraction(found.strftime("%Y%m%d")))

    def _call_year_end(self, tree: ast.Call) -> ir.Node:
        year = self._pure(tree)
        thousands = ir.Binary(ir.Kind("number"), "*", year, ir.number(10_000))
        return ir.Binary(_DAY_KIND, "+", thousands, ir.number(1231))

    def _call_days(self, tree: ast.Call) -> ir.Node:
        self.arity(tree, 1, 1)
        node = self.node(tree.args[0])
        if not node.kind.is_date:
            self.fail("not_a_day", tree, text=self.source(tree.args[0]), kind=node.kind.what)
        self.there(node, tree.args[0])
        return days_since(replace(node, kind=ir.Kind("number")))

    def _call_previous(self, tree: ast.Call) -> ir.Node:
        self.arity(tree, 1, 1)
        argument, text = tree.args[0], self.source(tree)
        if not isinstance(argument, ast.Attribute) or self.inside is not None:
            self.fail("previous", tree, text=text)
        node = self.node(argument)
        self.references.pop()  # it stands for last year's value and not for this year's
        if not isinstance(node, ir.Above) or "year" not in self.scope.sheets[node.sheet].grain:
            self.fail("previous", tree, text=text)
        nullable = node.kind.nullable and text not in self.known
        return replace(node, kind=replace(node.kind, nullable=nullable), back=1)

    def _call_unit(self, tree: ast.Call) -> ir.Node:
        self.arity(tree, 1, 1)
        argument = tree.args[0]
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            self.fail("unit_text", tree, text=self.source(argument))
        try:
            return ir.number(1, parse_unit(argument.value))
        except UnitError as error:
            known = error.problems[0]
            detail = f"{known.repair('zh')} / {known.repair('en')}"
            self.fail("unit", argument, text=argument.value, detail=detail)
