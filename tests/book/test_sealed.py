"""Rows that were sealed cannot be changed by SQL, on SQLite and a real PostgreSQL."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from tongjian.book import (
    PostgresConnections,
    SqliteConnections,
    frozen,
    sealed_tables,
    undone,
    unguarded,
)
from tongjian.problems import TongjianError

Dialect = Literal["sqlite", "postgresql"]
_NUMBERS = itertools.count(1)
_KEYS = {"figure": (("id",), ("version_id", "name")), "version": (("id",), ("code",))}
# An `int PRIMARY KEY` is none of SQLite's INTEGER PRIMARY KEYs: such a table has a rowid beside it.
_TABLES = """
CREATE TABLE version (id {id}, code text UNIQUE NOT NULL, note text,
  sealed {flag} NOT NULL DEFAULT {no});
CREATE TABLE figure (id {id}, version_id int REFERENCES version (id) ON DELETE CASCADE,
  name text, value int, UNIQUE (version_id, name));
CREATE TABLE line (id int PRIMARY KEY, version_id int NOT NULL, value int);
CREATE TABLE audit (id int PRIMARY KEY, said text UNIQUE)
"""
_ROWS = """
INSERT INTO version (id, code) VALUES (1, 'a'), (2, 'b');
INSERT INTO figure VALUES (11, 1, 'co2', 100), (21, 2, 'co2', 200);
INSERT INTO line VALUES (12, 1, 100), (22, 2, 200);
INSERT INTO audit VALUES (1, 'x'), (2, 'y');
UPDATE version SET sealed = {yes}, note = 'handed in' WHERE id = 1
"""


class Base:
    """A database with the four tables, their triggers and some rows; version 1 is sealed."""

    def __init__(self, dialect: Dialect, connections: Callable[[], Any]) -> None:
        self.dialect, self.connections = dialect, connections
        words = {
            "sqlite": {"id": "INTEGER PRIMARY KEY", "flag": "bool", "no": "0", "yes": "1"},
            "postgresql": {
                "id": "int PRIMARY KEY",
                "flag": "boolean",
                "no": "false",
                "yes": "true",
            },
        }[dialect]
        self.yes = words["yes"]
        self.triggers = [
            *sealed_tables(dialect, "version", ["figure", "line"], keys=_KEYS),
            *frozen(dialect, "audit", (("id",), ("said",))),
        ]
        self.run(*(_TABLES.format(**words)).split(";"), *self.triggers)
        self.run(*_ROWS.format(**words).split(";"))
        self.before = self.rows()

    def run(self, *texts: str, prepare: str = "") -> None:
        with self.connections() as connection:
            for text in (prepare, *texts):
                if text:
                    connection.execute(text)

    def rows(self) -> list[list[tuple[Any, ...]]]:
        with self.connections() as connection:
            return [
                connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
                for table in ("version", "figure", "line", "audit")
            ]


@pytest.fixture(params=["sqlite", "postgresql"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Base]:
    if request.param == "sqlite":
        yield Base("sqlite", SqliteConnections(tmp_path / "site.sqlite3"))
        return
    plain = PostgresConnections(request.getfixturevalue("postgres"))
    schema = f"sealed_{next(_NUMBERS)}"
    with plain() as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    plain.close()
    connections = PostgresConnections(f"{plain.conninfo} options='-c search_path={schema}'")
    yield Base("postgresql", connections)
    connections.close()


def refused(base: Base, *texts: str, prepare: str = "") -> None:
    """The last of `texts` is refused for being sealed, and nothing has changed."""
    import psycopg

    with pytest.raises(
        (sqlite3.IntegrityError, psycopg.IntegrityError), match=r"已封存|不可清空|先新增"
    ):
        base.run(*texts, prepare=prepare)
    assert base.rows() == base.before


BOTH = (
    "UPDATE version SET note = 'x' WHERE id = 1",
    "UPDATE version SET sealed = NOT sealed WHERE id = 1",
    "UPDATE version SET sealed = NULL WHERE id = 1",
    "UPDATE version SET id = 9 WHERE id = 1",
    "UPDATE version SET id = 9 WHERE id = 2",
    "UPDATE version SET note = 'x'",
    "DELETE FROM version WHERE id = 1",
    "DELETE FROM version",
    "INSERT INTO version (id, code) VALUES (1, 'c') ON CONFLICT (id) DO UPDATE SET note = 'x'",
    "INSERT INTO version (id, code) VALUES (3, 'a') ON CONFLICT (code) DO UPDATE SET note = 'x'",
    "UPDATE figure SET value = 0 WHERE id = 11",
    "UPDATE figure SET version_id = 2, name = 'x' WHERE id = 11",
    "UPDATE figure SET version_id = 1, name = 'x' WHERE id = 21",
    "UPDATE figure SET version_id = NULL WHERE id = 11",
    "UPDATE figure SET version_id = NULL WHERE id = 21",
    "UPDATE figure SET value = 0",
    "DELETE FROM figure WHERE id = 11",
    "DELETE FROM figure",
    "INSERT INTO figure VALUES (31, 1, 'n2o', 1)",
    "INSERT INTO figure VALUES (31, NULL, 'n2o', 1)",
    "INSERT INTO figure VALUES (11, 2, 'n2o', 1) ON CONFLICT (id) DO UPDATE SET value = 0",
    "INSERT INTO figure VALUES (31, 2, 'n2o', 1), (32, 1, 'n2o', 1)",
    "INSERT INTO line VALUES (32, 1, 1)",
    "INSERT INTO line VALUES (32, 99, 1)",
    "UPDATE line SET value = 0 WHERE id = 12",
    "DELETE FROM line WHERE id = 12",
    "UPDATE audit SET said = 'z' WHERE id = 1",
    "UPDATE audit SET said = said",
    "DELETE FROM audit WHERE id = 1",
    "INSERT INTO audit VALUES (1, 'z') ON CONFLICT (id) DO UPDATE SET said = 'z'",
)


def test_what_is_sealed_stays_as_it_is(base: Base) -> None:
    for text in BOTH:
        refused(base, text)
    refused(base, f"INSERT INTO version (id, code, sealed) VALUES (3, 'c', {base.yes})")


ROWID = (
    "{0} INTO version (id, code) VALUES (1, 'c')",
    "{0} INTO version (id, code) VALUES (3, 'a')",
    "{0} INTO version (rowid, code) VALUES (1, 'c')",
    "{0} INTO figure VALUES (11, 2, 'n2o', 0)",
    "{0} INTO figure VALUES (31, 1, 'co2', 0)",
    "{0} INTO figure (rowid, version_id, name) VALUES (11, 2, 'n2o')",
    "{0} INTO line VALUES (12, 2, 0)",
    "{0} INTO audit VALUES (1, 'z')",
    "{0} INTO audit VALUES (3, 'x')",
    "{0} INTO line (rowid, id, version_id) VALUES (1, 32, 2)",
    "{0} INTO audit (rowid, id, said) VALUES (1, 3, 'z')",
    "{0} INTO audit (said) VALUES ('x')",
)
PLACES = (
    "UPDATE OR REPLACE version SET code = 'a' WHERE id = 2",
    "UPDATE OR REPLACE version SET id = 1 WHERE id = 2",
    "UPDATE OR REPLACE figure SET id = 11 WHERE id = 21",
    "UPDATE OR REPLACE figure SET rowid = 11 WHERE id = 21",
    "UPDATE OR REPLACE line SET id = 12 WHERE id = 22",
    "UPDATE OR REPLACE line SET rowid = 1 WHERE id = 22",
    "UPDATE OR REPLACE audit SET id = 1 WHERE id = 2",
    "UPDATE OR IGNORE figure SET value = 0 WHERE id = 11",
)


@pytest.mark.parametrize("base", ["sqlite"], indirect=True)
@pytest.mark.parametrize("recursive", ["OFF", "ON"])
def test_sqlite_puts_no_row_in_the_place_of_a_sealed_one(base: Base, recursive: str) -> None:
    """Such a row is removed without a trigger for DELETE being asked, unless they are recursive."""
    prepare = f"PRAGMA recursive_triggers = {recursive}"
    for verb in ("REPLACE", "INSERT OR REPLACE"):
        for text in ROWID:
            refused(base, text.format(verb), prepare=prepare)
    for text in PLACES:
        refused(base, text, prepare=prepare)


@pytest.mark.parametrize("base", ["postgresql"], indirect=True)
def test_postgres_truncates_nothing_and_takes_no_temporary_table_for_the_parent(
    base: Base,
) -> None:
    for text in ("version CASCADE", "figure", "line", "audit"):
        refused(base, f"TRUNCATE {text}")
    stand_in = "CREATE TEMP TABLE version AS SELECT 1 AS id, false AS sealed"
    with base.connections() as connection:
        connection.execute(stand_in)
        for text in ("INSERT INTO line VALUES (32, 1, 1)", "DELETE FROM figure WHERE id = 11"):
            with pytest.raises(Exception, match="已封存"):
                connection.execute(text)
        connection.execute("DROP TABLE pg_temp.version")
    assert base.rows() == base.before


def test_what_is_open_can_be_worked_on_until_it_is_sealed(base: Base) -> None:
    base.run(
        "INSERT INTO figure VALUES (23, 2, 'n2o', 1)",
        "UPDATE figure SET value = 2 WHERE id = 23",
        "UPDATE figure SET id = 24 WHERE id = 23",
        "DELETE FROM figure WHERE id = 21",
        "INSERT INTO line VALUES (23, 2, 5)",
        "UPDATE version SET note = 'draft', code = 'bb' WHERE id = 2",
        "INSERT INTO audit VALUES (3, 'z')",
        "INSERT INTO version (id, code) VALUES (3, 'c')",
        "INSERT INTO figure VALUES (33, 3, 'n2o', 1)",
        "UPDATE figure SET version_id = 2, name = 'ch4' WHERE id = 33",
        "DELETE FROM version WHERE id = 3",
        f"UPDATE version SET sealed = {base.yes} WHERE id = 2",
    )
    base.before = base.rows()
    assert base.before[1] == [(11, 1, "co2", 100), (24, 2, "n2o", 2), (33, 2, "ch4", 1)]
    for text in (
        "UPDATE figure SET value = 3 WHERE id = 24",
        "INSERT INTO line VALUES (24, 2, 5)",
        "DELETE FROM line WHERE id = 23",
        "UPDATE version SET note = '' WHERE id = 2",
    ):
        refused(base, text)


def test_a_draft_goes_with_all_that_hangs_on_it(base: Base) -> None:
    prepare = "PRAGMA foreign_keys = ON" if base.dialect == "sqlite" else ""
    base.run("DELETE FROM version WHERE id = 2", prepare=prepare)
    version, figure, *_ = base.rows()
    assert (len(version), [row[0] for row in figure]) == (1, [11])


@pytest.mark.parametrize("base", ["postgresql"], indirect=True)
def test_nothing_slips_in_while_a_version_is_being_sealed(base: Base) -> None:
    """Rows that are not committed yet when somebody seals, and the other way about."""
    with base.connections() as connection:
        connection.execute("BEGIN")
        connection.execute("INSERT INTO line VALUES (23, 2, 5)")
        seal = threading.Thread(
            target=base.run, args=("UPDATE version SET sealed = true WHERE id = 2",)
        )
        seal.start()
        seal.join(0.3)
        assert seal.is_alive()
        connection.execute("COMMIT")
        seal.join()
    assert base.rows()[2][-1] == (23, 2, 5)

    base.run("INSERT INTO version (id, code) VALUES (3, 'c')")
    said: list[str] = []

    def late() -> None:
        try:
            base.run("INSERT INTO line VALUES (33, 3, 5)")
        except Exception as error:
            said.append(str(error))

    with base.connections() as connection:
        connection.execute("BEGIN")
        connection.execute("UPDATE version SET sealed = true WHERE id = 3")
        other = threading.Thread(target=late)
        other.start()
        other.join(0.3)
        assert other.is_alive()
        connection.execute("COMMIT")
        other.join()
    assert len(said) == 1 and "已封存" in said[0]


def test_guards_that_are_gone_are_told_and_can_be_made_again(base: Base) -> None:
    assert unguarded(base.connections, base.triggers) == []
    on = " ON line" if base.dialect == "postgresql" else ""
    name = "line_sealed_row" if on else "line_sealed_update"
    base.run(f"DROP TRIGGER {name}{on}")
    found = unguarded(base.connections, base.triggers)
    assert [(one.code, one.values["name"]) for one in found] == [("book.guard", name)]

    base.run(*undone(base.dialect, base.triggers))
    guards = sum(one.startswith("CREATE TRIGGER") for one in base.triggers)
    assert len(unguarded(base.connections, base.triggers)) == guards
    base.run("DELETE FROM figure")
    base.run(*base.triggers)
    assert unguarded(base.connections, base.triggers) == []
    base.before = base.rows()
    refused(base, "INSERT INTO figure VALUES (11, 1, 'co2', 0)")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_names_are_names(dialect: Dialect) -> None:
    for make in (
        lambda: frozen(dialect, "x; DROP TABLE y"),
        lambda: frozen(dialect, "x", (('a"',),)),
        lambda: sealed_tables(dialect, "x", ["y'"]),
        lambda: sealed_tables(dialect, "x", ["y"], flag="a b"),
    ):
        with pytest.raises(TongjianError) as caught:
            make()
        assert [one.code for one in caught.value.problems] == ["book.table_name"]
