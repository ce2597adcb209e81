"""Where a record came from, as a place that a person can open."""

from __future__ import annotations

from tongjian.problems import Place


def place_of(source: str | None) -> Place:
    """The place in a `source` text such as ``plant.xlsx!活动数据!17``."""
    if not source:
        return Place()
    # From the right, because the name of a file may have an exclamation mark.
    file, sheet, row = [*source.rsplit("!", 2), "", ""][:3]
    return Place(file=file, sheet=sheet or None, row=int(row) if row.isdigit() else None)
