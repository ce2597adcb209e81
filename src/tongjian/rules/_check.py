"""Reads a formula's text, checks names, types and units, and gives the intermediate form.

The language is a whitelisted part of Python's expression grammar: whatever is not handled here by
name is refused, so that a formula can neither loop nor call nor reach anything.
"""

from __future__ import annotations

import ast
import difflib
import re
from dataclasses import dataclass, replace
from fractions import Fraction

from tongjian.rules import _ir as ir
from tongjian.rules._checker_base import Reference, is_plain_column, is_zero
from tongjian.rules._checker_calls import FUNCTIONS, FunctionChecker
from tongjian.rules._documents import Expression
from tongjian.rules._exact import exact, in_range
from tongjian.rules._scope import Scope, SheetScope
from tongjian.rules._weight import weight
from tongjian.units import ONE, Unit, UnitError, parse_unit

# A text stands between quotation marks in several languages, which escape differently.
_AWKWARD = re.compile(r"""['"\\`\x00-\x1f\x7f]""")
_HEAVIEST = 20_000
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


def check_expression(
    expression: Expression, scope: Scope, target: ir.Kind, *, what: str
) -> tuple[ir.Node, tuple[Reference, ...]]:
    """The intermediate form of `expression`, of the kind that `what` (its column) declares.

    With it come the places of everything the text refers to, for filling in values. Raises
    `RuleError` with file, line, column, what was expected and the mend.
    """
    checker = _Checker(expression, scope)
    node = checker.fit(checker.node(checker.tree()), target, what)
    for part in node.walk():
        value = getattr(part, "value", None)
        if isinstance(value, Fraction) and not in_range(value):
            checker.fail("number_range", 0, text=expression.text)
    if (found := weight(node)) > _HEAVIEST:
        checker.fail("too_large", 0, found=found, limit=_HEAVIEST)
    # Outer parts before the parts they contain.
    ordered = sorted(checker.references, key=lambda one: (one.start, -one.end))
    return node, tuple(ordered)


@dataclass(slots=True)
class _Checker(FunctionChecker):
    """Handles names, constants and operators."""

    # -- leaves ------------------------------------------------------------------------------

    def _constant(self, tree: ast.Constant) -> ir.Node:
        value, text = tree.value, self.source(tree)
        if isinstance(value, str) and not _AWKWARD.search(value):
            return ir.Text(ir.Kind("text"), value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            # The printed digits are exact; the float that Python read is not.
            try:
                return ir.number(exact(text.replace("_", "")))
            except ValueError:
                self.fail("number_range", tree, text=text)
        self.fail("not_allowed", tree, text=self.source(tree), kind=type(value).__name__)

    def _name(self, tree: ast.Name) -> ir.Node:
        name = tree.id
        columns = (self.inside or self.scope.sheet).columns
        if name == "none":
            return ir.Nothing(ir.Kind("number", ONE, nullable=True))
        if name in columns and self.inside is None:
            kind = columns[name]
            if name in self.known:
                kind = replace(kind, nullable=False)
            return ir.Column(kind, name)
        if name in self.scope.sheets or name in self.scope.tables:
            self.fail("needs_column", tree, name=name)
        try:
            return ir.number(1, parse_unit(name))
        except UnitError:
            pass
        known = [*columns, *self.scope.sheets, *self.scope.tables, *FUNCTIONS]
        near = difflib.get_close_matches(name, known, n=3)
        hint = ", ".join(near) if near else ", ".join(sorted(columns))
        self.fail("unknown_name", tree, name=name, sheet=self.scope.sheet.name, known=hint)

    def _attribute(self, tree: ast.Attribute) -> ir.Node:
        owner, column = self._owner(tree)
        sheet = self.scope.sheets.get(owner)
        # A sheet and a table may share a name: inside of sum(fuel.heat) it means the sheet.
        meant = sheet is not None and sheet is self.inside and column in sheet.columns
        if owner in self.scope.tables and not meant:
            return self._lookup(tree, owner, column, None)
        if sheet is None:
            known = ", ".join(sorted([*self.scope.sheets, *self.scope.tables]))
            self.fail("unknown_owner", tree, name=owner, known=known)
        if self.inside is not sheet and not self.reads_above(sheet):
            self.fail("outside_aggregate", tree, text=self.source(tree), sheet=owner)
        if column not in sheet.columns:
            near = difflib.get_close_matches(column, sheet.columns, n=3)
            known = ", ".join(near or sorted(sheet.columns))
            self.fail("unknown_name", tree, name=column, sheet=owner, known=known)
        kind = sheet.columns[column]
        if f"{owner}.{column}" in self.known:
            kind = replace(kind, nullable=False)
        if self.inside is sheet:
            return ir.Column(kind, column)
        self.refuse_records(tree, sheet)
        return ir.Above(kind, owner, column)

    def reads_above(self, sheet: SheetScope) -> bool:
        """Whether a row at hand belongs to one row of `sheet`, whose columns it may then read."""
        return self.inside is None and self.scope.sheet.is_finer_than(sheet)

    def refuse_records(self, tree: ast.Attribute, sheet: SheetScope) -> None:
        """Rows of the records are there before any sheet is computed, so they read none."""
        for one in (self.scope.sheet, sheet):
            if one.of_records:
                self.fail("above_records", tree, text=self.source(tree), sheet=one.name)

    def _owner(self, tree: ast.Attribute) -> tuple[str, str]:
        if not isinstance(tree.value, ast.Name):
            self.fail("not_allowed", tree, text=self.source(tree), kind="Attribute")
        return tree.value.id, tree.attr

    def _subscript(self, tree: ast.Subscript) -> ir.Node:
        if not isinstance(tree.value, ast.Attribute):
            self.fail("not_allowed", tree, text=self.source(tree), kind="Subscript")
        owner, column = self._owner(tree.value)
        items = tree.slice.elts if isinstance(tree.slice, ast.Tuple) else [tree.slice]
        return self._lookup(tree, owner, column, [self.node(item) for item in items])

    def _lookup(
        self, tree: ast.expr, owner: str, column: str, keys: list[ir.Node] | None
    ) -> ir.Node:
        table, column = self.table_column(tree, owner, column)
        if table.axes:
            self.fail("with_axes", tree, text=self.source(tree), axes=", ".join(table.axes))
        here = (self.inside or self.scope.sheet).columns
        if keys is None:
            absent = [key for key in table.keys if key not in here]
            if absent:
                self.fail("no_key", tree, text=self.source(tree), keys=", ".join(absent))
            keys = [ir.Column(here[key], key) for key in table.keys]
        if len(keys) != len(table.keys):
            wanted = ", ".join(table.keys)
            self.fail("key_count", tree, text=self.source(tree), keys=wanted, found=len(keys))
        for key in keys:
            if not isinstance(key, ir.Column | ir.Text) or key.kind.what != "text":
                self.fail("key_kind", tree, text=self.source(tree))
        return ir.Lookup(ir.Kind("number", table.columns[column]), owner, column, tuple(keys))

    # -- operators ---------------------------------------------------------------------------

    def _unaryop(self, tree: ast.UnaryOp) -> ir.Node:
        if isinstance(tree.op, ast.Not):
            return ir.Not(ir.Kind("bool"), self.truth(tree.operand))
        if not isinstance(tree.op, ast.USub):
            self.fail("not_allowed", tree, text=self.source(tree), kind="UnaryOp")
        node = self.number(tree.operand)
        if isinstance(node, ir.Number):
            return ir.number(-node.value, node.kind.unit)
        return ir.Negate(node.kind, node)

    def _binop(self, tree: ast.BinOp) -> ir.Node:
        op = _ARITHMETIC.get(type(tree.op))
        if op is None:
            self.fail("not_allowed", tree, text=self.source(tree), kind=type(tree.op).__name__)
        left, right = self.number(tree.left), self.number(tree.right)
        if op == "/" and is_zero(right):
            self.fail("division_by_zero", tree, text=self.source(tree))
        if op in "+-":
            left, right = self.same_unit(left, right, tree)
            unit = left.kind.unit
        else:
            product = op == "*"
            unit = left.kind.unit * right.kind.unit if product else left.kind.unit / right.kind.unit
        if isinstance(left, ir.Number) and isinstance(right, ir.Number):
            return _fold(op, left, right, unit)
        # A pure unit (value 1) changes the type only.
        if op in "*/" and isinstance(right, ir.Number) and right.value == 1:
            return (
                replace(left, kind=ir.Kind("number", unit))
                if not is_plain_column(left)
                else ir.Scale(ir.Kind("number", unit), left, Fraction(1))
            )
        return ir.Binary(ir.Kind("number", unit), op, left, right)  # type: ignore[arg-type]

    def _compare(self, tree: ast.Compare) -> ir.Node:
        parts: list[ir.Node] = []
        left_tree = tree.left
        for operator, right_tree in zip(tree.ops, tree.comparators, strict=True):
            op = _COMPARISONS.get(type(operator))
            if op is None:
                kind = type(operator).__name__
                self.fail("not_allowed", tree, text=self.source(tree), kind=kind)
            # Each side is read once: reading it again would double with every level of nesting.
            left, right = self.node(left_tree), self.node(right_tree)
            pair = self.comparable(left, right, op, (left_tree, right_tree), tree)
            parts.append(ir.Compare(ir.Kind("bool"), op, *pair))  # type: ignore[arg-type]
            left_tree = right_tree
        return parts[0] if len(parts) == 1 else ir.Logic(ir.Kind("bool"), "and", tuple(parts))

    def comparable(
        self,
        left: ir.Node,
        right: ir.Node,
        op: str,
        trees: tuple[ast.expr, ast.expr],
        tree: ast.Compare,
    ) -> tuple[ir.Node, ir.Node]:
        """Both sides of a comparison in the same terms; refuses what cannot be compared."""
        if op in ("==", "!="):
            self.refuse_unknown_label(left, right, trees[1])
            self.refuse_unknown_label(right, left, trees[0])
            if left.kind.what == right.kind.what == "text":
                self.there(left, trees[0])
                self.there(right, trees[1])
                return left, right
            if left.kind.labels and isinstance(right, ir.Text):
                self.there(left, trees[0])
                return left, _place_of(right, left.kind)
            if right.kind.labels and isinstance(left, ir.Text):
                self.there(right, trees[1])
                return _place_of(left, right.kind), right
        if left.kind.is_date and right.kind.is_date:
            self.there(left, trees[0])
            self.there(right, trees[1])
            return left, right
        self.a_number(left, trees[0])
        self.a_number(right, trees[1])
        return self.same_unit(left, right, tree)

    def refuse_unknown_label(self, column: ir.Node, other: ir.Node, tree: ast.expr) -> None:
        labels = column.kind.labels
        if labels and isinstance(other, ir.Text) and other.value not in labels:
            self.fail("unknown_label", tree, text=other.value, known=", ".join(labels))

    def _boolop(self, tree: ast.BoolOp) -> ir.Node:
        conjunction = isinstance(tree.op, ast.And)
        before, items = self.known, []
        for value in tree.values:
            items.append(self.truth(value))
            # `given(x) and x > 0`: the right side runs only where the left side holds.
            self.known |= self._given_names(value, holds=conjunction)
        self.known = before
        return ir.Logic(ir.Kind("bool"), "and" if conjunction else "or", tuple(items))

    def _ifexp(self, tree: ast.IfExp) -> ir.Node:
        condition, before = self.truth(tree.test), self.known
        self.known = before | self._given_names(tree.test, holds=True)
        then = self.node(tree.body)
        self.known = before | self._given_names(tree.test, holds=False)
        other = self.node(tree.orelse)
        self.known = before
        then, other = self.same_unit(then, other, tree)
        if self.inside is None:
            branches = self.span(tree.body), self.span(tree.orelse)
            self.references.append(Reference(*self.span(tree), condition, branches))
        numbers = [one for one in (then, other) if one.kind.what == "number"]
        if not all(one.kind.counts for one in numbers):
            self.fail("result_kind", tree, text=self.source(tree), have="choice", want="number")
        nullable = then.kind.nullable or other.kind.nullable
        kind = replace(then.kind, nullable=nullable, labels=())
        return ir.If(kind, condition, then, other)

    def _given_names(self, tree: ast.expr, *, holds: bool) -> frozenset[str]:
        """Names that are there when the condition holds (or, `holds=False`, fails)."""
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
            return self._given_names(tree.operand, holds=not holds)
        if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) == holds:
            return frozenset().union(*(self._given_names(v, holds=holds) for v in tree.values))
        is_given = isinstance(tree, ast.Call) and self.source(tree.func) == "given"
        if holds and is_given and isinstance(tree, ast.Call) and len(tree.args) == 1:
            return frozenset({self.source(tree.args[0])})
        return frozenset()


def _place_of(text: ir.Text, kind: ir.Kind) -> ir.Number:
    """The number by which a choice is recorded."""
    return ir.Number(replace(kind, nullable=False), Fraction(kind.labels.index(text.value) + 1))


def _fold(op: str, left: ir.Number, right: ir.Number, unit: Unit) -> ir.Number:
    """Arithmetic of constants, exactly; the divisor is not zero."""
    a, b = left.value, right.value
    value = {"+": a + b, "-": a - b, "*": a * b}.get(op)
    return ir.number(a / b if value is None else value, unit)
