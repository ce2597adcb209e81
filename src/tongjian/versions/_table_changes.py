"""Tables that differ between two versions (取值差异), and what each value moved.

As in the bridge between two rule sets, one table after the other takes the place of the old one,
GWP last. A table of another form, or one that lacks what the old formulas need, stays with the
formulas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tongjian.engine import PlantYear, Prepared, ResolvedTables
from tongjian.rules import RuleError, Table, Value, Words
from tongjian.versions._attribution import alone
from tongjian.versions._changes import Amounts, Change, amounts_of, difference
from tongjian.versions._side import Side

_GWP = "gwp"
_TOGETHER = Words("本表几个取值的共同作用", "what values of the table do only together")
_Spot = tuple[str, tuple[str, ...]]
"""Column and key of a value."""


@dataclass(slots=True)
class Swapped:
    """How far the tables of the new side have taken the place of the old ones."""

    prepared: Prepared
    amounts: Amounts
    changes: list[Change]


def swap_tables(left: Side, right: Side, plant: PlantYear, prepared: Prepared) -> Swapped:
    """Put the tables of `right` under the formulas of `left`, one after the other."""
    lines = plant.lines(prepared)
    state = Swapped(prepared, amounts_of(lines), [])
    missing = sum(line.missing for line in lines)
    book, binds = left.rulebook, dict(left.binds)
    ours = left.ruleset.program.tables
    theirs = right.ruleset.program.tables
    for alias in sorted(ours.keys() & theirs.keys(), key=lambda name: (name == _GWP, name)):
        old_id, new_id = ours[alias], theirs[alias]
        if old_id is None or new_id is None:
            continue
        old, new = book.table(old_id), right.rulebook.table(new_id)
        if old is None or new is None or _same(old, new):
            continue
        tables = {**book.tables, new_id: new}
        digest = f"{book.digest}+{alias}@{right.rulebook.digest}"
        trial = replace(book, tables=tables, digest=digest)
        wanted = binds if old_id == new_id else {**binds, alias: new_id}
        try:
            changed = Prepared.of(trial, left.ruleset, left.year, wanted)
        except RuleError:
            continue
        found = plant.lines(changed)
        if sum(line.missing for line in found) > missing:
            continue
        missing = sum(line.missing for line in found)
        amounts = amounts_of(found)
        effect = difference(amounts, state.amounts)
        chosen = _chosen(alias, left, right)
        state.changes += _changes(alias, (old, new), effect, state, changed, plant, chosen)
        state.prepared, state.amounts = changed, amounts
        book, binds = trial, wanted
    return state


def _chosen(alias: str, left: Side, right: Side) -> str:
    """Who chose another table: the request of a run, or the rule documents."""
    asked = left.asked_binds.get(alias) != right.asked_binds.get(alias)
    return "bind" if asked else "ruleset"


def _changes(
    alias: str,
    tables: tuple[Table, Table],
    effect: Amounts,
    state: Swapped,
    changed: Prepared,
    plant: PlantYear,
    chosen: str,
) -> Iterator[Change]:
    """The values that differ, each by itself; the whole table where values cannot be told apart."""
    old, new = tables
    before, after = state.prepared.tables, changed.tables
    about = {"alias": alias, "tables": [old.id, new.id], "chosen_by": chosen}
    alike = old.keys == new.keys and not (old.axes or new.axes)
    spots = _spots(alias, before, after) if alike and effect else []
    if not spots:
        if effect or old.id != new.id:
            detail = {**about, **_cited(new)}
            yield Change("tables", "table", new.title, effect, old.id, new.id, detail)
        return

    def computed(some: Sequence[_Spot]) -> Amounts:
        mixed = state.prepared.with_tables(_mixed(alias, before, after, some))
        return amounts_of(plant.lines(mixed))

    effects, rest = alone(spots, state.amounts, computed)
    for spot, moved in zip(spots, effects, strict=True):
        if moved:
            yield _value_change(alias, spot, moved, (old, new), (before, after), about)
    if rest:
        yield Change("tables", "interaction", _TOGETHER, rest, detail=about)


def _same(old: Table, new: Table) -> bool:
    """Whether two tables say the same numbers."""

    def said(table: Table) -> tuple[Any, ...]:
        columns = {name: column.unit.text for name, column in table.columns.items()}
        values = [(one.key, one.column, one.number, one.validity) for one in table.values]
        return (table.keys, table.axes, table.steps, table.selected_on, columns, values)

    return old.id == new.id and said(old) == said(new)


def _spots(alias: str, before: ResolvedTables, after: ResolvedTables) -> list[_Spot]:
    """The values in force that differ."""
    found: dict[_Spot, None] = {}
    for name, column in before.values:
        if name == alias and (alias, column) in after.values:
            for year, values in before.values[alias, column].items():
                keys = {*values, *after.values[alias, column][year]}
                for key in sorted(keys):
                    numbers = [side.number(alias, column, year, key) for side in (before, after)]
                    if numbers[0] != numbers[1]:
                        found[column, key] = None
    return list(found)


def _mixed(
    alias: str, before: ResolvedTables, after: ResolvedTables, spots: Sequence[_Spot]
) -> ResolvedTables:
    """The values of before, some of them as after has them."""
    values = dict(before.values)
    for column, key in spots:
        mark = (alias, column)
        ratio = after.scales[mark] / before.scales[mark]
        by_year = {}
        for year, old in values[mark].items():
            new = after.values[mark][year].get(key)
            kept = {one: value for one, value in old.items() if one != key}
            by_year[year] = kept if new is None else {**kept, key: _scaled(new, ratio)}
        values[mark] = by_year
    return replace(before, values=values)


def _scaled(value: Value, ratio: Any) -> Value:
    return value if value.number is None else replace(value, number=value.number * ratio)


def _value_change(
    alias: str,
    spot: _Spot,
    effect: Amounts,
    tables: tuple[Table, Table],
    resolved: tuple[ResolvedTables, ResolvedTables],
    about: Mapping[str, Any],
) -> Change:
    column, key = spot
    year = max(resolved[0].values[alias, column])
    found = [side.in_force(alias, column, year, key) for side in resolved]
    texts = ["" if one is None else f"{one.printed} {one.printed_unit}".strip() for one in found]
    title, at = tables[1].columns[column].title, " ".join(key)
    words = Words(
        f"{tables[1].title.zh}：{title.zh} {at}".strip(),
        f"{tables[1].title.en}: {title.en} {at}".strip(),
    )
    cited = {
        side: {"source": one.source, "clause": one.clause, "status": one.status}
        for side, one in zip(("before", "after"), found, strict=True)
        if one is not None
    }
    detail = {**about, "column": column, "key": list(key), "cited": cited}
    newest = found[1] or found[0]
    if newest is not None:
        detail |= {
            "document": newest.source or tables[1].basis.document,
            "clause": newest.clause or tables[1].basis.clause,
            "status": newest.status,
        }
    return Change("tables", "value", words, effect, texts[0], texts[1], detail)


def _cited(table: Table) -> dict[str, str]:
    basis = table.basis
    return {"document": basis.document, "clause": basis.clause, "status": basis.status}


__all__ = ["Swapped", "swap_tables"]
