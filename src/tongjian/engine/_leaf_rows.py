"""Rows of leaf sheets in Python: the long table of records, pivoted to one column per input.

Does for few rows what `LeafSql.base_rows` does for many; the tests hold one against the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any

import duckdb

from tongjian.engine._relations import Sources
from tongjian.rules import ATTRIBUTES, EVIDENCE, RAW, Program, SheetPlan, month_of

Row = dict[str, Any]
Record = tuple[Any, ...]
# Up to so many facilities are asked for by name.
_FEW = 100
# Columns of a record as read here; the kind of a record decides which inputs it feeds.
RECORD = (
    *("facility", "period", "year", "process_unit"),
    *("stream", "class", "item", "unit", "quantity", "evidence", "source"),
)
_PERIOD = RECORD.index("period")
_FACILITY, _UNIT = RECORD.index("facility"), RECORD.index("process_unit")
_YEAR, _CLASS = RECORD.index("year"), RECORD.index("class")
_KIND = slice(RECORD.index("stream"), RECORD.index("quantity"))
_KIND_COLUMNS = RECORD[_KIND]
_QUANTITY, _EVIDENCE, _SOURCE = map(RECORD.index, ("quantity", "evidence", "source"))


@dataclass(slots=True)
class LeafRows:
    """Reads leaf rows from the records behind a connection; `pivot` needs none."""

    connection: duckdb.DuckDBPyConnection | None
    sources: Sources
    facilities: Mapping[str, Row]
    process_units: dict[tuple[str, str], Row] = field(default_factory=dict)
    attributes: dict[tuple[str, str | None], Row] = field(default_factory=dict)
    blanks: dict[tuple[str, str, str | None], Row] = field(default_factory=dict)
    """New rows by sheet, facility and process unit, to be copied."""

    def read(
        self, program: Program, where: str = "", records: Sequence[Record] | None = None
    ) -> dict[str, list[Row]]:
        """Rows of every leaf sheet; `where` limits the records (a condition on their columns).

        `records`, if given, are those in scope, already read by `read_records`.
        """
        conditions = [where] if where else []
        if self.sources.scope:
            conditions.append(f"facility IN (SELECT facility FROM {self.sources.scope})")
        clause = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        leaves = [sheet for sheet in program.sheets.values() if sheet.is_leaf]
        narrow = [one for one in leaves if one.name not in self.sources.wide]
        if records is None and narrow:
            records = read_records(self.connected, self.sources.activity, clause)
        records = records or []
        if narrow:
            self.read_units({record[_FACILITY] for record in records})
        found = self.pivot(narrow, records)
        for sheet in leaves:
            if sheet.name in self.sources.wide:
                found[sheet.name] = self.wide(sheet, clause)
        return found

    @property
    def connected(self) -> duckdb.DuckDBPyConnection:
        assert self.connection is not None
        return self.connection

    def read_units(self, facilities: Collection[str]) -> None:
        """The registered process units of the facilities at hand."""
        query = f"SELECT * FROM {self.sources.process_units}"
        if len(facilities) <= _FEW:
            listed = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(facilities))
            query += f" WHERE facility IN ({listed or 'NULL'})"
        self.process_units = {
            (row["facility"], row["process_unit"]): row for row in fetch(self.connected, query)
        }
        self.attributes.clear()
        self.blanks.clear()

    def pivot(self, leaves: Sequence[SheetPlan], records: Iterable[Record]) -> dict[str, list[Row]]:
        """One row per key of each sheet, from the records that feed its inputs."""
        keys = {sheet.name: itemgetter(*map(RECORD.index, sheet.grain)) for sheet in leaves}
        found: dict[str, dict[Any, Row]] = {sheet.name: {} for sheet in leaves}
        kinds: dict[tuple[Any, ...], list[tuple[SheetPlan, str]]] = {}
        for record in records:
            kind = record[_KIND]
            targets = kinds.get(kind)
            if targets is None:
                targets = kinds[kind] = list(_targets(leaves, *kind))
            for sheet, name in targets:
                rows, key = found[sheet.name], keys[sheet.name](record)
                row = rows.get(key)
                if row is None:
                    row = rows[key] = self.new_row(sheet, record)
                row[name + RAW] = record[_QUANTITY]
                row[name + EVIDENCE] = bool(record[_EVIDENCE])
                row["@source"].append(record[_SOURCE])
        return {name: [rows[key] for key in sorted(rows)] for name, rows in found.items()}

    def new_row(self, sheet: SheetPlan, record: Record) -> Row:
        unit = record[_UNIT] if "process_unit" in sheet.grain else None
        key = (sheet.name, record[_FACILITY], unit)
        blank = self.blanks.get(key)
        if blank is None:
            owner = {"facility": record[_FACILITY], "process_unit": unit}
            blank = self.blanks[key] = {
                **dict.fromkeys(sheet.grain),
                **self.attributes_of(sheet, owner),
                **{name + RAW: None for name in sheet.inputs},
                **{name + EVIDENCE: False for name in sheet.inputs},
            }
        row = blank.copy()
        for name, at in _positions(sheet.grain):
            row[name] = record[at]
        row["year"] = record[_YEAR]
        row["month"] = month_of(record[_PERIOD])
        row["@source"] = []
        if "stream" in sheet.grain:
            row["stream_class"] = record[_CLASS]
        return row

    def attributes_of(self, sheet: SheetPlan, row: Row) -> Row:
        """Attributes of the row's facility and process unit; empty where not registered."""
        unit = row.get("process_unit") if "process_unit" in sheet.grain else None
        key = (row["facility"], unit)
        found = self.attributes.get(key)
        if found is None:
            owner = self.facilities.get(row["facility"], {})
            found = {name: owner.get(name) or "" for name in ATTRIBUTES["facility"]}
            if unit is not None:
                registered = self.process_units.get((row["facility"], unit), {})
                names = ATTRIBUTES["process_unit"]
                found.update({name: registered.get(name) or "" for name in names})
            self.attributes[key] = found
        return found

    def wide(self, sheet: SheetPlan, clause: str) -> list[Row]:
        """Rows of a table that already has one column per input."""
        names = ", ".join(f'"{name}"' for name in [*dict.fromkeys([*sheet.grain, "year"])])
        inputs = "".join(f', "{name}" AS "{name}{RAW}"' for name in sheet.inputs)
        query = f"SELECT {names}{inputs} FROM {self.sources.wide[sheet.name]}{clause}"
        rows = fetch(self.connected, query)
        self.read_units({row["facility"] for row in rows})
        for row in rows:
            row.update(self.attributes_of(sheet, row))
            row["month"] = month_of(row["period"])
            row["@source"] = []
            row.update({name + EVIDENCE: False for name in sheet.inputs})
        return rows


def _targets(
    leaves: Iterable[SheetPlan], stream: str, stream_class: str, item: str, unit: str
) -> Iterator[tuple[SheetPlan, str]]:
    """The sheets and inputs that a kind of record feeds."""
    for sheet in leaves:
        if within_classes(stream_class, sheet.doc.streams):
            for name, plan in sheet.inputs.items():
                doc = plan.doc
                fits = doc.stream in (None, stream)
                if fits and doc.item == item and doc.unit.text == unit:
                    yield sheet, name


@lru_cache(maxsize=256)
def _positions(names: tuple[str, ...]) -> list[tuple[str, int]]:
    return [(name, RECORD.index(name)) for name in names]


def read_records(
    connection: duckdb.DuckDBPyConnection, activity: str = "activity", clause: str = ""
) -> list[Record]:
    """Records as tuples of `RECORD`, to be pivoted by `LeafRows.read`."""
    query = f"SELECT {', '.join(RECORD)} FROM {activity}{clause}"
    return connection.execute(query).fetchall()


def in_scope(records: Iterable[Record], facilities: Collection[str]) -> list[Record]:
    """The records of some facilities."""
    return [record for record in records if record[_FACILITY] in facilities]


def kinds_in(records: Iterable[Record], facilities: Mapping[str, Row]) -> list[Row]:
    """What `kinds_of_records` says of all records, from those at hand."""
    found: dict[tuple[Any, ...], Row] = {}
    for record in records:
        key = (record[_YEAR], record[_FACILITY], *record[_KIND])
        kind = found.get(key)
        if kind is None:
            kind = found[key] = dict(zip(_KIND_COLUMNS, record[_KIND], strict=True))
            sector = facilities.get(record[_FACILITY], {}).get("sector")
            kind.update(year=record[_YEAR], sector=sector, count=0, source=record[_SOURCE])
        kind["count"] += 1
        kind["source"] = min(kind["source"], record[_SOURCE])
    return list(found.values())


def fetch(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    """Rows of a query as dictionaries."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def within_classes(name: str, classes: Sequence[str]) -> bool:
    """Whether a class is one of `classes` or lies below one; none given means any."""
    if not classes or classes == ("any",):
        return True
    return any(name == one or name.startswith(one + ".") for one in classes)
