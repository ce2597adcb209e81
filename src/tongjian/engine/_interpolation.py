"""Values between those of a table (插值), over the cells of its grid.

Every back-end finds the two or four neighbours of a position and does the same arithmetic; the
derivative and the draws read it written out as a formula over the neighbours. At a place of the
table its value comes out exactly; outside of the table, or beside a place that has no value, there
is none.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from tongjian.engine._tables import Key, ResolvedTables
from tongjian.rules import Steps
from tongjian.rules import _ir as ir

_Places = tuple[tuple[Fraction, str], ...]
Near = tuple[tuple[int, ...], ...]
"""The neighbours of a position: on each axis the place at which it lies, or those on either side,
by their numbers."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The places on each axis, in the unit of the position read there."""

    node: ir.Interpolate
    axes: tuple[_Places, ...]
    lines: tuple[tuple[float, ...], ...]
    """The places as doubles."""
    steps: Steps | None = None

    @classmethod
    def of(cls, node: ir.Interpolate, tables: ResolvedTables) -> Grid:
        """The grid that a formula reads; it is the same in all years in which it is in force."""
        table = tables.tables[node.table]
        # A step whose value nobody found is a step all the same: the one before it has an end.
        filled = (
            frozenset(
                key for key, value in values.items() if table.steps or value.number is not None
            )
            for values in tables.values[node.table, node.column].values()
        )
        keys = next((keys for keys in filled if keys), frozenset())
        axes = tuple(
            _places(keys, index, unit.scale / position.kind.unit.scale)
            for index, (unit, position) in enumerate(
                zip(table.axes.values(), node.positions, strict=True)
            )
        )
        lines = tuple(tuple(float(number) for number, _ in places) for places in axes)
        return cls(node, axes, lines, table.steps)

    def near(self, positions: Sequence[float]) -> Near | None:
        """The neighbours of a position; None outside of the table."""
        found: list[tuple[int, ...]] = []
        for line, value in zip(self.lines, positions, strict=True):
            if self.steps:
                low = step_below(self.steps, line, value)
                if low < 0:
                    return None
                found.append((low,))
            elif line and line[0] <= value <= line[-1]:
                low = bisect_right(line, value) - 1
                found.append((low,) if line[low] == value else (low, low + 1))
            else:
                return None
        return tuple(found)

    def cells(self, positions: Sequence[float]) -> list[Near]:
        """The cells in which a position lies, for its slope; those with most neighbours first.

        At a place that is the cell after it or the one before it, or else the place alone.
        """
        near = self.near(positions)
        if near is None or self.steps:
            return [] if near is None else [near]
        choices = []
        for line, beside in zip(self.lines, near, strict=True):
            low = beside[0]
            cells = [(low, low + 1), (low - 1, low)] if len(beside) == 1 else []
            inside = [one for one in cells if one[0] >= 0 and one[1] < len(line)]
            choices.append([*inside, beside])
        return list(product(*choices))

    def corners(self, near: Near) -> list[ir.Lookup]:
        """The look-ups of the neighbours, with or without a value."""
        texts = (
            [places[index][1] for index in beside]
            for places, beside in zip(self.axes, near, strict=True)
        )
        return [self.look(key) for key in product(*texts)]

    def look(self, key: Key) -> ir.Lookup:
        """The look-up of one place of the grid."""
        texts = tuple(ir.Text(ir.Kind("text"), part) for part in key)
        return ir.Lookup(self.node.kind, self.node.table, self.node.column, texts)

    def formula(self, near: Near, before: Key = ()) -> ir.Node:
        """The value between neighbours as an expression of positions and look-ups."""
        axis = len(before)
        if axis == len(near):
            return self.look(before)
        places = [self.axes[axis][index] for index in near[axis]]
        left, *right = (self.formula(near, (*before, text)) for _, text in places)
        if not right:
            return left
        one, kind = ir.Kind("number"), self.node.kind
        position = self.node.positions[axis]
        unit = position.kind.unit
        start, end = (number for number, _ in places)
        above = ir.Binary(ir.Kind("number", unit), "-", position, ir.number(start, unit))
        part = ir.Binary(one, "/", above, ir.number(end - start, unit))
        rest = ir.Binary(one, "-", ir.number(1), part)
        return ir.Binary(
            kind, "+", ir.Binary(kind, "*", rest, left), ir.Binary(kind, "*", part, right[0])
        )

    def spans(self) -> list[tuple[Fraction, Fraction]]:
        """First and last place of each axis, in the unit of its position."""
        return [(places[0][0], places[-1][0]) for places in self.axes if places]


def reader(
    grid: Grid, numbers: Mapping[int, Mapping[Key, Any]], constant: Callable[[Fraction], Any]
) -> Callable[..., Any]:
    """A function of the year and the positions: the value there, None where there is none.

    `numbers` are the table's values by year and key, `constant` brings a fraction into their
    arithmetic.
    """
    places = [[constant(number) for number, _ in axis] for axis in grid.axes]
    texts = [[text for _, text in axis] for axis in grid.axes]
    widths = [
        [constant(high - low) for (low, _), (high, _) in pairwise(axis)] for axis in grid.axes
    ]
    one = constant(Fraction(1))
    if grid.steps:
        steps = grid.steps

        def ladder(year: int, position: Any) -> Any:
            low = step_below(steps, places[0], position)
            return None if low < 0 else numbers.get(year, {}).get((texts[0][low],))

        return ladder

    def along(values: Mapping[Key, Any], before: Key, positions: Sequence[Any]) -> Any:
        axis = len(before)
        if axis == len(places):
            return values.get(before)
        line, position = places[axis], positions[axis]
        if not line or not line[0] <= position <= line[-1]:
            return None
        index = bisect_right(line, position) - 1
        left = along(values, (*before, texts[axis][index]), positions)
        if line[index] == position:
            return left  # the neighbour has no weight, and need not be there
        right = along(values, (*before, texts[axis][index + 1]), positions)
        if left is None or right is None:
            return None
        part = (position - line[index]) / widths[axis][index]
        return (one - part) * left + part * right

    return lambda year, *positions: along(numbers.get(year, {}), (), positions)


def step_below(steps: Steps, places: Sequence[Any], position: Any) -> int:
    """The number of the step on which a position stands; -1 below the first."""
    return (bisect_right if steps == "from" else bisect_left)(places, position) - 1


def written_out(grid: Grid, near: Near, tables: ResolvedTables) -> ir.Node:
    """The value between neighbours as an expression, made once for each set of tables."""
    mark = (grid.node, near)
    found = tables.written_out.get(mark)
    if found is None:
        found = tables.written_out[mark] = grid.formula(near)
    return found


def _places(keys: frozenset[Key], index: int, factor: Fraction) -> _Places:
    texts = {key[index] for key in keys}
    return tuple(sorted((Fraction(text) * factor, text) for text in texts))


__all__ = ["Grid", "Near", "reader", "written_out"]
