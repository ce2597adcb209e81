"""Tables as another source has them: the values that an alternative of a conflict would change.

Each becomes a table of its own (``fuel.mee-v01-2024~<conflict>.<alternative>``), so that a run can
be bound to it like to any other table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from tongjian.problems import Problem
from tongjian.rules._documents import Alternative, Conflict, Override, Table, Value
from tongjian.rules._exact import exact
from tongjian.units import UnitError, parse_unit


def variant_id(table: str, conflict: str, alternative: str) -> str:
    """The id of a table as an alternative has it."""
    return f"{table}~{conflict}.{alternative}"


def replacements(conflict: Conflict, alternative: Alternative) -> dict[str, str]:
    """Which tables an alternative puts in place of which."""
    changed = {one.table for one in alternative.overrides}
    variants = {name: variant_id(name, conflict.id, alternative.id) for name in sorted(changed)}
    return {**alternative.tables, **variants}


def build_variants(
    conflicts: Iterable[Conflict], tables: Mapping[str, Table], problems: list[Problem]
) -> dict[str, Table]:
    """The variant tables of all conflicts, by id; what does not fit is added to `problems`."""
    found = {}
    for conflict in conflicts:
        problems.extend(_check(conflict, tables))
        for alternative in conflict.alternatives:
            ordered = sorted(alternative.overrides, key=lambda one: one.table)
            for name, group in groupby(ordered, key=lambda one: one.table):
                if name in tables:
                    made = _variant(tables[name], conflict, alternative, list(group), problems)
                    found[made.id] = made
    return found


def _check(conflict: Conflict, tables: Mapping[str, Table]) -> Iterator[Problem]:
    names = [one.id for one in conflict.alternatives]
    if conflict.adopted not in names or len(set(names)) < len(names):
        values = {"name": conflict.adopted, "known": ", ".join(names)}
        yield Problem("rules.conflict_adopted", conflict.place, values)
    for alternative in conflict.alternatives:
        if alternative.id != conflict.adopted and not replacements(conflict, alternative):
            yield Problem("rules.conflict_empty", conflict.place, {"name": alternative.id})
        wanted = [*alternative.tables, *alternative.tables.values()]
        for name in [*wanted, *(one.table for one in alternative.overrides)]:
            if name not in tables:
                values = {"name": name, "alias": f"{conflict.id}.{alternative.id}"}
                yield Problem("rules.unknown_table", conflict.place, values)


def _variant(
    table: Table,
    conflict: Conflict,
    alternative: Alternative,
    overrides: list[Override],
    problems: list[Problem],
) -> Table:
    values = list(table.values)
    for one in overrides:
        places = [
            n
            for n, value in enumerate(values)
            if (value.key, value.column) == (one.key, one.column)
        ]
        if not places:
            what = " ".join([table.id, *one.key, one.column])
            problems.append(Problem("rules.conflict_value", one.place, {"name": what}))
        for n in places:
            values[n] = _overridden(table, values[n], one, alternative, problems)
    name = variant_id(table.id, conflict.id, alternative.id)
    return replace(table, id=name, basis=alternative.basis, values=tuple(values))


def _overridden(
    table: Table, value: Value, one: Override, alternative: Alternative, problems: list[Problem]
) -> Value:
    unit = table.columns[value.column].unit
    try:
        printed = parse_unit(one.unit)
    except UnitError:
        details = {"text": one.unit, "detail": "tongjian/units/units.txt"}
        problems.append(Problem("rules.unit", one.place, details))
        return value
    if not printed.same_dimension(unit):
        details = {"unit": one.unit, "column": value.column, "want": unit.text}
        problems.append(Problem("rules.csv_unit", one.place, details))
        return value
    return replace(
        value,
        number=exact(one.printed) * printed.scale / unit.scale,
        printed=one.printed,
        printed_unit=one.unit,
        status=alternative.basis.status,
        source=alternative.basis.document,
        clause=alternative.basis.clause,
        note=alternative.basis.note,
        place=one.place,
    )
