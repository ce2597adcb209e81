"""The log in a table of PostgreSQL."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString

from tongjian.book._table import ROWS, check_last, check_written, paged, read_head
from tongjian.evidence import Entry, Head, Lines
from tongjian.problems import Place, Problem, TongjianError

if TYPE_CHECKING:
    import psycopg

_PATIENCE_S = 30
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}")

_SCHEMA = """
CREATE TABLE {0} (number bigint PRIMARY KEY, line text NOT NULL);
CREATE TABLE {0}_head (one int PRIMARY KEY CHECK (one = 1), number bigint NOT NULL,
  hash text NOT NULL);
CREATE FUNCTION {0}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the evidence log only grows'; END $$;
CREATE FUNCTION {0}_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number <> coalesce((SELECT max(number) FROM {0}), 0) + 1 THEN
    RAISE EXCEPTION 'the evidence log takes the next entry only';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION {0}_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.one <> OLD.one OR NEW.number <= OLD.number THEN
    RAISE EXCEPTION 'the head of the evidence log only moves on';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER {0}_insert BEFORE INSERT ON {0} FOR EACH ROW EXECUTE FUNCTION {0}_next();
CREATE TRIGGER {0}_change BEFORE UPDATE OR DELETE ON {0} FOR EACH ROW EXECUTE FUNCTION {0}_refuse();
CREATE TRIGGER {0}_truncate BEFORE TRUNCATE ON {0} FOR EACH STATEMENT EXECUTE FUNCTION {0}_refuse();
CREATE TRIGGER {0}_head_update BEFORE UPDATE ON {0}_head FOR EACH ROW EXECUTE FUNCTION {0}_on();
CREATE TRIGGER {0}_head_delete BEFORE DELETE ON {0}_head FOR EACH ROW EXECUTE FUNCTION {0}_refuse();
CREATE TRIGGER {0}_head_truncate BEFORE TRUNCATE ON {0}_head FOR EACH STATEMENT
  EXECUTE FUNCTION {0}_refuse()
"""
_WRITING = "SELECT pg_advisory_xact_lock(hashtext(%s || ' being written'))"
_OTHER = {"on": "off", "off": "on"}
_TRIGGERS = """
SELECT tgname, tgenabled <> 'O', pg_get_triggerdef(oid),
  md5((SELECT prosrc FROM pg_proc WHERE oid = tgfoid))
FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN (to_regclass(%s), to_regclass(%s)) ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class PostgresStore:
    """Entries in `table` of a PostgreSQL database in UTF-8.

    `connections` gives a psycopg connection that is in no transaction and takes it back, such as
    `PostgresConnections`. Rows cannot be changed, removed or truncated by SQL while the triggers
    are on. Writers take turns by an advisory lock of the session, so a pool that changes sessions
    between transactions will not do.
    """

    connections: Callable[[], AbstractContextManager[psycopg.Connection[Any]]]
    table: str = "tongjian_log"

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.table):
            raise TongjianError(Problem("book.table_name", values={"name": self.table}))

    @property
    def place(self) -> str:
        with self.connections() as connection:
            return f"{connection.info.dbname}:{self.table}"

    def head(self) -> Head | None:
        with self._reading() as connection:
            return self._head(connection)

    def lines(self) -> Lines:
        return paged(self._rows_after)

    def _rows_after(self, after: int | None) -> list[tuple[int, bytes]]:
        with self._reading() as connection:
            if after is None and not self._is_there(connection):
                return []
            where = "" if after is None else "WHERE number > %s"
            rows = connection.execute(
                self._sql(
                    "SELECT number, convert_to(line, 'UTF8') FROM {0} "
                    f"{where} ORDER BY number LIMIT {ROWS}"
                ),
                None if after is None else [after],
            ).fetchall()
        return [(number, bytes(line)) for number, line in rows]

    def last(self) -> bytes | None:
        with self._reading() as connection:
            if not self._is_there(connection):
                return None
            # In one statement, so that both are of one moment.
            row = connection.execute(
                self._sql(
                    "SELECT h.number, h.hash, l.number, convert_to(l.line, 'UTF8') "
                    "FROM {0}_head h LEFT JOIN {0} l ON l.number = (SELECT max(number) FROM {0})"
                )
            ).fetchone()
        return check_last(row, self.place)

    @contextmanager
    def locked(self) -> Iterator[None]:
        import psycopg

        with self.connections() as connection:
            with self._telling():
                self._take(connection)
            try:
                yield
            finally:
                # A session that ended has given the lock back already.
                with suppress(psycopg.OperationalError):
                    connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", [self.table])
                    if not connection.autocommit:
                        connection.commit()

    def write(self, entries: Sequence[Entry]) -> None:
        with self._reading() as connection:
            # Whoever is killed gives back the lock of his session, while his last commit may still
            # be under way in another: the next writer waits for this one as well.
            connection.execute(_WRITING, [self.table])
            # Whatever the server's default is: what is committed is on the disk.
            connection.execute("SET LOCAL synchronous_commit = on")
            if not self._is_there(connection):
                self._make(connection)
            with connection.cursor() as cursor:
                cursor.executemany(
                    self._sql("INSERT INTO {0} VALUES (%s, %s)"),
                    [(one.number, one.line().decode()) for one in entries],
                )
                check_written(cursor.rowcount, len(entries), self.table)
            last = entries[-1]
            head = connection.execute(
                self._sql("UPDATE {0}_head SET number = %s, hash = %s"), (last.number, last.hash)
            )
            check_written(head.rowcount, 1, f"{self.table}_head")

    def problems(self) -> list[Problem]:
        found: list[Problem] = []
        with self._reading() as connection:
            # One state for all queries, whoever writes meanwhile.
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            for name in ("fsync", "full_page_writes"):
                row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
                if row != ("on",):
                    place = Place(file=self.place)
                    found.append(Problem("book.not_durable", place, {"name": name}, "warning"))
            if self._is_there(connection):
                found += self._guards(connection)
                found += self._index(connection)
        self.last()
        return found

    def _index(self, connection: psycopg.Connection[Any]) -> Iterator[Problem]:
        """Rows that the index does not lead to, or to which it leads without their lying there."""
        rows = []
        for by_index in ("off", "on"):
            for name in ("indexscan", "indexonlyscan", "bitmapscan"):
                connection.execute(f"SET LOCAL enable_{name} = {by_index}")
            connection.execute(f"SET LOCAL enable_seqscan = {_OTHER[by_index]}")
            found = connection.execute(
                self._sql("SELECT number, md5(line) FROM {0} ORDER BY number")
            )
            rows.append(Counter(found.fetchall()))
        lying, led_to = rows
        for number in sorted({number for number, _ in (lying - led_to) + (led_to - lying)}):
            yield Problem("book.index", Place(file=self.place, line=number), {"number": number})

    def _guards(self, connection: psycopg.Connection[Any]) -> Iterator[Problem]:
        """Triggers that are off, away or not as they were made, and triggers that were added."""
        names = (self.table, f"{self.table}_head")
        there = {name: rest for name, *rest in connection.execute(_TRIGGERS, names)}
        made = _made(self.table)
        for name in sorted(there.keys() | made.keys()):
            off, definition, body = there.get(name, (True, "", ""))
            if (
                off
                or name not in made
                or _squeezed(definition) != made[name][0]
                or body != made[name][1]
            ):
                yield Problem("book.guard", Place(file=self.place), {"name": name})

    def _make(self, connection: psycopg.Connection[Any]) -> None:
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise TongjianError(Problem("book.encoding", values={"encoding": encoding}))
        connection.execute(self._sql(_SCHEMA))
        connection.execute(self._sql("INSERT INTO {0}_head VALUES (1, 0, %s)"), [Head().hash])

    def _head(self, connection: psycopg.Connection[Any]) -> Head | None:
        if not self._is_there(connection):
            return None
        row = connection.execute(self._sql("SELECT number, hash FROM {0}_head")).fetchone()
        return read_head(row, self.place)

    def _is_there(self, connection: psycopg.Connection[Any]) -> bool:
        row = connection.execute(
            "SELECT to_regclass(%s) IS NOT NULL, to_regclass(%s) IS NOT NULL",
            (self.table, f"{self.table}_head"),
        ).fetchone()
        log, head = row or (False, False)
        if log != head:
            raise TongjianError(Problem("evidence.head_missing", Place(file=self.table)))
        return bool(log)

    def _take(self, connection: psycopg.Connection[Any]) -> None:
        """Wait for the lock of the session."""
        import psycopg

        try:
            with connection.transaction():
                connection.execute(f"SET LOCAL lock_timeout = '{_PATIENCE_S}s'")
                connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [self.table])
                connection.execute(_WRITING, [self.table])
        except psycopg.errors.LockNotAvailable as error:
            values = {"seconds": _PATIENCE_S}
            raise TongjianError(Problem("book.busy", Place(file=self.table), values)) from error

    @contextmanager
    def _reading(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection in a transaction of its own; what fails there becomes a problem."""
        with self.connections() as connection:
            import psycopg

            if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                raise TongjianError(Problem("book.in_transaction", Place(file=self.table)))
            with self._telling(), connection.transaction():
                yield connection

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What the database refuses or fails at becomes a problem."""
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            values = {"detail": f"{type(error).__name__}: {error}"}
            problem = Problem("book.database", Place(file=self.table), values)
            raise TongjianError(problem) from error

    def _sql(self, text: str) -> LiteralString:
        # The name was checked in `__post_init__`; nothing else is put in.
        return text.replace("{0}", self.table)


def _made(table: str) -> dict[str, tuple[str, str]]:
    """Each trigger as it is made: its definition, and the MD5 of its function's body."""
    from hashlib import md5

    schema = _SCHEMA.replace("{0}", table)
    bodies = dict(re.findall(r"CREATE FUNCTION (\w+)\(\).*?\$\$(.*?)\$\$", schema, re.S))
    found = {}
    for one in re.findall(r"CREATE TRIGGER [^;]*", schema):
        words = one.split()
        function = words[-1].removesuffix("()")
        body = md5(bodies[function].encode(), usedforsecurity=False).hexdigest()
        found[words[2]] = _squeezed(one), body
    return found


def _squeezed(definition: str) -> str:
    """A definition of a trigger without schema names and in one order of events."""
    text = re.sub(r"\b\w+\.", "", " ".join(definition.split()))
    return text.replace("DELETE OR UPDATE", "UPDATE OR DELETE")


__all__ = ["PostgresStore"]
