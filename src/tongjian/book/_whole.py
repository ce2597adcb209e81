"""The table as a whole: which logs it holds, and whether it is sound (整表检查)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, LiteralString, Protocol

from tongjian.book._guards import guards
from tongjian.book._schema import statements
from tongjian.book._sessions import postgres_session, sqlite_session
from tongjian.book._table import TABLE, check_names, read_head
from tongjian.evidence import Head
from tongjian.problems import Place, Problem, TongjianError

if TYPE_CHECKING:
    import psycopg

_OTHER = {"on": "off", "off": "on"}
# Of the rows under a number: how many, and what they are, in whatever order they come.
_SUMS = """
SELECT log, count(*), sum(('x' || left(md5(number || line), 15))::bit(60)::bigint)
FROM {0} GROUP BY log
"""
_DIGESTS = "SELECT number, md5(line), count(*) FROM {0} WHERE log = %s GROUP BY 1, 2"


class Connections(Protocol):
    """What gives a connection of SQLite or psycopg and takes it back (连接)."""

    def __call__(self) -> AbstractContextManager[Any]: ...


def logs(connections: Connections, table: str = TABLE) -> dict[str, Head]:
    """The logs in `table` by name, with what was acknowledged of each; none where it is not there.

    From the heads alone: a log whose head was taken away is told by `table_problems`.
    """
    check_names(table)
    with _session(connections, table) as connection:
        if not _is_there(connection, table):
            return {}
        rows = connection.execute(
            f"SELECT log, number, hash FROM {table}_head ORDER BY log"
        ).fetchall()
    found = {}
    for log, number, digest in rows:
        head = read_head((number, digest, True), f"{table}:{log}")
        if head is not None:
            found[log] = head
    return found


def table_problems(connections: Connections, table: str = TABLE) -> list[Problem]:
    """What is wrong with the table beyond the lines of its logs: damage, guards, lost heads.

    Reads all of it, so once a night and not with each log; the logs check their lines themselves.
    The connection has to be in no transaction.
    """
    check_names(table)
    found: list[Problem] = []
    try:
        with _session(connections, table, own=True) as connection:
            found += _all(connection, table)
    except TongjianError as error:
        found += error.problems
    return found


def unguarded(connections: Connections, made: Sequence[str]) -> list[Problem]:
    """Guards made by the statements `made` that are off, away, changed, or have others beside.

    For `frozen` and `sealed_tables`: a migration that alters a table in SQLite makes it anew and
    loses its triggers.
    """
    with _session(connections, "") as connection:
        return list(_guards(connection, "", made))


def _all(connection: Any, table: str) -> Iterator[Problem]:
    sqlite = isinstance(connection, sqlite3.Connection)
    if sqlite:
        yield from _damaged(connection, table)
    else:
        # One state for all queries, whoever writes meanwhile.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield from _not_durable(connection, table)
    if _is_there(connection, table):
        made = statements("sqlite" if sqlite else "postgresql", table)
        yield from _guards(connection, table, made)
        yield from _headless(connection, table)
        if not sqlite:
            yield from _index(connection, table)


def _guards(connection: Any, place: str, made: Sequence[str]) -> Iterator[Problem]:
    for name in guards(connection, made):
        yield Problem("book.guard", Place(file=place or None), {"name": name})


def _headless(connection: Any, table: str) -> Iterator[Problem]:
    """Logs that lost their head."""
    for (log,) in connection.execute(
        f"SELECT DISTINCT log FROM {table} EXCEPT SELECT log FROM {table}_head ORDER BY log"
    ):
        yield Problem("evidence.head_missing", Place(file=f"{table}:{log}"))


def _damaged(connection: sqlite3.Connection, table: str) -> Iterator[Problem]:
    for (said,) in connection.execute("PRAGMA integrity_check"):
        if said != "ok":
            yield Problem("evidence.unreadable", Place(file=table), {"detail": said})


def _not_durable(connection: psycopg.Connection[Any], table: str) -> Iterator[Problem]:
    for name in ("fsync", "full_page_writes"):
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        if row != ("on",):
            yield Problem("book.not_durable", Place(file=table), {"name": name}, "warning")


def _index(connection: psycopg.Connection[Any], table: str) -> Iterator[Problem]:
    """Rows that the index does not lead to, or to which it leads without their lying there."""
    lying, led_to = _both_ways(connection, _text(_SUMS, table), [])
    for log in sorted({row[0] for row in lying ^ led_to}):
        one, other = _both_ways(connection, _text(_DIGESTS, table), [log])
        for number in sorted({row[0] for row in one ^ other}):
            place = Place(file=f"{table}:{log}", line=number)
            yield Problem("book.index", place, {"number": number})


def _both_ways(
    connection: psycopg.Connection[Any], query: LiteralString, values: Sequence[str]
) -> list[set[tuple[Any, ...]]]:
    """What a query finds in the rows as they lie, and by the index."""
    found = []
    for by_index in ("off", "on"):
        for name in ("indexscan", "indexonlyscan", "bitmapscan"):
            connection.execute(f"SET LOCAL enable_{name} = {by_index}")
        connection.execute(f"SET LOCAL enable_seqscan = {_OTHER[by_index]}")
        found.append(set(connection.execute(query, values).fetchall()))
    return found


def _text(query: str, table: str) -> LiteralString:
    # The name was checked; nothing else is put in.
    return query.replace("{0}", table)


def _is_there(connection: Any, table: str) -> bool:
    """Whether the tables are there; raises `TongjianError` where it is only one."""
    names = (table, f"{table}_head")
    if isinstance(connection, sqlite3.Connection):
        query = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN (?, ?)"
    else:
        query = "SELECT num_nonnulls(to_regclass(%s), to_regclass(%s))"
    (found,) = connection.execute(query, names).fetchone()
    if found == 1:
        raise TongjianError(Problem("evidence.head_missing", Place(file=table)))
    return bool(found)


@contextmanager
def _session(connections: Connections, place: str, *, own: bool = False) -> Iterator[Any]:
    """A connection of either kind; one of PostgreSQL is in a transaction."""
    with connections() as connection:

        @contextmanager
        def handed() -> Iterator[Any]:
            yield connection

        sqlite = isinstance(connection, sqlite3.Connection)
        session = (
            sqlite_session(handed, place) if sqlite else postgres_session(handed, place, own=own)
        )
        with session:
            yield connection


__all__ = ["Connections", "logs", "table_problems", "unguarded"]
