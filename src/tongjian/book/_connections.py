"""Where a store gets its connection from (连接)."""

from __future__ import annotations

import os
import selectors
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tongjian.problems import Problem, TongjianError

if TYPE_CHECKING:
    import psycopg

_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class SqliteConnections:
    """A connection to the SQLite file `path` for each use, closed behind it."""

    path: Path

    @contextmanager
    def __call__(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        made = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None)
        with closing(made) as connection:
            yield connection


@dataclass(frozen=True, slots=True)
class PostgresConnections:
    """Connections to PostgreSQL that are used again; as many as are in use at a time.

    `conninfo` is as psycopg takes it. Raises `TongjianError` where the extra `postgres` is not
    installed or the server does not answer. `close` closes those that nobody uses.
    """

    conninfo: str
    _free: list[tuple[int, psycopg.Connection[Any]]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    @contextmanager
    def __call__(self) -> Iterator[psycopg.Connection[Any]]:
        connection = self._taken()
        try:
            yield connection
        finally:
            if connection.broken or connection.info.transaction_status != 0:
                connection.close()
            else:
                self._free.append((os.getpid(), connection))

    def close(self) -> None:
        """Close what nobody uses."""
        while self._free:
            owner, connection = self._free.pop()
            if owner == os.getpid():
                connection.close()

    def _taken(self) -> psycopg.Connection[Any]:
        try:
            import psycopg
        except ImportError as error:
            raise TongjianError(Problem("book.no_psycopg")) from error

        while True:
            try:
                owner, connection = self._free.pop()
            except IndexError:
                try:
                    return psycopg.connect(self.conninfo, autocommit=True)
                except psycopg.Error as error:
                    values = {"detail": f"{type(error).__name__}: {error}"}
                    raise TongjianError(Problem("book.database", values=values)) from error
            # One cannot be shared with the process that forked.
            if owner == os.getpid():
                if not connection.closed and _is_quiet(connection):
                    return connection
                connection.close()


def _is_quiet(connection: psycopg.Connection[Any]) -> bool:
    """Whether nothing has come in: what a server says unasked is that it ends the session."""
    with selectors.DefaultSelector() as selector:
        selector.register(connection.fileno(), selectors.EVENT_READ)
        return not selector.select(0)


__all__ = ["PostgresConnections", "SqliteConnections"]
