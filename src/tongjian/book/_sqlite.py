"""Logs in a table of SQLite."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tongjian.book._guards import guards
from tongjian.book._schema import statements
from tongjian.book._sessions import SqliteSource, check_free, sqlite_file, sqlite_session
from tongjian.book._table import (
    ROWS,
    TABLE,
    check_last,
    check_log,
    check_names,
    check_written,
    paged,
    read_head,
)
from tongjian.evidence import Entry, Head, Lines
from tongjian.problems import Place, Problem, TongjianError
from tongjian.records import exclusive

_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class SqliteStore:
    """The entries of `log` in `table` of an SQLite database, which holds many logs.

    `connections` gives a connection and takes it back, such as `SqliteConnections`; to write it
    has to be in no transaction. Rows cannot be changed or removed by SQL; a commit is on the disk.
    Writers of one log take turns by a lock file in the folder ``<database>.<table>.locks``, and
    SQLite's own lock keeps others out while a commit is made.
    """

    connections: SqliteSource
    log: str
    table: str = TABLE

    def __post_init__(self) -> None:
        check_names(self.table)
        check_log(self.log)

    @property
    def place(self) -> str:
        with self.connections() as connection:
            return f"{sqlite_file(connection) or 'SQLite'}:{self._name}"

    def head(self) -> Head | None:
        with sqlite_session(self.connections, self._name) as connection:
            if not self._is_there(connection):
                return None
            # In one statement, so that all is of one moment.
            row = connection.execute(
                "SELECT h.number, h.hash, "
                f'EXISTS (SELECT 1 FROM "{self.table}" WHERE log = ?1) FROM (SELECT 1) '
                f'LEFT JOIN "{self.table}_head" h ON h.log = ?1',
                (self.log,),
            ).fetchone()
        return read_head(row, self._name)

    def lines(self) -> Lines:
        return paged(self._rows_after)

    def _rows_after(self, after: int | None) -> list[tuple[int, bytes]]:
        with sqlite_session(self.connections, self._name) as connection:
            if after is None and not self._is_there(connection):
                return []
            where, values = ("", ()) if after is None else ("AND number > ?", (after,))
            rows = connection.execute(
                # As bytes, so that broken text is found by us and not by the driver.
                f'SELECT number, CAST(line AS BLOB) FROM "{self.table}" WHERE log = ? {where} '
                f"ORDER BY number LIMIT {ROWS}",
                (self.log, *values),
            ).fetchall()
        return [(number, line if isinstance(line, bytes) else b"") for number, line in rows]

    def last(self) -> bytes | None:
        with sqlite_session(self.connections, self._name) as connection:
            if not self._is_there(connection):
                return None
            row = connection.execute(
                "SELECT h.number, h.hash, l.number, CAST(l.line AS BLOB) FROM (SELECT 1) "
                f'LEFT JOIN "{self.table}_head" h ON h.log = ?1 '
                f'LEFT JOIN "{self.table}" l ON l.log = ?1 AND l.number = '
                f'(SELECT max(number) FROM "{self.table}" WHERE log = ?1)',
                (self.log,),
            ).fetchone()
        return check_last(row, self._name)

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self.connections() as connection:
            check_free(connection, self._name)
            file = sqlite_file(connection)
        if not file:
            raise TongjianError(Problem("book.in_memory"))
        # Any log has a file of its own: whoever shared one with another would wait for himself
        # when he holds both.
        folder = file.with_name(f"{file.name}.{self.table}.locks")
        folder.mkdir(exist_ok=True)
        name = hashlib.sha256(self.log.encode()).hexdigest()[:32]
        with exclusive(folder / name, _PATIENCE_S):
            yield

    def write(self, entries: Sequence[Entry]) -> None:
        with sqlite_session(self.connections, self._name) as connection:
            check_free(connection, self._name)
            (before,) = connection.execute("PRAGMA synchronous").fetchone()
            # Whatever the connection was set to: what is committed is on the disk.
            connection.execute("PRAGMA synchronous = EXTRA")
            try:
                connection.execute("BEGIN IMMEDIATE")
                self._write(connection, entries)
                connection.execute("COMMIT")
            finally:
                # Committed, or nothing of it stands.
                connection.rollback()
                connection.execute(f"PRAGMA synchronous = {before}")

    def _write(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        if not self._is_there(connection):
            for statement in statements("sqlite", self.table):
                connection.execute(statement)
        rows = connection.executemany(
            f'INSERT INTO "{self.table}" VALUES (?, ?, ?)',
            [(self.log, one.number, one.line().decode()) for one in entries],
        )
        check_written(rows.rowcount, len(entries), self.table)
        last = entries[-1]
        head = connection.execute(
            f'INSERT INTO "{self.table}_head" (number, hash, log) VALUES (?, ?, ?)'
            if entries[0].number == 1
            else f'UPDATE "{self.table}_head" SET number = ?, hash = ? WHERE log = ?',
            (last.number, last.hash, self.log),
        )
        check_written(head.rowcount, 1, f"{self.table}_head")

    def problems(self) -> list[Problem]:
        with sqlite_session(self.connections, self._name) as connection:
            names = guards(connection, statements("sqlite", self.table))
            found = names if self._is_there(connection) else []
        self.last()
        return [Problem("book.guard", Place(file=self._name), {"name": name}) for name in found]

    def _is_there(self, connection: sqlite3.Connection) -> bool:
        names = (self.table, f"{self.table}_head")
        (found,) = connection.execute(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN (?, ?)", names
        ).fetchone()
        if found == 1:
            raise TongjianError(Problem("evidence.head_missing", Place(file=self._name)))
        return bool(found)

    @property
    def _name(self) -> str:
        return f"{self.table}:{self.log}"


__all__ = ["SqliteStore"]
