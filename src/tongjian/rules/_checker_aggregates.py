"""Aggregates of the rule language: what a row gathers from finer rows."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from tongjian.rules import _ir as ir
from tongjian.rules._checker_base import CheckerBase
from tongjian.rules._scope import SheetScope
from tongjian.units import ONE


@dataclass(slots=True)
class AggregateChecker(CheckerBase):
    """Handles calls of aggregates."""

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

    def _of_peers(self, tree: ast.expr) -> ir.Node:
        """A number of finer rows, of which some may have none.

        Rows without a value are left out without a word: these aggregates are no totals that
        would lack them. The result is then missing where no row has a value.
        """
        node = self.node(tree)
        self.a_number(replace(node, kind=replace(node.kind, nullable=False)), tree)
        return node

    def _aggregate_minimum(self, tree: ast.Call, sheet: SheetScope) -> ir.Node:
        node = self._of_peers(tree.args[0])
        return ir.Aggregate(node.kind, "minimum", sheet.name, node)

    def _aggregate_maximum(self, tree: ast.Call, sheet: SheetScope) -> ir.Node:
        node = self._of_peers(tree.args[0])
        return ir.Aggregate(node.kind, "maximum", sheet.name, node)

    def _aggregate_median(self, tree: ast.Call, sheet: SheetScope) -> ir.Node:
        node = self._of_peers(tree.args[0])
        return ir.Aggregate(node.kind, "median", sheet.name, node)

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
            return ir.Aggregate(ir.Kind("number"), "count", sheet.name, ir.number(1))
        return self._count_where(tree, argument)

    def _count_where(self, tree: ast.Call, condition: ast.expr) -> ir.Node:
        """How many finer rows a condition holds for: a sum of ones, which alone may be added."""
        if not any(isinstance(part, ast.Attribute) for part in ast.walk(condition)):
            self.fail("count_sheet", tree, text=self.source(tree))
        self.inside = self._finer_sheet(tree)
        try:
            one = ir.If(ir.Kind("number"), self.truth(condition), ir.number(1), ir.number(0))
            return ir.Aggregate(one.kind, "sum", self.inside.name, one)
        finally:
            self.inside = None


def _where_there(value: ir.Node, node: ir.Node) -> ir.Node:
    """`node`, missing in rows where `value` is missing.

    A row without a value has to leave both sides of an average, or it would count as zero.
    """
    return ir.If(node.kind, ir.Compare(ir.Kind("bool"), "==", value, value), node, node)
