"""The head of a table (表头): one row, or two where columns have a head in common."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from tongjian.reports.documents._model import Table


@dataclass(frozen=True, slots=True)
class HeadCell:
    """A cell of the head: where it stands, its text, and over how many columns and rows."""

    at: int
    text: str
    across: int = 1
    down: int = 1


def head_rows(table: Table, lang: str) -> list[list[HeadCell]]:
    """The cells of the head, row by row."""
    left, right = "（）" if lang == "zh" else "()"
    columns = table.columns
    texts = [f"{one.title}\n{left}{one.unit}{right}" if one.unit else one.title for one in columns]
    if not any(one.group for one in columns):
        return [[HeadCell(at, text) for at, text in enumerate(texts)]]
    upper: list[HeadCell] = []
    lower: list[HeadCell] = []
    for group, members in groupby(range(len(columns)), lambda at: columns[at].group):
        found = list(members)
        if group:
            upper.append(HeadCell(found[0], group, len(found)))
            lower += [HeadCell(at, texts[at]) for at in found]
        else:
            upper += [HeadCell(at, texts[at], 1, 2) for at in found]
    return [upper, lower]


__all__ = ["HeadCell", "head_rows"]
