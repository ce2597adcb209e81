"""What the two tables have in common: reading the line of the head and finding what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tongjian.evidence import Entry, Head, Lines
from tongjian.problems import Place, Problem, TongjianError

ROWS = 2000
"""So many rows are fetched at a time, each time in a transaction of its own."""


def paged(rows_after: Callable[[int | None], Sequence[tuple[int, bytes]]]) -> Lines:
    """All lines, from what gives the first `ROWS` behind a number (None: from the start)."""
    after: int | None = None
    while True:
        rows = rows_after(after)
        yield from rows
        if len(rows) < ROWS:
            return
        after = rows[-1][0]


def read_head(row: tuple[object, object] | None, place: str) -> Head:
    """The head from its row; raises `TongjianError` for a row that is not there or makes no sense.

    A table is made with its head: one that lacks it lost it.
    """
    if row is None:
        raise TongjianError(Problem("evidence.head_missing", Place(file=place)))
    number, digest = row
    if type(number) is not int or not isinstance(digest, str) or number < 0:
        detail = f"{number!r}, {digest!r}"
        raise TongjianError(Problem("evidence.unreadable", Place(file=place), {"detail": detail}))
    return Head(number, digest)


def check_last(row: Sequence[Any] | None, place: str) -> bytes | None:
    """The last line, from the row of the head and that of the line.

    Raises `TongjianError` unless the last line is what the head says.
    """
    head = read_head((row[0], row[1]) if row else None, place)
    stored, found = (row[2], row[3]) if row else (None, None)
    line = None if found is None else bytes(found)
    right = head == Head() and line is None
    if line is not None and head.number:
        try:
            entry = Entry.from_line(line)
            right = entry.is_whole() and (stored, entry.number, entry.hash) == (
                head.number,
                head.number,
                head.hash,
            )
        except ValueError:
            right = False
    if not right:
        where = Place(file=place, line=head.number)
        raise TongjianError(Problem("evidence.head", where, {"number": head.number}))
    return line


def check_written(found: int, expected: int, table: str) -> None:
    """Raise `TongjianError` where a rule or trigger lets rows disappear on their way in."""
    if found != expected:
        values = {"found": found, "expected": expected}
        raise TongjianError(Problem("book.swallowed", Place(file=table), values))


__all__ = ["ROWS", "check_last", "check_written", "paged", "read_head"]
