"""What the database knows of its own tables (统计信息), so that it finds its way into them."""

from __future__ import annotations

from django.db import connection

from tongjian.site.operations.daily import daily

_ROWS = 1000
"""So many rows of each index are looked at (SQLite)."""


@daily("operations.statistics")
def look_at_tables() -> None:
    """Have SQLite look at tables that have grown; PostgreSQL does so by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit={_ROWS}")
            cursor.execute("PRAGMA optimize=0x10002")


__all__ = ["look_at_tables"]
