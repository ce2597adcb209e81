"""What a method takes for want of a record (缺省取值), before anything is entered or run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.engine._leaf_rows import RECORD, LeafRows, Record, Row, within_classes
from tongjian.engine._live import live_nodes
from tongjian.engine._prepared import prepare
from tongjian.engine._python import PythonEngine
from tongjian.engine._relations import Sources
from tongjian.rules import RAW, CompiledRuleSet, Rulebook, SheetPlan, Table, Value
from tongjian.rules import _ir as ir


@dataclass(frozen=True, slots=True)
class DefaultValue:
    """A default (缺省值) of an item of a stream, and the printed values that it comes from.

    `value` is in `unit`; `sources` is empty where the default is no value of a table.
    """

    process_unit: str
    stream: str
    item: str
    unit: str
    value: float
    ruleset: str
    sources: tuple[tuple[Table, Value], ...]


def default_values(
    rulebook: Rulebook,
    rulesets: Iterable[CompiledRuleSet],
    year: int,
    facility: Mapping[str, Any],
    process_units: Sequence[Mapping[str, Any]],
    streams: Collection[tuple[str, str, str]],
) -> list[DefaultValue]:
    """The defaults of one facility's year, for (process unit, stream, class of the stream).

    Defaults hold for a stream of which nothing but its use is recorded; `facility` and
    `process_units` are rows of the records, whose attributes decide some of them.
    """
    found: dict[tuple[str, ...], DefaultValue] = {}
    for ruleset in rulesets:
        bound, engine = prepare(rulebook, ruleset, (year,), {})
        leaves = {name: one for name, one in bound.program.sheets.items() if one.is_leaf}
        records = [
            record
            for sheet in leaves.values()
            for record in _asked(sheet, str(facility["facility"]), year, streams)
        ]
        reader = LeafRows(None, Sources(), {str(facility["facility"]): dict(facility)})
        reader.process_units = {
            (one["facility"], one["process_unit"]): dict(one) for one in process_units
        }
        rows = reader.pivot(list(leaves.values()), records)
        for name, sheet in leaves.items():
            engine.fill(sheet, rows[name])
            for row in rows[name]:
                for one in _of_row(engine, sheet, row, ruleset.id):
                    mark = (one.process_unit, one.stream, one.item, one.unit)
                    found.setdefault(mark, one)
    return list(found.values())


def _asked(
    sheet: SheetPlan, facility: str, year: int, streams: Collection[tuple[str, str, str]]
) -> Iterator[Record]:
    """A record without a number for each input: it makes the row and leaves it empty."""
    for unit, stream, its_class in streams:
        if not within_classes(its_class, sheet.doc.streams):
            continue
        for plan in sheet.inputs.values():
            doc = plan.doc
            if doc.stream in (None, stream):
                told = {
                    "facility": facility,
                    "period": str(year),
                    "year": year,
                    "process_unit": unit,
                    "stream": stream,
                    "class": its_class,
                    "item": doc.item,
                    "unit": doc.unit.text,
                }
                yield tuple(told.get(name) for name in RECORD)


def _of_row(
    engine: PythonEngine, sheet: SheetPlan, row: Row, ruleset: str
) -> Iterator[DefaultValue]:
    for name, plan in sheet.inputs.items():
        value, stream = row[name], plan.doc.stream or row.get("stream")
        if plan.default is None or row[name + RAW] is not None or stream is None:
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield DefaultValue(
                str(row.get("process_unit") or ""),
                str(stream),
                plan.doc.item,
                plan.doc.unit.text,
                float(value),
                ruleset,
                tuple(_printed(engine, plan.default, row)),
            )


def _printed(engine: PythonEngine, node: ir.Node, row: Row) -> Iterator[tuple[Table, Value]]:
    for look in dict.fromkeys(live_nodes(engine, node, row)):
        if isinstance(look, ir.Lookup):
            key = engine.key_of(look, row)
            value = engine.tables.in_force(look.table, look.column, row["year"], key)
            if value is not None:
                yield engine.tables.tables[look.table], value


__all__ = ["DefaultValue", "default_values"]
