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
from typing import TYPE_CHECKING, Any

from tongjian.rules import _ir as ir
from tongjian.rules._scope import key_columns

if TYPE_CHECKING:
    from tongjian.rules._program import SheetPlan


@dataclass(frozen=True, slots=True)
class _Term:
    """`factor * row`: the factor is constant for a row of the result; None stands for 1."""

    factor: ir.Node | None
    row: ir.Node


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
    terms = _terms(node.node, finer, constant)
    if len(terms) == 1 and terms[0].factor is None:
        return None
    if not all(term.row.kind.unit.extensive for term in terms):
        return None
    total: ir.Node | None = None
    for term in terms:
        part: ir.Node = ir.Aggregate(term.row.kind, "sum", node.sheet, term.row)
        if term.factor is not None:
            part = _product(term.factor, part, node.kind)
        total = part if total is None else ir.Binary(node.kind, "+", total, part)
    return total


def _terms(node: ir.Node, finer: SheetPlan, constant: frozenset[str]) -> list[_Term]:
    whole = [_Term(None, node)]
    if isinstance(node, ir.Column):
        formula = finer.formulas.get(node.name)
        if formula is None or formula.doc.optional:
            return whole
        inner = _terms(formula.node, finer, constant)
        # A formula that is one plain product stays a named column: its sum is shared and traced.
        return inner if _worth(inner) else whole
    if isinstance(node, ir.Binary):
        if node.op in "+-":
            right = _terms(node.right, finer, constant)
            if node.op == "-":
                right = [_scaled(term, ir.number(-1)) for term in right]
            return [*_terms(node.left, finer, constant), *right]
        if _is_constant(node.right, constant):
            inner = _terms(node.left, finer, constant)
            if node.op == "*":
                return [_scaled(term, node.right) for term in inner]
            return [_divided(term, node.right) for term in inner]
        if node.op == "*" and _is_constant(node.left, constant):
            return [_scaled(term, node.left) for term in _terms(node.right, finer, constant)]
        return whole
    if isinstance(node, ir.Scale):
        inner = _terms(node.node, finer, constant)
        if _worth(inner):
            factor = ir.Number(ir.Kind("number", node.kind.unit / node.node.kind.unit), node.factor)
            return [_scaled(term, factor) for term in inner]
    return whole


def _worth(terms: list[_Term]) -> bool:
    return len(terms) > 1 or terms[0].factor is not None


def _is_constant(node: ir.Node, constant: frozenset[str]) -> bool:
    """Whether the node has one value per row of the result, read from tables.

    A bare number is left inside the sum: pulling it out would gain nothing.
    """
    parts = list(node.walk())
    allowed = (ir.Lookup, ir.Number, ir.Text, ir.Binary, ir.Scale)
    return any(isinstance(part, ir.Lookup) for part in parts) and all(
        isinstance(part, allowed) or (isinstance(part, ir.Column) and part.name in constant)
        for part in parts
    )


def _scaled(term: _Term, factor: ir.Node) -> _Term:
    if term.factor is None:
        return _Term(factor, term.row)
    unit = term.factor.kind.unit * factor.kind.unit
    return _Term(_product(term.factor, factor, ir.Kind("number", unit)), term.row)


def _divided(term: _Term, divisor: ir.Node) -> _Term:
    above = term.factor or ir.number(1)
    unit = above.kind.unit / divisor.kind.unit
    return _Term(ir.Binary(ir.Kind("number", unit), "/", above, divisor), term.row)


def _product(left: ir.Node, right: ir.Node, kind: ir.Kind) -> ir.Node:
    return ir.Binary(kind, "*", left, right)
