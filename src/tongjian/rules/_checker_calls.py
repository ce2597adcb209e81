"""Functions and aggregates of the rule language."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from tongjian.rules import _ir as ir
from tongjian.rules._checker_base import AGGREGATES, CheckerBase, is_zero
from tongjian.rules._scope import EVIDENCE, SheetScope
from tongjian.units import ONE, UnitError, parse_unit

FUNCTIONS = (
    *("abs", "ceil", "clip", "coalesce", "day", "evidenced", "floor", "given", "interpolate"),
    *("max", "min", "previous", "required", "sqrt", "step", "unit", "within", "year_end"),
    *AGGREGATES,
)
_DAY_KIND = ir.Kind("number", is_date=True)


@dataclass(slots=True)
class FunctionChecker(CheckerBase):
    """Handles calls."""

    # -- functions ---------------------------------------------------------------------------

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

    def arity(self, tree: ast.Call, least: int, most: int | None = None) -> None:
        found = len(tree.args)
        if found < least or (most is not None and found > most):
            wanted = str(least) if most == least else f"{least}–{most or '…'}"
            self.fail("argument_count", tree, text=self.source(tree), wanted=wanted, found=found)

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

    # -- aggregates --------------------------------------------------------------------------

    def _aggregate(self, tree: ast.Call, name: str) -> ir.Node:
        if self.inside is not None:
            self.fail("nested_aggregate", tree, text=self.source(tree))
        if name == "count":
            return self._count(tree)
        wanted = 2 if name in ("weighted_mean", "share", "sum_largest") else 1
        self.arity(tree, wanted, wanted)
        sheet = self._finer_sheet(tree)
        self.inside = sheet
        try:
            return getattr(self, f"_aggregate_{name}")(tree, sheet)  # type: ignore[no-any-return]
        finally:
            self.inside = None

    def _finer_sheet(self, tree: ast.Call) -> SheetScope:
        found = {
            part.value.id
            for part in ast.walk(tree)
            if isinstance(part, ast.Attribute)
            and isinstance(part.value, ast.Name)
            and part.value.id in self.scope.sheets
        }
        if len(found) != 1:
            self.fail("one_sheet", tree, text=self.source(tree), found=", ".join(sorted(found)))
        sheet = self.scope.sheets[found.pop()]
        if not sheet.is_finer_than(self.scope.sheet):
            grain = ", ".join(self.scope.sheet.grain)
            self.fail("not_finer", tree, sheet=sheet.name, here=self.scope.sheet.name, grain=grain)
        return sheet

    def _extensive(self, tree: ast.expr) -> ir.Node:
        node = self.number(tree)
        if not node.kind.unit.extensive:
            self.fail("intensive", tree, text=self.source(tree), unit=node.kind.unit.text)
        return node

    def _aggregate_sum(self, tree: ast.Call, sheet: SheetScope) -> ir.Aggregate:
        node = self._extensive(tree.args[0])
        return ir.Aggregate(node.kind, "sum", sheet.name, node)

    def _aggregate_sum_largest(self, tree: ast.Call, sheet: SheetScope) -> ir.Aggregate:
        node, most = self._extensive(tree.args[0]), tree.args[1]
        if not (isinstance(most, ast.Constant) and type(most.value) is int and most.value > 0):
            self.fail("how_many", most, text=self.source(most))
        return ir.Aggregate(node.kind, "sum_largest", sheet.name, node, most=most.value)

    def _aggregate_minimum(self, tree: ast.Call, sheet: SheetScope) -> ir.Node:
        node = self.number(tree.args[0])
        return ir.Aggregate(node.kind, "minimum", sheet.name, node)

    def _aggregate_maximum(self, tree: ast.Call, sheet: SheetScope) -> ir.Node:
        node = self.number(tree.args[0])
        return ir.Aggregate(node.kind, "maximum", sheet.name, node)

    def _aggregate_mean(self, tree: ast.Call, sheet: SheetScope) -> ir.Node:
        total = self._aggregate_sum(tree, sheet)
        one = _where_there(total.node, ir.number(1))
        rows = ir.Aggregate(one.kind, "sum", sheet.name, one)
        return ir.Binary(total.kind, "/", total, rows)

    def _aggregate_weighted_mean(self, tree: ast.Call, sheet: SheetScope) -> ir.Node:
        value, weight = self.number(tree.args[0]), self._extensive(tree.args[1])
        unit = value.kind.unit * weight.kind.unit
        product = ir.Binary(ir.Kind("number", unit), "*", value, weight)
        above = ir.Aggregate(product.kind, "sum", sheet.name, product)
        below = ir.Aggregate(weight.kind, "sum", sheet.name, _where_there(value, weight))
        quotient = ir.Binary(ir.Kind("number", unit / weight.kind.unit), "/", above, below)
        return self.fit(quotient, value.kind, self.source(tree))

    def _aggregate_share(self, tree: ast.Call, sheet: SheetScope) -> ir.Node:
        value, condition = self._extensive(tree.args[0]), self.truth(tree.args[1])
        zero = ir.number(0, value.kind.unit)
        part = ir.If(value.kind, condition, value, zero)
        above = ir.Aggregate(value.kind, "sum", sheet.name, part)
        whole = ir.If(value.kind, condition, value, value)
        below = ir.Aggregate(value.kind, "sum", sheet.name, whole)
        return ir.Binary(ir.Kind("number", ONE), "/", above, below)

    def _count(self, tree: ast.Call) -> ir.Node:
        """The rows of a finer sheet, or those of them in which a condition holds."""
        self.arity(tree, 1, 2)
        argument = tree.args[0]
        if isinstance(argument, ast.Name) and argument.id in self.scope.sheets:
            sheet = self.scope.sheets[argument.id]
            if not sheet.is_finer_than(self.scope.sheet):
                grain = ", ".join(self.scope.sheet.grain)
                self.fail(
                    "not_finer", tree, sheet=sheet.name, here=self.scope.sheet.name, grain=grain
                )
            if len(tree.args) == 1:
                return ir.Aggregate(ir.Kind("number"), "count", sheet.name, ir.number(1))
            self.inside = sheet
            try:
                condition = self.truth(tree.args[1])
            finally:
                self.inside = None
            one = ir.If(ir.Kind("number"), condition, ir.number(1), ir.number(0))
            return ir.Aggregate(one.kind, "sum", sheet.name, one)
        self.fail("count_sheet", tree, text=self.source(tree))


def _where_there(value: ir.Node, node: ir.Node) -> ir.Node:
    """`node`, missing in rows where `value` is missing.

    A row without a value has to leave both sides of an average, or it would count as zero.
    """
    return ir.If(node.kind, ir.Compare(ir.Kind("bool"), "==", value, value), node, node)
