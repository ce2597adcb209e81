"""Whether the guards of a table are as they were made (保护措施)."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

_TABLE = re.compile(r'CREATE TABLE "?(\w+)')
_TRIGGER = re.compile(r'CREATE TRIGGER "?(\w+)"? (?:BEFORE|AFTER) [\w, ]+? ON "?(\w+)')
_FUNCTION = re.compile(r"CREATE FUNCTION (\w+)\(\).*?\$\$(.*)\$\$", re.S)
_TRIGGERS = """
SELECT tgname, tgenabled <> 'O', pg_get_triggerdef(oid),
  md5((SELECT prosrc FROM pg_proc WHERE oid = tgfoid))
FROM pg_trigger
WHERE NOT tgisinternal AND tgrelid IN (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)
"""


def guards(connection: Any, made: Sequence[str]) -> list[str]:
    """Names of triggers that are off, away, added or not as the statements `made` make them.

    On SQLite also of the tables that they make. Psycopg's connection or that of SQLite.
    """
    if isinstance(connection, sqlite3.Connection):
        return _of_sqlite(connection, made)
    return _of_postgres(connection, made)


def _of_sqlite(connection: sqlite3.Connection, made: Sequence[str]) -> list[str]:
    expected = {(_TABLE.match(one) or _TRIGGER.match(one) or [""])[1]: one for one in made}
    own = [found[1] for one in made if (found := _TABLE.match(one))]
    guarded = [found[2] for one in made if (found := _TRIGGER.match(one))]
    there = {
        name: sql
        for kind, name, table, sql in connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
        )
        if table in own or (kind == "trigger" and table in guarded)
    }
    names = there.keys() | expected.keys()
    return sorted(name for name in names if there.get(name) != expected.get(name))


def _of_postgres(connection: psycopg.Connection[Any], made: Sequence[str]) -> list[str]:
    bodies = {found[1]: found[2] for one in made if (found := _FUNCTION.match(one))}
    expected, tables = {}, set()
    for one in made:
        if found := _TRIGGER.match(one):
            name, table = found.groups()
            body = bodies[one.split()[-1].removesuffix("()")]
            digest = hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
            expected[name] = (False, _squeezed(one), digest)
            tables.add(table)
    there = {
        name: (off, _squeezed(definition), body)
        for name, off, definition, body in connection.execute(_TRIGGERS, [sorted(tables)])
    }
    names = there.keys() | expected.keys()
    return sorted(name for name in names if there.get(name) != expected.get(name))


def _squeezed(definition: str) -> str:
    """A definition of a trigger without the names of schemas."""
    return re.sub(r"\b\w+\.", "", " ".join(definition.split()))


__all__ = ["guards"]
