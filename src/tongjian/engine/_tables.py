"""Which value of each dated table is in force for a year (取值).

Look-ups are resolved here once per year and key, for every back-end alike; a back-end only joins
by equality. What cannot be resolved is explained from the same data (`why_missing`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TypeVar

from tongjian.problems import Problem
from tongjian.rules import Program, Rulebook, RuleSet, Table, Validity, Value
from tongjian.rules import _ir as ir

Key = tuple[str, ...]
_N = TypeVar("_N")
_ALWAYS = Validity()


@dataclass(slots=True)
class ResolvedTables:
    """Values in force by alias and column, then year, then key; `scales` turns their numbers into
    the units the formulas expect. Years with the same values share one mapping."""

    tables: dict[str, Table]
    days: dict[str, dict[int, date]]
    scales: dict[tuple[str, str], Fraction]
    values: dict[tuple[str, str], dict[int, dict[Key, Value]]] = field(default_factory=dict)
    written_out: dict[tuple[ir.Interpolate, tuple[tuple[int, ...], ...]], ir.Node] = field(
        default_factory=dict
    )
    """Values between places of these tables as expressions, by the numbers of the places."""

    def in_force(self, alias: str, column: str, year: int, key: Key) -> Value | None:
        """The value in force, with or without a number."""
        return self.values[alias, column][year].get(key)

    def value(self, alias: str, column: str, year: int, key: Key) -> Value | None:
        """The value in force, or None when there is none (or it has no number)."""
        found = self.in_force(alias, column, year, key)
        return found if found is not None and found.number is not None else None

    def number(self, alias: str, column: str, year: int, key: Key) -> Fraction | None:
        """The number in force in the unit of the formula, or None."""
        found = self.value(alias, column, year, key)
        if found is None or found.number is None:
            return None
        return found.number * self.scales[alias, column]

    def converted(
        self, alias: str, column: str, number: Callable[[Fraction], _N]
    ) -> dict[int, dict[Key, _N]]:
        """Every number in force by year and key, in the unit of the formulas, as `number` has it.

        Years with the same values share one mapping here too.
        """
        scale = self.scales[alias, column]
        made: dict[int, dict[Key, _N]] = {}
        by_year = self.values[alias, column]
        same = scale == 1
        for found in by_year.values():
            if id(found) not in made:
                made[id(found)] = {
                    key: number(value.number if same else value.number * scale)
                    for key, value in found.items()
                    if value.number is not None
                }
        return {year: made[id(found)] for year, found in by_year.items()}

    def why_missing(self, alias: str, column: str, year: int, key: Key) -> Problem:
        """The reason why a look-up gives nothing, with what is nearest."""
        table = self.tables[alias]
        day = self.days[alias][year]
        same = [v for v in table.values if v.key == key and v.column == column]
        values: dict[str, object] = {
            "table": table.id,
            "column": column,
            "title_zh": table.columns[column].title.zh,
            "title_en": table.columns[column].title.en,
            "key": "、".join(key) or "-",
            "day": day,
        }
        if not all(key):
            empty = [name for name, part in zip(table.keys, key, strict=True) if not part]
            return Problem("engine.key_empty", values={**values, "keys": ", ".join(empty)})
        if not same:
            known = sorted({v.key[0] for v in table.values if v.column == column and v.key})
            return Problem("engine.no_value", values={**values, "known": ", ".join(known) or "-"})
        in_force = [v for v in same if v.validity.covers(day)]
        if in_force:
            note = in_force[0].note or in_force[0].status
            # Where a note explains the gap to a user it is kept as 中文 / English.
            zh, _, en = note.partition(" / ")
            notes = {"note_zh": zh, "note_en": en or zh}
            return Problem("engine.value_without_number", values={**values, **notes})
        spans = "; ".join(str(v.validity) for v in same)
        return Problem("engine.outside_validity", values={**values, "spans": spans})


def as_float(number: Fraction) -> float:
    """The nearest double; `float` takes four times as long, and there may be many thousands."""
    return number.numerator / number.denominator


def resolve_tables(
    program: Program, book: Rulebook, ruleset: RuleSet, years: Iterable[int]
) -> ResolvedTables:
    """Resolve every table that `program` reads for each of `years`."""
    wanted = sorted(years)
    named = {alias: book.table(name) for alias, name in program.tables.items() if name is not None}
    tables = {alias: table for alias, table in named.items() if table is not None}
    days = {
        alias: {year: _day(table, ruleset, year) for year in wanted}
        for alias, table in tables.items()
    }
    resolved = ResolvedTables(tables, days, {})
    for look in program.lookups():
        name = (look.table, look.column)
        if name in resolved.values:
            continue
        table = tables[look.table]
        unit = table.columns[look.column].unit
        resolved.scales[name] = unit.scale / look.kind.unit.scale
        resolved.values[name] = _in_force(table, look.column, days[look.table])
    return resolved


def _day(table: Table, ruleset: RuleSet, year: int) -> date:
    """The day on which a table is read for `year`.

    Most values belong to the accounting year (its last day); a grid factor is the latest one
    published when the report is due, in the year after.
    """
    if table.selected_on == "report_date":
        month, day = ruleset.report_day
        return date(year + 1, month, day)
    return date(year, 12, 31)


def _in_force(table: Table, column: str, days: Mapping[int, date]) -> dict[int, dict[Key, Value]]:
    """Values by year and key.

    Most tables have no value that begins or ends within the years of a run; then nothing is done
    year by year, which matters for tables with a value for every plant.
    """
    steady: dict[Key, Value] = {}
    dated: list[Value] = []
    for value in table.values:
        if value.column == column:
            if value.validity is _ALWAYS or value.validity == _ALWAYS:
                steady[value.key] = value
            else:
                dated.append(value)
    if not dated:
        return dict.fromkeys(days, steady)
    return {
        year: steady | {one.key: one for one in dated if one.validity.covers(day)}
        for year, day in days.items()
    }
