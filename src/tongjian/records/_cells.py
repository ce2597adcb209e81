"""Takes cells of a table apart: text that is safe, values that are required."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from tongjian.problems import Place, Problem
from tongjian.records._columns import StoredRow
from tongjian.records._tables import RawTable, Sink
from tongjian.records._text import Fault, cell_text, clean, show

_SHOWN = 10
_COMPARED = 2000


class Cells:
    """Cells of one table (单元格): checked text, and problems with their place."""

    def __init__(self, raw: RawTable, sink: Sink) -> None:
        self.raw = raw
        self._sink = sink
        self._required = {column.name for column in raw.table.required}
        # The same words stand in most rows. Only text: True, 1 and 1.0 are the same key.
        self._texts: dict[str, str | Fault] = {}

    def text(self, row: int, column: str, cell: object) -> str | None:
        """The text of a cell, `""` if it may be empty, None if it was reported as a problem."""
        if isinstance(cell, str):
            found = self._texts.get(cell)
            if found is None:
                found = self._texts[cell] = clean(cell)
        else:
            found = clean(cell_text(cell))
        if isinstance(found, Fault):
            self.report(found.code, row, column, found.values)
            return None
        if not found and column in self._required:
            self.empty(row, column)
            return None
        return found

    def empty(self, row: int, column: str) -> None:
        """Report an empty cell that must not be empty."""
        declared = self.raw.table.column(column)
        values = {"column_zh": declared.zh, "column_en": declared.en}
        self.report("records.required_empty", row, column, values)

    def report(
        self,
        code: str,
        row: int,
        column: str,
        values: Mapping[str, object],
        severity: Literal["error", "warning"] = "error",
    ) -> None:
        """Report a problem of one cell."""
        self._sink(Problem(code, self.raw.place(row, column), values, severity))


@dataclass(slots=True)
class ReadTable:
    """What was read of one kind of table (读取结果): valid rows in stored column order, and where.

    `ids` holds the ids of faulty rows too: one mistake in a facility should not be reported again
    for each of its data.
    """

    rows: list[StoredRow] = field(default_factory=list)
    places: list[tuple[RawTable, int]] = field(default_factory=list)
    ids: set[tuple[str, ...]] = field(default_factory=set)
    read: int = 0

    def add(self, row: StoredRow, raw: RawTable, number: int) -> None:
        """Take in a valid row."""
        self.rows.append(row)
        self.places.append((raw, number))

    def place_of(self, at: int) -> Place:
        """Where the row at this index came from."""
        raw, number = self.places[at]
        return raw.place(number)


def listed(value: object, zh: str, en: str) -> dict[str, object]:
    """Message values for a word that is in no list."""
    return {"value": show(value), "known_zh": zh, "known_en": en}


def not_among(value: str, known: Iterable[str]) -> dict[str, object]:
    """Message values for an id that is not known: similar ones, or else the first few."""
    ids = list(known)
    near = difflib.get_close_matches(value, ids[:_COMPARED], n=3, cutoff=0.6)
    words = [show(entry) for entry in near or islice(ids, _SHOWN)] or ["—"]
    return listed(value, "、".join(words), ", ".join(words))
