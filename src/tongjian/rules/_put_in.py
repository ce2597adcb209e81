"""Tables with values put in by whoever binds them (代入值).

``market.balance~balance[steel]@2025=0.857`` is table `market.balance` with 0.857 in the place of
its values of column `balance` and key `steel` that are in force at the end of 2025; without
``@year`` those of every year. Several places are parted by ``;``, the keys of one place by ``,``,
and a unit other than that of the column follows the number. The whole of a what-if so stands in
the name of the table, and with it in the manifest of a run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from tongjian.problems import Problem, RuleError
from tongjian.rules._documents import Table, Value
from tongjian.rules._exact import exact
from tongjian.units import UnitError, parse_unit

_PLACE = re.compile(
    r"(?P<column>[A-Za-z]\w*)(\[(?P<key>[^\[\]=;~]*)\])?(@(?P<year>\d{4}))?"
    r"=\s*(?P<number>[+-]?[\d.]+([eE][+-]?\d+)?)\s*(?P<unit>[^=;~]*)"
)


@dataclass(frozen=True, slots=True)
class PutIn:
    """One value and the place that it takes in a table."""

    column: str
    key: tuple[str, ...]
    number: str
    unit: str = ""
    year: int | None = None

    def __str__(self) -> str:
        keys = f"[{','.join(self.key)}]" if self.key else ""
        year = "" if self.year is None else f"@{self.year}"
        return f"{self.column}{keys}{year}={self.number}{' ' if self.unit else ''}{self.unit}"

    @property
    def place(self) -> tuple[str, tuple[str, ...], int | None]:
        return self.column, self.key, self.year

    def replaces(self, value: Value) -> bool:
        """Whether it stands in the place of a value of the table."""
        in_force = self.year is None or value.validity.covers(date(self.year, 12, 31))
        return (value.column, value.key) == (self.column, self.key) and in_force


def with_value(table: str, value: PutIn) -> str:
    """The id of a table with one value put in, besides those that are put in already."""
    base, values = _parts(table)
    kept = [one for one in values if one.place != value.place]
    return f"{base}~{';'.join(str(one) for one in [*kept, value])}"


def has_values(table: str) -> bool:
    """Whether the id of a table says that values are put in."""
    return "=" in table.rpartition("~")[2] and "~" in table


def put_in(table: str, known: Callable[[str], Table | None]) -> Table | None:
    """The table that `table` names, with its values put in; None if there is no such table.

    Raises `RuleError` for a place that the table does not have and for a unit that does not fit.
    """
    if not has_values(table):
        return None
    base, values = _parts(table)
    found = known(base)
    if found is None:
        return None
    for one in values:
        found = _put(found, one, table)
    return replace(found, id=table)


def _parts(table: str) -> tuple[str, list[PutIn]]:
    if not has_values(table):
        return table, []
    base, _, text = table.rpartition("~")
    return base, [_read(part, table) for part in text.split(";")]


def _read(text: str, table: str) -> PutIn:
    found = _PLACE.fullmatch(text.strip())
    if found is None:
        raise RuleError(Problem("rules.put_in", values={"text": text, "table": table}))
    keys = found["key"]
    return PutIn(
        column=found["column"],
        key=tuple(part.strip() for part in keys.split(",")) if keys else (),
        number=found["number"],
        unit=found["unit"].strip(),
        year=int(found["year"]) if found["year"] else None,
    )


def _put(table: Table, one: PutIn, name: str) -> Table:
    places = [value for value in table.values if one.replaces(value)]
    if not places:
        values = {"place": str(one), "table": table.id, "known": _places(table)}
        raise RuleError(Problem("rules.put_in_place", values=values))
    unit = table.columns[one.column].unit
    try:
        given = parse_unit(one.unit) if one.unit else unit
        number = exact(one.number) * given.scale / unit.scale
    except (UnitError, ValueError) as error:
        values = {"text": str(one), "table": name}
        raise RuleError(Problem("rules.put_in", values=values)) from error
    if not given.same_dimension(unit):
        values = {"unit": one.unit, "column": one.column, "want": unit.text}
        raise RuleError(Problem("rules.put_in_unit", values=values))

    def changed(value: Value) -> Value:
        if not one.replaces(value):
            return value
        return replace(
            value,
            number=number,
            printed=one.number,
            printed_unit=given.text,
            status="derived",
            source="代入值 / a value put in",
            clause=str(one),
            note="代入值，不是公布的数 / put in for this run, not a published value",
        )

    return replace(table, values=tuple(changed(value) for value in table.values))


def _places(table: Table) -> str:
    listed = dict.fromkeys(str(PutIn(v.column, v.key, "…")) for v in table.values)
    return "; ".join(list(listed)[:8])


__all__ = ["PutIn", "has_values", "put_in", "with_value"]
