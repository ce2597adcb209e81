"""What is known of how the site is (运行状况)."""

from __future__ import annotations

from django.db import DatabaseError, connection


def database_answers() -> bool:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


__all__ = ["database_answers"]
