"""Many logs in one table: none sees, waits for or slows down another."""

from __future__ import annotations

import itertools
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

from tongjian.book import (
    PostgresConnections,
    PostgresStore,
    SqliteConnections,
    SqliteStore,
    logs,
    statements,
    table_problems,
    undone,
)
from tongjian.evidence import Act, EvidenceLog
from tongjian.problems import TongjianError

Store = SqliteStore | PostgresStore
Open = Callable[[str], Store]
_NUMBERS = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens a log by its name, all in one table that nobody else has."""
    if request.param == "sqlite":
        path = tmp_path / "site.sqlite3"
        return lambda log: SqliteStore(SqliteConnections(path), log)
    connections = PostgresConnections(request.getfixturevalue("postgres"))
    request.addfinalizer(connections.close)
    table = f"many_{next(_NUMBERS)}"
    return lambda log: PostgresStore(connections, log, table)


def note(number: int) -> Act:
    return Act("note.make", "张三", f"meter:厂/{number}", {"n": number})


def run(store: Store, *texts: str) -> None:
    with store.connections() as connection:
        for text in texts:
            connection.execute(text.replace("{0}", store.table))


def unguarded(store: Store, *texts: str) -> None:
    """Run statements with the guards away."""
    if isinstance(store, PostgresStore):
        role = "SET session_replication_role ="
        run(store, f"{role} replica", *texts, f"{role} origin")
        return
    with store.connections() as connection:
        guards = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall()
    run(store, *(f"DROP TRIGGER {name}" for name, _ in guards), *texts, *(sql for _, sql in guards))


def test_two_logs_do_not_see_each_other(store: Open) -> None:
    one, other = EvidenceLog(store("企业/1")), EvidenceLog(store("企业/10"))
    mine = one.append([note(1), note(2)])
    assert other.entries() == [] and other.store.head() is None and other.store.last() is None
    theirs = other.append([note(3)])
    mine += one.append([note(4)])

    assert (one.entries(), other.entries()) == (mine, theirs)
    assert [entry.number for entry in mine] == [1, 2, 3]
    assert one.problems() == other.problems() == []
    assert one.store.place.endswith(":企业/1") and other.store.place.endswith(":企业/10")
    assert logs(store("x").connections, store("x").table) == {
        "企业/1": one.store.head(),
        "企业/10": other.store.head(),
    }
    assert table_problems(store("x").connections, store("x").table) == []


def test_what_sql_puts_into_another_log_is_refused_or_found_there(store: Open) -> None:
    one, other = EvidenceLog(store("1")), EvidenceLog(store("2"))
    mine, theirs = one.append([note(1), note(2), note(3)]), other.append([note(4)])
    for refused in (
        "UPDATE {0} SET log = '2' WHERE log = '1'",
        "INSERT INTO {0} SELECT '2', number, line FROM {0} WHERE log = '1' AND number <> 2",
        "INSERT INTO {0} SELECT '3', number, line FROM {0} WHERE log = '1' AND number = 3",
        "INSERT INTO {0}_head SELECT '3', number, hash FROM {0}_head WHERE log = '1'",
        "UPDATE {0}_head SET number = 3 WHERE log = '2'",
        "UPDATE {0}_head SET log = '3' WHERE log = '2'",
        "DELETE FROM {0}_head WHERE log = '2'",
    ):
        with pytest.raises(Exception, match="evidence log"):
            run(store("1"), refused)
    assert (one.entries(), other.entries()) == (mine, theirs)

    # The next number is taken from anyone; what stands there has to follow from the line before.
    run(store("2"), "INSERT INTO {0} SELECT '2', 2, line FROM {0} WHERE log = '1' AND number = 2")
    assert "evidence.chain" in {p.code for p in other.problems()}
    for use in (other.entries, lambda: other.append([note(5)])):
        with pytest.raises(TongjianError):
            use()
    assert one.problems() == [] and one.entries() == mine
    mine += one.append([note(6)])
    assert one.entries() == mine


def test_a_log_that_lost_its_head_is_found_without_its_name(store: Open) -> None:
    one, other = EvidenceLog(store("1")), EvidenceLog(store("2"))
    one.append([note(1)])
    other.append([note(2)])
    unguarded(store("2"), "DELETE FROM {0}_head WHERE log = '2'")

    found = table_problems(store("1").connections, store("1").table)
    name = f"{store('2').table}:2"
    assert [(p.code, p.place and p.place.file) for p in found] == [("evidence.head_missing", name)]
    assert list(logs(store("1").connections, store("1").table)) == ["1"]
    for use in (other.entries, lambda: other.append([note(3)])):
        with pytest.raises(TongjianError) as caught:
            use()
        assert [p.code for p in caught.value.problems] == ["evidence.head_missing"]
    assert one.problems() == [] and len(one.append([note(3)])) == 1


def test_writers_of_two_logs_do_not_wait_for_each_other(store: Open) -> None:
    one, other = EvidenceLog(store("1")), EvidenceLog(store("2"))
    one.append([note(0)])
    done: list[str] = []

    def write(log: EvidenceLog, name: str) -> None:
        log.append([note(1)])
        done.append(name)

    with one.locked():
        same = threading.Thread(target=write, args=(EvidenceLog(store("1")), "same"))
        another = threading.Thread(target=write, args=(other, "another"))
        same.start()
        another.start()
        another.join(20)
        # One that holds a log may hold a second.
        with other.locked():
            other.append_locked([note(2)])
        assert done == ["another"]
        one.append_locked([note(3)])
    same.join()

    assert done == ["another", "same"]
    assert [entry.content["n"] for entry in one.entries()] == [0, 3, 1]


def test_the_first_writers_of_many_logs_make_one_table(store: Open) -> None:
    names = [f"企业/{number}" for number in range(6)]
    threads = [
        threading.Thread(target=lambda name=name: EvidenceLog(store(name)).append([note(1)]))
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(logs(store("x").connections, store("x").table)) == names
    assert table_problems(store("x").connections, store("x").table) == []


def test_a_migration_makes_the_table_and_takes_it_away(store: Open) -> None:
    dialect: Literal["sqlite", "postgresql"]
    dialect = "sqlite" if isinstance(store("1"), SqliteStore) else "postgresql"
    made = statements(dialect, store("1").table)
    run(store("1"), *made)
    assert logs(store("1").connections, store("1").table) == {}
    log = EvidenceLog(store("1"))
    assert log.entries() == [] and log.problems() == []
    entries = log.append([note(1)])
    assert EvidenceLog(store("1")).entries() == entries and log.problems() == []

    run(store("1"), *undone(dialect, made))
    assert EvidenceLog(store("1")).entries() == []
    run(store("1"), *made)
    assert EvidenceLog(store("1")).append([note(1)])[0].number == 1


def test_a_log_is_read_within_a_transaction_of_the_site(store: Open) -> None:
    """A page that reads; nothing can be written there (`test_stores`)."""
    entries = EvidenceLog(store("1")).append([note(1)])
    with store("1").connections() as connection:
        connection.execute("BEGIN")

        @contextmanager
        def handed():
            yield connection

        log = EvidenceLog(type(store("1"))(handed, "1", store("1").table))  # type: ignore[arg-type]
        assert log.entries() == entries and log.problems() == []
        assert list(logs(handed, store("1").table)) == ["1"]
        connection.execute("ROLLBACK")


def test_a_write_leaves_the_connection_of_sqlite_as_it_was(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "site.sqlite3", isolation_level=None)
    connection.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def handed():
        yield connection

    EvidenceLog(SqliteStore(handed, "1")).append([note(1)])
    assert connection.execute("PRAGMA synchronous").fetchone() == (1,)
    connection.close()


def test_one_log_of_ten_thousand_is_found_by_its_key_in_sqlite(tmp_path: Path) -> None:
    """The same steps of SQLite's machine, whoever else is in the table; no scan in any plan."""
    path = tmp_path / "site.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")

    @contextmanager
    def handed():
        yield connection

    steps, said = [0], []

    def step() -> int:
        steps[0] += 1
        return 0

    def used(number: int) -> int:
        log = EvidenceLog(SqliteStore(handed, "企业/5000"))
        steps[0] = 0
        log.append([note(number)])
        assert len(log.entries()) == number
        return steps[0]

    EvidenceLog(SqliteStore(handed, "企业/5000")).append([note(1)])
    connection.set_progress_handler(step, 1)
    alone = used(2)
    connection.set_progress_handler(None, 0)
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO tongjian_log VALUES (?, 1, 'x')",
        ((f"企业/{number}",) for number in range(10_000) if number != 5000),
    )
    connection.execute(
        "INSERT INTO tongjian_log_head SELECT log, 1, 'x' FROM tongjian_log "
        "WHERE number = 1 AND log <> '企业/5000'"
    )
    connection.execute("COMMIT")
    connection.set_progress_handler(step, 1)
    among_many = used(3)
    connection.set_progress_handler(None, 0)
    assert among_many < alone * 1.3 + 100

    connection.set_trace_callback(said.append)
    EvidenceLog(SqliteStore(handed, "企业/5000")).append([note(4)])
    assert len(EvidenceLog(SqliteStore(handed, "企业/5000")).entries()) == 4
    connection.set_trace_callback(None)
    plans = [
        row[3]
        for text in said
        if text.startswith(("SELECT", "UPDATE", "INSERT")) and "sqlite_schema" not in text
        for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")
    ]
    connection.close()
    assert any("SEARCH tongjian_log USING PRIMARY KEY (log=?" in plan for plan in plans)
    assert not [plan for plan in plans if plan.startswith("SCAN") and "tongjian" in plan]


def test_one_log_of_ten_thousand_is_found_by_its_key_in_postgres(
    postgres: str, request: pytest.FixtureRequest
) -> None:
    """The server counts no scan of the whole table, those within triggers included."""
    connections = PostgresConnections(postgres)
    request.addfinalizer(connections.close)
    table = f"many_{next(_NUMBERS)}"

    def scans() -> tuple[int, int]:
        """Sequential and by an index; sessions say what they did when they end."""
        connections.close()
        with connections() as connection:
            for _ in range(100):
                row = connection.execute(
                    "SELECT (SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                    "AND backend_type = 'client backend'), sum(seq_scan), sum(idx_scan) "
                    "FROM pg_stat_user_tables WHERE relname IN (%s, %s)",
                    [table, f"{table}_head"],
                ).fetchone()
                if row is not None and row[0] == 0:
                    break
                time.sleep(0.05)
        assert row is not None and row[0] == 0
        return row[1], row[2]

    with connections() as connection:
        for statement in statements("postgresql", table):
            connection.execute(statement)
        connection.execute(
            f"INSERT INTO {table} SELECT '企业/' || n, 1, 'x' FROM generate_series(1, 10000) n "
            "WHERE n <> 5000"
        )
        connection.execute(f"INSERT INTO {table}_head SELECT log, 1, 'x' FROM {table}")
        connection.execute(f"ANALYZE {table}, {table}_head")
    sequential, by_index = scans()
    log = EvidenceLog(PostgresStore(connections, "企业/5000", table))
    log.append([note(1)])
    log.append([note(2), note(3)])
    assert len(EvidenceLog(log.store).entries()) == 3

    after = scans()
    assert after[0] == sequential and after[1] > by_index
