"""Columns that repeat those of another row, kept the same by the database (冗余列).

A list of ten thousand enterprises is filtered by where they are and ordered by the codes of their
plants. To be answered by an index of its own table, it has these columns beside its rows. Nobody
can forget to write them, and no page decides by a column that is out of date: triggers fill them in
at every INSERT, put them right at every UPDATE, and follow the row that they are taken from.

The triggers are no part of a migration: a table that SQLite makes anew for one would lose its own,
and could not take its name while those of others speak of it. They are taken away before anything
is migrated and made when all is done, with the columns filled in (`follow_migrations`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from tongjian.book import undone
from tongjian.site.database import Dialect

_SQLITE = (
    """CREATE TRIGGER "{table}_{word}_insert" AFTER INSERT ON "{table}"
  WHEN {differs}
  BEGIN {fill} WHERE id = NEW.id; END""",
    """CREATE TRIGGER "{table}_{word}_update" AFTER UPDATE OF {of} ON "{table}"
  WHEN {differs}
  BEGIN {fill} WHERE id = NEW.id; END""",
    """CREATE TRIGGER "{source}_{word}_{table}" AFTER UPDATE OF {theirs} ON "{source}"
  BEGIN UPDATE "{table}" SET {follow} WHERE {key} = NEW.id; END""",
)
# Whoever adds a row holds the one it is taken from, so that neither can change unseen by the other.
_POSTGRES = (
    """CREATE FUNCTION {table}_{word}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SELECT {theirs} FROM %I.{source} WHERE id = $1 FOR SHARE', TG_TABLE_SCHEMA)
    INTO {into} USING NEW.{key};
  RETURN NEW;
END $$""",
    """CREATE FUNCTION {source}_{word}_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('UPDATE %I.{table} SET {numbered} WHERE {key} = $1', TG_TABLE_SCHEMA)
    USING NEW.id, {new};
  RETURN NEW;
END $$""",
    """CREATE TRIGGER {table}_{word}_row BEFORE INSERT OR UPDATE OF {of} ON {table}
  FOR EACH ROW EXECUTE FUNCTION {table}_{word}()""",
    """CREATE TRIGGER {source}_{word}_{table}_row AFTER UPDATE OF {theirs} ON {source}
  FOR EACH ROW EXECUTE FUNCTION {source}_{word}_{table}()""",
)


@dataclass(frozen=True, slots=True)
class Repeated:
    """Columns of `table` that are those of a row of `source` (冗余列).

    `columns` has the name in `table` and the name in `source`; `key` is the column of `table` that
    has the id of the row.
    """

    table: str
    source: str
    key: str
    columns: Mapping[str, str]

    def statements(self, dialect: Dialect) -> list[str]:
        """The SQL of the triggers."""
        own, theirs = list(self.columns), list(self.columns.values())
        row = f'SELECT 1 FROM "{self.source}" AS s WHERE s.id = NEW.{self.key}'  # nosec B608
        other = " OR ".join(f"s.{two} IS NOT NEW.{one}" for one, two in self.columns.items())
        value = f'SELECT {", ".join(theirs)} FROM "{self.source}"'  # nosec B608
        columns = ", ".join(own)
        fill = f'UPDATE "{self.table}" SET ({columns}) = ({value} WHERE id = NEW.{self.key})'  # nosec B608
        values = {
            "table": self.table,
            "source": self.source,
            "word": self.source.partition("_")[2],
            "key": self.key,
            "of": ", ".join([self.key, *own]),
            "theirs": ", ".join(theirs),
            "differs": f"EXISTS ({row} AND ({other}))",
            "fill": fill,
            "follow": ", ".join(f"{one} = NEW.{two}" for one, two in self.columns.items()),
            "into": ", ".join(f"NEW.{one}" for one in own),
            "numbered": ", ".join(f"{one} = ${at}" for at, one in enumerate(own, 2)),
            "new": ", ".join(f"NEW.{one}" for one in theirs),
        }
        made = _SQLITE if dialect == "sqlite" else _POSTGRES
        return [one.format(**values) for one in made]

    def fill(self) -> str:
        """The SQL that puts the columns right where they are not."""
        own, theirs = ", ".join(self.columns), ", ".join(self.columns.values())
        row = f"FROM {self.source} AS s WHERE s.id = {self.table}.{self.key}"
        other = f"EXISTS (SELECT 1 {row} AND ({self._other(self.table)}))"  # nosec B608
        value = f"SELECT {theirs} {row}"  # nosec B608
        return f"UPDATE {self.table} SET ({own}) = ({value}) WHERE {other}"  # nosec B608

    def wrong(self) -> str:
        """The SQL that counts the rows in which they are not right."""
        rows = f"{self.table} AS t JOIN {self.source} AS s ON s.id = t.{self.key}"
        return f"SELECT count(*) FROM {rows} WHERE {self._other('t')}"  # nosec B608

    def _other(self, table: str) -> str:
        return " OR ".join(f"s.{two} <> {table}.{one}" for one, two in self.columns.items())


_OF_ENTERPRISE = ("registry_enterprise", "enterprise_id", {"within": "division"})
_OF_PLANT = {"code": "code", "division": "division", "sector": "sector"}
KEPT = (
    Repeated("registry_plant", *_OF_ENTERPRISE),
    Repeated("mrv_report", *_OF_ENTERPRISE),
    Repeated("mrv_report", "registry_plant", "plant_id", _OF_PLANT),
    *(Repeated(f"boards_{name}", *_OF_ENTERPRISE) for name in ("standing", "stage", "total")),
)
"""All columns that are kept so."""


@dataclass(frozen=True, slots=True)
class More:
    """Further triggers that are taken away and made so: their SQL, and what is done when made.

    They are made where all `tables` are.
    """

    tables: frozenset[str]
    statements: Callable[[Dialect], list[str]]
    then: Callable[[str], None]


_more: list[More] = []


def also(one: More) -> None:
    """Add further triggers; an app does so when ready."""
    _more.append(one)


def statements(dialect: Dialect) -> list[str]:
    """The SQL of all of them: whether they are there is checked with the other guards."""
    made: list[Repeated | More] = [*KEPT, *_more]
    return [statement for one in made for statement in one.statements(dialect)]


def follow_migrations(sender: Any) -> None:
    """Take the triggers away before migrations and make them afterwards; `sender` is an app."""
    pre_migrate.connect(_drop, sender=sender)
    post_migrate.connect(_make, sender=sender)


def _drop(using: str, **_: Any) -> None:
    tables = connections[using].introspection.table_names()
    dialect = _dialect(using)
    with connections[using].cursor() as cursor:
        for one in KEPT:
            if {one.table, one.source} <= {*tables}:
                for statement in undone(dialect, one.statements(dialect)):
                    cursor.execute(statement)
        for more in _more:
            if more.tables <= {*tables}:
                for statement in undone(dialect, more.statements(dialect)):
                    cursor.execute(statement)


def _make(using: str, **_: Any) -> None:
    _drop(using)
    with connections[using].cursor() as cursor:
        for one in KEPT:
            if _is_there(using, cursor, one):
                cursor.execute(one.fill())
                for statement in one.statements(_dialect(using)):
                    cursor.execute(statement)
        there = {*connections[using].introspection.table_names(cursor)}
        for more in _more:
            if more.tables <= there:
                for statement in more.statements(_dialect(using)):
                    cursor.execute(statement)
                more.then(using)


def put_right(using: str = "default") -> None:
    """Fill all columns in anew where they are wrong."""
    with connections[using].cursor() as cursor:
        for one in KEPT:
            cursor.execute(one.fill())


def _is_there(using: str, cursor: Any, one: Repeated) -> bool:
    """Whether the columns are: not after going back to before they were."""
    introspection = connections[using].introspection
    if one.table not in introspection.table_names(cursor):
        return False
    there = {column.name for column in introspection.get_table_description(cursor, one.table)}
    return one.columns.keys() <= there


def _dialect(using: str) -> Dialect:
    return "sqlite" if connections[using].vendor == "sqlite" else "postgresql"


def differing(using: str = "default") -> dict[str, int]:
    """By table, how many rows have columns that are not those they repeat; none where all is well.

    It is for checking a site: nothing but meddling by SQL while triggers were off makes any.
    """
    found: dict[str, int] = {}
    with connections[using].cursor() as cursor:
        for one in KEPT:
            cursor.execute(one.wrong())
            count = int(cursor.fetchone()[0])
            if count:
                found[one.table] = found.get(one.table, 0) + count
    return found


__all__ = [
    *("KEPT", "More", "Repeated", "also", "differing", "follow_migrations", "put_right"),
    "statements",
]
