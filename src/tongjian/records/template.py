"""Makes the workbook to fill in (填报模板)."""

from __future__ import annotations


def write_template() -> None: ...
