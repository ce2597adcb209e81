"""The log in a table of SQLite."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tongjian.book._table import ROWS, check_last, check_written, paged, read_head
from tongjian.evidence import Entry, Head, Lines
from tongjian.problems import Place, Problem, TongjianError
from tongjian.records import exclusive

_PATIENCE_S = 30.0
_NAME = re.compile(r"[a-z_][a-z0-9_]*")

# Deleting and updating are refused; so is putting a row in the place of another, which would delete
# it without a trigger being asked, and any number but the next.
_SCHEMA = """
CREATE TABLE "{0}" (number INTEGER PRIMARY KEY NOT NULL, line TEXT NOT NULL) STRICT;
CREATE TABLE "{0}_head" (one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
  number INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TRIGGER "{0}_insert" BEFORE INSERT ON "{0}"
  WHEN NEW.number <> coalesce((SELECT max(number) FROM "{0}"), 0) + 1
  BEGIN SELECT RAISE(ABORT, 'the evidence log takes the next entry only'); END;
CREATE TRIGGER "{0}_update" BEFORE UPDATE ON "{0}"
  BEGIN SELECT RAISE(ABORT, 'the evidence log only grows'); END;
CREATE TRIGGER "{0}_delete" BEFORE DELETE ON "{0}"
  BEGIN SELECT RAISE(ABORT, 'the evidence log only grows'); END;
CREATE TRIGGER "{0}_head_insert" BEFORE INSERT ON "{0}_head"
  WHEN EXISTS (SELECT 1 FROM "{0}_head")
  BEGIN SELECT RAISE(ABORT, 'the evidence log has one head'); END;
CREATE TRIGGER "{0}_head_update" BEFORE UPDATE ON "{0}_head"
  WHEN NEW.one <> OLD.one OR NEW.number <= OLD.number
  BEGIN SELECT RAISE(ABORT, 'the head of the evidence log only moves on'); END;
CREATE TRIGGER "{0}_head_delete" BEFORE DELETE ON "{0}_head"
  BEGIN SELECT RAISE(ABORT, 'the head of the evidence log stays'); END
"""


@dataclass(frozen=True, slots=True)
class SqliteStore:
    """Entries in `table` of an SQLite database.

    `connections` gives a connection that is in no transaction and takes it back, such as
    `SqliteConnections`. Rows cannot be changed or removed by SQL; a commit is on the disk. Writers
    take turns by a lock file beside the database, and SQLite's own lock keeps others out.
    """

    connections: Callable[[], AbstractContextManager[sqlite3.Connection]]
    table: str = "tongjian_log"

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.table):
            raise TongjianError(Problem("book.table_name", values={"name": self.table}))

    @property
    def place(self) -> str:
        with self.connections() as connection:
            return f"{_file(connection) or 'SQLite'}:{self.table}"

    def head(self) -> Head | None:
        with self._reading() as connection:
            return self._head(connection)

    def lines(self) -> Lines:
        return paged(self._rows_after)

    def _rows_after(self, after: int | None) -> list[tuple[int, bytes]]:
        with self._reading() as connection:
            if after is None and not self._is_there(connection):
                return []
            where = "" if after is None else f"WHERE number > {after}"
            rows = connection.execute(
                # As bytes, so that broken text is found by us and not by the driver.
                f'SELECT number, CAST(line AS BLOB) FROM "{self.table}" {where} '
                f"ORDER BY number LIMIT {ROWS}"
            ).fetchall()
        return [(number, line if isinstance(line, bytes) else b"") for number, line in rows]

    def last(self) -> bytes | None:
        with self._reading() as connection:
            if not self._is_there(connection):
                return None
            # In one statement, so that both are of one moment.
            row = connection.execute(
                f'SELECT h.number, h.hash, l.number, CAST(l.line AS BLOB) FROM "{self.table}_head" '
                f'h LEFT JOIN "{self.table}" l ON l.number = (SELECT max(number) FROM '
                f'"{self.table}")'
            ).fetchone()
        return check_last(row, self.place)

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self.connections() as connection:
            file = _file(connection)
        if not file:
            raise TongjianError(Problem("book.in_memory"))
        path = Path(file)
        with exclusive(path.with_name(f"{path.name}.{self.table}.lock"), _PATIENCE_S):
            yield

    def write(self, entries: Sequence[Entry]) -> None:
        with self._reading() as connection:
            if connection.in_transaction:
                raise TongjianError(Problem("book.in_transaction", Place(file=self.place)))
            # Whatever the connection was set to: what is committed is on the disk.
            connection.execute("PRAGMA synchronous = EXTRA")
            connection.execute("BEGIN IMMEDIATE")
            try:
                if not self._is_there(connection):
                    self._make(connection)
                rows = connection.executemany(
                    f'INSERT INTO "{self.table}" VALUES (?, ?)',
                    [(one.number, one.line().decode()) for one in entries],
                )
                check_written(rows.rowcount, len(entries), self.table)
                last = entries[-1]
                head = connection.execute(
                    f'UPDATE "{self.table}_head" SET number = ?, hash = ?', (last.number, last.hash)
                )
                check_written(head.rowcount, 1, f"{self.table}_head")
                connection.execute("COMMIT")
            finally:
                # Committed, or nothing of it stands.
                connection.rollback()

    def problems(self) -> list[Problem]:
        found = []
        with self._reading() as connection:
            for (said,) in connection.execute("PRAGMA integrity_check"):
                if said != "ok":
                    place = Place(file=self.place)
                    found.append(Problem("evidence.unreadable", place, {"detail": said}))
            if self._is_there(connection):
                found += self._guards(connection)
        self.last()
        return found

    def _guards(self, connection: sqlite3.Connection) -> Iterator[Problem]:
        """Triggers and tables that are not as they were made, and triggers that somebody added."""
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE tbl_name IN (?, ?) AND sql IS NOT NULL",
            (self.table, f"{self.table}_head"),
        )
        there = dict(rows)
        made = {_named(sql): sql for sql in _statements(self.table)}
        for name in sorted(there.keys() | made.keys()):
            if there.get(name) != made.get(name):
                yield Problem("book.guard", Place(file=self.place), {"name": name})

    def _make(self, connection: sqlite3.Connection) -> None:
        for statement in _statements(self.table):
            connection.execute(statement)
        connection.execute(f'INSERT INTO "{self.table}_head" VALUES (1, 0, ?)', (Head().hash,))

    def _head(self, connection: sqlite3.Connection) -> Head | None:
        if not self._is_there(connection):
            return None
        row = connection.execute(f'SELECT number, hash FROM "{self.table}_head"').fetchone()
        return read_head(row, self.place)

    def _is_there(self, connection: sqlite3.Connection) -> bool:
        names = (self.table, f"{self.table}_head")
        found = connection.execute(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN (?, ?)", names
        ).fetchone()[0]
        if found == 1:
            raise TongjianError(Problem("evidence.head_missing", Place(file=self.place)))
        return bool(found)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection; what SQLite cannot read or do becomes a problem."""
        with self.connections() as connection:
            try:
                yield connection
            except (sqlite3.Error, UnicodeDecodeError) as error:
                # The driver cannot even name what is broken where the schema is no text any more.
                values = {"detail": f"{type(error).__name__}: {error}"}
                problem = Problem("book.database", Place(file=self.table), values)
                raise TongjianError(problem) from error


def _statements(table: str) -> list[str]:
    return [one.strip() for one in re.split(r";\n(?=CREATE)", _SCHEMA.format(table).strip())]


def _named(statement: str) -> str:
    found = re.match(r'CREATE \w+ "(\w+)"', statement)
    return found[1] if found else ""


def _file(connection: sqlite3.Connection) -> str:
    """The file of the main database, "" if it is in memory."""
    rows: list[Any] = connection.execute("PRAGMA database_list").fetchall()
    return next((file for _, name, file in rows if name == "main"), "")


__all__ = ["SqliteStore"]
