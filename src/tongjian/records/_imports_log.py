"""The log of imports (导入日志): what stands in the store, now and at any earlier time.

Each line names the files that an import has brought and, for a correction, the files that stand in
the place of others since. Lines are chained by hash, so that what was known when cannot be told
otherwise afterwards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem, RecordError

Entry = dict[str, Any]
Moment = int | str | datetime
START = "0" * 64
"""What the first line has for the hash of the line before."""


def read_log(path: Path) -> list[Entry]:
    """Every entry, oldest first; raises `RecordError` for a log that is torn or was changed."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines]
        for entry in entries:
            entry["hash"], entry["facilities"], entry["process_units"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        values = {"detail": f"{type(error).__name__}: {error}"}
        raise RecordError(
            Problem("records.store_damaged", Place(file=str(path)), values)
        ) from error
    before = START
    for number, (line, entry) in enumerate(zip(lines, entries, strict=True), start=1):
        # Lines from before there was a chain have no link.
        if entry.get("previous", before) != before:
            place = Place(file=str(path), line=number)
            values = {"detail": f"previous = {entry['previous'][:16]}…, not {before[:16]}…"}
            raise RecordError(Problem("records.store_damaged", place, values))
        before = line_hash(line)
    return entries


def head(path: Path, count: int) -> str:
    """The hash of line `count`, which settles it and every line before."""
    lines = path.read_text(encoding="utf-8").splitlines()[:count]
    return line_hash(lines[-1]) if lines else START


def line_hash(line: str) -> str:
    """SHA-256 of a line without its end."""
    return hashlib.sha256(line.encode()).hexdigest()


def activity_in_force(entries: Iterable[Entry]) -> set[str]:
    """The activity files that stand after these imports."""
    found: set[str] = set()
    for entry in entries:
        replaced = replaced_files(entry)
        found -= replaced.keys()
        found |= {name for name in replaced.values() if name}
        if entry["hash"]:
            found.add(entry["hash"])
    return found


def replaced_files(entry: Entry) -> dict[str, str | None]:
    """Activity files that an import took out, with what stands in their place (None: nothing)."""
    found: dict[str, str | None] = entry.get("correction", {}).get("replaced", {})
    return found


def ever_named(entries: Iterable[Entry]) -> set[tuple[str, str]]:
    """Table and name of every file that was ever part of the store."""
    found = set()
    for entry in entries:
        activity = [entry["hash"], *replaced_files(entry).values()]
        found |= {("activity", name) for name in activity if name}
        found |= {(table, entry[table]) for table in ("facilities", "process_units")}
    return found


def count_until(entries: Sequence[Entry], moment: Moment) -> int:
    """How many imports there were at a moment (an import number, a day or a time).

    A time without offset is meant in the time zone of this machine; a day is meant with its end.
    Raises `RecordError` for a number that there is not, and for what is no time.
    """
    if isinstance(moment, str) and moment.strip().isdigit():
        moment = int(moment)
    if isinstance(moment, int):
        if 0 <= moment <= len(entries):
            return moment
        values = {"number": moment, "count": len(entries)}
        raise RecordError(Problem("records.no_such_import", values=values))
    wanted = _time(moment) if isinstance(moment, str) else moment
    for number, entry in enumerate(entries):
        if datetime.fromisoformat(entry["time"]) > wanted.astimezone():
            return number
    return len(entries)


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise RecordError(Problem("records.as_of", values={"value": text})) from None
    whole_day = "T" not in text and ":" not in text
    return datetime.combine(found.date(), time.max) if whole_day else found


__all__ = [
    "START",
    "Entry",
    "Moment",
    "activity_in_force",
    "count_until",
    "ever_named",
    "head",
    "line_hash",
    "read_log",
    "replaced_files",
]
