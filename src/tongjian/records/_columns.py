"""The stored tables: their columns, their content hash, and writing them as Parquet.

A content hash is taken over the sorted rows, not over the bytes of a file, so that the same data
hash the same whatever they came in: from CSV or from a spreadsheet, in any order.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

from tongjian.records._parquet import connect, literal

ACTIVITY_COLUMNS: dict[str, str] = {
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
FACILITY_COLUMNS: dict[str, str] = {
    "facility": "VARCHAR",
    "name_zh": "VARCHAR",
    "name_en": "VARCHAR",
    "sector": "VARCHAR",
    "province": "VARCHAR",
    "city": "VARCHAR",
    "division": "VARCHAR",
    "fictitious": "BOOLEAN",
}
PROCESS_UNIT_COLUMNS: dict[str, str] = {
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
STORED: dict[str, dict[str, str]] = {
    "activity": ACTIVITY_COLUMNS,
    "facilities": FACILITY_COLUMNS,
    "process_units": PROCESS_UNIT_COLUMNS,
}
SORT_COLUMNS: dict[str, tuple[str, ...]] = {
    "activity": ("facility", "period", "process_unit", "stream", "item", "unit"),
    "facilities": ("facility",),
    "process_units": ("facility", "process_unit"),
}
# How a value was typed and where it was typed is no part of what it says.
_NOT_CONTENT = {"year", "entered_quantity", "entered_unit", "source"}

_BATCH = 5000

StoredRow = tuple[Any, ...]


def positions(table: str, columns: Iterable[str]) -> list[int]:
    """Where these columns stand in a stored row."""
    names = list(STORED[table])
    return [names.index(column) for column in columns]


def key_of(table: str, columns: Iterable[str] = ()) -> Callable[[StoredRow], tuple[Any, ...]]:
    """Reads what identifies a row (or these `columns`), as a tuple."""
    wanted = positions(table, tuple(columns) or SORT_COLUMNS[table])
    if len(wanted) == 1:
        (at,) = wanted
        return lambda row: (row[at],)
    return itemgetter(*wanted)


def in_order(table: str, rows: Iterable[StoredRow]) -> list[StoredRow]:
    """`rows` in the order of the store."""
    return sorted(rows, key=itemgetter(*positions(table, SORT_COLUMNS[table])))


def content_hash(table: str, rows: Sequence[StoredRow]) -> str:
    """SHA-256 of what `rows` (in the order of the store) say: of JSON arrays, each with a comma."""
    content = itemgetter(*(at for at, name in enumerate(STORED[table]) if name not in _NOT_CONTENT))
    digest = hashlib.sha256(f"tongjian.{table}.1\n".encode())
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    for start in range(0, len(rows), _BATCH):
        listed = encode([content(row) for row in rows[start : start + _BATCH]])
        digest.update(f"{listed[1:-1]},".encode())
    return digest.hexdigest()


def write_parquet(table: str, rows: Sequence[StoredRow], target: Path) -> None:
    """Write `rows` to `target` and make sure they are on the disk."""
    columns = STORED[table]
    lists = [[row[at] for row in rows] for at in range(len(columns))]
    unnested = ", ".join(f'unnest(?::{kind}[]) AS "{name}"' for name, kind in columns.items())
    # COPY takes a plain file name, no pattern and no parameter.
    quoted = "'" + str(target.resolve()).replace("'", "''") + "'"
    with connect() as connection:
        connection.execute(
            f"COPY (SELECT {unnested}) TO {quoted} (FORMAT parquet, COMPRESSION zstd)", lists
        )
    with target.open("rb+") as stream:
        os.fsync(stream.fileno())


def read_rows(table: str, paths: Sequence[Path], where: str = "", *values: object) -> list[Any]:
    """Rows of stored files as tuples in stored column order, in the order of the store."""
    if not paths:
        return []
    columns = ", ".join(f'"{name}"' for name in STORED[table])
    order = ", ".join(f'"{name}"' for name in SORT_COLUMNS[table])
    listed = ", ".join(literal(path) for path in paths)
    sql = (
        f"SELECT {columns} FROM read_parquet([{listed}], hive_partitioning = false) "
        f"{where} ORDER BY {order}"
    )
    with connect() as connection:
        return connection.execute(sql, list(values)).fetchall()


def years_in(paths: Sequence[Path], facility: str | None) -> list[int]:
    """The years of activity files, of one facility if given; oldest first."""
    if not paths:
        return []
    listed = ", ".join(literal(path) for path in paths)
    sql = (
        f"SELECT DISTINCT year FROM read_parquet([{listed}], hive_partitioning = false) "
        "WHERE (? IS NULL OR facility = ?) ORDER BY year"
    )
    with connect() as connection:
        return [year for (year,) in connection.execute(sql, [facility, facility]).fetchall()]


def files_with(
    paths: Sequence[Path], facilities: Collection[str], years: Collection[int]
) -> list[Path]:
    """The activity files that say anything of these facilities in these years."""
    if not paths:
        return []
    listed = ", ".join(literal(path) for path in paths)
    sql = (
        f"SELECT DISTINCT filename FROM read_parquet([{listed}], hive_partitioning = false, "
        "filename = true) WHERE list_contains(?::VARCHAR[], facility) "
        "AND list_contains(?::INTEGER[], year)"
    )
    with connect() as connection:
        found = connection.execute(sql, [sorted(facilities), sorted(years)]).fetchall()
    names = {Path(name).name for (name,) in found}
    return [path for path in paths if path.name in names]


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` last through a power cut, where the system can."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
