"""Every value that was ever stored, with when and by whom (数据沿革)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem, RecordError
from tongjian.records._columns import (
    SORT_COLUMNS,
    STORED,
    StoredRow,
    content_hash,
    key_of,
    read_rows,
)
from tongjian.records._imports_log import Entry, replaced_files

Keep = Callable[[StoredRow], bool]


@dataclass(frozen=True, slots=True)
class Entered:
    """What one import has said of a datum, facility or process unit (一次录入).

    `row` is None where it was withdrawn. `until` is the number of the import that put something
    else in its place; None while it stands.
    """

    key: tuple[Any, ...]
    row: Mapping[str, Any] | None
    number: int
    time: str
    act: str
    by: str = ""
    reason: str = ""
    evidence: str = ""
    until: int | None = None
    before: Mapping[str, Any] | None = field(default=None, compare=False)
    """What stood until then."""

    def as_dict(self) -> dict[str, Any]:
        """It as plain data."""
        return {
            **({} if self.row is None else dict(self.row)),
            "key": list(self.key),
            "import": self.number,
            "time": self.time,
            "act": self.act,
            "by": self.by,
            "reason": self.reason,
            "correction_evidence": self.evidence,
            "until": self.until,
        }


def history(
    entries: Sequence[Entry], root: Path, table: str, where: Mapping[str, object]
) -> list[Entered]:
    """By key, then oldest first; raises `RecordError` for a column that is none of the key's."""
    columns = SORT_COLUMNS[table] + (("year",) if table == "activity" else ())
    unknown = [name for name in where if name not in columns]
    if unknown:
        listed = {"name": unknown[0], "known": ", ".join(columns)}
        raise RecordError(Problem("records.history_column", values=listed))
    read = _Reader(root, table, {name: value for name, value in where.items() if value is not None})
    steps = read.activity(entries) if table == "activity" else read.dimension(entries)
    found: dict[tuple[Any, ...], list[Entered]] = {}
    names, key_in = list(STORED[table]), key_of(table)
    for number, entry, row, gone in steps:
        said = entry.get("correction", {})
        mine = found.setdefault(key_in(row), [])
        before = mine[-1] if mine else None
        if before is not None:
            mine[-1] = Entered(**{**_fields(before), "until": number})
        mine.append(
            Entered(
                key=key_in(row),
                row=None if gone else dict(zip(names, row, strict=True)),
                number=number,
                time=entry["time"],
                act=said.get("act", "import"),
                by=said.get("by", ""),
                reason=said.get("reason", ""),
                evidence=said.get("evidence", ""),
                before=None if before is None else before.row,
            )
        )
    return [one for key in sorted(found, key=str) for one in found[key]]


_Step = tuple[int, Entry, StoredRow, bool]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads rows of stored files that fit a condition."""

    root: Path
    table: str
    where: Mapping[str, object]

    def rows(self, name: str | None) -> list[StoredRow]:
        if not name or name == content_hash(self.table, ()):
            return []
        path = self.root / self.table / f"{name}.parquet"
        if not path.is_file():
            values = {"detail": "missing"}
            raise RecordError(Problem("records.store_damaged", Place(file=str(path)), values))
        conditions = " AND ".join(f'"{column}" = ?' for column in self.where)
        clause = f"WHERE {conditions}" if conditions else ""
        return read_rows(self.table, [path], clause, *self.where.values())

    def activity(self, entries: Sequence[Entry]) -> Iterator[_Step]:
        """What each import has brought, and what it took out without putting in another."""
        key = key_of("activity")
        for number, entry in enumerate(entries, start=1):
            new = self.rows(entry["hash"])
            brought = set(map(key, new))
            for old, made in replaced_files(entry).items():
                kept = set(map(key, self.rows(made)))
                for row in self.rows(old):
                    if key(row) not in kept and key(row) not in brought:
                        yield number, entry, row, True
            for row in new:
                yield number, entry, row, False

    def dimension(self, entries: Sequence[Entry]) -> Iterator[_Step]:
        """What changes from each whole table to the next."""
        key = key_of(self.table)
        name, stood = "", dict[tuple[Any, ...], StoredRow]()
        for number, entry in enumerate(entries, start=1):
            if entry[self.table] == name:
                continue
            name = entry[self.table]
            now = {key(row): row for row in self.rows(name)}
            for one in stood.keys() - now.keys():
                yield number, entry, stood[one], True
            for one, row in now.items():
                if stood.get(one) != row:
                    yield number, entry, row, False
            stood = now


def _fields(one: Entered) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Entered.__slots__}


__all__ = ["Entered", "history"]
