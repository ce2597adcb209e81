"""A rule set tried out on a synthetic plant (试算企业): one row for every input that tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tongjian.contract._attributes import Attributes, combinations
from tongjian.contract._plausible import Plausible
from tongjian.contract._trial_rows import FACILITY, Row, TrialRow, TrialRows
from tongjian.engine import PlantModel, PythonEngine, Quantity, drivers, prepare
from tongjian.rules import RAW, CompiledRuleSet, SheetPlan

_MARK = "@trial"
_FEW = 6


@dataclass(frozen=True, slots=True)
class Slope:
    """How a total answers to one input in one trial row (方向): derivative times value."""

    sheet: str
    name: str
    effect: float
    entered: tuple[str, ...]
    stream: str


@dataclass(slots=True)
class Plant:
    """A synthetic plant of one combination of attributes, computed."""

    attributes: Attributes
    rows: list[TrialRow]
    sheets: dict[str, list[Row]]


@dataclass(slots=True)
class Trial:
    """One edition of a rule set in one year on synthetic plants."""

    ruleset: CompiledRuleSet
    engine: PythonEngine
    rows: TrialRows
    year: int

    @classmethod
    def of(cls, plausible: Plausible, ruleset: CompiledRuleSet, year: int) -> Trial:
        bound, engine = prepare(plausible.book, ruleset, (year,), {})
        return cls(bound, engine, TrialRows(engine, plausible, year), year)

    @property
    def leaves(self) -> list[SheetPlan]:
        """The sheets that take records and are tried on plants."""
        sheets = self.engine.program.sheets.values()
        return [one for one in sheets if one.is_leaf and one.doc.tried_by == "plants"]

    def plants(self, *, zero: bool = False) -> Iterator[Plant]:
        """A plant for every combination of attributes that makes a difference."""
        seen: set[tuple[Any, ...]] = set()
        tried = combinations(self.ruleset, self.engine)
        if self.ruleset.doc.shows and not self.outcomes():
            # The accounts that a judgement rests on are tried with every kind by themselves.
            tried = tried[:_FEW]
        for attributes in tried:
            rows = [row for sheet in self.leaves for row in self.rows.of(sheet, attributes)]
            # Many technologies mean nothing to most sheets: their rows would be the same again.
            mark = (attributes["kind"], *(self.mark(one) for one in rows))
            if rows and mark not in seen:
                seen.add(mark)
                yield self.plant(attributes, rows, zero=zero)

    def mark(self, one: TrialRow) -> tuple[Any, ...]:
        values = {name: value for name, value in one.row.items() if name.endswith(RAW)}
        return (one.sheet, one.focus, one.row.get("stream"), *values.values())

    def plant(self, attributes: Attributes, rows: list[TrialRow], *, zero: bool = False) -> Plant:
        """One plant with these rows, computed; with `zero` every amount in them is zero."""
        leaves: dict[str, list[Row]] = {}
        for number, one in enumerate(rows):
            row = {**one.row, _MARK: number}
            if zero:
                row |= {name + RAW: 0.0 for name in self.rows.amounts(one)}
            leaves.setdefault(one.sheet, []).append(row)
        return Plant(attributes, rows, self.engine.run(leaves))

    def slopes(self, plant: Plant, sheet: str, column: str) -> list[Slope]:
        """How a cell of the year answers to the input that each row brings out."""
        model = _TrialModel(self.engine, FACILITY, self.year, plant.sheets, {})
        found = []
        effects = {
            quantity.id: effect for quantity, effect in drivers(model, sheet, column).items()
        }
        for number, one in enumerate(plant.rows):
            effect = effects.get(f"{number}/{one.focus}", 0.0)
            stream = str(one.row.get("stream") or "")
            found.append(Slope(one.sheet, one.focus, effect, tuple(one.entered), stream))
        return found

    def outcome(self, sheet: SheetPlan) -> tuple[str, str] | None:
        """The cell that the directions of a leaf sheet speak of: its outcome, or the total.

        None if the rule set has no such cell.
        """
        name, _, column = (sheet.doc.outcome or self.ruleset.doc.total or "").partition(".")
        plan = self.engine.program.sheets.get(name)
        return (name, column) if plan is not None and column in plan.formulas else None

    def outcomes(self) -> set[tuple[str, str]]:
        """Every cell that some leaf sheet's directions speak of."""
        return {cell for sheet in self.leaves if (cell := self.outcome(sheet)) is not None}

    def value(self, plant: Plant, cell: tuple[str, str]) -> float | None:
        """What a cell comes to in a plant; None if it has no value or no single row."""
        rows = plant.sheets[cell[0]]
        return rows[0][cell[1]] if len(rows) == 1 else None


class _TrialModel(PlantModel):
    """Keeps the rows of a plant apart, which the model of a real plant gathers into series."""

    def recorded(self, sheet: SheetPlan, row: Row, name: str) -> Quantity:
        doc = sheet.inputs[name].doc
        mark = f"{row[_MARK]}/{name}"
        return Quantity(mark, "record", doc.title, doc.unit.text, doc.unit.extensive)


__all__ = ["Plant", "Slope", "Trial"]
