"""Derivatives of a formula (公式的偏导数): the expression tree, walked from its value downwards.

The partial derivative of an expression with respect to each column (its own or of a coarser row),
look-up and aggregate that its value rests on. Only the branch that was taken counts; a condition
has no derivative.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tongjian.rules import _ir as ir

Leaf = ir.Column | ir.Lookup | ir.Above | ir.Interpolate | ir.Aggregate
ValueOf = Callable[[ir.Node], Any]


def partials(node: ir.Node, value_of: ValueOf, seed: float = 1.0) -> dict[Leaf, float]:
    """The derivative of `node` by each of its leaves, times `seed`.

    `value_of` gives the value of any part of the expression in the row at hand (None where it is
    missing). A part without a value has no derivative: what depends on it is missing too.
    """
    found: dict[Leaf, float] = {}
    _add(node, seed, value_of, found)
    return found


def _add(node: ir.Node, seed: float, value_of: ValueOf, found: dict[Leaf, float]) -> None:
    match node:
        case ir.Column() | ir.Lookup() | ir.Above() | ir.Interpolate() | ir.Aggregate():
            found[node] = found.get(node, 0.0) + seed
        case ir.Scale(node=inner, factor=factor):
            _add(inner, seed * float(factor), value_of, found)
        case ir.Negate(node=inner):
            _add(inner, -seed, value_of, found)
        case ir.Required(node=inner):
            _add(inner, seed, value_of, found)
        case ir.Binary():
            _add_binary(node, seed, value_of, found)
        case ir.If(condition=condition, then=then, other=other):
            holds = value_of(condition)
            if holds is not None:
                _add(then if holds else other, seed, value_of, found)
        case ir.Call():
            _add_call(node, seed, value_of, found)
        case ir.Number() | ir.Text() | ir.Nothing():
            pass
        case ir.Compare() | ir.Within() | ir.Logic() | ir.Not() | ir.Given():
            pass
        case _:
            raise NotImplementedError(f"no derivative of {type(node).__name__}")


def _add_binary(node: ir.Binary, seed: float, value_of: ValueOf, found: dict[Leaf, float]) -> None:
    left, right = value_of(node.left), value_of(node.right)
    if left is None or right is None:
        return
    if node.op in ("+", "-"):
        _add(node.left, seed, value_of, found)
        _add(node.right, seed if node.op == "+" else -seed, value_of, found)
    elif node.op == "*":
        _add(node.left, seed * right, value_of, found)
        _add(node.right, seed * left, value_of, found)
    elif right != 0:
        _add(node.left, seed / right, value_of, found)
        _add(node.right, -seed * left / (right * right), value_of, found)


def _add_call(node: ir.Call, seed: float, value_of: ValueOf, found: dict[Leaf, float]) -> None:
    values = [value_of(argument) for argument in node.arguments]
    if node.name == "coalesce":
        for argument, value in zip(node.arguments, values, strict=True):
            if value is not None:
                _add(argument, seed, value_of, found)
                return
        return
    if any(value is None for value in values):
        return
    if node.name in ("ceil", "floor", "whole"):
        return  # flat between its steps
    if node.name == "power":
        base, exponent = float(values[0]), float(values[1])
        if 1 <= exponent <= 63:
            _add(node.arguments[0], seed * exponent * base ** (exponent - 1), value_of, found)
        if base > 0:  # as if there were something between whole exponents: which way it goes
            slope = float(value_of(node) or 0) * math.log(base)
            _add(node.arguments[1], seed * slope, value_of, found)
        return
    if node.name == "sqrt":
        if values[0] > 0:
            _add(node.arguments[0], seed / (2.0 * values[0] ** 0.5), value_of, found)
        return
    if node.name == "abs":
        sign = (values[0] > 0) - (values[0] < 0)
        _add(node.arguments[0], seed * sign, value_of, found)
        return
    best = min(values) if node.name == "min" else max(values)
    _add(node.arguments[values.index(best)], seed, value_of, found)


__all__ = ["Leaf", "partials"]
