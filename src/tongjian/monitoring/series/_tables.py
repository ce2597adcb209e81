"""The columns of every kind of data, and the database in memory that reads and writes them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.series._value import COLUMNS

THREADS = 2
TABLES: dict[str, dict[str, str]] = {
    "parsed": {"span": "INTEGER", **COLUMNS},
    "validated": {
        **{"series": "VARCHAR", "time": "TIMESTAMP", "value": "DOUBLE", "state": "UTINYINT"},
        **{"minutes": "SMALLINT", "based": "BIGINT", "seq": "BIGINT"},
    },
    "used": {
        **{"series": "VARCHAR", "time": "TIMESTAMP", "value": "DOUBLE", "rule": "VARCHAR"},
        **{"reached_from": "TIMESTAMP", "reached_to": "TIMESTAMP"},
        **{"based": "BIGINT", "seq": "BIGINT"},
    },
}
"""What waits for the next flush, each kind in a table of its name in memory. `based` is the number
of the change up to which the data were known that a value was derived from."""
STORED: dict[str, dict[str, str]] = {
    "parsed": COLUMNS,
    "validated": TABLES["validated"],
    "used": TABLES["used"],
    "hours": {
        **{"series": "VARCHAR", "time": "TIMESTAMP", "flag": "VARCHAR", "n": "INTEGER"},
        **{"zeros": "INTEGER", "total": "DOUBLE", "low": "DOUBLE", "high": "DOUBLE"},
    },
}
"""The columns of files. "hours" are rolled up from parsed values of shorter intervals: how many,
how many of them zero, their sum, and the least and greatest but zero; for whether a zero is a
measured value depends on what its flag means."""
_NUMPY: dict[str, Any] = {
    **{"VARCHAR": object, "TIMESTAMP": "datetime64[us]", "DOUBLE": np.float64},
    **{"BIGINT": np.int64, "INTEGER": np.int32, "SMALLINT": np.int16, "UTINYINT": np.uint8},
}
ROW_GROUP = 122_880
"""Rows that are read at least: the minutes of three months of one series, of a day of 85. Smaller
ones are read faster and need more room: what repeats from series to series is stored once."""

Arrays = dict[str, NDArray[Any]]


def connect() -> duckdb.DuckDBPyConnection:
    """A connection with empty tables of its own, to a database in memory."""
    connection = _database(os.getpid()).cursor()
    for name, columns in TABLES.items():
        listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        connection.execute(f"CREATE TEMP TABLE {name} ({listed})")
    return connection


@cache
def _database(_process: int) -> duckdb.DuckDBPyConnection:
    """The one database of this process; it loads nothing and keeps to a few threads.

    Starting one takes longer than most queries here.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "threads": str(THREADS),
            "temp_directory": str(Path(tempfile.gettempdir()) / "tongjian-series"),
        },
    )
    # Files never change, so that what is known of one stays true.
    connection.execute("SET parquet_metadata_cache = true")
    return connection


def insert(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, Any]) -> None:
    """Add rows; a column that is not given is empty, one that is no list is the same."""
    arrays: Arrays = {}
    kinds = TABLES[table]
    for name, kind in kinds.items():
        values = columns.get(name)
        if isinstance(values, list):
            arrays[name] = _array(values, kind)
    constants = {name: value for name, value in columns.items() if name not in arrays}
    listed = [name for name in kinds if name in arrays or name in constants]
    picked = ", ".join(name if name in arrays else f"${name}" for name in listed)
    connection.register("incoming", arrays)
    try:
        connection.execute(
            f"INSERT INTO {table} ({', '.join(listed)}) SELECT {picked} FROM incoming", constants
        )
    finally:
        connection.unregister("incoming")


def _array(values: list[Any], kind: str) -> NDArray[Any]:
    if kind == "TIMESTAMP":
        if None in values:
            masked = [np.iinfo(np.int64).min if one is None else one for one in values]
            return np.array(masked, np.int64).view("datetime64[us]")
        return np.array(values, np.int64).view("datetime64[us]")
    if kind == "VARCHAR":
        array = np.empty(len(values), object)
        array[:] = values
        return array
    if kind == "DOUBLE":
        return np.array([np.nan if one is None else one for one in values], np.float64)
    return np.array(values, _NUMPY[kind])


def fetch(
    connection: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, object] | None = None
) -> Arrays:
    """The columns of a query; missing numbers are NaN, missing texts None."""
    found = connection.execute(sql, dict(values or {})).fetchnumpy()
    return {name: _plain(column) for name, column in found.items()}


def _plain(column: Any) -> NDArray[Any]:
    if not isinstance(column, np.ma.MaskedArray):
        return np.asarray(column)
    if column.dtype.kind == "f":
        return np.asarray(column.filled(np.nan))
    if column.dtype.kind == "O":
        plain: NDArray[Any] = column.data.copy()
        plain[np.ma.getmaskarray(column)] = None
        return plain
    if column.dtype.kind == "M":
        return np.asarray(column.filled(np.datetime64("NaT")))
    return np.asarray(column.filled(0))


def scan(folder: Path, paths: Iterable[str]) -> str:
    """SQL that reads exactly these files: no wildcard, no column from the folder's name."""
    listed = ", ".join(literal(folder / path) for path in paths)
    return f"read_parquet([{listed}], hive_partitioning = false)"


def literal(path: Path) -> str:
    """The path as an SQL string in which no character is a wildcard."""
    plain = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path.resolve()))
    return text(plain)


def text(value: str) -> str:
    """A text as an SQL string."""
    return "'" + value.replace("'", "''") + "'"


def copy(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> None:
    """Write what a query gives into a Parquet file, in its order."""
    target = text(str(path.resolve()))
    connection.execute(
        f"COPY ({sql}) TO {target} (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, "
        f"ROW_GROUP_SIZE {ROW_GROUP})"
    )


def empty(kind: str, names: Sequence[str]) -> Arrays:
    """No rows, with their columns."""
    kinds = STORED[kind] | TABLES.get(kind, {})
    return {name: np.empty(0, _NUMPY[kinds[name]]) for name in names}
