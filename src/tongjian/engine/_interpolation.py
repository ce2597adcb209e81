"""Values between those of a table (插值), over the cells of its grid.

The derivative and the draws read it written out as conditions; the back-ends find the two or four
neighbours directly and do the same arithmetic, because written out a steam table has some hundred
thousand terms. At a place of the table its value comes out exactly; outside of the table, or
beside a place that has no value, there is none.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from tongjian.engine._tables import Key, ResolvedTables
from tongjian.rules import Steps
from tongjian.rules import _ir as ir

_BOOL = ir.Kind("bool")
_Places = tuple[tuple[Fraction, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The places on each axis, in the unit of the position read there, and what is filled in."""

    node: ir.Interpolate
    axes: tuple[_Places, ...]
    filled: frozenset[Key]
    years: tuple[int, ...]
    every_year: bool
    steps: Steps | None = None

    @classmethod
    def of(cls, node: ir.Interpolate, tables: ResolvedTables) -> Grid:
        """The grid that a formula reads; it is the same in all years in which it is in force."""
        by_year = tables.values[node.table, node.column]
        steps = tables.tables[node.table].steps
        # A step whose value nobody found is a step all the same: the one before it has an end.
        filled = {
            year: frozenset(
                key for key, value in values.items() if steps or value.number is not None
            )
            for year, values in by_year.items()
        }
        years = tuple(year for year, keys in filled.items() if keys)
        keys = filled[years[0]] if years else frozenset()
        units = tables.tables[node.table].axes.values()
        axes = tuple(
            _places(keys, index, unit.scale / position.kind.unit.scale)
            for index, (unit, position) in enumerate(zip(units, node.positions, strict=True))
        )
        return cls(node, axes, keys, years, len(years) == len(by_year), steps)

    def look(self, key: Key) -> ir.Lookup:
        """The look-up of one place of the grid."""
        texts = tuple(ir.Text(ir.Kind("text"), part) for part in key)
        return ir.Lookup(self.node.kind, self.node.table, self.node.column, texts)

    # -- as conditions -----------------------------------------------------------------------

    def lowered(self) -> ir.Node:
        """The interpolation as an expression of conditions, arithmetic and look-ups."""
        inside = self.along(()) if self.years else None
        if inside is None or self.every_year:
            return inside or self.nothing()
        year = ir.Column(ir.Kind("number"), "year")
        tests = tuple(ir.Compare(_BOOL, "==", year, ir.number(one)) for one in self.years)
        in_force = ir.Logic(_BOOL, "or", tests)
        return ir.If(self.node.kind, in_force, inside, self.nothing())

    def ladder(self) -> ir.Node:
        """The value of the step on which the position stands."""
        position, found = self.node.positions[0], self.nothing()
        for index, (_, text) in enumerate(self.axes[0]):
            op: Literal[">=", ">"] = ">=" if self.steps == "from" else ">"
            reached = ir.Compare(_BOOL, op, position, self.at((), index))
            found = ir.If(self.node.kind, reached, self.look((text,)), found)
        return found

    def along(self, before: Key) -> ir.Node | None:
        """The value along the next axis, at given places of those before; None if nowhere."""
        if self.steps:
            return self.ladder()
        if len(before) == len(self.axes):
            return self.look(before) if before in self.filled else None
        last = len(self.axes[len(before)]) - 1
        found = self.between(before, 0, last)
        if found is None:
            return None
        position = self.node.positions[len(before)]
        within = (
            ir.Compare(_BOOL, ">=", position, self.at(before, 0)),
            ir.Compare(_BOOL, "<=", position, self.at(before, last)),
        )
        return ir.If(self.node.kind, ir.Logic(_BOOL, "and", within), found, self.nothing())

    def nothing(self) -> ir.Node:
        return ir.Nothing(ir.Kind("number", self.node.kind.unit, nullable=True))

    def at(self, before: Key, index: int) -> ir.Number:
        axis = len(before)
        unit = self.node.positions[axis].kind.unit
        return ir.number(self.axes[axis][index][0], unit)

    def between(self, before: Key, low: int, high: int) -> ir.Node | None:
        """The value where the position lies within two places: halved until they are neighbours."""
        if high - low <= 1:
            return self.cell(before, low, high)
        middle = (low + high) // 2
        left, right = self.between(before, low, middle), self.between(before, middle, high)
        if left is None and right is None:
            return None
        position = self.node.positions[len(before)]
        below = ir.Compare(_BOOL, "<", position, self.at(before, middle))
        return ir.If(self.node.kind, below, left or self.nothing(), right or self.nothing())

    def cell(self, before: Key, low: int, high: int) -> ir.Node | None:
        places = self.axes[len(before)]
        left = self.along((*before, places[low][1]))
        if low == high:
            return left
        right = self.along((*before, places[high][1]))
        found: ir.Node | None = None
        if left is not None and right is not None:
            found = self.mixed(before, low, high, left, right)
        # On a line of the grid the neighbour has no weight, and need not be there.
        if right is None or self.has_gaps(before, high):
            found = self.on_line(before, low, left, found)
        if left is None or self.has_gaps(before, low):
            found = self.on_line(before, high, right, found)
        return found

    def mixed(self, before: Key, low: int, high: int, left: ir.Node, right: ir.Node) -> ir.Node:
        one, kind = ir.Kind("number"), self.node.kind
        position, start = self.node.positions[len(before)], self.at(before, low)
        width = ir.number(self.at(before, high).value - start.value, start.kind.unit)
        part = ir.Binary(one, "/", ir.Binary(start.kind, "-", position, start), width)
        rest = ir.Binary(one, "-", ir.number(1), part)
        return ir.Binary(
            kind, "+", ir.Binary(kind, "*", rest, left), ir.Binary(kind, "*", part, right)
        )

    def on_line(
        self, before: Key, index: int, there: ir.Node | None, other: ir.Node | None
    ) -> ir.Node | None:
        if there is None:
            return other
        position = self.node.positions[len(before)]
        same = ir.Compare(_BOOL, "==", position, self.at(before, index))
        return ir.If(self.node.kind, same, there, other or self.nothing())

    def has_gaps(self, before: Key, index: int) -> bool:
        """Whether a line of the grid, at a place of this axis, lacks values."""
        line = (*before, self.axes[len(before)][index][1])
        wanted = 1
        for places in self.axes[len(line) :]:
            wanted *= len(places)
        return sum(key[: len(line)] == line for key in self.filled) < wanted

    # -- one row -----------------------------------------------------------------------------

    def corners(self, positions: Sequence[float]) -> list[ir.Lookup]:
        """The places of the table that a row's value rests on, with or without a value."""
        if self.steps:
            numbers = [float(number) for number, _ in self.axes[0]]
            low = step_below(self.steps, numbers, positions[0])
            return [] if low < 0 else [self.look((self.axes[0][low][1],))]
        keys: list[Key] = [()]
        for places, value in zip(self.axes, positions, strict=True):
            numbers = [float(number) for number, _ in places]
            if not numbers or not numbers[0] <= value <= numbers[-1]:
                return []
            low = bisect_right(numbers, value) - 1
            near = [low] if numbers[low] == value else [low, low + 1]
            keys = [(*key, places[index][1]) for key in keys for index in near]
        return [self.look(key) for key in keys]

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


def written_out(node: ir.Interpolate, tables: ResolvedTables) -> ir.Node:
    """The interpolation as an expression, made once for each set of tables."""
    found = tables.written_out.get(node)
    if found is None:
        found = tables.written_out[node] = Grid.of(node, tables).lowered()
    return found


def _places(keys: frozenset[Key], index: int, factor: Fraction) -> _Places:
    texts = {key[index] for key in keys}
    return tuple(sorted((Fraction(text) * factor, text) for text in texts))


__all__ = ["Grid", "reader", "written_out"]
