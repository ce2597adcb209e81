"""Triggers that freeze rows of other tables (封存): what was handed in stays as it was.

In SQLite a row that is put in the place of another (REPLACE, UPDATE OR REPLACE) removes it without
a trigger for DELETE being asked; so the triggers look for rows with the same key, and have to know
every key that is unique. In PostgreSQL whoever adds a row holds its parent, so that it cannot be
sealed before the row is committed; and tables are named with their schema, so that no temporary
table of the session stands before them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tongjian.book._table import Dialect, check_names

Keys = Sequence[Sequence[str]]
"""The unique keys of a table, each its columns."""

_ID: Keys = (("id",),)
_FROZEN = "{0}: 已封存，只能新增，不可改动 (frozen: rows are added and never changed)"
_PARENT = "{0}: 已封存，不可改动 (sealed: it cannot be changed any more)"
_OPEN = "{0}: 先新增、后封存，编号不变 (added open and sealed later; its key stays)"
_CHILD = "{0}: 所属 {1} 已封存或不存在，不可增改删 (its {1} is sealed or is not there)"
_NO_TRUNCATE = "{0}: 不可清空 (it cannot be truncated)"


def frozen(dialect: Dialect, table: str, keys: Keys = _ID) -> list[str]:
    """The SQL of triggers by which rows of `table` can be added and never changed or removed.

    `keys` are all its unique keys beside the rowid (SQLite; PostgreSQL needs none). Raises
    `TongjianError` for what is no name.
    """
    check_names(table, *(column for key in keys for column in key))
    said = _FROZEN.format(table)
    if dialect == "sqlite":
        taken = " OR ".join(
            f'EXISTS (SELECT 1 FROM "{table}" AS t WHERE {same})' for same in _same(keys)
        )
        return [
            _refusal(table, "frozen", "INSERT", said, taken),
            _refusal(table, "frozen", "UPDATE", said),
            _refusal(table, "frozen", "DELETE", said),
        ]
    body = f"BEGIN\n  {_raise(said)}\nEND"
    return [
        _function(table, "frozen", body),
        _trigger(table, "frozen", "DELETE OR UPDATE"),
        _trigger(table, "frozen", "TRUNCATE"),
    ]


def sealed_tables(
    dialect: Dialect,
    parent: str,
    children: Sequence[str],
    *,
    flag: str = "sealed",
    key: str = "version_id",
    parent_key: str = "id",
    keys: Mapping[str, Keys] | None = None,
) -> list[str]:
    """The SQL of triggers by which a row of `parent` and its rows in `children` can be sealed.

    Children name their parent in the column `key`. A parent is added open; then it and its children
    can be added to and changed until `flag` is set. From then on neither it nor they can be
    changed, removed or replaced, and no child comes to it. `keys` are all unique keys of a table
    beside the rowid, where it has others than ``id`` (SQLite). The flag is a boolean or a number.
    Raises `TongjianError` for what is no name.
    """
    known = {table: (keys or {}).get(table, _ID) for table in (parent, *children)}
    columns = [column for each in known.values() for one in each for column in one]
    check_names(*known, *(keys or {}), flag, key, parent_key, *columns)
    if dialect == "sqlite":
        made = _sqlite_parent(parent, flag, parent_key, known[parent])
        for child in children:
            made += _sqlite_child(child, parent, flag, key, parent_key, known[child])
        return made
    made = _postgres_parent(parent, flag, parent_key)
    for child in children:
        made += _postgres_child(child, parent, flag, key, parent_key)
    return made


def _sqlite_parent(parent: str, flag: str, parent_key: str, keys: Keys) -> list[str]:
    said, opened = _PARENT.format(parent), _OPEN.format(parent)
    taken = [
        f'EXISTS (SELECT 1 FROM "{parent}" AS t WHERE {same} AND t."{flag}")'
        for same in _same(keys)
    ]
    closed = f'coalesce(NEW."{flag}", 0) <> 0'
    moved = f'NEW."{parent_key}" IS NOT OLD."{parent_key}"'
    return [
        _refusal(parent, "sealed", "INSERT", said, " OR ".join(taken)),
        _refusal(parent, "sealed_open", "INSERT", opened, closed),
        _refusal(parent, "sealed", "UPDATE", said, " OR ".join([f'OLD."{flag}"', *taken])),
        _refusal(parent, "sealed_key", "UPDATE", opened, moved),
        _refusal(parent, "sealed", "DELETE", said, f'OLD."{flag}"'),
    ]


def _sqlite_child(
    child: str, parent: str, flag: str, key: str, parent_key: str, keys: Keys
) -> list[str]:
    said = _CHILD.format(child, parent)
    # In this order, whatever the planner thinks: a row is found by its key.
    taken = [
        f'EXISTS (SELECT 1 FROM "{child}" AS t CROSS JOIN "{parent}" AS p WHERE {same} '
        f'AND p."{parent_key}" = t."{key}" AND p."{flag}")'
        for same in _same(keys)
    ]
    theirs = f'SELECT 1 FROM "{parent}" AS p WHERE p."{parent_key}" ='
    is_open = f'NOT EXISTS ({theirs} NEW."{key}" AND NOT coalesce(p."{flag}", 0))'
    was_sealed = f'EXISTS ({theirs} OLD."{key}" AND p."{flag}")'
    return [
        _refusal(child, "sealed", "INSERT", said, " OR ".join([is_open, *taken])),
        _refusal(child, "sealed", "UPDATE", said, " OR ".join([was_sealed, is_open, *taken])),
        _refusal(child, "sealed", "DELETE", said, was_sealed),
    ]


def _same(keys: Keys) -> list[str]:
    """Conditions of a row `t` having a key of the new one."""
    named = [" AND ".join(f't."{one}" = NEW."{one}"' for one in key) for key in keys]
    return ["t.rowid = NEW.rowid", *named]


def _refusal(table: str, word: str, event: str, said: str, when: str = "") -> str:
    condition = f"\n  WHEN {when}" if when else ""
    return (
        f'CREATE TRIGGER "{table}_{word}_{event.lower()}" BEFORE {event} ON "{table}"{condition}\n'
        f"  BEGIN SELECT RAISE(ABORT, '{said}'); END"
    )


def _postgres_parent(parent: str, flag: str, parent_key: str) -> list[str]:
    body = f"""BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    {_raise(_NO_TRUNCATE.format(parent))}
  ELSIF TG_OP = 'INSERT' THEN
    IF coalesce(NEW."{flag}"::int, 0) <> 0 THEN
      {_raise(_OPEN.format(parent))}
    END IF;
    RETURN NEW;
  END IF;
  IF coalesce(OLD."{flag}"::int, 0) <> 0 THEN
    {_raise(_PARENT.format(parent))}
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF NEW."{parent_key}" IS DISTINCT FROM OLD."{parent_key}" THEN
    {_raise(_OPEN.format(parent))}
  END IF;
  RETURN NEW;
END"""
    return _postgres(parent, body)


def _postgres_child(child: str, parent: str, flag: str, key: str, parent_key: str) -> list[str]:
    said = _raise(_CHILD.format(child, parent))
    is_open = (
        f'EXECUTE format(\'SELECT coalesce("{flag}"::int, 0) = 0 FROM %I.{parent} '
        f'WHERE "{parent_key}" = $1 FOR SHARE\', TG_TABLE_SCHEMA)\n      INTO is_open USING'
    )
    body = f"""DECLARE is_open boolean;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    {_raise(_NO_TRUNCATE.format(child))}
  END IF;
  IF TG_OP <> 'INSERT' THEN
    {is_open} OLD."{key}";
    -- One that is gone took its rows with it.
    IF NOT is_open THEN
      {said}
    END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  {is_open} NEW."{key}";
  IF is_open IS NOT TRUE THEN
    {said}
  END IF;
  RETURN NEW;
END"""
    return _postgres(child, body)


def _postgres(table: str, body: str) -> list[str]:
    return [
        _function(table, "sealed", body),
        _trigger(table, "sealed", "INSERT OR DELETE OR UPDATE"),
        _trigger(table, "sealed", "TRUNCATE"),
    ]


def _function(table: str, word: str, body: str) -> str:
    return f"CREATE FUNCTION {table}_{word}() RETURNS trigger LANGUAGE plpgsql AS $$\n{body} $$"


def _trigger(table: str, word: str, events: str) -> str:
    truncate = events == "TRUNCATE"
    name = f"{table}_{word}_{'truncate' if truncate else 'row'}"
    each = "STATEMENT" if truncate else "ROW"
    return (
        f"CREATE TRIGGER {name} BEFORE {events} ON {table} "
        f"FOR EACH {each} EXECUTE FUNCTION {table}_{word}()"
    )


def _raise(said: str) -> str:
    # An error of integrity, as SQLite's is.
    return f"RAISE EXCEPTION '{said}' USING ERRCODE = 'restrict_violation';"


__all__ = ["Keys", "frozen", "sealed_tables"]
