"""SQL in migrations that Django has no words for (迁移中的触发器)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from django.db.migrations import RunPython

from tongjian.book import undone

Dialect = Literal["sqlite", "postgresql"]


def made_by(statements: Callable[[Dialect], Sequence[str]]) -> RunPython:
    """A step of a migration that runs `statements` of the database's dialect, and takes them back.

    They are run as they are, by the driver: what Django would take for a parameter stays.
    """

    def forwards(apps: Any, editor: Any) -> None:
        _run(editor, statements(editor.connection.vendor))

    def backwards(apps: Any, editor: Any) -> None:
        vendor = editor.connection.vendor
        _run(editor, undone(vendor, statements(vendor)))

    return RunPython(forwards, backwards)


def _run(editor: Any, statements: Sequence[str]) -> None:
    with editor.connection.cursor() as cursor:
        for one in statements:
            cursor.execute(one)


__all__ = ["made_by"]
