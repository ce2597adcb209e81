"""What drives a number (敏感性): derivatives of a total by everything that it rests on.

The chain rule is applied from the total downwards through sheets, rows and formulas (reverse
accumulation), so that one pass gives the derivative by every record and every factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tongjian.engine._finished_run import Run
from tongjian.engine._interpolation import Grid, written_out
from tongjian.engine._leaf_rows import Row
from tongjian.engine._plant_model import PlantModel, Quantity, merged
from tongjian.rules import SheetPlan, partials
from tongjian.rules import _ir as ir

_Cells = dict[str, dict[int, tuple[Row, dict[str, float]]]]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """A total and its drivers (敏感性).

    `effects` gives for each quantity by how much the total, in `unit`, changes when the quantity
    is doubled, as far as the total is linear in it: derivative times value.
    """

    value: float
    unit: str
    effects: dict[Quantity, float]

    def ranked(self) -> list[tuple[Quantity, float]]:
        """The quantities with the largest effect first."""
        return sorted(self.effects.items(), key=lambda one: (-abs(one[1]), one[0].id))


def sensitivity(
    run: Run, facilities: Sequence[str], year: int, ruleset: str, cell: str | None = None
) -> Sensitivity:
    """The drivers of the sum over `facilities` of a cell, by default of the rule set's total.

    `cell` is ``sheet.column`` of a sheet with one row per facility and year. Raises `EngineError`
    when the run has no such facility, year, rule set or cell.
    """
    models = [PlantModel.of(run, facility, year, ruleset) for facility in facilities]
    sheet, column = cell_of(run, ruleset, cell)
    totals = [model.find(sheet, column)[column] or 0.0 for model in models]
    doc = models[0].program.sheets[sheet].formulas[column].doc
    effects = merged(drivers(model, sheet, column) for model in models)
    return Sensitivity(sum(totals), doc.unit.text if doc.unit is not None else "", effects)


def drivers(model: PlantModel, sheet: str, column: str) -> dict[Quantity, float]:
    """By how much a cell of one plant changes with each quantity: derivative times value.

    Raises `EngineError` when the plant has no such cell.
    """
    return _Reverse(model).effects(sheet, column)


def cell_of(run: Run, ruleset: str, cell: str | None) -> tuple[str, str]:
    """Sheet and column of a cell, or of the total of a rule set."""
    totals = [one.ruleset.doc.total for one in run.results if one.ruleset.id == ruleset]
    sheet, _, column = (cell or next(filter(None, totals), "facility.total")).rpartition(".")
    return sheet or "facility", column


@dataclass(slots=True)
class _Reverse:
    model: PlantModel

    def effects(self, sheet: str, column: str) -> dict[Quantity, float]:
        cells: _Cells = {}
        found: dict[Quantity, float] = {}
        self.push(cells, sheet, self.model.find(sheet, column), column, 1.0)
        # Sheets stand in the order in which they are computed: the other way round, everything
        # that rests on a row has been seen when the row's turn comes.
        for name in reversed(self.model.program.sheets):
            plan = self.model.program.sheets[name]
            for row, weights in list(cells.get(name, {}).values()):
                self.row(plan, row, weights, cells, found)
        return found

    def push(self, cells: _Cells, sheet: str, row: Row, column: str, weight: float) -> None:
        _, weights = cells.setdefault(sheet, {}).setdefault(id(row), (row, {}))
        weights[column] = weights.get(column, 0.0) + weight

    def row(
        self,
        plan: SheetPlan,
        row: Row,
        weights: dict[str, float],
        cells: _Cells,
        found: dict[Quantity, float],
    ) -> None:
        for name in reversed(plan.formulas):
            if weights.get(name):
                self.node(plan.formulas[name].node, plan, row, weights.pop(name), cells, found)
        for name in reversed(plan.inputs):
            item, weight = plan.inputs[name], weights.pop(name, 0.0)
            if not weight:
                continue
            if self.model.entered(row, name):
                quantity = self.model.recorded(plan, row, name)
                found[quantity] = found.get(quantity, 0.0) + weight * row[name]
            elif item.default is not None:
                self.node(item.default, plan, row, weight, cells, found)

    def node(
        self,
        node: ir.Node,
        plan: SheetPlan,
        row: Row,
        weight: float,
        cells: _Cells,
        found: dict[Quantity, float],
    ) -> None:
        def value_of(part: ir.Node) -> object:
            return self.model.engine.row_value(part, row)

        for leaf, slope in partials(node, value_of, weight).items():
            match leaf:
                case ir.Lookup():
                    value = value_of(leaf)
                    if isinstance(value, float):
                        quantity = self.model.looked_up(leaf, row)
                        found[quantity] = found.get(quantity, 0.0) + slope * value
                case ir.Interpolate():
                    expression = self.between(leaf, row)
                    if expression is not None:
                        self.node(expression, plan, row, slope, cells, found)
                case ir.Aggregate():
                    self.aggregate(leaf, plan, row, slope, cells, found)
                case ir.Above():
                    above = self.model.above(leaf, row)
                    if above is not None:
                        self.push(cells, leaf.sheet, above, leaf.column, slope)
                case ir.Column(name=name):
                    # Defaults are part of the inputs' own turn, after every formula.
                    self.push(cells, plan.name, row, name, slope)

    def between(self, node: ir.Interpolate, row: Row) -> ir.Node | None:
        """The formula of the cell in which a row lies; None where it has no value."""
        engine = self.model.engine
        positions = [engine.row_value(one, row) for one in node.positions]
        if None in positions:
            return None
        grid = Grid.of(node, engine.tables)
        formulas = (written_out(grid, near, engine.tables) for near in grid.cells(positions))
        return next((one for one in formulas if engine.row_value(one, row) is not None), None)

    def aggregate(
        self,
        part: ir.Aggregate,
        plan: SheetPlan,
        row: Row,
        slope: float,
        cells: _Cells,
        found: dict[Quantity, float],
    ) -> None:
        if part.name == "count":
            return
        members = self.model.counted(part, self.model.members(part, plan, row))
        finer = self.model.program.sheets[part.sheet]
        if part.name == "median" and members:
            slope /= len(members)  # the mean of the two in the middle
        for member in members:
            self.node(part.node, finer, member, slope, cells, found)


__all__ = ["Sensitivity", "cell_of", "drivers", "sensitivity"]
