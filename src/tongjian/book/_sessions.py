"""A connection for one use, and what the database says there as a problem."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tongjian.problems import Place, Problem, TongjianError

if TYPE_CHECKING:
    import psycopg

SqliteSource = Callable[[], AbstractContextManager[sqlite3.Connection]]
PostgresSource = Callable[[], "AbstractContextManager[psycopg.Connection[Any]]"]


@contextmanager
def sqlite_session(connections: SqliteSource, place: str) -> Iterator[sqlite3.Connection]:
    """A connection; what SQLite cannot read or do becomes a problem."""
    with connections() as connection:
        try:
            yield connection
        except (sqlite3.Error, UnicodeDecodeError) as error:
            # The driver cannot even name what is broken where the schema is no text any more.
            raise _told(error, place) from error


@contextmanager
def postgres_session(
    connections: PostgresSource, place: str, *, own: bool = False
) -> Iterator[psycopg.Connection[Any]]:
    """A connection in a transaction; what fails there becomes a problem.

    Raises `TongjianError` where the transaction has to be its `own` and there is one already.
    """
    with connections() as connection:
        if own:
            check_free(connection, place)
        with postgres_telling(place), connection.transaction():
            yield connection


def check_free(connection: Any, place: str) -> None:
    """Raise `TongjianError` for a connection that is in a transaction, of SQLite or psycopg.

    So is one of psycopg that does not commit by itself: its transaction begins with its first
    statement, and whoever had begun it commits what stands in it.
    """
    if isinstance(connection, sqlite3.Connection):
        free = not connection.in_transaction
    else:
        free = connection.autocommit and connection.info.transaction_status == 0
    if not free:
        raise TongjianError(Problem("book.in_transaction", Place(file=place)))


@contextmanager
def postgres_telling(place: str) -> Iterator[None]:
    """What PostgreSQL refuses or fails at becomes a problem."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        raise _told(error, place) from error


def sqlite_file(connection: sqlite3.Connection) -> Path | None:
    """The file of the database; None for one in memory."""
    for _, name, file in connection.execute("PRAGMA database_list"):
        if name == "main":
            return Path(file) if file else None
    return None


def _told(error: Exception, place: str) -> TongjianError:
    values = {"detail": f"{type(error).__name__}: {error}"}
    return TongjianError(Problem("book.database", Place(file=place), values))


__all__ = [
    "PostgresSource",
    "SqliteSource",
    "check_free",
    "postgres_session",
    "postgres_telling",
    "sqlite_file",
    "sqlite_session",
]
