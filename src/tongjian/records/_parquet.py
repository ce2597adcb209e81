"""Reads Parquet files of others through DuckDB, which touches nothing else (Parquet 读取)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb

from tongjian.problems import Place, Problem
from tongjian.records._limits import Limits
from tongjian.records._tables import RawTable, Row, Sink, column_for, recognise
from tongjian.records.schema import MAX_TEXT, TABLES

_BATCH = 20_000
_PLAIN_TYPES = ("BOOLEAN", "DATE", "DECIMAL", "DOUBLE", "FLOAT", "TIMESTAMP")


def connect() -> duckdb.DuckDBPyConnection:
    """A connection to a database in memory that loads nothing from anywhere."""
    return _database(os.getpid()).cursor()


@cache
def _database(_process: int) -> duckdb.DuckDBPyConnection:
    """The one database of this process: starting one takes longer than most queries here."""
    return duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            # What is read must be what is on the disk now: `Store.verify` depends on it.
            "enable_external_file_cache": "false",
        },
    )


def scan(path: Path) -> str:
    """SQL that reads exactly this file: no wildcard, no column from the folder name."""
    return f"read_parquet({literal(path)}, hive_partitioning = false)"


def literal(path: Path) -> str:
    """The path as an SQL string in which no character is a wildcard."""
    plain = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path.resolve()))
    return "'" + plain.replace("'", "''") + "'"


def read_parquet(path: Path, name: str, limits: Limits, sink: Sink) -> list[RawTable]:
    """The table of a Parquet file; rows are numbered from 1."""
    connection = connect()
    try:
        counted = connection.execute(
            f"SELECT sum(num_rows) FROM parquet_file_metadata({literal(path)})"
        ).fetchone()
        described = connection.execute(f"DESCRIBE SELECT * FROM {scan(path)}").fetchall()
    except duckdb.Error as error:
        sink(_corrupt(name, error))
        return []
    rows = int(counted[0] or 0) if counted else 0
    if rows > limits.rows:
        values = {"rows": f"{rows:,}", "limit": f"{limits.rows:,}"}
        sink(Problem("records.too_many_rows", Place(file=name), values))
        return []
    columns = [str(row[0]) for row in described]
    types = [str(row[1]) for row in described]
    expressions = [_expression(column, kind) for column, kind in zip(columns, types, strict=True)]
    # Columns of no table stay unread, whatever they hold.
    wanted = [any(column_for(column, table) for table in TABLES) for column in columns]
    sql = ", ".join(text if use else "NULL" for text, use in zip(expressions, wanted, strict=True))
    body = _body(connection, f"SELECT {sql} FROM {scan(path)}", name, sink)
    table = recognise(_with_header(columns, body), name, None, sink, size=rows)
    if table is None:
        return []
    _warn_float32(table, columns, types, sink)
    return [table]


def _with_header(columns: list[str], body: Iterator[Row]) -> Iterator[Row]:
    yield 0, columns
    yield from body


def _body(connection: duckdb.DuckDBPyConnection, sql: str, name: str, sink: Sink) -> Iterator[Row]:
    done = 0
    try:
        cursor = connection.execute(sql)
        while batch := cursor.fetchmany(_BATCH):
            yield from enumerate(batch, start=done + 1)
            done += len(batch)
    except (duckdb.Error, UnicodeDecodeError) as error:
        sink(_corrupt(name, error))
    finally:
        connection.close()


def _expression(column: str, kind: str) -> str:
    quoted = '"' + column.replace('"', '""') + '"'
    if kind.endswith("INT") or kind == "INTEGER" or kind.startswith(_PLAIN_TYPES):
        return f"{quoted}::TIMESTAMP" if kind.startswith("TIMESTAMP") else quoted
    # Dictionary pages can hold one enormous text a million times.
    return f"left({quoted}::VARCHAR, {MAX_TEXT + 1})"


def _warn_float32(table: RawTable, columns: list[str], types: list[str], sink: Sink) -> None:
    for column, kind in zip(columns, types, strict=True):
        name = column_for(column, table.table)
        if kind == "FLOAT" and name is not None and table.headers.get(name) == column:
            place = table.place(column=name)
            sink(Problem("records.float32", place, {"column": column}, severity="warning"))


def _corrupt(name: str, error: Exception) -> Problem:
    return Problem("records.corrupt_parquet", Place(file=name), {"detail": str(error)})
