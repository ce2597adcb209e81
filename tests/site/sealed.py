"""Ways to change by SQL what may not be changed, and what is there after they were tried.

The same list for both databases, and what each alone knows; the site is one on which a version was
submitted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import DatabaseError, connection

TABLES = (
    "mrv_submittedversion",
    "mrv_submittedfigure",
    "mrv_submittedrow",
    "tongjian_log",
    "tongjian_log_head",
)
_MIN = "(SELECT min(id) FROM {0})".format
_SEALED = "(SELECT min(id) FROM mrv_submittedversion)"
_ROW, _FIGURE, _VERSION = (f"mrv_submitted{one}" for one in ("row", "figure", "version"))


def _copied(table: str, **other: str) -> str:
    """An INSERT of what a row of the table has, with some columns of its own."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
    names = [one.name for one in found]
    values = ", ".join(other.get(one, f't."{one}"') for one in names)
    listed = ", ".join(f'"{one}"' for one in names)
    return f"INSERT INTO {table} ({listed}) SELECT {values} FROM {table} AS t"


BOTH = (
    f"UPDATE {_FIGURE} SET amount_micro = 0",
    f"UPDATE {_FIGURE} SET amount_micro = amount_micro + 1 WHERE id = {_MIN(_FIGURE)}",
    f"UPDATE {_FIGURE} SET id = id + 100000",
    f"UPDATE {_FIGURE} SET version_id = version_id + 1",
    f"DELETE FROM {_FIGURE}",
    f"DELETE FROM {_FIGURE} WHERE id = {_MIN(_FIGURE)}",
    f"UPDATE {_ROW} SET quantity = 1",
    f"UPDATE {_ROW} SET evidence = 'x' WHERE id = {_MIN(_ROW)}",
    f"UPDATE {_ROW} SET version_id = version_id + 1",
    f"DELETE FROM {_ROW}",
    f"DELETE FROM {_ROW} WHERE id = {_MIN(_ROW)}",
    f"UPDATE {_VERSION} SET sealed = NOT sealed",
    f"UPDATE {_VERSION} SET submitted_by = 'x'",
    f"UPDATE {_VERSION} SET id = id + 1",
    f"DELETE FROM {_VERSION}",
    "UPDATE tongjian_log SET line = ''",
    "UPDATE tongjian_log SET line = replace(line, 'preparer', 'somebody')",
    "UPDATE tongjian_log SET number = number + 1000",
    "DELETE FROM tongjian_log",
    "DELETE FROM tongjian_log WHERE number = 1",
    "INSERT INTO tongjian_log SELECT log, 1, line FROM tongjian_log WHERE number = 2",
    "INSERT INTO tongjian_log SELECT log, max(number) + 2, '{}' FROM tongjian_log GROUP BY log",
    "INSERT INTO tongjian_log SELECT log, number, '{}' FROM tongjian_log WHERE number = 1 "
    "ON CONFLICT (log, number) DO UPDATE SET line = '{}'",
    "UPDATE tongjian_log_head SET number = number - 1",
    "UPDATE tongjian_log_head SET hash = 'x'",
    "UPDATE tongjian_log_head SET log = 'x'",
    "DELETE FROM tongjian_log_head",
    # What a submitted version hangs on cannot go from under it.
    "DELETE FROM mrv_report",
    "DELETE FROM registry_enterprise",
)
POSTGRES = (
    *(f"TRUNCATE {one}" for one in TABLES),
    *(f"TRUNCATE {one} CASCADE" for one in TABLES),
    "TRUNCATE mrv_report CASCADE",
    "TRUNCATE registry_enterprise CASCADE",
    f"MERGE INTO {_FIGURE} AS t USING {_FIGURE} AS s ON t.id = s.id "
    "WHEN MATCHED THEN UPDATE SET amount_micro = 0",
    f"MERGE INTO {_ROW} AS t USING {_ROW} AS s ON t.id = s.id WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM tongjian_log RETURNING 1) SELECT count(*) FROM gone",
    "SELECT line FROM tongjian_log; DELETE FROM tongjian_log",
    # Switching all triggers off is for a superuser; the site's own user is none.
    f"SET session_replication_role = replica; DELETE FROM {_FIGURE}",
)
SQLITE = (
    f"UPDATE OR REPLACE {_FIGURE} SET id = {_MIN(_FIGURE)}",
    f"UPDATE OR REPLACE {_ROW} SET id = {_MIN(_ROW)}",
    "UPDATE OR REPLACE tongjian_log SET number = 1",
    "INSERT OR REPLACE INTO tongjian_log SELECT log, number, '{}' FROM tongjian_log",
    "INSERT OR REPLACE INTO tongjian_log_head SELECT log, number, 'x' FROM tongjian_log_head",
)


def attempts() -> Iterator[str]:
    """All that are tried on the database at hand."""
    yield from BOTH
    # Another version must not be put in by hand as if it had been submitted, nor more data to one.
    yield _copied(_VERSION, id="t.id + 1000", number="t.number + 1000")
    yield _copied(_FIGURE, id="t.id + 100000")
    yield _copied(_ROW, id="t.id + 100000")
    changed = {
        _FIGURE: ("amount_micro = 0", {"amount_micro": "0"}),
        _ROW: ("quantity = 0", {"quantity": "0"}),
        _VERSION: ("reason = 'x'", {"reason": "'x'"}),
    }
    for table, (said, values) in changed.items():
        yield f"{_copied(table)} WHERE true ON CONFLICT (id) DO UPDATE SET {said}"
        if connection.vendor == "sqlite":
            yield _copied(table, **values).replace("INSERT", "INSERT OR REPLACE", 1)
            yield _copied(table, **values).replace("INSERT", "REPLACE", 1)
    if connection.vendor == "sqlite":
        # A key of its own is there as well: report and number.
        yield _copied(_VERSION, id="t.id + 1000").replace("INSERT", "INSERT OR REPLACE", 1)
    yield from SQLITE if connection.vendor == "sqlite" else POSTGRES


def contents() -> list[Sequence[Any]]:
    """All rows of the tables that are sealed."""
    found: list[Sequence[Any]] = []
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
            rows = cursor.fetchall()
            assert rows, table
            found.append(rows)
    return found


def try_everything() -> int:
    """Each attempt is refused and changes nothing; returns how many were made."""
    before, tried = contents(), list(attempts())
    for attempt in tried:
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(attempt)
            raise AssertionError(f"not refused: {attempt}")
        assert contents() == before, attempt
    return len(tried)
