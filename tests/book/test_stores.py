"""One behaviour of the log over a file, SQLite and a real PostgreSQL server."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.book.stores import LOG, NAMES, Clock, Maker, log_over, maker
from tongjian.book import PostgresConnections, PostgresStore, SqliteStore, table_problems
from tongjian.evidence import Act, EvidenceLog
from tongjian.problems import Problem, TongjianError


@pytest.fixture(params=NAMES)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Maker:
    return maker(request.param, tmp_path, request)


@pytest.fixture
def log(make: Maker) -> EvidenceLog:
    return log_over(make)


def note(number: int, **content: object) -> Act:
    return Act("note.make", "张三", f"meter:厂/{number}", {"n": number, **content})


def test_a_log_that_was_never_written_is_empty_and_whole(log: EvidenceLog) -> None:
    assert log.entries() == []
    assert log.problems() == []
    assert log.store.head() is None
    assert len(log.tree()) == 0


def test_what_is_entered_comes_back_the_same(log: EvidenceLog, make: Maker) -> None:
    content = {
        "文": '引号" 反斜\\ 换行\n 零\u0000 表情😀',
        "数": [1, 0.1, -1e-7, 1e20, 1.0],
        "空": None,
    }
    first = log.append([note(1, **content), note(2)])
    second = log.append([note(3)])
    again = EvidenceLog(make())

    assert again.entries() == first + second
    assert again.entries(subject="meter:厂/2") == first[1:]
    assert [one.number for one in again.entries()] == [1, 2, 3]
    assert again.entries()[0].content == {"n": 1, **content}
    assert again.problems() == []
    head = again.store.head()
    assert head is not None and (head.number, head.hash) == (3, second[0].hash)


def test_several_entries_stand_together_or_not_at_all(log: EvidenceLog) -> None:
    log.append([note(1)])
    with pytest.raises(TongjianError):
        log.append([note(2), note(3, wrong=float("nan"))])

    assert len(log.entries()) == 1
    assert log.append([]) == []


def test_an_entry_says_who_what_and_upon_what(log: EvidenceLog) -> None:
    with pytest.raises(TongjianError) as caught:
        log.append([note(1), Act(" ", "", "\t")])
    assert [(one.code, one.values["field"]) for one in caught.value.problems] == [
        ("evidence.blank", "act"),
        ("evidence.blank", "by"),
        ("evidence.blank", "subject"),
    ]
    assert log.entries() == []


def test_writers_in_many_threads_take_turns(log: EvidenceLog, make: Maker) -> None:
    def write(name: int) -> None:
        mine = EvidenceLog(make(), log.clock)
        for _ in range(5):
            with mine.locked():
                seen = len(mine.entries())
                mine.append_locked([note(name, seen=seen)])

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = log.entries()
    # Nobody wrote between what an entry had seen and its own place.
    assert [one.content["seen"] for one in found] == list(range(20))
    assert log.problems() == []


def test_reading_while_others_write_finds_nothing_wrong(log: EvidenceLog, make: Maker) -> None:
    log.append([note(0)])
    stop = threading.Event()

    def write() -> None:
        mine = EvidenceLog(make(), log.clock)
        while not stop.is_set():
            mine.append([note(1), note(2)])
            # A writer without a pause would leave readers of SQLite no turn.
            stop.wait(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    same = EvidenceLog(make())
    try:
        for _ in range(25):
            assert EvidenceLog(make()).problems() == []
            # A log that knows what it has read, and one that does not.
            assert len(same.entries()) <= len(EvidenceLog(make()).entries())
    finally:
        stop.set()
        writer.join()
    assert len(same.entries()) > 1


def test_long_logs_are_read_in_full(log: EvidenceLog) -> None:
    for start in range(0, 4500, 1500):
        log.append([note(start + number) for number in range(1500)])

    assert [one.number for one in log.entries()] == list(range(1, 4501))
    assert len(log.tree()) == 4500


def test_an_entry_before_the_last_is_refused(log: EvidenceLog) -> None:
    log.append([note(1)])
    assert isinstance(log.clock, Clock)
    log.clock.now -= timedelta(hours=1)

    with pytest.raises(TongjianError) as caught:
        log.append([note(2)])

    assert [one.code for one in caught.value.problems] == ["evidence.clock"]
    assert len(log.entries()) == 1


TABLES = ("sqlite", "postgres")
REFUSED = (
    "UPDATE {0} SET line = 'x' WHERE number = 2",
    "UPDATE {0} SET log = 'other'",
    "UPDATE {0} SET log = 'other' WHERE number = 1",
    "DELETE FROM {0} WHERE number = 3",
    "DELETE FROM {0}",
    "INSERT INTO {0} VALUES ('{1}', 9, 'x')",
    "INSERT INTO {0} VALUES ('{1}', 2, 'x')",
    "INSERT INTO {0} VALUES ('other', 4, 'x')",
    "INSERT INTO {0} VALUES ('other', 0, 'x')",
    "INSERT INTO {0} VALUES ('{1}', 2, 'x') ON CONFLICT (log, number) DO UPDATE SET line = 'x'",
    "UPDATE {0}_head SET number = 1",
    "UPDATE {0}_head SET number = 4",
    "UPDATE {0}_head SET hash = 'x'",
    "UPDATE {0}_head SET log = 'other'",
    "DELETE FROM {0}_head",
    "INSERT INTO {0}_head VALUES ('{1}', 3, 'x')",
    "INSERT INTO {0}_head VALUES ('other', 1, 'x')",
    "INSERT INTO {0}_head VALUES ('{1}', 3, 'x') ON CONFLICT (log) DO UPDATE SET number = 1",
)


@pytest.mark.parametrize("make", TABLES, indirect=True)
@pytest.mark.parametrize("statement", REFUSED)
def test_the_table_refuses_every_change(log: EvidenceLog, statement: str) -> None:
    store = log.store
    assert isinstance(store, SqliteStore | PostgresStore)
    made = log.append([note(1), note(2), note(3)])

    with store.connections() as connection, pytest.raises(Exception, match=r"log|constraint"):
        connection.execute(statement.format(store.table, store.log))

    assert log.entries() == made
    assert EvidenceLog(store).problems() == []


@pytest.mark.parametrize("make", ["sqlite"], indirect=True)
def test_sqlite_puts_no_row_in_the_place_of_another(log: EvidenceLog) -> None:
    store = log.store
    assert isinstance(store, SqliteStore)
    made = log.append([note(1), note(2)])

    with store.connections() as connection:
        for verb in ("INSERT OR REPLACE", "REPLACE"):
            with pytest.raises(sqlite3.IntegrityError, match="next entry"):
                connection.execute(f"{verb} INTO {store.table} VALUES ('{LOG}', 1, 'x')")
            with pytest.raises(sqlite3.IntegrityError, match="one head"):
                connection.execute(f"{verb} INTO {store.table}_head VALUES ('{LOG}', 2, 'x')")

    assert log.entries() == made


@pytest.mark.parametrize("make", ["postgres"], indirect=True)
def test_postgres_refuses_to_truncate(log: EvidenceLog) -> None:
    store = log.store
    assert isinstance(store, PostgresStore)
    made = log.append([note(1)])

    for table in (store.table, f"{store.table}_head"):
        with (
            store.connections() as connection,
            pytest.raises(Exception, match="only grows"),
        ):
            connection.execute(f"TRUNCATE {table}")

    assert log.entries() == made


@pytest.mark.parametrize("make", TABLES, indirect=True)
def test_a_transaction_that_could_be_rolled_back_is_refused(log: EvidenceLog) -> None:
    store = log.store
    assert isinstance(store, SqliteStore | PostgresStore)
    log.append([note(1)])

    with store.connections() as connection:

        @contextmanager
        def handed():
            yield connection

        mine = EvidenceLog(type(store)(handed, store.log, store.table), log.clock)
        connection.execute("BEGIN")
        with pytest.raises(TongjianError) as caught:
            mine.append([note(2)])
        connection.execute("ROLLBACK")

        assert [one.code for one in caught.value.problems] == ["book.in_transaction"]
        assert len(mine.entries()) == 1
        if not isinstance(connection, sqlite3.Connection):
            # Nothing is under way yet, and whatever comes first would begin it.
            connection.autocommit = False
            for use in (mine.locked, lambda: mine.append([note(2)])):
                with pytest.raises(TongjianError) as caught, use():  # type: ignore[attr-defined]
                    pass
                assert [one.code for one in caught.value.problems] == ["book.in_transaction"]
            connection.autocommit = True
        # The same connection serves when it is free, as one of a site does.
        mine.append([note(2)])

    assert len(log.entries()) == 2


@pytest.mark.parametrize("make", TABLES, indirect=True)
def test_guards_that_are_gone_or_new_are_missed(log: EvidenceLog, make: Maker) -> None:
    store = log.store
    assert isinstance(store, SqliteStore | PostgresStore)
    log.append([note(1)])
    sqlite = isinstance(store, SqliteStore)
    name = f"{store.table}_head_delete"
    with store.connections() as connection:
        on = "" if sqlite else f" ON {store.table}_head"
        connection.execute(f"DROP TRIGGER {name}{on}")

    assert [(one.code, one.values["name"]) for one in log.problems()] == [("book.guard", name)]


@pytest.mark.parametrize("make", TABLES, indirect=True)
def test_a_table_that_drops_rows_acknowledges_nothing(log: EvidenceLog, make: Maker) -> None:
    """Whoever owns the database could let an append succeed and leave nothing."""
    store = log.store
    assert isinstance(store, SqliteStore | PostgresStore)
    log.append([note(1)])
    drop = (
        f"CREATE TRIGGER lose BEFORE INSERT ON {store.table} BEGIN SELECT RAISE(IGNORE); END"
        if isinstance(store, SqliteStore)
        else f"CREATE RULE lose AS ON INSERT TO {store.table} DO INSTEAD NOTHING"
    )
    with store.connections() as connection:
        connection.execute(drop)

    with pytest.raises(TongjianError) as caught:
        log.append([note(2), note(3)])
    assert [one.code for one in caught.value.problems] == ["book.swallowed"]
    assert len(EvidenceLog(make()).entries()) == 1


@pytest.mark.parametrize("make", ["postgres"], indirect=True)
def test_a_commit_under_way_is_waited_for(log: EvidenceLog) -> None:
    """The writer was killed: his lock is free again, his last commit is not done yet."""
    store = log.store
    assert isinstance(store, PostgresStore)
    log.append([note(1)])
    done: list[int] = []
    with store.connections() as connection:
        connection.execute("BEGIN")
        connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"{store.table}:{store.log}"]
        )
        other = threading.Thread(target=lambda: done.append(log.append([note(2)])[0].number))
        other.start()
        other.join(0.3)
        assert done == []
        connection.execute("COMMIT")
        other.join()
    assert done == [2]


@pytest.mark.parametrize("make", ["postgres"], indirect=True)
def test_sessions_that_the_server_has_ended_are_not_used_again(log: EvidenceLog) -> None:
    store = log.store
    assert isinstance(store, PostgresStore)
    log.append([note(1)])
    with store.connections() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    log.append([note(2)])
    assert len(log.entries()) == 2

    # One that ends while the lock is held: a problem, and nothing is half done.
    with pytest.raises(TongjianError) as caught, log.locked():
        with store.connections() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks "
                "WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        raise TongjianError(Problem("evidence.no_key"))
    assert [one.code for one in caught.value.problems] == ["evidence.no_key"]
    log.append([note(3)])
    assert len(log.entries()) == 3


@pytest.mark.parametrize("make", ["postgres"], indirect=True)
def test_a_server_that_may_forget_is_told(log: EvidenceLog) -> None:
    store = log.store
    assert isinstance(store, PostgresStore)
    log.append([note(1)])

    def setting(value: str) -> None:
        with store.connections() as connection:
            connection.execute(f"ALTER SYSTEM SET full_page_writes = {value}")
            connection.execute("SELECT pg_reload_conf()")
        store.connections.close()
        for _ in range(100):
            with store.connections() as connection:
                found = connection.execute("SHOW full_page_writes").fetchone()
            store.connections.close()
            if found == (value,):
                return
            time.sleep(0.05)

    setting("off")
    try:
        found = table_problems(store.connections, store.table)
        said = [(one.code, one.severity, one.values["name"]) for one in found]
    finally:
        setting("on")
    assert said == [("book.not_durable", "warning", "full_page_writes")]
    assert table_problems(store.connections, store.table) == []


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    log = EvidenceLog(PostgresStore(PostgresConnections(f"host={tmp_path} user=nobody"), LOG))
    for use in (log.entries, lambda: log.append([note(1)])):
        with pytest.raises(TongjianError) as caught:
            use()
        assert [one.code for one in caught.value.problems] == ["book.database"]


def test_a_database_in_memory_is_no_book() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)

    @contextmanager
    def handed():
        yield connection

    log = EvidenceLog(SqliteStore(handed, LOG))
    with pytest.raises(TongjianError) as caught:
        log.append([note(1)])
    connection.close()

    assert [one.code for one in caught.value.problems] == ["book.in_memory"]


@pytest.mark.parametrize("store", [SqliteStore, PostgresStore])
def test_a_table_name_is_a_name(store: type[SqliteStore] | type[PostgresStore]) -> None:
    with pytest.raises(TongjianError) as caught:
        store(lambda: None, LOG, 'log"; DROP TABLE x')  # type: ignore[arg-type,return-value]
    assert [one.code for one in caught.value.problems] == ["book.table_name"]

    for log in ("", " a", "a\n", "\ud800", "a" * 201):
        with pytest.raises(TongjianError) as caught:
            store(lambda: None, log)  # type: ignore[arg-type,return-value]
        assert [one.code for one in caught.value.problems] == ["book.log_name"]
