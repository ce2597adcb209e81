"""Factor sets (因子集): the values that one sheet reads by the same keys, as one small table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import duckdb

from tongjian.engine._sql import FactorSet
from tongjian.engine._tables import Key, ResolvedTables
from tongjian.rules import _ir as ir

_Numbers = dict[int, dict[Key, float]]


@dataclass(slots=True)
class FactorSets:
    """Reads factor sets from resolved tables; each look-up is read once."""

    tables: ResolvedTables
    numbers: dict[ir.Lookup, _Numbers] = field(default_factory=dict)

    def is_constant(self, look: ir.Lookup) -> bool:
        """Whether a look-up has one value for all rows and years of the run."""
        if any(isinstance(key, ir.Column) for key in look.keys):
            return False
        return len({by_key.get(()) for by_key in self.read(look).values()}) <= 1

    def constant(self, look: ir.Lookup) -> Fraction | None:
        """The exact value of a constant look-up."""
        key = tuple(part.value for part in look.keys if isinstance(part, ir.Text))
        years = self.tables.years(look.table)
        return self.tables.number(look.table, look.column, years[0], key) if years else None

    def is_year_free(self, one: FactorSet) -> bool:
        """Whether a factor set has the same values in all years of the run."""
        for look in one.lookups:
            first, *others = self.read(look).values()
            if any(other != first for other in others):
                return False
        return True

    def read(self, look: ir.Lookup) -> _Numbers:
        """Numbers of a look-up by year and by the values of its key columns."""
        found = self.numbers.get(look)
        if found is None:
            found = self.numbers[look] = {year: {} for year in self.tables.years(look.table)}
            scale = self.tables.scales[look.table, look.column]
            known: dict[int, float] = {}  # one value is in force in many years
            fixed = any(isinstance(part, ir.Text) for part in look.keys)
            for (year, key), value in self.tables.values[look.table, look.column].items():
                row_key = _row_key(look, key) if fixed else key
                if value.number is None or row_key is None:
                    continue
                number = known.get(id(value))
                if number is None:
                    number = known[id(value)] = float(value.number * scale)
                found[year][row_key] = number
        return found

    def create(self, connection: duckdb.DuckDBPyConnection, sets: Iterable[FactorSet]) -> None:
        """Write each factor set into a temporary table of its name."""
        for one in sets:
            columns = [("year", "INTEGER"), *((key, "VARCHAR") for key in one.keys)]
            columns += [(one.column(index), "DOUBLE") for index in range(len(one.lookups))]
            rows = list(self.rows(one))
            if self.is_year_free(one):
                columns, rows = columns[1:], [row[1:] for row in rows]
            # One list per column: thousands of plants may have values of their own.
            lists = [list(values) for values in zip(*rows, strict=True)] or [[] for _ in columns]
            selected = ", ".join(f'unnest(?::{kind}[]) AS "{name}"' for name, kind in columns)
            create = f"CREATE OR REPLACE TEMP TABLE {one.name} AS SELECT {selected}"
            connection.execute(create, lists)

    def rows(self, one: FactorSet) -> Iterator[tuple[object, ...]]:
        """Year, key columns and values; the first year only where all years are alike."""
        numbers = [self.read(look) for look in one.lookups]
        years = list(numbers[0])
        for year in years[:1] if self.is_year_free(one) else years:
            keys = {key: None for by_year in numbers for key in by_year[year]}
            for key in sorted(keys):
                yield (year, *key, *(by_year[year].get(key) for by_year in numbers))


def _row_key(look: ir.Lookup, key: Key) -> Key | None:
    """The part of a table's key that rows bring; None if a fixed part does not fit."""
    parts = []
    for part, value in zip(look.keys, key, strict=True):
        if isinstance(part, ir.Text):
            if part.value != value:
                return None
        else:
            parts.append(value)
    return tuple(parts)
