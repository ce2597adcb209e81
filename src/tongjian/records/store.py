"""The store of records (数据库): Parquet files by content hash and a log of imports.

    <workspace>/records/activity/<sha256>.parquet        one file per import
    <workspace>/records/facilities/<sha256>.parquet      the whole table as of an import
    <workspace>/records/process_units/<sha256>.parquet   the whole table as of an import
    <workspace>/records/imports.jsonl                    one line per import

A file is named by its content and never changed. What belongs to the store is what the log names:
replacing the log is the one step that makes an import true, so a crash before it changes nothing,
and whoever reads meanwhile keeps the state they began with.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem, RecordError
from tongjian.records._columns import (
    STORED,
    StoredRow,
    content_hash,
    in_order,
    read_rows,
    sync_folder,
    write_parquet,
)
from tongjian.records._cross import PlaceOf, Settled, settle_activity, settle_dimension
from tongjian.records._lock import exclusive
from tongjian.records._text import number_text

_LOG = "imports.jsonl"
_PATIENCE_S = 30.0
_NOTHING = {name: content_hash(name, ()) for name in ("facilities", "process_units")}


@dataclass(frozen=True, slots=True)
class Store:
    """The records of one workspace (工作区的活动数据). Use `Store.open` or `Store.create`."""

    root: Path

    @classmethod
    def create(cls, workspace: Path | str) -> Store:
        """A store in the folder `workspace`, made if need be; an existing one is opened."""
        root = Path(workspace) / "records"
        try:
            for name in STORED:
                (root / name).mkdir(parents=True, exist_ok=True)
            (root / _LOG).touch()
        except OSError as error:
            values = {"detail": str(error)}
            raise RecordError(
                Problem("records.store_path", Place(file=str(root)), values)
            ) from error
        return cls.open(workspace)

    @classmethod
    def open(cls, workspace: Path | str) -> Store:
        """The store in the folder `workspace`; raises `RecordError` if there is none."""
        root = Path(workspace) / "records"
        if not (root / _LOG).is_file():
            raise RecordError(Problem("records.no_store", Place(file=str(workspace))))
        return cls(root)

    # ---- reading ----

    def imports(self) -> list[dict[str, Any]]:
        """The log: time, source, rows and hashes of every import, oldest first."""
        path = self.root / _LOG
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
        return entries

    def activity_files(self) -> list[Path]:
        """The activity files, sorted by name."""
        return [self._file("activity", name) for name in sorted(self._activity_hashes())]

    def facilities_file(self) -> Path:
        """The present facilities table; the file is not there while none is recorded."""
        return self._file("facilities", self._dimension_hash("facilities"))

    def process_units_file(self) -> Path:
        """The present process-units table; the file is not there while none is recorded."""
        return self._file("process_units", self._dimension_hash("process_units"))

    @property
    def digest(self) -> str:
        """SHA-256 over the sorted content hashes: changes with what the records say."""
        parts = [f"activity:{name}" for name in self._activity_hashes()]
        parts += [f"{name}:{self._dimension_hash(name)}" for name in _NOTHING]
        return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()

    def read_activity(
        self, facility: str | None = None, year: int | None = None
    ) -> list[dict[str, Any]]:
        """Activity data as dictionaries, of one facility or year if given."""
        where = "WHERE (? IS NULL OR facility = ?) AND (? IS NULL OR year = ?)"
        rows = read_rows("activity", self.activity_files(), where, facility, facility, year, year)
        return _dictionaries("activity", rows)

    def read_facilities(self) -> list[dict[str, Any]]:
        """The facilities (设施) as dictionaries."""
        return _dictionaries("facilities", self.dimension_rows("facilities"))

    def read_process_units(self) -> list[dict[str, Any]]:
        """The process units (工序) as dictionaries."""
        return _dictionaries("process_units", self.dimension_rows("process_units"))

    def dimension_rows(self, table: str) -> list[StoredRow]:
        """Rows of `facilities` or `process_units` as tuples in stored column order."""
        path = self._file(table, self._dimension_hash(table))
        return read_rows(table, [path] if path.is_file() else [])

    def verify(self) -> list[Problem]:
        """Recompute every content hash; a problem for each file that is missing or changed."""
        problems = []
        named = [("activity", name) for name in sorted(self._activity_hashes())]
        named += [(table, self._dimension_hash(table)) for table in _NOTHING]
        for table, name in named:
            path = self._file(table, name)
            if name == _NOTHING.get(table):
                continue
            try:
                found = content_hash(table, read_rows(table, [path]))
                detail = "" if found == name else f"content hash {found}"
            except Exception as error:  # whatever DuckDB finds wrong with the file
                detail = str(error)
            if detail:
                values = {"detail": detail}
                problems.append(Problem("records.store_damaged", Place(file=str(path)), values))
        return problems

    # ---- writing ----

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other writers out; not to be entered twice."""
        with exclusive(self.root / ".lock", _PATIENCE_S):
            yield

    def add(
        self,
        activity: Sequence[Mapping[str, Any]],
        facilities: Sequence[Mapping[str, Any]] = (),
        process_units: Sequence[Mapping[str, Any]] = (),
        source: str = "",
    ) -> bool:
        """Add rows that are already in stored form; False if all of it is already there.

        For programs that make data. Files of people go through `import_files`, which validates.
        Raises `RecordError` when a row lacks a column or contradicts another or a stored one.
        """
        new = {
            "activity": _stored("activity", activity, source),
            "facilities": _stored("facilities", facilities, source),
            "process_units": _stored("process_units", process_units, source),
        }
        with self.locked():
            if content_hash("activity", new["activity"]) in self._activity_hashes():
                new["activity"] = []
            problems: list[Problem] = []
            for table, rows in new.items():
                settled = self.settle(table, rows, lambda at: Place(file=source, row=at + 1))
                problems += settled.problems
                new[table] = settled.new
            if any(problem.severity == "error" for problem in problems):
                raise RecordError(problems)
            return self.commit(new, source)

    def settle(self, table: str, rows: Sequence[StoredRow], place_of: PlaceOf) -> Settled:
        """Tell new rows from known ones and find contradictions, here and with the store."""
        if table in _NOTHING:
            return settle_dimension(table, rows, self.dimension_rows(table), place_of)
        facilities, years = {row[0] for row in rows}, {row[2] for row in rows}
        stored = self._activity_rows(sorted(facilities), sorted(years))
        return settle_activity(rows, stored, place_of)

    def commit(self, new: Mapping[str, Sequence[StoredRow]], source: str) -> bool:
        """Write checked rows that are all new, all or nothing. The lock must be held."""
        if not any(new.values()):
            return False
        entry: dict[str, Any] = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "source": source,
            "rows": len(new.get("activity", ())),
            "hash": None,
            **{table: self._dimension_hash(table) for table in _NOTHING},
        }
        for left_over in self.root.rglob("*.tmp"):  # of a writer that was killed
            left_over.unlink()
        written: list[tuple[Path, Path]] = []
        try:
            for table, rows in new.items():
                if not rows:
                    continue
                kept = self.dimension_rows(table) if table in _NOTHING else []
                content = in_order(table, [*kept, *rows])
                name = content_hash(table, content)
                entry["hash" if table == "activity" else table] = name
                target = self._file(table, name)
                temporary = target.with_suffix(".tmp")
                written.append((temporary, target))
                write_parquet(table, content, temporary)
            for temporary, target in written:
                temporary.replace(target)
                sync_folder(target.parent)
        except BaseException:
            for temporary, _target in written:
                temporary.unlink(missing_ok=True)
            raise
        self._append_to_log(entry)
        return True

    def _append_to_log(self, entry: Mapping[str, Any]) -> None:
        log, temporary = self.root / _LOG, self.root / f"{_LOG}.tmp"
        with temporary.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(log.read_text(encoding="utf-8"))
            stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(log)
        sync_folder(self.root)

    def _activity_rows(self, facilities: Sequence[str], years: Sequence[int]) -> list[StoredRow]:
        where = (
            "WHERE facility IN (SELECT unnest(?::VARCHAR[])) "
            "AND year IN (SELECT unnest(?::INTEGER[]))"
        )
        return read_rows("activity", self.activity_files(), where, facilities, years)

    def _file(self, table: str, name: str) -> Path:
        return self.root / table / f"{name}.parquet"

    def _activity_hashes(self) -> set[str]:
        return {entry["hash"] for entry in self.imports() if entry["hash"]}

    def _dimension_hash(self, table: str) -> str:
        entries = self.imports()
        return str(entries[-1][table]) if entries else _NOTHING[table]


def _dictionaries(table: str, rows: Sequence[StoredRow]) -> list[dict[str, Any]]:
    names = list(STORED[table])
    return [dict(zip(names, row, strict=True)) for row in rows]


def _stored(table: str, rows: Sequence[Mapping[str, Any]], source: str) -> list[StoredRow]:
    """`rows` as tuples in stored order; what can be told from the rest may be left out."""
    result, problems = [], []
    for number, given in enumerate(rows, start=1):
        row = {**_left_out(table, given, source), **given}
        missing = [name for name in STORED[table] if name not in row]
        unknown = [name for name in row if name not in STORED[table]]
        if table == "activity" and not math.isfinite(row.get("quantity") or 0):
            unknown.append(f"quantity = {row['quantity']}")
        if missing or unknown:
            values = {"missing": ", ".join(missing) or "—", "unknown": ", ".join(unknown) or "—"}
            place = Place(file=source, row=number)
            problems.append(Problem("records.store_row", place, {"table": table, **values}))
        else:
            result.append(tuple(_typed(kind, row[name]) for name, kind in STORED[table].items()))
    if problems:
        raise RecordError(problems)
    return in_order(table, result)


def _typed(kind: str, value: Any) -> Any:
    if kind == "VARCHAR":
        return "" if value is None else str(value)
    if value is None:
        return None
    return {"DOUBLE": float, "INTEGER": int, "BOOLEAN": bool}[kind](value)


def _left_out(table: str, row: Mapping[str, Any], source: str) -> dict[str, Any]:
    if table == "facilities":
        return {"name_en": "", "city": "", "division": "", "fictitious": False}
    if table == "process_units":
        texts = dict.fromkeys(("name_en", "kind", "technology", "abatement", "capacity_unit"), "")
        return {**texts, "capacity": None}
    made: dict[str, Any] = {"process_unit": "", "evidence": "", "source": source}
    if "period" in row:
        made["year"] = int(str(row["period"])[:4])
    if "quantity" in row and "unit" in row:
        made["entered_quantity"] = number_text(float(row["quantity"]))
        made["entered_unit"] = row["unit"]
    return made
