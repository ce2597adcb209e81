"""One facility's year under one rule set as a function of what it rests on (企业核算模型).

The independent quantities are the recorded series (one per process unit, stream and item: what a
meter or laboratory says is off by the same share in every month) and the values of tables (one per
value, however many rows read it, so that a shared factor moves all of them together).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tongjian.engine._finished_run import Run
from tongjian.engine._leaf_rows import Row
from tongjian.engine._one_plant import OnePlant
from tongjian.engine._prepared import prepare
from tongjian.engine._python import PythonEngine
from tongjian.problems import EngineError, Problem
from tongjian.rules import RAW, Program, SheetPlan, Value, Words
from tongjian.rules import _ir as ir

_TIERS = """
SELECT DISTINCT process_unit, stream, item, unit, class, tier FROM activity
WHERE facility = ? AND year = ? ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An independent quantity (独立量): a recorded series, or a value of a table.

    `id` is ``record:facility/process unit/class/stream/item/tier`` (the class being that of the
    stream, such as ``fuel.solid.coke``) or ``value:table/column/key…/first day in force``.
    """

    id: str
    kind: Literal["record", "value"]
    title: Words
    unit: str
    activity: bool
    """Whether it is an amount (活动水平), which is measured anew each year."""
    fraction: bool = False
    """Whether it is a share, which cannot exceed one."""
    document: str = ""
    clause: str = ""
    status: str = ""


@dataclass(slots=True)
class PlantModel:
    """The rows of one facility and year, and how they rest on each other."""

    engine: PythonEngine
    facility: str
    year: int
    sheets: dict[str, list[Row]]
    tiers: dict[tuple[str, str, str, str], tuple[str, str]]
    """Class and tier of each series: process unit, stream, item and unit."""
    groups: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], list[Row]]] = field(
        default_factory=dict
    )
    values: dict[tuple[str, str, tuple[str, ...]], Quantity] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run, facility: str, year: int, ruleset: str) -> PlantModel:
        """The model of a facility's year; raises `EngineError` where the run has none."""
        plant = OnePlant.of(run, facility, year, ruleset)
        _, engine = prepare(run.rulebook, plant.result.ruleset, (year,), run.binds)
        with run.snapshot.borrow() as connection:
            cursor = connection.execute(_TIERS, [facility, year])
            tiers: dict[tuple[str, str, str, str], tuple[str, str]] = {}
            for unit, stream, item, measured_in, its_class, tier in cursor.fetchall():
                mark = (unit or "", stream or "", item, measured_in)
                tiers[mark] = (its_class or "", tier or "")
        return cls(engine, facility, year, engine.run(plant.leaves), tiers)

    @property
    def program(self) -> Program:
        return self.engine.program

    def find(self, sheet: str, column: str) -> Row:
        """The row of a sheet by facility and year; raises `EngineError` where there is none."""
        plan = self.program.sheets.get(sheet)
        rows = self.sheets.get(sheet, [])
        if plan is None or column not in plan.formulas or len(rows) != 1:
            known = ", ".join(
                f"{name}.{one}"
                for name, other in self.program.sheets.items()
                if other.grain == ("facility", "year")
                for one in other.formulas
            )
            values = {"what": f"{sheet}.{column}", "known": known}
            raise EngineError(Problem("engine.unknown_cell", values=values))
        return rows[0]

    def members(self, part: ir.Aggregate, sheet: SheetPlan, row: Row) -> list[Row]:
        """The finer rows that an aggregate takes in."""
        mark = (part.sheet, sheet.grain)
        if mark not in self.groups:
            groups: dict[tuple[Any, ...], list[Row]] = {}
            for one in self.sheets[part.sheet]:
                groups.setdefault(tuple(one[key] for key in sheet.grain), []).append(one)
            self.groups[mark] = groups
        found = self.groups[mark].get(tuple(row[key] for key in sheet.grain), [])
        return [
            one
            for one in found
            if not one.get("@refused") and self.engine.row_value(part.node, one) is not None
        ]

    def above(self, part: ir.Above, row: Row) -> Row | None:
        """The row of a coarser sheet that a row belongs to."""
        grain = self.program.sheets[part.sheet].grain
        mark = (part.sheet, grain)
        if mark not in self.groups:
            rows = self.sheets[part.sheet]
            self.groups[mark] = {tuple(one[key] for key in grain): [one] for one in rows}
        found = self.groups[mark].get(part.key(grain, row))
        return found[0] if found else None

    def counted(self, part: ir.Aggregate, members: list[Row]) -> list[Row]:
        """Those of the finer rows that the value of an aggregate is made of."""
        if part.name == "sum":
            return members
        ordered = sorted(
            members,
            key=lambda one: float(self.engine.row_value(part.node, one)),
            reverse=part.name in ("maximum", "sum_largest"),
        )
        if part.name == "median":
            return [ordered[at] for at in dict.fromkeys(ir.middle(len(ordered)))] if ordered else []
        return ordered[: part.most or 1]

    def entered(self, row: Row, name: str) -> bool:
        """Whether an input was entered (and is not a default)."""
        return row.get(name + RAW) is not None

    def recorded(self, sheet: SheetPlan, row: Row, name: str) -> Quantity:
        """The series that an entered input belongs to."""
        doc = sheet.inputs[name].doc
        unit = str(row.get("process_unit") or "")
        stream = str(doc.stream or row.get("stream") or "")
        mark = (unit, stream, doc.item, doc.unit.text)
        its_class, tier = self.tiers.get(mark, (str(row.get("stream_class") or ""), ""))
        return Quantity(
            id="record:" + "/".join([self.facility, unit, its_class, stream, doc.item, tier]),
            kind="record",
            title=doc.title,
            unit=doc.unit.text,
            activity=doc.unit.extensive,
            fraction=not doc.unit.dimension,
        )

    def looked_up(self, look: ir.Lookup, row: Row) -> Quantity:
        """The value of a table that a look-up reads in a row."""
        key = self.engine.key_of(look, row)
        mark = (look.table, look.column, key)
        if mark not in self.values:
            tables = self.engine.tables
            value = tables.in_force(look.table, look.column, row["year"], key)
            assert value is not None  # the row has a result that rests on it
            self.values[mark] = _value_quantity(self, look, value)
        return self.values[mark]


def _value_quantity(model: PlantModel, look: ir.Lookup, value: Value) -> Quantity:
    table = model.engine.tables.tables[look.table]
    title = table.columns[look.column].title
    since = [] if value.validity.first is None else [value.validity.first.isoformat()]
    return Quantity(
        id="value:" + "/".join([table.id, look.column, *value.key, *since]),
        kind="value",
        title=Words(f"{table.title.zh}：{title.zh}", f"{table.title.en}: {title.en}"),
        unit=look.kind.unit.text,
        activity=False,
        fraction=not look.kind.unit.dimension,
        document=value.source or table.basis.document,
        clause=value.clause or table.basis.clause,
        status=value.status,
    )


def merged(parts: Iterable[Mapping[Quantity, float]]) -> dict[Quantity, float]:
    """Effects of several plants: a factor that they share adds up, and is one quantity."""
    found: dict[Quantity, float] = {}
    for part in parts:
        for quantity, effect in part.items():
            found[quantity] = found.get(quantity, 0.0) + effect
    return found


__all__ = ["PlantModel", "Quantity", "merged"]
