"""Reads a formula's text, checks names, types and units, and gives the intermediate form.

The language is a whitelisted part of Python's expression grammar: whatever is not handled here by
name is refused, so that a formula can neither loop nor call nor reach anything.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NoReturn

from tongjian.problems import Place, Problem, RuleError, UnitError
from tongjian.rules import _ir as ir
from tongjian.rules._documents import Expression, Signature
from tongjian.rules._scope import EVIDENCE, Scope, SheetScope
from tongjian.units import ONE, Unit, parse_unit

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
_AGGREGATES = ("sum", "mean", "weighted_mean", "count", "share", "minimum", "maximum")
FUNCTIONS = (
    *("abs", "clip", "coalesce", "evidenced", "given", "max", "min", "required", "unit"),
    "within",
    *_AGGREGATES,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A part of a formula's text that stands for a value: a column, a look-up, an aggregate.

    For ``a if c else b`` the node is that of the condition, and `branches` are the places of a
    and b, of which only one counts.
    """

    start: int
    end: int
    node: ir.Node
    branches: tuple[tuple[int, int], tuple[int, int]] | None = None


def check_expression(
    expression: Expression, scope: Scope, target: ir.Kind, *, what: str
) -> tuple[ir.Node, tuple[Reference, ...]]:
    """The intermediate form of `expression`, of the kind that `what` (its column) declares.

    With it come the places of everything the text refers to, for filling in values. Raises
    `RuleError` with file, line, column, what was expected and the mend.
    """
    checker = _Checker(expression, scope)
    node = checker.fit(checker.node(checker.tree()), target, what)
    # Outer parts before the parts they contain.
    ordered = sorted(checker.references, key=lambda one: (one.start, -one.end))
    return node, tuple(ordered)


@dataclass(slots=True)
class _Checker:
    expression: Expression
    scope: Scope
    # Columns known to be there because a condition said so.
    known: frozenset[str] = frozenset()
    # Inside an aggregate the columns are those of the finer sheet.
    inside: SheetScope | None = None
    references: list[Reference] = field(default_factory=list)

    def tree(self) -> ast.expr:
        try:
            return ast.parse(self.expression.text, mode="eval").body
        except SyntaxError as error:
            offset = max((error.offset or 1) - 1, 0)
            self.fail("syntax", offset, text=self.expression.text, detail=error.msg)
        except (ValueError, RecursionError, MemoryError) as error:
            self.fail("syntax", 0, text=self.expression.text[:80], detail=str(error))

    # -- reporting ---------------------------------------------------------------------------

    def fail(self, key: str, at: ast.AST | int, **values: object) -> NoReturn:
        offset = at if isinstance(at, int) else getattr(at, "col_offset", 0)
        base = self.expression.place
        column = base.column + offset if base.column is not None else None
        place = Place(file=base.file, line=base.line, column=column)
        raise RuleError(Problem(f"rules.{key}", place, values))

    def source(self, tree: ast.AST) -> str:
        return ast.get_source_segment(self.expression.text, tree) or self.expression.text

    # -- dispatch ----------------------------------------------------------------------------

    def node(self, tree: ast.expr) -> ir.Node:
        handler: Callable[[ast.expr], ir.Node] | None = getattr(
            self, f"_{type(tree).__name__.lower()}", None
        )
        if handler is None:
            self.fail("not_allowed", tree, text=self.source(tree), kind=type(tree).__name__)
        node = handler(tree)
        if self.inside is None and (
            isinstance(node, ir.Column | ir.Lookup | ir.Aggregate | ir.Required)
            or _is_aggregate(tree)
        ):
            self.refer(tree, node)
        return node

    def refer(self, tree: ast.expr, node: ir.Node) -> None:
        """Note what a part of the text stands for (offsets of `ast` count UTF-8 bytes)."""
        start, end = self.span(tree)
        if all(one.start != start or one.end != end for one in self.references):
            self.references.append(Reference(start, end, node))

    def span(self, tree: ast.expr) -> tuple[int, int]:
        raw = self.expression.text.encode()
        start, end = tree.col_offset, tree.end_col_offset or tree.col_offset
        return len(raw[:start].decode()), len(raw[:end].decode())

    def number(self, tree: ast.expr) -> ir.Node:
        """A number that is there; refuses text, truth values and values that may be missing."""
        node = self.node(tree)
        if node.kind.what != "number":
            self.fail("not_a_number", tree, text=self.source(tree), kind=node.kind.what)
        if node.kind.nullable:
            self.fail("may_be_missing", tree, text=self.source(tree))
        return node

    def truth(self, tree: ast.expr) -> ir.Node:
        node = self.node(tree)
        if node.kind.what != "bool":
            self.fail("not_a_condition", tree, text=self.source(tree), kind=node.kind.what)
        return node

    # -- leaves ------------------------------------------------------------------------------

    def _constant(self, tree: ast.Constant) -> ir.Node:
        value = tree.value
        if isinstance(value, str):
            return ir.Text(ir.Kind("text"), value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            # The printed digits are exact; the float that Python read is not.
            return ir.number(Fraction(self.source(tree).replace("_", "")))
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
        if owner in self.scope.tables:
            return self._lookup(tree, owner, column, None)
        sheet = self.scope.sheets.get(owner)
        if sheet is None:
            known = ", ".join(sorted([*self.scope.sheets, *self.scope.tables]))
            self.fail("unknown_owner", tree, name=owner, known=known)
        if self.inside is not sheet:
            self.fail("outside_aggregate", tree, text=self.source(tree), sheet=owner)
        if column not in sheet.columns:
            near = difflib.get_close_matches(column, sheet.columns, n=3)
            known = ", ".join(near or sorted(sheet.columns))
            self.fail("unknown_name", tree, name=column, sheet=owner, known=known)
        kind = sheet.columns[column]
        if f"{owner}.{column}" in self.known:
            kind = replace(kind, nullable=False)
        return ir.Column(kind, column)

    def _owner(self, tree: ast.Attribute) -> tuple[str, str]:
        if not isinstance(tree.value, ast.Name):
            self.fail("not_allowed", tree, text=self.source(tree), kind="Attribute")
        return tree.value.id, tree.attr

    def _subscript(self, tree: ast.Subscript) -> ir.Node:
        if not isinstance(tree.value, ast.Attribute):
            self.fail("not_allowed", tree, text=self.source(tree), kind="Subscript")
        owner, column = self._owner(tree.value)
        if owner not in self.scope.tables:
            self.fail("unknown_owner", tree, name=owner, known=", ".join(self.scope.tables))
        items = tree.slice.elts if isinstance(tree.slice, ast.Tuple) else [tree.slice]
        return self._lookup(tree, owner, column, [self.node(item) for item in items])

    def _lookup(
        self, tree: ast.expr, owner: str, column: str, keys: list[ir.Node] | None
    ) -> ir.Node:
        table: Signature = self.scope.tables[owner]
        if column not in table.columns:
            near = difflib.get_close_matches(column, table.columns, n=3)
            known = ", ".join(near or sorted(table.columns))
            self.fail("unknown_name", tree, name=column, sheet=owner, known=known)
        if keys is None:
            here = self.scope.sheet.columns if self.inside is None else self.inside.columns
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
        if op in "+-":
            left, right = self.same_unit(left, right, tree)
            unit = left.kind.unit
        else:
            product = op == "*"
            unit = left.kind.unit * right.kind.unit if product else left.kind.unit / right.kind.unit
        if isinstance(left, ir.Number) and isinstance(right, ir.Number):
            return self._fold(op, left, right, unit, tree)
        # A pure unit (value 1) changes the type only.
        if op in "*/" and isinstance(right, ir.Number) and right.value == 1:
            return replace(left, kind=ir.Kind("number", unit)) if _retypes(left) else ir.Scale(
                ir.Kind("number", unit), left, Fraction(1)
            )
        return ir.Binary(ir.Kind("number", unit), op, left, right)  # type: ignore[arg-type]

    def _fold(
        self, op: str, left: ir.Number, right: ir.Number, unit: Unit, tree: ast.expr
    ) -> ir.Number:
        a, b = left.value, right.value
        if op == "/" and b == 0:
            self.fail("division_by_zero", tree, text=self.source(tree))
        value = {"+": a + b, "-": a - b, "*": a * b}.get(op)
        return ir.number(a / b if value is None else value, unit)

    def _compare(self, tree: ast.Compare) -> ir.Node:
        parts: list[ir.Node] = []
        left_tree = tree.left
        for operator, right_tree in zip(tree.ops, tree.comparators, strict=True):
            op = _COMPARISONS.get(type(operator))
            if op is None:
                kind = type(operator).__name__
                self.fail("not_allowed", tree, text=self.source(tree), kind=kind)
            left, right = self.node(left_tree), self.node(right_tree)
            if left.kind.what == right.kind.what == "text" and op in ("==", "!="):
                pair = left, right
            else:
                pair = self.same_unit(self.number(left_tree), self.number(right_tree), tree)
            parts.append(ir.Compare(ir.Kind("bool"), op, *pair))  # type: ignore[arg-type]
            left_tree = right_tree
        return parts[0] if len(parts) == 1 else ir.Logic(ir.Kind("bool"), "and", tuple(parts))

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
        nullable = then.kind.nullable or other.kind.nullable
        return ir.If(replace(then.kind, nullable=nullable), condition, then, other)

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

    # -- functions ---------------------------------------------------------------------------

    def _call(self, tree: ast.Call) -> ir.Node:
        name = tree.func.id if isinstance(tree.func, ast.Name) else self.source(tree.func)
        if name not in FUNCTIONS or tree.keywords:
            self.fail("unknown_function", tree, name=name, known=", ".join(sorted(FUNCTIONS)))
        if any(isinstance(argument, ast.Starred) for argument in tree.args):
            self.fail("not_allowed", tree, text=self.source(tree), kind="Starred")
        if name in _AGGREGATES:
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
        first = next((n for n in nodes if not _is_zero(n)), nodes[0])
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
            # A table may lack a value, so a look-up can be followed by another source.
            if not node.kind.nullable and not isinstance(node, ir.Lookup):
                self.fail("never_missing", argument, text=self.source(argument))
        first = next((n for n in nodes if not _is_zero(n)), nodes[0])
        nodes = [self.same_unit(first, node, tree)[1] for node in nodes]
        kind = replace(first.kind, nullable=nodes[-1].kind.nullable)
        return ir.Call(kind, "coalesce", tuple(nodes))

    def _column_argument(self, tree: ast.Call) -> tuple[str, ir.Kind]:
        self.arity(tree, 1, 1)
        node = self.node(tree.args[0])
        if not isinstance(node, ir.Column):
            self.fail("needs_input", tree, text=self.source(tree.args[0]))
        columns = (self.inside or self.scope.sheet).columns
        return node.name, columns[node.name]

    def _call_given(self, tree: ast.Call) -> ir.Node:
        name, kind = self._column_argument(tree)
        return ir.Given(ir.Kind("bool"), ir.Column(kind, name))

    def _call_required(self, tree: ast.Call) -> ir.Node:
        name, kind = self._column_argument(tree)
        if not kind.nullable:
            self.fail("never_missing", tree, text=self.source(tree.args[0]))
        column = ir.Column(kind, name)
        return ir.Required(replace(kind, nullable=False), column)

    def _call_evidenced(self, tree: ast.Call) -> ir.Node:
        name, _ = self._column_argument(tree)
        columns = (self.inside or self.scope.sheet).columns
        if name + EVIDENCE not in columns:
            self.fail("needs_input", tree, text=self.source(tree.args[0]))
        return ir.Column(ir.Kind("bool"), name + EVIDENCE)

    def _call_within(self, tree: ast.Call) -> ir.Node:
        self.arity(tree, 2, 2)
        node, name = self.node(tree.args[0]), self.node(tree.args[1])
        if node.kind.what != "text" or not isinstance(name, ir.Text):
            self.fail("within", tree, text=self.source(tree))
        return ir.Within(ir.Kind("bool"), node, name.value)

    def _call_unit(self, tree: ast.Call) -> ir.Node:
        self.arity(tree, 1, 1)
        argument = tree.args[0]
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            self.fail("unit_text", tree, text=self.source(argument))
        try:
            return ir.number(1, parse_unit(argument.value))
        except UnitError as error:
            self.fail("unit", argument, text=argument.value, detail=error.problems[0].repair("en"))

    # -- aggregates --------------------------------------------------------------------------

    def _aggregate(self, tree: ast.Call, name: str) -> ir.Node:
        if self.inside is not None:
            self.fail("nested_aggregate", tree, text=self.source(tree))
        if name == "count":
            return self._count(tree)
        self.arity(tree, *({"weighted_mean": (2, 2), "share": (2, 2)}.get(name, (1, 1))))
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

    def _aggregate_sum(self, tree: ast.Call, sheet: SheetScope) -> ir.Node:
        node = self._extensive(tree.args[0])
        return ir.Aggregate(node.kind, "sum", sheet.name, node)

    def _aggregate_minimum(self, tree: ast.Call, sheet: SheetScope) -> ir.Node:
        node = self.number(tree.args[0])
        return ir.Aggregate(node.kind, "minimum", sheet.name, node)

    def _aggregate_maximum(self, tree: ast.Call, sheet: SheetScope) -> ir.Node:
        node = self.number(tree.args[0])
        return ir.Aggregate(node.kind, "maximum", sheet.name, node)

    def _aggregate_mean(self, tree: ast.Call, sheet: SheetScope) -> ir.Node:
        total = self._aggregate_sum(tree, sheet)
        rows = ir.Aggregate(ir.Kind("number"), "count", sheet.name, tree_node(total))
        return ir.Binary(total.kind, "/", total, rows)

    def _aggregate_weighted_mean(self, tree: ast.Call, sheet: SheetScope) -> ir.Node:
        value, weight = self.number(tree.args[0]), self._extensive(tree.args[1])
        unit = value.kind.unit * weight.kind.unit
        product = ir.Binary(ir.Kind("number", unit), "*", value, weight)
        above = ir.Aggregate(product.kind, "sum", sheet.name, product)
        below = ir.Aggregate(weight.kind, "sum", sheet.name, weight)
        quotient = ir.Binary(ir.Kind("number", unit / weight.kind.unit), "/", above, below)
        return self.fit(quotient, value.kind, self.source(tree))

    def _aggregate_share(self, tree: ast.Call, sheet: SheetScope) -> ir.Node:
        value, condition = self._extensive(tree.args[0]), self.truth(tree.args[1])
        zero = ir.number(0, value.kind.unit)
        part = ir.If(value.kind, condition, value, zero)
        above = ir.Aggregate(value.kind, "sum", sheet.name, part)
        below = ir.Aggregate(value.kind, "sum", sheet.name, value)
        return ir.Binary(ir.Kind("number", ONE), "/", above, below)

    def _count(self, tree: ast.Call) -> ir.Node:
        self.arity(tree, 1, 1)
        argument = tree.args[0]
        if isinstance(argument, ast.Name) and argument.id in self.scope.sheets:
            sheet = self.scope.sheets[argument.id]
            if not sheet.is_finer_than(self.scope.sheet):
                grain = ", ".join(self.scope.sheet.grain)
                self.fail(
                    "not_finer", tree, sheet=sheet.name, here=self.scope.sheet.name, grain=grain
                )
            return ir.Aggregate(ir.Kind("number"), "count", sheet.name, ir.number(1))
        self.fail("count_sheet", tree, text=self.source(tree))

    # -- units -------------------------------------------------------------------------------

    def same_unit(self, left: ir.Node, right: ir.Node, at: ast.AST) -> tuple[ir.Node, ir.Node]:
        """Both in the unit of the left one; refuses different quantities."""
        if left.kind.what != right.kind.what:
            text = self.source(at)
            self.fail("mixed", at, text=text, left=left.kind.what, right=right.kind.what)
        if left.kind.what != "number":
            return left, right
        if _is_zero(left) or isinstance(left, ir.Nothing):
            return replace(left, kind=replace(left.kind, unit=right.kind.unit)), right
        return left, self._to_unit(right, left.kind.unit, at)

    def _to_unit(self, node: ir.Node, unit: Unit, at: ast.AST | None, what: str = "") -> ir.Node:
        have = node.kind.unit
        if _is_zero(node) or isinstance(node, ir.Nothing):
            return replace(node, kind=replace(node.kind, unit=unit))
        if not have.same_dimension(unit):
            zh, en = _unit_hint(have, unit)
            text = self.source(at) if at is not None else self.expression.text
            values = {"text": text, "have": have.text, "want": unit.text, "what": what}
            key = "unit_differs" if at is not None else "result_unit"
            self.fail(key, at if at is not None else 0, **values, hint_zh=zh, hint_en=en)
        factor = have.scale / unit.scale
        kind = replace(node.kind, unit=unit)
        if factor == 1:
            return replace(node, kind=kind) if _retypes(node) else node
        if isinstance(node, ir.Number):
            return ir.number(node.value * factor, unit)
        return ir.Scale(kind, node, factor)

    def fit(self, node: ir.Node, target: ir.Kind, what: str) -> ir.Node:
        """`node` as a value of `target`; refuses another type or a value that may be missing."""
        if node.kind.what != target.what:
            text = self.expression.text
            self.fail("result_kind", 0, text=text, have=node.kind.what, want=target.what)
        if node.kind.nullable and not target.nullable:
            self.fail("may_be_missing", 0, text=self.expression.text)
        if target.what != "number":
            return node
        return self._to_unit(node, target.unit, None, what)


def tree_node(aggregate: ir.Node) -> ir.Node:
    """The row expression of an aggregate."""
    assert isinstance(aggregate, ir.Aggregate)
    return aggregate.node


def _is_aggregate(tree: ast.expr) -> bool:
    name = tree.func.id if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) else ""
    return name in _AGGREGATES


def _is_zero(node: ir.Node) -> bool:
    return isinstance(node, ir.Number) and node.value == 0


def _retypes(node: ir.Node) -> bool:
    # A column keeps the unit of its declaration; anything computed may simply be relabelled.
    return not isinstance(node, ir.Column | ir.Lookup)


def _unit_hint(have: Unit, want: Unit) -> tuple[str, str]:
    """Extra words for the two mistakes that matter most."""
    names = {name for unit in (have, want) for name, _ in unit.dimension}
    gases = sorted(n.removeprefix("mass_") for n in names if n.startswith("mass_"))
    if gases == ["C", "CO2"]:
        return "碳与二氧化碳须以 44/12 * tCO2/tC 换算；", "Write 44/12 * tCO2/tC from carbon to CO2. "
    emitted = [gas for gas in gases if gas not in ("C",)]
    if len(emitted) > 1:
        names_zh, other = "、".join(emitted), [g for g in emitted if g not in ("CO2", "CO2e")]
        gwp = " / ".join(f"gwp.{gas}" for gas in [*other, *(["CO2"] if "CO2" in emitted else [])])
        return (
            f"{names_zh} 是不同物质，未乘全球变暖潜势（GWP）不得相加或相比，请先乘以 {gwp} 化为 tCO2e；",
            f"{', '.join(emitted)} are different substances and cannot be added or compared without"
            f" a GWP: multiply by {gwp} first, to get tCO2e. ",
        )
    return "", ""
