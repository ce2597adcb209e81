"""Factor sets (因子集): the values that one sheet reads by the same keys, as one small table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tongjian.engine._sql import FactorSet
from tongjian.engine._tables import Key, ResolvedTables, as_float
from tongjian.rules import _ir as ir


class Tables(Protocol):
    """What can take a table of values."""

    def fill(
        self, name: str, kinds: Sequence[tuple[str, str]], columns: Sequence[Sequence[Any]]
    ) -> None: ...


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

    def constant(self, look: ir.Lookup) -> float | None:
        """The value of a look-up that is constant; None where the table has none."""
        return next((by_key.get(()) for by_key in self.read(look).values()), None)

    def is_year_free(self, one: FactorSet) -> bool:
        """Whether a factor set has the same values in all years of the run."""
        return all(
            other is first or other == first
            for first, *others in (self.read(look).values() for look in one.lookups)
            for other in others
        )

    def read(self, look: ir.Lookup) -> _Numbers:
        """Numbers of a look-up by year and by the values of its key columns."""
        found = self.numbers.get(look)
        if found is None:
            found = self.tables.converted(look.table, look.column, as_float)
            if any(isinstance(part, ir.Text) for part in look.keys):
                found = {year: _fitting(look, by_key) for year, by_key in found.items()}
            self.numbers[look] = found
        return found

    def create(self, engine: Tables, sets: Iterable[FactorSet]) -> None:
        """Write each factor set into a table of its name."""
        for one in sets:
            kinds = [("year", "INTEGER"), *((key, "VARCHAR") for key in one.keys)]
            kinds += [(one.column(index), "DOUBLE") for index in range(len(one.lookups))]
            columns = self.columns(one)
            if self.is_year_free(one):
                kinds, columns = kinds[1:], columns[1:]
            engine.fill(one.name, kinds, columns)

    def columns(self, one: FactorSet) -> list[list[object]]:
        """Year, key columns and values, a list each: thousands of plants may have their own.

        The first year only where all years are alike.
        """
        numbers = [self.read(look) for look in one.lookups]
        years = list(numbers[0])
        columns: list[list[object]] = [[] for _ in range(1 + len(one.keys) + len(numbers))]
        for year in years[:1] if self.is_year_free(one) else years:
            keys = list(dict.fromkeys(key for by_year in numbers for key in by_year[year]))
            columns[0] += [year] * len(keys)
            for index in range(len(one.keys)):
                columns[1 + index] += [key[index] for key in keys]
            for index, by_year in enumerate(numbers, 1 + len(one.keys)):
                columns[index] += map(by_year[year].get, keys)
        return columns


def _fitting(look: ir.Lookup, numbers: dict[Key, float]) -> dict[Key, float]:
    """The entries whose fixed key parts fit, by the parts that rows bring."""
    fixed = {n: part.value for n, part in enumerate(look.keys) if isinstance(part, ir.Text)}
    return {
        tuple(part for n, part in enumerate(key) if n not in fixed): number
        for key, number in numbers.items()
        if all(key[n] == value for n, value in fixed.items())
    }
