"""A day as a count of days (日数): so that days can be subtracted.

A day is recorded as the number 20251231. Its count is that of the Gregorian calendar, where 1 is
the first of January of the year 1. Written with the arithmetic of the language itself, so that no
back-end needs a calendar of its own.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from tongjian.rules import _ir as ir
from tongjian.units import ONE, parse_unit

_COMMON_YEAR = (date(2, 1, 1) - date(1, 1, 1)).days


def days_since(day: ir.Node) -> ir.Node:
    """The count of `day`, a number such as 20251231, in the unit d."""
    whole = _floor(_over(day, 100))  # 202512
    year = _floor(_over(day, 10_000))
    month = _minus(whole, _times(year, 100))
    # The year that begins in March has its leap day at its end: March is month 0.
    shifted = _plus(month, ir.number(9))
    month = _minus(shifted, _times(_floor(_over(shifted, 12)), 12))
    year = _minus(year, _floor(_over(month, 10)))
    leap = _plus(_minus(_floor(_over(year, 4)), _floor(_over(year, 100))), _floor(_over(year, 400)))
    before = _floor(_over(_plus(_times(month, 306), ir.number(5)), 10))  # days of earlier months
    of_month = _minus(day, _times(whole, 100))
    count = _plus(_plus(_plus(_times(year, _COMMON_YEAR), leap), before), of_month)
    unit = parse_unit("d")
    offset = ir.number(306, unit)
    return _binary("-", ir.Binary(offset.kind, "*", count, ir.number(1, unit)), offset)


def _binary(op: Literal["+", "-", "*", "/"], left: ir.Node, right: ir.Node) -> ir.Node:
    return ir.Binary(left.kind, op, left, right)


def _plus(left: ir.Node, right: ir.Node) -> ir.Node:
    return _binary("+", left, right)


def _minus(left: ir.Node, right: ir.Node) -> ir.Node:
    return _binary("-", left, right)


def _times(node: ir.Node, factor: int) -> ir.Node:
    return _binary("*", node, ir.number(factor))


def _over(node: ir.Node, divisor: int) -> ir.Node:
    return _binary("/", node, ir.number(divisor))


def _floor(node: ir.Node) -> ir.Node:
    return ir.Call(ir.Kind("number", ONE), "whole", (node,))


__all__ = ["days_since"]
