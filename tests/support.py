"""Builders for tests: rule documents from short texts, snapshots of records from rows.

The documents are written to disk and read by the real reader; the records become Parquet files
through DuckDB, with the columns of a real store.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from tongjian.engine import Snapshot
from tongjian.problems import Problem

Document = dict[str, Any]

ACTIVITY = {
    "facility": "VARCHAR",
    "period": "VARCHAR",
    "year": "INTEGER",
    "process_unit": "VARCHAR",
    "stream": "VARCHAR",
    "class": "VARCHAR",
    "item": "VARCHAR",
    "unit": "VARCHAR",
    "quantity": "DOUBLE",
    "entered_quantity": "VARCHAR",
    "entered_unit": "VARCHAR",
    "tier": "VARCHAR",
    "evidence": "VARCHAR",
    "source": "VARCHAR",
}
FACILITIES = {
    "facility": "VARCHAR",
    "name_zh": "VARCHAR",
    "name_en": "VARCHAR",
    "sector": "VARCHAR",
    "province": "VARCHAR",
    "city": "VARCHAR",
    "division": "VARCHAR",
    "fictitious": "BOOLEAN",
}
PROCESS_UNITS = {
    "facility": "VARCHAR",
    "process_unit": "VARCHAR",
    "name_zh": "VARCHAR",
    "name_en": "VARCHAR",
    "kind": "VARCHAR",
    "technology": "VARCHAR",
    "abatement": "VARCHAR",
    "capacity": "DOUBLE",
    "capacity_unit": "VARCHAR",
}


# -- records ---------------------------------------------------------------------------------


@dataclass
class Records:
    """Rows of activity data, facilities and process units that become a snapshot."""

    folder: Path
    activity: list[dict[str, Any]] = field(default_factory=list)
    facilities: list[dict[str, Any]] = field(default_factory=list)
    process_units: list[dict[str, Any]] = field(default_factory=list)

    def facility(self, facility: str = "F1", sector: str = "test", **more: object) -> Records:
        row: dict[str, Any] = dict.fromkeys(FACILITIES, "")
        row |= {"facility": facility, "sector": sector, "province": "Jiangsu", "fictitious": True}
        self.facilities.append(row | more)
        return self

    def unit(self, facility: str, process_unit: str, **more: object) -> Records:
        row: dict[str, Any] = dict.fromkeys(PROCESS_UNITS, "")
        row |= {"facility": facility, "process_unit": process_unit, "capacity": None}
        self.process_units.append(row | more)
        return self

    def add(
        self,
        stream: str,
        item: str,
        quantity: float | None,
        unit: str,
        facility: str = "F1",
        period: str = "2025",
        **more: object,
    ) -> Records:
        """One datum; its source names file, sheet and row as an import would."""
        at = len(self.activity) + 2
        row = {
            "facility": facility,
            "period": period,
            "year": int(period[:4]),
            "process_unit": "",
            "stream": stream,
            "class": stream,
            "item": item,
            "unit": unit,
            "quantity": quantity,
            "entered_quantity": repr(quantity),
            "entered_unit": unit,
            "tier": "monitored",
            "evidence": "",
            "source": f"plant.xlsx!活动数据!{at}",
        }
        self.activity.append(row | more)
        return self

    def snapshot(self, name: str = "snapshot", files: int = 1) -> Snapshot:
        """Write the rows, spread over `files` Parquet files, in the order they were added."""
        if not self.facilities:
            for facility in sorted({row["facility"] for row in self.activity}):
                self.facility(facility)
        folder = self.folder / name
        folder.mkdir(parents=True)
        parts = [folder / f"activity{index}.parquet" for index in range(files)]
        for index, path in enumerate(parts):
            write_parquet(path, ACTIVITY, self.activity[index::files])
        tables = folder / "tables"
        tables.mkdir()
        write_parquet(tables / "facilities.parquet", FACILITIES, self.facilities)
        write_parquet(tables / "process_units.parquet", PROCESS_UNITS, self.process_units)
        # As in a store, the digest names the content and not the order or the files.
        text = json.dumps(
            [sorted(map(json.dumps, rows)) for rows in (self.activity, self.facilities)]
        )
        return Snapshot(
            digest=hashlib.sha256(text.encode()).hexdigest(),
            activity=tuple(parts),
            facilities=tables / "facilities.parquet",
            process_units=tables / "process_units.parquet",
        )


def write_parquet(
    path: Path, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """`rows` as a Parquet file with these columns and types."""
    # One list per column: thousands of rows are one statement.
    lists = [[row[name] for row in rows] for name in columns]
    cells = ", ".join(f'unnest(?::{kind}[]) AS "{name}"' for name, kind in columns.items())
    target = str(path).replace("'", "''")
    with writer().cursor() as cursor:
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE rows AS SELECT {cells}", lists)
        cursor.execute(f"COPY rows TO '{target}' (FORMAT parquet)")


@lru_cache(maxsize=1)
def writer() -> duckdb.DuckDBPyConnection:
    """One connection for all files: opening one takes longer than writing a file."""
    return duckdb.connect()


# -- rule documents --------------------------------------------------------------------------

BASIS = {"document": "test"}
WORDS = {"zh": "测试", "en": "test"}
ALWAYS = {"from": "2000-01-01"}
VALUE_FIELDS = ("column", "value", "unit", "valid_from", "valid_to", "status", "source", "clause")


def write_rulebook(folder: Path, *documents: object, files: dict[str, str] | None = None) -> Path:
    """Write documents (JSON is YAML) and other files into an emptied folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for index, document in enumerate(documents):
        text = json.dumps(document, ensure_ascii=False, indent=1)
        (folder / f"d{index}.yaml").write_text(text, encoding="utf-8")
    for name, content in (files or {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def table(
    name: str, keys: Sequence[str] = (), columns: Mapping[str, str] | None = None, **more: object
) -> Document:
    """A table document; its values are in ``<name>.csv``."""
    units = columns or {"value": "1"}
    return {
        "table": name,
        "title": WORDS,
        "basis": BASIS,
        "keys": list(keys),
        "columns": {column: {"unit": unit, **WORDS} for column, unit in units.items()},
        "values": f"{name}.csv",
        **more,
    }


def values(keys: Sequence[str], *rows: Sequence[object] | Mapping[str, object]) -> str:
    """The CSV of a table; a short row ``key..., column, value, unit`` is always valid and seen."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    header = [*keys, *VALUE_FIELDS, "note"]
    writer.writerow(header)
    for row in rows:
        cells: dict[str, object] = dict.fromkeys(header, "")
        cells["status"] = "seen"
        if isinstance(row, Mapping):
            cells |= row
        else:
            cells |= dict(zip(header, row, strict=False))
        writer.writerow([cells[name] for name in header])
    return out.getvalue()


def inputs(**columns: object) -> Document:
    """Inputs from ``name="unit item"`` or a mapping with more keys."""
    found: Document = {}
    for name, spec in columns.items():
        if isinstance(spec, str):
            spec = {"unit": spec}
        assert isinstance(spec, Mapping)
        found[name] = {"item": name, **WORDS, **spec}
    return found


def formulas(**columns: object) -> Document:
    """Formulas from ``name="unit: expression"`` or a mapping with more keys."""
    found: Document = {}
    for name, spec in columns.items():
        if isinstance(spec, str):
            unit, _, text = spec.partition(": ")
            spec = {"unit": unit, "is": text}
        assert isinstance(spec, Mapping)
        found[name] = {**WORDS, **spec}
    return found


def sheet(
    grain: str,
    inputs: Document | None = None,
    formulas: Document | None = None,
    checks: Iterable[Document] = (),
    streams: object = None,
) -> Document:
    """A sheet; `grain` is written as words."""
    made: Document = {"title": WORDS, "grain": grain.split()}
    if inputs:
        made["inputs"] = inputs
    if formulas:
        made["formulas"] = formulas
    if checks:
        made["checks"] = [{**WORDS, "severity": "error", **check} for check in checks]
    if streams:
        made["streams"] = streams
    return made


def method(name: str = "test.plant", **more: object) -> Document:
    """A method document; `sheets=` is needed."""
    return {"method": name, "title": WORDS, "basis": BASIS, "in_force": ALWAYS, **more}


def ruleset(name: str = "test.rules", method: str = "test.plant", **more: object) -> Document:
    """A rule set document for the sector ``test``."""
    return {
        "ruleset": name,
        "title": WORDS,
        "basis": BASIS,
        "in_force": ALWAYS,
        "sectors": ["test"],
        "boundary": "enterprise",
        "method": method,
        **more,
    }


def leaf_and_facility(
    leaf_inputs: Document,
    leaf_formulas: Document,
    facility_formulas: Document,
    checks: Iterable[Document] = (),
) -> dict[str, Document]:
    """The two sheets of most tests: `s` by stream and `facility` by year."""
    return {
        "s": sheet(
            "facility period process_unit stream",
            leaf_inputs,
            leaf_formulas,
            checks,
            streams="any",
        ),
        "facility": sheet("facility year", formulas=facility_formulas),
    }


# -- problems --------------------------------------------------------------------------------


def codes(problems: Iterable[Problem]) -> list[str]:
    """The codes of problems, sorted."""
    return sorted(problem.code for problem in problems)


def only(problems: Iterable[Problem], code: str) -> Problem:
    """The one problem there is, which has to have this code."""
    found = list(problems)
    assert [problem.code for problem in found] == [code], [p.text("en") for p in found]
    return found[0]


def says(problem: Problem, *parts: str) -> None:
    """Both languages carry every one of `parts`, in the message or in the repair."""
    for lang in ("zh", "en"):
        text = problem.text(lang)
        for part in parts:
            assert part in text, f"{part!r} is not in the {lang} text: {text}"
