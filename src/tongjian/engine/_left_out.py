"""How rows that a problem keeps out of totals are counted (未计入行数)."""

from __future__ import annotations

MISSING = "@missing"
"""The column that counts all of them."""


def missing_column(sheet: str) -> str:
    """The column that counts rows of a finer sheet left out of totals."""
    return f"{MISSING} {sheet}"
