"""A plant's total for many draws at once (抽样计算): the same formulas over arrays.

Only what rests on a quantity that varies becomes an array; all else stays the number it is. The
meanings are those of the other back-ends, but sums are not rounded to whole micro-units.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tongjian.engine._interpolation import Grid, Near, written_out
from tongjian.engine._leaf_rows import Row
from tongjian.engine._plant_model import PlantModel, Quantity
from tongjian.rules import RAW, SheetPlan
from tongjian.rules import _ir as ir

Value = Any
"""A number, a text, a truth value, None; or an array of one of them per draw, where a draw
without a value has NaN (in an array of truths, which is then one of 1, 0 and NaN, as well)."""


@dataclass(slots=True)
class Draws:
    """Evaluates cells of one plant; `multipliers` has an array for each quantity that varies."""

    model: PlantModel
    multipliers: Mapping[Quantity, np.ndarray]
    known: dict[tuple[int, str], Value] = field(default_factory=dict)

    def cell(self, sheet: str, row: Row, column: str) -> Value:
        """The value of a column in a row: a number, or an array of one number per draw."""
        mark = (id(row), column)
        if mark not in self.known:
            self.known[mark] = self._cell(self.model.program.sheets[sheet], row, column)
        return self.known[mark]

    def _cell(self, plan: SheetPlan, row: Row, column: str) -> Value:
        if column in plan.formulas:
            return self.value(plan.formulas[column].node, plan, row)
        if column in plan.inputs:
            doc = plan.inputs[column].doc
            if doc.choices or doc.is_date:
                return row[column]  # a word is not a little more or less
            if self.model.entered(row, column):
                return self.varied(self.model.recorded(plan, row, column), row[column])
            default = plan.inputs[column].default
            return None if default is None else self.value(default, plan, row)
        return row.get(column)

    def varied(self, quantity: Quantity, value: float) -> Value:
        multiplier = self.multipliers.get(quantity)
        if multiplier is None:
            return value
        drawn = value * multiplier
        # A share stays one: an oxidation rate of 0.99 is not drawn as 1.01.
        return np.minimum(drawn, 1.0) if quantity.fraction and 0 <= value <= 1 else drawn

    def value(self, node: ir.Node, plan: SheetPlan, row: Row) -> Value:
        """The value of an expression in a row."""
        match node:
            case ir.Column(name=name):
                return self.cell(plan.name, row, name)
            case ir.Lookup():
                number = self.model.engine.row_value(node, row)
                if number is None:
                    return None
                return self.varied(self.model.looked_up(node, row), number)
            case ir.Interpolate():
                return self.between(node, plan, row)
            case ir.Aggregate():
                return self.aggregate(node, plan, row)
            case ir.Above(sheet=sheet, column=column):
                above = self.model.above(node, row)
                return None if above is None else self.cell(sheet, above, column)
            case ir.Number(value=constant):
                return float(constant)
            case ir.Text(value=text):
                return text
            case ir.Nothing():
                return None
            case ir.Given(node=ir.Column(name=name)):
                return row.get(name + RAW, row.get(name)) is not None
            case ir.Within() | ir.Given():
                return self.model.engine.row_value(node, row)
            case ir.Required(node=inner):
                return self.value(inner, plan, row)
            case ir.If(condition=condition, then=then, other=other):
                return self.either(condition, then, other, plan, row)
            case ir.Logic(op=op, items=items):
                return self.logic(op, items, plan, row)
            case ir.Call(name="coalesce", arguments=options):
                return self.first(options, plan, row)
        parts = [self.value(child, plan, row) for child in node.children()]
        return None if any(part is None for part in parts) else _combined(node, parts)

    def between(self, node: ir.Interpolate, plan: SheetPlan, row: Row) -> Value:
        """A value between those of a table: draws with the same neighbours share a formula."""
        tables = self.model.engine.tables
        grid = Grid.of(node, tables)
        positions = [self.value(one, plan, row) for one in node.positions]
        if any(position is None for position in positions):
            return None
        if not any(isinstance(position, np.ndarray) for position in positions):
            near = grid.near(positions)
            return None if near is None else self.value(written_out(grid, near, tables), plan, row)
        groups: dict[Near, list[int]] = {}
        drawn = [one.tolist() for one in np.broadcast_arrays(*positions)]
        for index, position in enumerate(zip(*drawn, strict=True)):
            near = None if any(map(math.isnan, position)) else grid.near(position)
            if near is not None:
                groups.setdefault(near, []).append(index)
        result = np.full(len(drawn[0]), np.nan)
        for near, members in groups.items():
            value = _number(self.value(written_out(grid, near, tables), plan, row))
            result[members] = np.broadcast_to(value, result.shape)[members]
        return result

    def either(
        self, condition: ir.Node, then: ir.Node, other: ir.Node, plan: SheetPlan, row: Row
    ) -> Value:
        holds = self.value(condition, plan, row)
        if not isinstance(holds, np.ndarray):
            if holds is None:
                return None
            return self.value(then if holds else other, plan, row)
        left, right = (self.value(part, plan, row) for part in (then, other))
        chosen = np.where(holds == 1, _number(left), _number(right))
        lacking = _lacking(holds)
        return np.where(lacking, np.nan, chosen) if lacking.any() else chosen

    def logic(self, op: str, items: tuple[ir.Node, ...], plan: SheetPlan, row: Row) -> Value:
        decided = op == "or"  # what ends the reading, from left to right
        result: Value = not decided
        for item in items:
            part = self.value(item, plan, row)
            if isinstance(part, np.ndarray) or isinstance(result, np.ndarray):
                result = _joined(decided, result, part)
            elif part is None or bool(part) is decided:
                return part  # the rest is not looked at
        return result

    def first(self, options: tuple[ir.Node, ...], plan: SheetPlan, row: Row) -> Value:
        result: Value = None
        for option in options:
            value = self.value(option, plan, row)
            if value is None:
                continue
            # Only the draws that have no value yet take the next option.
            result = value if result is None else np.where(np.isnan(result), value, result)
            if not (isinstance(result, np.ndarray) and np.isnan(result).any()):
                break
        return result

    def aggregate(self, part: ir.Aggregate, plan: SheetPlan, row: Row) -> Value:
        members = self.model.members(part, plan, row)
        finer = self.model.program.sheets[part.sheet]
        certain = self.model.engine.row_value(part, row)
        if part.name == "count" or certain is None:  # a sum has no value if its factor has none
            return certain
        values = [self.value(part.node, finer, member) for member in members]
        if part.name == "sum":
            total: Value = 0.0
            for value in values:
                total = total + value
            return total
        if part.name == "sum_largest":
            return _sum_largest(values, part.most)
        if part.name == "median":
            return _median(values)
        best = np.minimum if part.name == "minimum" else np.maximum
        result = values[0]
        for value in values[1:]:
            result = best(result, value)
        return result


def _combined(node: ir.Node, parts: list[Value]) -> Value:
    match node:
        case ir.Scale(factor=factor):
            return parts[0] * float(factor)
        case ir.Negate():
            return -parts[0]
        case ir.Not():
            if not isinstance(parts[0], np.ndarray):
                return not parts[0]
            return np.where(_lacking(parts[0]), np.nan, parts[0] == 0)
        case ir.Binary(op=op):
            return _arithmetic(op, *parts)
        case ir.Compare(op=op):
            return _compared(op, *parts)
        case ir.Call(name="abs"):
            return abs(parts[0])
        case ir.Call(name="sqrt"):
            root = np.sqrt(np.where(np.asarray(parts[0]) < 0, np.nan, parts[0]))
            return root if isinstance(parts[0], np.ndarray) else _plain(float(root))
        case ir.Call(name="power"):
            base, exponent = (np.asarray(part, dtype=float) for part in parts)
            usable = (exponent >= 0) & (exponent <= 63) & (np.floor(exponent) == exponent)
            power = np.power(base, np.where(usable, exponent, np.nan))
            drawn = any(isinstance(part, np.ndarray) for part in parts)
            return power if drawn else _plain(float(power))
        case ir.Call(name="whole"):
            below = np.floor(parts[0])
            return below if isinstance(parts[0], np.ndarray) else float(below)
        case ir.Call(name="ceil" | "floor" as name):
            whole, value = (np.ceil if name == "ceil" else np.floor), np.asarray(parts[0])
            near = np.where(np.abs(value) < 1e6, np.floor(value * 1e9 + 0.5) / 1e9, value)
            return whole(near) if isinstance(parts[0], np.ndarray) else float(whole(near))
        case ir.Call(name=name):
            best = np.minimum if name == "min" else np.maximum
            result = parts[0]
            for part in parts[1:]:
                result = best(result, part)
            return result
    raise NotImplementedError(f"no draws of {type(node).__name__}")


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else value


def _arithmetic(op: str, left: Value, right: Value) -> Value:
    if op == "+":
        return left + right
    if op == "-":
        return left - right
    if op == "*":
        return left * right
    if isinstance(right, np.ndarray):
        return left / np.where(right == 0, np.nan, right)
    return None if right == 0 else left / right


def _compared(op: str, left: Value, right: Value) -> Value:
    compared = {
        "==": lambda: left == right,
        "!=": lambda: left != right,
        "<": lambda: left < right,
        "<=": lambda: left <= right,
        ">": lambda: left > right,
        ">=": lambda: left >= right,
    }
    result = compared[op]()
    if not isinstance(result, np.ndarray):
        return result
    lacking = _lacking(left) | _lacking(right)
    return np.where(lacking, np.nan, result) if lacking.any() else result


def _joined(decided: bool, left: Value, right: Value) -> np.ndarray:
    """`and` and `or` of three truths: what stands on the left counts before what is missing."""
    one = np.asarray(_number(left), dtype=float)
    two = np.asarray(_number(right), dtype=float)
    return np.where(one == decided, one, np.where(np.isnan(one), one, two))


def _lacking(value: Value) -> np.ndarray:
    """Which draws have no value."""
    array = np.asarray(value)
    return np.isnan(array) if array.dtype.kind == "f" else np.zeros(array.shape, dtype=bool)


def _sum_largest(values: list[Value], most: int) -> Value:
    if len(values) <= most:
        return sum(values, 0.0)
    ordered = np.sort(np.stack(np.broadcast_arrays(*map(np.asarray, values))), axis=0)
    return ordered[-most:].sum(axis=0)


def _median(values: list[Value]) -> Value:
    if not any(isinstance(value, np.ndarray) for value in values):
        return float(np.median(values))
    return np.median(np.stack(np.broadcast_arrays(*map(np.asarray, values))), axis=0)


def _number(value: Value) -> Value:
    return np.nan if value is None else value


__all__ = ["Draws"]
