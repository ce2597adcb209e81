"""Which formulas a value rests on (牵涉的公式): down through sheets, rows and branches taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tongjian.engine import PlantModel
from tongjian.rules import SheetPlan
from tongjian.rules import _ir as ir

Row = dict[str, Any]
Cell = tuple[str, str]


@dataclass(slots=True)
class Reach:
    """Collects the formulas behind cells of one plant; conditions count, as they decide."""

    model: PlantModel
    seen: set[tuple[str, int, str]] = field(default_factory=set)
    formulas: set[Cell] = field(default_factory=set)

    def cell(self, sheet: SheetPlan, row: Row, column: str, *, asked: bool = False) -> None:
        """Follow one cell; a zero counts only where it is the very value that is asked for."""
        if asked and column in sheet.formulas and row.get(column) is not None:
            self.formulas.add((sheet.name, column))  # even if another value led here before
        mark = (sheet.name, id(row), column)
        if mark in self.seen:
            return
        self.seen.add(mark)
        if column in sheet.formulas:
            if row.get(column):
                self.formulas.add((sheet.name, column))
            self.node(sheet.formulas[column].node, sheet, row)
        elif column in sheet.inputs and not self.model.entered(row, column):
            default = sheet.inputs[column].default
            if default is not None:
                self.node(default, sheet, row)

    def node(self, node: ir.Node, sheet: SheetPlan, row: Row) -> None:
        """Follow an expression."""
        match node:
            case ir.Column(name=name):
                self.cell(sheet, row, name)
            case ir.If(condition=condition, then=then, other=other):
                self.node(condition, sheet, row)
                holds = self.model.engine.row_value(condition, row)
                if holds is not None:
                    self.node(then if holds else other, sheet, row)
            case ir.Call(name="coalesce", arguments=options):
                for option in options:
                    self.node(option, sheet, row)
                    if self.model.engine.row_value(option, row) is not None:
                        break
            case ir.Aggregate():
                finer = self.model.program.sheets[node.sheet]
                for member in self.members(node, sheet, row):
                    self.node(node.node, finer, member)
            case ir.Above():
                above = self.model.above(node, row)
                if above is not None:
                    self.cell(self.model.program.sheets[node.sheet], above, node.column)
            case _:
                for child in node.children():
                    self.node(child, sheet, row)

    def members(self, node: ir.Aggregate, sheet: SheetPlan, row: Row) -> list[Row]:
        found = self.model.members(node, sheet, row)
        return found if node.name in ("sum", "count") else self.model.counted(node, found)


__all__ = ["Cell", "Reach"]
