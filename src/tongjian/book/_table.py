"""What the tables have in common: names, reading the line of the head, finding what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

from tongjian.evidence import Entry, Head, Lines
from tongjian.problems import Place, Problem, TongjianError

Dialect = Literal["sqlite", "postgresql"]

TABLE = "tongjian_log"
ROWS = 2000
"""So many rows are fetched at a time, each time in a transaction of its own."""

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}")
_LONGEST = 200


def check_names(*names: str) -> None:
    """Raise `TongjianError` for what is no name of a table or column that can be put into SQL."""
    wrong = [one for one in names if not _NAME.fullmatch(one)]
    if wrong:
        raise TongjianError([Problem("book.table_name", values={"name": one}) for one in wrong])


def check_log(log: str) -> None:
    """Raise `TongjianError` for what cannot name a log."""
    if not (0 < len(log) <= _LONGEST and log.isprintable() and log == log.strip()):
        raise TongjianError(Problem("book.log_name", values={"name": log, "most": _LONGEST}))


def paged(rows_after: Callable[[int | None], Sequence[tuple[int, bytes]]]) -> Lines:
    """All lines, from what gives the first `ROWS` behind a number (None: from the start)."""
    after: int | None = None
    while True:
        rows = rows_after(after)
        yield from rows
        if len(rows) < ROWS:
            return
        after = rows[-1][0]


def read_head(row: Sequence[Any] | None, place: str) -> Head | None:
    """The head from its row (number, hash, whether there are lines); None where there is no log.

    Raises `TongjianError` where lines have no head, or one that makes no sense.
    """
    number, digest, lines = row or (None, None, False)
    if number is None and digest is None:
        if lines:
            raise TongjianError(Problem("evidence.head_missing", Place(file=place)))
        return None
    if type(number) is not int or not isinstance(digest, str) or number < 0:
        detail = f"{number!r}, {digest!r}"
        raise TongjianError(Problem("evidence.unreadable", Place(file=place), {"detail": detail}))
    return Head(number, digest)


def check_last(row: Sequence[Any] | None, place: str) -> bytes | None:
    """The last line, from the row of the head and that of the line; None where there is no log.

    Raises `TongjianError` unless the last line is what the head says.
    """
    number, digest, stored, found = row or (None, None, None, None)
    head = read_head((number, digest, found is not None), place)
    if head is None:
        return None
    line = None if found is None else bytes(found)
    try:
        entry = Entry.from_line(line or b"")
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


__all__ = [
    "ROWS",
    "TABLE",
    "Dialect",
    "check_last",
    "check_log",
    "check_names",
    "check_written",
    "paged",
    "read_head",
]
