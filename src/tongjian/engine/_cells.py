"""Interpolation in SQL (插值的 SQL): a table with axes as a table of its cells.

A row finds the number of its cell on each axis, joins the cell by it, and works out the value from
the cell's two or four corners, with the arithmetic of `_interpolation.reader`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from tongjian.engine._interpolation import Grid
from tongjian.engine._sql import SqlWriter
from tongjian.engine._tables import ResolvedTables, as_float
from tongjian.rules import _ir as ir


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one table's column: those from each place up to the next, and the last place."""

    name: str
    grid: Grid
    by_year: bool
    numbers: dict[int, dict[tuple[str, ...], float]]

    @classmethod
    def of(cls, name: str, node: ir.Interpolate, tables: ResolvedTables) -> Cells:
        """The cells that a formula reads, as a table called `name`."""
        numbers = tables.converted(node.table, node.column, as_float)
        first, *others = numbers.values()
        alike = all(other == first for other in others)
        return cls(name, Grid.of(node, tables), not alike, numbers)

    @property
    def _axes(self) -> range:
        return range(len(self.grid.axes))

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """Names and types of the columns."""
        kinds = [("year", "INTEGER")] if self.by_year else []
        for axis in self._axes:
            kinds += [(self.column("n", axis), "INTEGER")]
            kinds += [(self.column(what, axis), "DOUBLE") for what in ("start", "width")]
        return [*kinds, *((self.corner(steps), "DOUBLE") for steps in self._steps())]

    def columns(self) -> list[list[Any]]:
        """The values of the columns, a list each."""
        rows = list(self._rows())
        return [[row[at] for row in rows] for at in range(len(self.kinds))]

    def _rows(self) -> Iterator[list[Any]]:
        years = list(self.numbers) if self.by_year else list(self.numbers)[:1]
        for year in years:
            for cell in product(*(range(len(places)) for places in self.grid.axes)):
                row: list[Any] = [year] if self.by_year else []
                for places, index in zip(self.grid.axes, cell, strict=True):
                    start, *more = [number for number, _ in places[index : index + 2]]
                    width = as_float(more[0] - start) if more else None
                    row += [index + 1, as_float(start), width]
                yield [*row, *(self._value(year, cell, steps) for steps in self._steps())]

    def _steps(self) -> Iterator[tuple[int, ...]]:
        return product((0, 1), repeat=len(self.grid.axes))

    def _value(self, year: int, cell: tuple[int, ...], steps: tuple[int, ...]) -> float | None:
        at = [index + step for index, step in zip(cell, steps, strict=True)]
        if any(index >= len(self.grid.axes[axis]) for axis, index in enumerate(at)):
            return None
        key = tuple(self.grid.axes[axis][index][1] for axis, index in enumerate(at))
        return self.numbers[year].get(key)

    # -- SQL ---------------------------------------------------------------------------------

    def column(self, what: str, axis: int) -> str:
        """The name of a column about an axis."""
        return f"{self.name}_{what}{axis}"

    def corner(self, steps: tuple[int, ...]) -> str:
        """The name of the column with a corner's value: steps along each axis."""
        return f"{self.name}_v{''.join(map(str, steps))}"

    def joined(self, query: str, writer: SqlWriter) -> str:
        """`query` with the interpolated value as a column of the name of the table."""
        q, positions = writer.quote, [writer.code(one) for one in self.grid.node.positions]
        numbers = [
            f"{self._number(axis, position, writer)} AS {q(f'{self.name} {axis}')}"
            for axis, position in enumerate(positions)
        ]
        tests = [
            f"c.{self.column('n', axis)} = b.{q(f'{self.name} {axis}')}" for axis in self._axes
        ]
        tests += ["c.year = b.year"] if self.by_year else []
        wanted = ", ".join(f"c.{name}" for name, _ in self.kinds if name != "year")
        numbered = f"SELECT *, {', '.join(numbers)} FROM ({query})"
        cells = (
            f"SELECT b.*, {wanted} FROM ({numbered}) b "
            f"LEFT JOIN {self.name} c ON {' AND '.join(tests)}"
        )
        found = self.corner((0,)) if self.grid.steps else self._between(positions, ())
        return f"SELECT *, {found} AS {q(self.name)} FROM ({cells})"

    def _number(self, axis: int, position: str, writer: SqlWriter) -> str:
        """The number of the cell on an axis; missing outside of it."""
        places = [writer.double(number) for number, _ in self.grid.axes[axis]]
        if not places:
            return "CAST(NULL AS INT)"
        before, after = ("<=", ">") if self.grid.steps == "above" else ("<", ">=")
        steps = " ".join(
            f"WHEN {position} {before} {place} THEN {number}"
            for number, place in enumerate(places[1:], 1)
        )
        number = f"CASE {steps} ELSE {len(places)} END" if steps else "1"
        if self.grid.steps:  # the last step has no end
            return f"CASE WHEN {position} {after} {places[0]} THEN {number} END"
        within = f"{position} >= {places[0]} AND {position} <= {places[-1]}"
        return f"CASE WHEN {within} THEN {number} END"

    def _between(self, positions: list[str], steps: tuple[int, ...]) -> str:
        """The value along the next axis. At a place the next one has no weight, nor need it be."""
        axis = len(steps)
        if axis == len(positions):
            return self.corner(steps)
        start, width = self.column("start", axis), self.column("width", axis)
        left, right = (self._between(positions, (*steps, step)) for step in (0, 1))
        part = f"(({positions[axis]} - {start}) / {width})"
        mixed = f"((1e0 - {part}) * {left} + {part} * {right})"
        return f"CASE WHEN {positions[axis]} = {start} THEN {left} ELSE {mixed} END"


def interpolations(node: ir.Node) -> Iterator[ir.Interpolate]:
    """Interpolations at the level of this row (not those inside aggregates)."""
    if isinstance(node, ir.Aggregate):
        return
    if isinstance(node, ir.Interpolate):
        yield node
    for child in node.children():
        yield from interpolations(child)


__all__ = ["Cells", "interpolations"]
