"""The sums of what stands now, kept beside it (现行合计): a board adds up a few hundred rows.

A cell is what stands of a basis, year, division, authority's division and sector. Whatever changes
a version that stands, or its totals, marks its cell as stale, by triggers; `refresh` makes the sums
of such cells anew, from the rows themselves and in the same transaction as the step that changed
them. As long as any cell is stale a board adds up the rows, so that no number is out of date; past
days are always added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections, transaction

from tongjian.site.boards.models import Stale, Sum
from tongjian.site.database import Dialect
from tongjian.site.operations.workers import at_each_beat

TABLES = frozenset(f"boards_{name}" for name in ("standing", "total", "sum", "stale"))
"""The tables that the triggers speak of."""
_CELL = ("basis", "year", "division", "within", "sector")
_NAMES = ", ".join(_CELL)
_HALF, _MASK = 32, (1 << 32) - 1
# Without a division it is just being written: that one is filled in by another trigger.
_OF_STANDING = f"""INSERT INTO boards_stale ({_NAMES})
    SELECT {{values}} WHERE {{row}}.within <> '' ON CONFLICT DO NOTHING"""  # nosec B608
_OF_TOTAL = f"""INSERT INTO boards_stale ({_NAMES})
    SELECT {_NAMES} FROM boards_standing WHERE version_id = {{row}}.version_id AND until IS NULL
    ON CONFLICT DO NOTHING"""  # nosec B608
_EVENTS = (("insert", ("NEW",)), ("delete", ("OLD",)), ("update", ("OLD", "NEW")))


def triggers(dialect: Dialect) -> list[str]:
    """The SQL of the triggers that mark cells as stale."""
    made = []
    for table in ("standing", "total"):
        for event, rows in _EVENTS:
            name = f"boards_{table}_stale_{event}"
            body = "\n  ".join(f"{_marks(table, row)};" for row in rows)
            if dialect == "sqlite":
                made.append(
                    f'CREATE TRIGGER "{name}" AFTER {event.upper()} ON "boards_{table}"\n'
                    f"  BEGIN {body} END"
                )
                continue
            made += [
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
                f"BEGIN\n  {body}\n  RETURN NULL;\nEND $$",
                f"CREATE TRIGGER {name}_row AFTER {event.upper()} ON boards_{table}\n"
                f"  FOR EACH ROW EXECUTE FUNCTION {name}()",
            ]
    return made


def _marks(table: str, row: str) -> str:
    if table == "total":
        return _OF_TOTAL.format(row=row)
    return _OF_STANDING.format(row=row, values=", ".join(f"{row}.{name}" for name in _CELL))


_ADDED = f"""INSERT INTO boards_sum ({_NAMES}, boundary, substance, unit,
    amount_high, amount_low, co2e_high, co2e_low)
  SELECT s.basis, s.year, s.division, s.within, s.sector, t.boundary, t.substance, t.unit,
    sum(t.amount_micro >> {_HALF}), sum(t.amount_micro & {_MASK}),
    sum(t.co2e_micro >> {_HALF}), sum(t.co2e_micro & {_MASK})
  FROM boards_standing AS s JOIN boards_total AS t ON t.version_id = s.version_id
  WHERE s.until IS NULL{{where}}
  GROUP BY s.basis, s.year, s.division, s.within, s.sector, t.boundary, t.substance, t.unit"""  # nosec B608


def refresh() -> int:
    """Make the sums of stale cells anew; returns how many there were."""
    if not Stale.every.exists():
        return 0
    where = "".join(f" AND s.{name} = %s" for name in _CELL)
    with transaction.atomic():
        # In one order, so that of two who come at once neither waits for the other for ever.
        cells = list(Stale.every.select_for_update().order_by(*_CELL).values_list("pk", *_CELL))
        for pk, *cell in cells:
            Sum.every.filter(**dict(zip(_CELL, cell, strict=True))).delete()
            _execute(_ADDED.format(where=where), cell)
            Stale.every.filter(pk=pk).delete()
    return len(cells)


def rebuild(using: str = "default") -> None:
    """Make all sums anew."""
    with transaction.atomic(using=using):
        _execute("DELETE FROM boards_sum", (), using)
        _execute(_ADDED.format(where=""), (), using)
        _execute("DELETE FROM boards_stale", (), using)


def _execute(statement: str, values: Sequence[Any], using: str = "default") -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(statement, list(values) or None)


at_each_beat(refresh)
"""What was moved to another division by the registry is made up for by a worker."""

__all__ = ["TABLES", "rebuild", "refresh", "triggers"]
