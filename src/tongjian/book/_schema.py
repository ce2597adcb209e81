"""The SQL that makes the table of the logs (建表语句)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tongjian.book._table import TABLE, Dialect, check_names

# Deleting and updating are refused; so is putting a row in the place of another, which would delete
# it without a trigger being asked, and any number but the next of its log. Without a rowid there is
# no key but (log, number) by which a row could be replaced, and the lines of a log lie together.
_SQLITE = (
    """CREATE TABLE "{0}" (log TEXT NOT NULL, number INTEGER NOT NULL, line TEXT NOT NULL,
  PRIMARY KEY (log, number)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE "{0}_head" (log TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL,
  hash TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    """CREATE TRIGGER "{0}_insert" BEFORE INSERT ON "{0}"
  WHEN NEW.number IS NOT coalesce((SELECT max(number) FROM "{0}" WHERE log = NEW.log), 0) + 1
  BEGIN SELECT RAISE(ABORT, 'the evidence log takes the next entry only'); END""",
    """CREATE TRIGGER "{0}_update" BEFORE UPDATE ON "{0}"
  BEGIN SELECT RAISE(ABORT, 'the evidence log only grows'); END""",
    """CREATE TRIGGER "{0}_delete" BEFORE DELETE ON "{0}"
  BEGIN SELECT RAISE(ABORT, 'the evidence log only grows'); END""",
    """CREATE TRIGGER "{0}_head_insert" BEFORE INSERT ON "{0}_head"
  WHEN EXISTS (SELECT 1 FROM "{0}_head" WHERE log = NEW.log)
  BEGIN SELECT RAISE(ABORT, 'the evidence log has one head'); END""",
    """CREATE TRIGGER "{0}_head_first" BEFORE INSERT ON "{0}_head"
  WHEN NEW.number IS NOT (SELECT max(number) FROM "{0}" WHERE log = NEW.log)
  BEGIN SELECT RAISE(ABORT, 'the head of the evidence log is its last entry'); END""",
    """CREATE TRIGGER "{0}_head_update" BEFORE UPDATE ON "{0}_head"
  WHEN NEW.log IS NOT OLD.log OR NEW.number <= OLD.number
    OR NEW.number IS NOT (SELECT max(number) FROM "{0}" WHERE log = NEW.log)
  BEGIN SELECT RAISE(ABORT, 'the head of the evidence log only moves on'); END""",
    """CREATE TRIGGER "{0}_head_delete" BEFORE DELETE ON "{0}_head"
  BEGIN SELECT RAISE(ABORT, 'the head of the evidence log stays'); END""",
)

# Tables are named with the schema of the trigger's own: a session could put a temporary table of
# the same name before them. The collation "C" cannot change beneath the index.
_POSTGRES = (
    """CREATE TABLE {0} (log text COLLATE "C" NOT NULL, number bigint NOT NULL, line text NOT NULL,
  PRIMARY KEY (log, number))""",
    """CREATE TABLE {0}_head (log text COLLATE "C" PRIMARY KEY, number bigint NOT NULL,
  hash text NOT NULL)""",
    """CREATE FUNCTION {0}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the evidence log only grows' USING ERRCODE = 'restrict_violation';
END $$""",
    """CREATE FUNCTION {0}_next() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last bigint;
BEGIN
  EXECUTE format('SELECT max(number) FROM %I.{0} WHERE log = $1', TG_TABLE_SCHEMA)
    INTO last USING NEW.log;
  IF NEW.number IS DISTINCT FROM coalesce(last, 0) + 1 THEN
    RAISE EXCEPTION 'the evidence log takes the next entry only'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$""",
    """CREATE FUNCTION {0}_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last bigint;
BEGIN
  EXECUTE format('SELECT max(number) FROM %I.{0} WHERE log = $1', TG_TABLE_SCHEMA)
    INTO last USING NEW.log;
  IF NEW.number IS DISTINCT FROM last THEN
    RAISE EXCEPTION 'the head of the evidence log is its last entry'
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.log <> OLD.log OR NEW.number <= OLD.number THEN
      RAISE EXCEPTION 'the head of the evidence log only moves on'
        USING ERRCODE = 'restrict_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$""",
    "CREATE TRIGGER {0}_insert BEFORE INSERT ON {0} FOR EACH ROW EXECUTE FUNCTION {0}_next()",
    """CREATE TRIGGER {0}_change BEFORE DELETE OR UPDATE ON {0}
  FOR EACH ROW EXECUTE FUNCTION {0}_refuse()""",
    """CREATE TRIGGER {0}_truncate BEFORE TRUNCATE ON {0}
  FOR EACH STATEMENT EXECUTE FUNCTION {0}_refuse()""",
    """CREATE TRIGGER {0}_head_on BEFORE INSERT OR UPDATE ON {0}_head
  FOR EACH ROW EXECUTE FUNCTION {0}_on()""",
    """CREATE TRIGGER {0}_head_delete BEFORE DELETE ON {0}_head
  FOR EACH ROW EXECUTE FUNCTION {0}_refuse()""",
    """CREATE TRIGGER {0}_head_truncate BEFORE TRUNCATE ON {0}_head
  FOR EACH STATEMENT EXECUTE FUNCTION {0}_refuse()""",
)
_SCHEMAS = {"sqlite": _SQLITE, "postgresql": _POSTGRES}
_CREATED = re.compile(r'CREATE (TABLE|FUNCTION|TRIGGER) "?(\w+)"?(?:.*? ON "?(\w+)"?)?', re.S)


def statements(dialect: Dialect, table: str = TABLE) -> list[str]:
    """The SQL that makes `table` for the logs, its heads and their guards, one statement each.

    For a migration; a store that finds no table runs the same. To be run as they are: what differs
    by a blank is taken for tampering. Raises `TongjianError` for what is no name.
    """
    check_names(table)
    return [one.replace("{0}", table) for one in _SCHEMAS[dialect]]


def undone(dialect: Dialect, made: Iterable[str]) -> list[str]:
    """The SQL that takes away what the statements `made` (回退语句), for a migration backwards."""
    dropped = []
    for one in made:
        found = _CREATED.match(one)
        if found is None:
            raise ValueError(f"makes no table, function or trigger: {one}")
        kind, name, table = found.groups()
        if kind == "TRIGGER":
            on = f" ON {table}" if dialect == "postgresql" else ""
            dropped.append(f"DROP TRIGGER IF EXISTS {name}{on}")
        else:
            dropped.append(f"DROP {kind} IF EXISTS {name}{'()' if kind == 'FUNCTION' else ''}")
    return dropped[::-1]


__all__ = ["statements", "undone"]
