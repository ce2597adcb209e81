"""Puts sums into canonical form: what is constant for a row of the result stands outside the sum.

`sum(purchased * grid.average)` over a facility's months becomes `grid.average * sum(purchased)`,
and `sum(co2 + n2o * gwp.N2O)` becomes `sum(co2) + gwp.N2O * sum(n2o)`. Three things follow: the
printed parts of a report add up to its printed total exactly, no rounding is multiplied by a GWP,
and an engine joins a factor to thousands of facilities and not to millions of rows.
The form is fixed here, before any engine sees the formula, so all engines give the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from tongjian.rules import _ir as ir
from tongjian.rules._program import SheetPlan
from tongjian.rules._scope import key_columns


@dataclass(frozen=True, slots=True)
class _Term:
    """`factor * row`: the factor is constant for a row of the result; None stands for 1."""

    factor: ir.Node | None
    row: ir.Node
    negative: bool = False


def canonical(node: ir.Node, sheet: SheetPlan, sheets: Mapping[str, SheetPlan]) -> ir.Node:
    """`node` with a plan on every sum that has a canonical form other than itself."""
    if isinstance(node, ir.Aggregate):
        return replace(node, plan=_plan(node, sheet, sheets[node.sheet]))
    changes: dict[str, Any] = {}
    for item in fields(node):
        value = getattr(node, item.name)
        if isinstance(value, ir.Node):
            changes[item.name] = canonical(value, sheet, sheets)
        elif isinstance(value, tuple) and any(isinstance(part, ir.Node) for part in value):
            changes[item.name] = tuple(
                canonical(part, sheet, sheets) if isinstance(part, ir.Node) else part
                for part in value
            )
    return replace(node, **changes) if changes else node


def _plan(node: ir.Aggregate, sheet: SheetPlan, finer: SheetPlan) -> ir.Node | None:
    if node.name != "sum":
        return None
    constant = frozenset(key_columns(sheet.grain))
    if "year" not in constant:
        return None  # a factor has a value of its own in every year
    terms = _terms(node.node, finer, constant)
    if _is_whole(terms) or not all(term.row.kind.unit.extensive for term in terms):
        return None
    total: ir.Node | None = None
    for term in terms:
        part: ir.Node = ir.Aggregate(term.row.kind, "sum", node.sheet, term.row)
        if term.factor is not None:
            part = ir.Binary(node.kind, "*", term.factor, part)
        if total is None:
            total = ir.Negate(node.kind, part) if term.negative else part
        else:
            total = ir.Binary(node.kind, "-" if term.negative else "+", total, part)
    assert total is not None
    # Inside of the sum no row would have asked for a factor that is not there.
    rows = ir.Aggregate(ir.Kind("number"), "count", node.sheet, ir.number(1))
    some = ir.Compare(ir.Kind("bool"), ">", rows, ir.number(0))
    return ir.If(node.kind, some, total, ir.number(0, node.kind.unit))


def _terms(node: ir.Node, finer: SheetPlan, constant: frozenset[str]) -> list[_Term]:
    """The node as a sum of terms; just itself where nothing constant can be taken out."""
    whole = [_Term(None, node)]
    if isinstance(node, ir.Column):
        formula = finer.formulas.get(node.name)
        if formula is None or formula.doc.optional:
            return whole
        inner = _terms(formula.node, finer, constant)
        # What stays inside as a whole keeps its name: its sum is shared and traced. A sum over a
        # still finer sheet belongs to that formula's own row and cannot be taken out of it.
        gathers = any(isinstance(part, ir.Aggregate) for term in inner for part in term.row.walk())
        return whole if _is_whole(inner) or gathers else inner
    if isinstance(node, ir.Negate):
        inner = _terms(node.node, finer, constant)
        return whole if _is_whole(inner) else [_opposite(term) for term in inner]
    if isinstance(node, ir.Scale):
        factor = ir.Number(ir.Kind("number", node.kind.unit / node.node.kind.unit), node.factor)
        return _by_number(node, node.node, "*", factor, finer, constant)
    if not isinstance(node, ir.Binary):
        return whole
    if node.op in "+-":
        right = _terms(node.right, finer, constant)
        if node.op == "-":
            right = [_opposite(term) for term in right]
        merged = _merged([*_terms(node.left, finer, constant), *right])
        return whole if _is_whole(merged) else merged
    if _is_constant(node.right, constant):
        inner = _terms(node.left, finer, constant)
        return [_times(term, node.op, node.right) for term in inner]
    if node.op == "*" and _is_constant(node.left, constant):
        return [_times(term, "*", node.left) for term in _terms(node.right, finer, constant)]
    if isinstance(node.right, ir.Number):
        return _by_number(node, node.left, node.op, node.right, finer, constant)
    if node.op == "*" and isinstance(node.left, ir.Number):
        return _by_number(node, node.right, "*", node.left, finer, constant)
    return whole


def _by_number(
    node: ir.Node,
    inner_node: ir.Node,
    op: str,
    factor: ir.Number,
    finer: SheetPlan,
    constant: frozenset[str],
) -> list[_Term]:
    """A multiple by a bare number: it goes out with other factors, or if it makes values smaller.

    A factor above 1 that stood outside alone would multiply the rounding of the sum.
    """
    inner = _terms(inner_node, finer, constant)
    size = abs(factor.value) if op == "*" else abs(1 / factor.value)
    named = _is_whole(inner) and isinstance(inner[0].row, ir.Column) and size <= 1
    if _is_whole(inner) and not (named and inner[0].row.kind.unit.extensive):
        return [_Term(None, node)]
    return [_times(term, op, factor) for term in inner]


def _merged(terms: list[_Term]) -> list[_Term]:
    """Terms with the same factor as one term over the sum of their rows."""
    groups: dict[ir.Node | None, list[_Term]] = {}
    for term in terms:
        groups.setdefault(term.factor, []).append(term)
    result = []
    for factor, members in groups.items():
        first, *others = members
        row = first.row
        for other in others:
            op: Literal["+", "-"] = "+" if other.negative == first.negative else "-"
            row = ir.Binary(row.kind, op, row, other.row)
        result.append(_Term(factor, row, first.negative))
    return result


def _is_whole(terms: list[_Term]) -> bool:
    return len(terms) == 1 and terms[0].factor is None and not terms[0].negative


def _is_constant(node: ir.Node, constant: frozenset[str]) -> bool:
    """Whether the node has one value per row of the result, read from tables."""
    parts = list(node.walk())
    allowed = (ir.Lookup, ir.Number, ir.Text, ir.Binary, ir.Scale)
    return any(isinstance(part, ir.Lookup) for part in parts) and all(
        isinstance(part, allowed) or (isinstance(part, ir.Column) and part.name in constant)
        for part in parts
    )


def _opposite(term: _Term) -> _Term:
    return replace(term, negative=not term.negative)


def _times(term: _Term, op: str, factor: ir.Node) -> _Term:
    """The term multiplied (or divided) by a factor that is constant for the result's row."""
    if op == "*" and term.factor is None:
        return replace(term, factor=factor)
    above = term.factor or ir.number(1)
    unit = above.kind.unit * factor.kind.unit if op == "*" else above.kind.unit / factor.kind.unit
    product = ir.Binary(ir.Kind("number", unit), "*" if op == "*" else "/", above, factor)
    return replace(term, factor=product)
