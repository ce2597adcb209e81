"""Where a record came from, as a place that a person can open."""

from __future__ import annotations

import re

from tongjian.problems import Place

# Only a workbook has sheets; the name of a file may have an exclamation mark as well.
_IN_SHEET = re.compile(r"(?P<file>.*?\.xls[xm]?)!(?P<sheet>.*)!(?P<row>\d*)", re.IGNORECASE)
_IN_FILE = re.compile(r"(?P<file>.*?)!{1,2}(?P<row>\d+)")


def place_of(source: str | None) -> Place:
    """The place in a `source`: ``plant.xlsx!活动数据!17`` or, without sheets, ``plant.csv!17``.

    The shape is that of `records`' tables; a text of any other shape is the name of a file.
    """
    if not source:
        return Place()
    found = _IN_SHEET.fullmatch(source) or _IN_FILE.fullmatch(source)
    if found is None:
        return Place(file=source)
    parts = found.groupdict()
    row = int(parts["row"]) if parts["row"] else None
    return Place(file=parts["file"], sheet=parts.get("sheet") or None, row=row)
