"""The tables of PostgreSQL in a backup (PostgreSQL 逻辑备份): one file of COPY for each table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from tongjian.problems import Problem, TongjianError
from tongjian.site.config import Database

_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = current_schema() ORDER BY 1
"""
_COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
ORDER BY attnum
"""


def dump(folder: Path) -> dict[str, list[str]]:
    """Write every table as of one moment; returns the columns of each."""
    found: dict[str, list[str]] = {}
    with _connect() as raw:
        raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for (table,) in raw.execute(_TABLES).fetchall():
            found[table] = _columns(raw, table)
            query = _copy("COPY {} ({}) TO STDOUT", table, found[table])
            with (
                (folder / f"{table}.copy").open("wb") as stream,
                raw.cursor() as cursor,
                cursor.copy(query) as copy,
            ):
                for block in copy:
                    stream.write(block)
    return found


def require_unused(database: Database) -> None:
    """Refuse a database in which somebody has an account; raises `TongjianError`."""
    try:
        with psycopg.connect(database.conninfo) as raw:
            made = raw.execute("SELECT to_regclass('access_user') IS NOT NULL").fetchone()
            if made == (True,) and _has_accounts(raw):
                raise TongjianError(Problem("site.restore_database_used"))
    except psycopg.Error as error:
        values = {"detail": f"{type(error).__name__}: {error}"}
        raise TongjianError(Problem("book.database", values=values)) from error


def load(folder: Path, tables: dict[str, list[str]]) -> None:
    """Put the tables back into a database that was migrated and holds nobody yet.

    Guards are off only within the one transaction that loads everything, and are as they were when
    it ends. Raises `TongjianError` where somebody is there, or the tables are others.
    """
    with _connect() as raw:
        known = {name: _columns(raw, name) for (name,) in raw.execute(_TABLES).fetchall()}
        other = sorted(name for name in {*known, *tables} if known.get(name) != tables.get(name))
        if other:
            values = {"tables": ", ".join(other)}
            raise TongjianError(Problem("site.restore_tables", values=values))
        if _has_accounts(raw):
            raise TongjianError(Problem("site.restore_database_used"))
        for table in tables:
            raw.execute(_text("ALTER TABLE {} DISABLE TRIGGER USER", table))
        names = sql.SQL(", ").join(map(sql.Identifier, tables))
        raw.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(names))
        for table, columns in tables.items():
            query = _copy("COPY {} ({}) FROM STDIN", table, columns)
            with (
                (folder / f"{table}.copy").open("rb") as stream,
                raw.cursor() as cursor,
                cursor.copy(query) as copy,
            ):
                while block := stream.read(1 << 20):
                    copy.write(block)
        raw.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, columns in tables.items():
            raw.execute(_text("ALTER TABLE {} ENABLE TRIGGER USER", table))
            if "id" in columns:
                _set_sequence(raw, table)


def _has_accounts(raw: psycopg.Connection[Any]) -> bool:
    return raw.execute("SELECT 1 FROM access_user LIMIT 1").fetchone() is not None


def _set_sequence(raw: psycopg.Connection[Any], table: str) -> None:
    row = raw.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table]).fetchone()
    if row and row[0]:
        query = "SELECT setval(%s, greatest((SELECT max(id) FROM {}), 1))"
        raw.execute(_text(query, table), [row[0]])


def _connect() -> psycopg.Connection[Any]:
    given = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    found: dict[str, Any] = {name: given[name] for name in names if given.get(name)}
    return psycopg.connect(**found)


def _columns(raw: psycopg.Connection[Any], table: str) -> list[str]:
    return [name for (name,) in raw.execute(_COLUMNS, [f'"{table}"']).fetchall()]


def _copy(query: Any, table: str, columns: list[str]) -> sql.Composed:
    named = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL(query).format(sql.Identifier(table), named)


def _text(query: Any, table: str) -> sql.Composed:
    return sql.SQL(query).format(sql.Identifier(table))


__all__ = ["dump", "load", "require_unused"]
