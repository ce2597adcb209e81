"""Where a record came from, as a place that a person can open."""

from __future__ import annotations

from tongjian.problems import Place


def place_of(source: str | None) -> Place:
    """The place in a `source` text such as ``plant.xlsx!活动数据!17``."""
    if not source:
        return Place()
    file, _, rest = source.partition("!")
    sheet, _, row = rest.rpartition("!")
    return Place(file=file, sheet=sheet or None, row=int(row) if row.isdigit() else None)
