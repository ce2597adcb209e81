"""What every part of the checker needs: places, failing, units, dispatch by node type."""

from __future__ import annotations

import ast
import difflib
import io
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import NoReturn

from tongjian.problems import Place, Problem, RuleError
from tongjian.rules import _ir as ir
from tongjian.rules._documents import Expression, Signature
from tongjian.rules._scope import Scope, SheetScope
from tongjian.rules._unit_hint import unit_hint
from tongjian.units import Unit

# Every back-end writes formulas out with brackets, which Python nests 200 deep at most.
_LONGEST, _DEEPEST = 4000, 60
AGGREGATES = (
    *("sum", "sum_largest", "mean", "weighted_mean", "count", "share"),
    *("minimum", "maximum", "median"),
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


@dataclass(slots=True)
class CheckerBase:
    """State and helpers of one formula's check; subclasses handle the node types."""

    expression: Expression
    scope: Scope
    # Columns known to be there because a condition said so.
    known: frozenset[str] = frozenset()
    # Inside an aggregate the columns are those of the finer sheet.
    inside: SheetScope | None = None
    references: list[Reference] = field(default_factory=list)

    def tree(self) -> ast.expr:
        text = self.expression.text
        if len(text) > _LONGEST:
            self.fail("too_large", 0, found=len(text), limit=_LONGEST)
        if not text.isprintable():
            self.fail("not_allowed", 0, text=repr(text), kind="control character")
        try:
            tree = ast.parse(text, mode="eval").body
        except SyntaxError as error:
            offset = max((error.offset or 1) - 1, 0)
            self.fail("syntax", min(offset, len(text)), text=text, detail=error.msg)
        except (ValueError, RecursionError, MemoryError) as error:
            self.fail("syntax", 0, text=text[:80], detail=str(error))
        depth = _depth(tree)
        if depth > _DEEPEST:
            self.fail("too_large", 0, found=depth, limit=_DEEPEST)
        self.refuse_comment()
        return tree

    def refuse_comment(self) -> None:
        """A folded YAML text has one line, so a comment would swallow what follows it."""
        if "#" in self.expression.text:
            for token in tokenize.generate_tokens(io.StringIO(self.expression.text).readline):
                if token.type == tokenize.COMMENT:
                    self.fail("not_allowed", token.start[1], text=token.string, kind="comment")

    # -- reporting ---------------------------------------------------------------------------

    def fail(self, key: str, at: ast.AST | int, **values: object) -> NoReturn:
        offset = at if isinstance(at, int) else self.characters(getattr(at, "col_offset", 0))
        base = self.expression.place
        column = base.column + offset if base.column is not None else None
        place = Place(file=base.file, line=base.line, column=column)
        raise RuleError(Problem(f"rules.{key}", place, values))

    def source(self, tree: ast.AST) -> str:
        start, end = getattr(tree, "col_offset", None), getattr(tree, "end_col_offset", None)
        if start is None or end is None:
            return self.expression.text
        # A formula is one line; `ast.get_source_segment` would split it into lines every time.
        return self.expression.text.encode()[start:end].decode()

    # -- dispatch ----------------------------------------------------------------------------

    def node(self, tree: ast.expr) -> ir.Node:
        handler: Callable[[ast.expr], ir.Node] | None = getattr(
            self, f"_{type(tree).__name__.lower()}", None
        )
        if handler is None:
            self.fail("not_allowed", tree, text=self.source(tree), kind=type(tree).__name__)
        node = handler(tree)
        if self.inside is None and (
            isinstance(
                node, ir.Column | ir.Lookup | ir.Above | ir.Interpolate | ir.Aggregate | ir.Required
            )
            or _is_aggregate(tree)
        ):
            self.refer(tree, node)
        return node

    def refer(self, tree: ast.expr, node: ir.Node) -> None:
        """Note what a part of the text stands for."""
        start, end = self.span(tree)
        if all(one.start != start or one.end != end for one in self.references):
            self.references.append(Reference(start, end, node))

    def span(self, tree: ast.expr) -> tuple[int, int]:
        start, end = tree.col_offset, tree.end_col_offset or tree.col_offset
        return self.characters(start), self.characters(end)

    def characters(self, offset: int) -> int:
        """Offsets of `ast` count UTF-8 bytes; people count characters."""
        return len(self.expression.text.encode()[:offset].decode())

    def number(self, tree: ast.expr) -> ir.Node:
        """A number that is there; refuses text, truth values and values that may be missing."""
        node = self.node(tree)
        self.a_number(node, tree)
        return node

    def a_number(self, node: ir.Node, tree: ast.expr) -> None:
        """Refuses a node, read from `tree`, that is not a number or may be missing."""
        if not node.kind.counts:
            kind = "choice" if node.kind.labels else "date" if node.kind.is_date else node.kind.what
            self.fail("not_a_number", tree, text=self.source(tree), kind=kind)
        self.there(node, tree)

    def there(self, node: ir.Node, tree: ast.expr) -> None:
        """Refuses a value that may be missing."""
        if node.kind.nullable:
            self.fail("may_be_missing", tree, text=self.source(tree))

    def truth(self, tree: ast.expr) -> ir.Node:
        node = self.node(tree)
        if node.kind.what != "bool":
            self.fail("not_a_condition", tree, text=self.source(tree), kind=node.kind.what)
        return node

    def arity(self, tree: ast.Call, least: int, most: int | None = None) -> None:
        found = len(tree.args)
        if found < least or (most is not None and found > most):
            wanted = str(least) if most == least else f"{least}–{most or '…'}"
            self.fail("argument_count", tree, text=self.source(tree), wanted=wanted, found=found)

    # -- tables ------------------------------------------------------------------------------

    def table_column(self, tree: ast.expr, owner: str, column: str) -> tuple[Signature, str]:
        """The table `owner` with its `column`, for a row that has a year; refuses what is not."""
        table = self.scope.tables.get(owner)
        if table is None:
            self.fail("unknown_owner", tree, name=owner, known=", ".join(self.scope.tables))
        if column not in table.columns:
            near = difflib.get_close_matches(column, table.columns, n=3)
            known = ", ".join(near or sorted(table.columns))
            self.fail("unknown_name", tree, name=column, sheet=owner, known=known)
        if "year" not in (self.inside or self.scope.sheet).columns:  # values are dated
            self.fail("no_year", tree, text=self.source(tree))
        return table, column

    # -- units -------------------------------------------------------------------------------

    def same_unit(self, left: ir.Node, right: ir.Node, at: ast.AST) -> tuple[ir.Node, ir.Node]:
        """Both in the unit of the left one; refuses different quantities."""
        if isinstance(left, ir.Nothing) and right.kind.what == "text":
            return replace(left, kind=ir.Kind("text", nullable=True)), right
        if isinstance(right, ir.Nothing) and left.kind.what == "text":
            return left, replace(right, kind=ir.Kind("text", nullable=True))
        if left.kind.what != right.kind.what:
            text = self.source(at)
            self.fail("mixed", at, text=text, left=left.kind.what, right=right.kind.what)
        if left.kind.what != "number":
            return left, right
        if is_zero(left) or isinstance(left, ir.Nothing):
            return replace(left, kind=replace(left.kind, unit=right.kind.unit)), right
        return left, self._to_unit(right, left.kind.unit, at)

    def _to_unit(self, node: ir.Node, unit: Unit, at: ast.AST | None, what: str = "") -> ir.Node:
        have = node.kind.unit
        if is_zero(node) or isinstance(node, ir.Nothing):
            return replace(node, kind=replace(node.kind, unit=unit))
        if not have.same_dimension(unit):
            zh, en = unit_hint(have, unit)
            text = self.source(at) if at is not None else self.expression.text
            values = {"text": text, "have": have.text, "want": unit.text, "what": what}
            key = "unit_differs" if at is not None else "result_unit"
            self.fail(key, at if at is not None else 0, **values, hint_zh=zh, hint_en=en)
        factor = have.scale / unit.scale
        kind = replace(node.kind, unit=unit)
        if factor == 1:
            return replace(node, kind=kind) if not is_plain_column(node) else node
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
        if target.labels and target.what == "text":
            self.fit_labels(node, target)
        if target.what != "number":
            return node
        if not node.kind.counts:
            self.fail("result_kind", 0, text=self.expression.text, have="choice", want="number")
        return self._to_unit(node, target.unit, None, what)

    def fit_labels(self, node: ir.Node, target: ir.Kind) -> None:
        """Refuses a result that is none of the labels which the column can hold."""
        for part in _results(node):
            if isinstance(part, ir.Nothing):
                continue
            found = (part.value,) if isinstance(part, ir.Text) else part.kind.labels
            unknown = [text for text in found if text not in target.labels]
            if unknown or not found:
                what = ", ".join(unknown) or self.expression.text
                self.fail("unknown_label", 0, text=what, known=", ".join(target.labels))


def _results(node: ir.Node) -> Iterator[ir.Node]:
    """The parts of an expression of which one is its result."""
    match node:
        case ir.If(then=then, other=other):
            yield from _results(then)
            yield from _results(other)
        case ir.Call(name="coalesce", arguments=arguments):
            for part in arguments:
                yield from _results(part)
        case ir.Required(node=inner):
            yield from _results(inner)
        case _:
            yield node


def is_zero(node: ir.Node) -> bool:
    """Whether a node is the constant zero, which fits every unit."""
    return isinstance(node, ir.Number) and node.value == 0


def is_plain_column(node: ir.Node) -> bool:
    """A column keeps the unit of its declaration, and a sum the unit by which its rows are rounded.

    Anything else may simply be relabelled.
    """
    return isinstance(node, ir.Column | ir.Lookup | ir.Above | ir.Interpolate | ir.Aggregate)


def _depth(tree: ast.expr) -> int:
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [
            child
            for node in level
            for child in ast.iter_child_nodes(node)
            if isinstance(child, ast.expr)
        ]
    return depth


def _is_aggregate(tree: ast.expr) -> bool:
    name = tree.func.id if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) else ""
    return name in AGGREGATES
