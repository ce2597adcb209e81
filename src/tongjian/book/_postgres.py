"""Logs in a table of PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString

from tongjian.book._guards import guards
from tongjian.book._schema import statements
from tongjian.book._sessions import PostgresSource, check_free, postgres_session, postgres_telling
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

if TYPE_CHECKING:
    import psycopg

_PATIENCE_S = 30
# Of 64 bits, so that no two logs ever wait for one another; 0: who writes, 1: a commit under way,
# 2: the tables are being made.
_KEY = "hashtextextended(%s, {})"
_WRITING = f"SELECT pg_advisory_xact_lock({_KEY.format(1)})"
_MAKING = f"SELECT pg_advisory_xact_lock({_KEY.format(2)})"


@dataclass(frozen=True, slots=True)
class PostgresStore:
    """The entries of `log` in `table` of a PostgreSQL database in UTF-8, which holds many logs.

    `connections` gives a psycopg connection and takes it back, such as `PostgresConnections`; to
    write it has to commit by itself (`autocommit`) and be in no transaction. Rows cannot be
    changed, removed or truncated by SQL while the triggers are on. Writers of one log take turns by
    an advisory lock of the session, so a pool that changes sessions between transactions will not
    do.
    """

    connections: PostgresSource
    log: str
    table: str = TABLE

    def __post_init__(self) -> None:
        check_names(self.table)
        check_log(self.log)

    @property
    def place(self) -> str:
        with self.connections() as connection:
            return f"{connection.info.dbname}:{self._name}"

    def head(self) -> Head | None:
        with postgres_session(self.connections, self._name) as connection:
            if not self._is_there(connection):
                return None
            # In one statement, so that all is of one moment.
            row = connection.execute(
                self._sql(
                    "SELECT h.number, h.hash, EXISTS (SELECT 1 FROM {0} WHERE log = %(log)s) "
                    "FROM (SELECT 1) AS one LEFT JOIN {0}_head h ON h.log = %(log)s"
                ),
                {"log": self.log},
            ).fetchone()
        return read_head(row, self._name)

    def lines(self) -> Lines:
        return paged(self._rows_after)

    def _rows_after(self, after: int | None) -> list[tuple[int, bytes]]:
        with postgres_session(self.connections, self._name) as connection:
            if after is None and not self._is_there(connection):
                return []
            where, values = ("", []) if after is None else ("AND number > %s", [after])
            rows = connection.execute(
                self._sql(
                    "SELECT number, convert_to(line, 'UTF8') FROM {0} WHERE log = %s "
                    f"{where} ORDER BY number LIMIT {ROWS}"
                ),
                [self.log, *values],
            ).fetchall()
        return [(number, bytes(line)) for number, line in rows]

    def last(self) -> bytes | None:
        with postgres_session(self.connections, self._name) as connection:
            if not self._is_there(connection):
                return None
            row = connection.execute(
                self._sql(
                    "SELECT h.number, h.hash, l.number, convert_to(l.line, 'UTF8') "
                    "FROM (SELECT 1) AS one LEFT JOIN {0}_head h ON h.log = %(log)s "
                    "LEFT JOIN {0} l ON l.log = %(log)s AND l.number = "
                    "(SELECT max(number) FROM {0} WHERE log = %(log)s)"
                ),
                {"log": self.log},
            ).fetchone()
        return check_last(row, self._name)

    @contextmanager
    def locked(self) -> Iterator[None]:
        import psycopg

        with self.connections() as connection:
            check_free(connection, self._name)
            with postgres_telling(self._name):
                self._take(connection)
            try:
                yield
            finally:
                # A session that ended has given the lock back already.
                with suppress(psycopg.OperationalError):
                    unlock = f"SELECT pg_advisory_unlock({_KEY.format(0)})"
                    connection.execute(unlock, [self._name])

    def write(self, entries: Sequence[Entry]) -> None:
        with postgres_session(self.connections, self._name, own=True) as connection:
            # Whoever is killed gives back the lock of his session, while his last commit may still
            # be under way in another: the next writer waits for this one as well.
            connection.execute(_WRITING, [self._name])
            # Whatever the server's default is: what is committed is on the disk.
            connection.execute("SET LOCAL synchronous_commit = on")
            if not self._is_there(connection):
                self._make(connection)
            with connection.cursor() as cursor:
                cursor.executemany(
                    self._sql("INSERT INTO {0} VALUES (%s, %s, %s)"),
                    [(self.log, one.number, one.line().decode()) for one in entries],
                )
                check_written(cursor.rowcount, len(entries), self.table)
            last = entries[-1]
            head = connection.execute(
                self._sql(
                    "INSERT INTO {0}_head (number, hash, log) VALUES (%s, %s, %s)"
                    if entries[0].number == 1
                    else "UPDATE {0}_head SET number = %s, hash = %s WHERE log = %s"
                ),
                (last.number, last.hash, self.log),
            )
            check_written(head.rowcount, 1, f"{self.table}_head")

    def problems(self) -> list[Problem]:
        with postgres_session(self.connections, self._name) as connection:
            names = guards(connection, statements("postgresql", self.table))
            found = names if self._is_there(connection) else []
        self.last()
        return [Problem("book.guard", Place(file=self._name), {"name": name}) for name in found]

    def _make(self, connection: psycopg.Connection[Any]) -> None:
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise TongjianError(Problem("book.encoding", values={"encoding": encoding}))
        from psycopg.errors import DuplicateTable

        # Somebody may just have made it for another log: then it is there when the lock is free,
        # of which `to_regclass` need not know within this transaction.
        connection.execute(_MAKING, [self.table])
        with suppress(DuplicateTable), connection.transaction():
            for statement in statements("postgresql", self.table):
                connection.execute(self._sql(statement))

    def _is_there(self, connection: psycopg.Connection[Any]) -> bool:
        row = connection.execute(
            "SELECT to_regclass(%s) IS NOT NULL, to_regclass(%s) IS NOT NULL",
            (self.table, f"{self.table}_head"),
        ).fetchone()
        log, head = row or (False, False)
        if log != head:
            raise TongjianError(Problem("evidence.head_missing", Place(file=self._name)))
        return bool(log)

    def _take(self, connection: psycopg.Connection[Any]) -> None:
        """Wait for the lock of the session."""
        import psycopg

        try:
            with connection.transaction():
                connection.execute(f"SET LOCAL lock_timeout = '{_PATIENCE_S}s'")
                connection.execute(f"SELECT pg_advisory_lock({_KEY.format(0)})", [self._name])
                connection.execute(_WRITING, [self._name])
        except psycopg.errors.LockNotAvailable as error:
            values = {"seconds": _PATIENCE_S}
            raise TongjianError(Problem("book.busy", Place(file=self._name), values)) from error

    def _sql(self, text: str) -> LiteralString:
        # The name was checked in `__post_init__`; nothing else is put in.
        return text.replace("{0}", self.table)

    @property
    def _name(self) -> str:
        return f"{self.table}:{self.log}"


__all__ = ["PostgresStore"]
