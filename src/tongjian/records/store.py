"""The store of records (数据库): Parquet files by content hash and a log of imports.

    <workspace>/records/activity/<sha256>.parquet        one file per import
    <workspace>/records/facilities/<sha256>.parquet      the whole table as of an import
    <workspace>/records/process_units/<sha256>.parquet   the whole table as of an import
    <workspace>/records/imports.jsonl                    one line per import

A file is named by its content and never changed. What belongs to the store is what the log names:
replacing the log is the one step that makes an import true, so a crash before it changes nothing,
and whoever reads meanwhile keeps the state they began with.

A correction names the files that stand in the place of those in which a datum was wrong; these stay
where they are. So the store has two times (双时态): the period that a datum is for, and the import
by which it was known. `Store.as_of` gives what was known at any earlier time, with the same digest.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem, RecordError
from tongjian.records._columns import (
    STORED,
    StoredRow,
    content_hash,
    files_with,
    in_order,
    key_of,
    read_rows,
    sync_folder,
    write_parquet,
    years_in,
)
from tongjian.records._correction import Correction
from tongjian.records._cross import Act, PlaceOf, Settled, settle_activity, settle_dimension
from tongjian.records._given import dictionaries, stored_rows
from tongjian.records._history import Entered, history
from tongjian.records._imports_log import (
    Moment,
    activity_in_force,
    count_until,
    ever_named,
    head,
    read_log,
)
from tongjian.records._in_use import in_use, withdrawn
from tongjian.records._lock import exclusive

_LOG = "imports.jsonl"
_PATIENCE_S = 30.0
_NOTHING = {name: content_hash(name, ()) for name in ("facilities", "process_units")}


@dataclass(frozen=True, slots=True)
class Store:
    """The records of one workspace (工作区的活动数据). Use `Store.open` or `Store.create`.

    With `until` it is what was known after so many imports, to be read only.
    """

    root: Path
    until: int | None = None

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
        return read_log(self.root / _LOG)[: self.until]

    def as_of(self, moment: Moment) -> Store:
        """What was known at a moment (截至): after an import by number, or on a day or time.

        A day means its end, a time without offset is meant in the time zone of this machine.
        The view has the digest that the store had then. Raises `RecordError`.
        """
        return replace(self, until=count_until(self.imports(), moment))

    @property
    def number(self) -> int:
        """How many imports this state of the store rests on (导入序号)."""
        return len(self.imports())

    @property
    def head(self) -> str:
        """The hash of the log's last line: it settles who imported what when."""
        return head(self.root / _LOG, self.number)

    def history(self, table: str = "activity", **where: object) -> list[Entered]:
        """Every value that was ever stored (数据沿革), with when, by whom and why it was entered.

        `where` limits by columns of the key, e.g. ``facility="F1", stream="coal"``.
        """
        return history(self.imports(), self.root, table, where)

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
        return dictionaries("activity", rows)

    def years(self, facility: str | None = None) -> list[int]:
        """The years of which anything is recorded, of one facility if given; oldest first."""
        return years_in(self.activity_files(), facility)

    def read_facilities(self) -> list[dict[str, Any]]:
        """The facilities (设施) as dictionaries."""
        return dictionaries("facilities", self.dimension_rows("facilities"))

    def read_process_units(self) -> list[dict[str, Any]]:
        """The process units (工序) as dictionaries."""
        return dictionaries("process_units", self.dimension_rows("process_units"))

    def dimension_rows(self, table: str) -> list[StoredRow]:
        """Rows of `facilities` or `process_units` as tuples in stored column order."""
        path = self._file(table, self._dimension_hash(table))
        return read_rows(table, [path] if path.is_file() else [])

    def verify(self) -> list[Problem]:
        """Recompute every content hash, also of what was corrected since.

        A problem for each file that is missing or changed.
        """
        problems = []
        for table, name in sorted(ever_named(self.imports())):
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
        """Keep other writers out; not to be entered twice. An earlier state takes no more."""
        if self.until is not None:
            raise RecordError(Problem("records.as_of_read_only", values={"number": self.until}))
        with exclusive(self.root / ".lock", _PATIENCE_S):
            yield

    def add(
        self,
        activity: Sequence[Mapping[str, Any]],
        facilities: Sequence[Mapping[str, Any]] = (),
        process_units: Sequence[Mapping[str, Any]] = (),
        source: str = "",
        correction: Correction | None = None,
        withdrawn: Sequence[Mapping[str, Any]] = (),
    ) -> bool:
        """Add rows that are already in stored form; False if all of it is already there.

        For programs that make data. Files of people go through `import_files`, which validates.
        Raises `RecordError` when a row lacks a column or contradicts another or a stored one;
        with a `correction`, rows take the place of stored ones, or are withdrawn. `withdrawn` are
        activity data that a correction takes out in the same import.
        """
        if withdrawn and correction is None:
            correction = Correction("", "")
        if correction is not None:
            correction.require()
        new = {
            "activity": stored_rows("activity", activity, source),
            "facilities": stored_rows("facilities", facilities, source),
            "process_units": stored_rows("process_units", process_units, source),
        }
        out = stored_rows("activity", withdrawn, source)

        def place_of(at: int) -> Place:
            return Place(file=source, row=at + 1)

        with self.locked():
            if content_hash("activity", new["activity"]) in self._activity_hashes():
                new["activity"] = [] if correction is None else new["activity"]
            taken = Settled()
            if correction is not None and out:
                correction = replace(correction, withdraw=not any(new.values()))
                taken = self.settle("activity", out, place_of, replace(correction, withdraw=True))
            settled = {
                table: self.settle(table, rows, place_of, correction, without=taken.gone)
                for table, rows in new.items()
            }
            settled["activity"].gone += taken.gone
            settled["activity"].problems += taken.problems
            problems = [problem for one in settled.values() for problem in one.problems]
            problems += self.left_alone(settled, Place(file=source))
            if any(problem.severity == "error" for problem in problems):
                raise RecordError(problems)
            return self.commit(settled, source, correction)

    def settle(
        self,
        table: str,
        rows: Sequence[StoredRow],
        place_of: PlaceOf,
        correction: Correction | None = None,
        without: Collection[StoredRow] = (),
    ) -> Settled:
        """Tell new rows from known ones and find contradictions, here and with the store.

        Activity data `without` are taken out of the store at the same time.
        """
        act: Act = "add" if correction is None else correction.act
        if table in _NOTHING:
            return settle_dimension(table, rows, self.dimension_rows(table), place_of, act)
        facilities, years = {row[0] for row in rows}, {row[2] for row in rows}
        stored = self._activity_rows(sorted(facilities), sorted(years))
        if without:
            key, gone = key_of(table), set(map(key_of(table), without))
            stored = [row for row in stored if key(row) not in gone]
        return settle_activity(rows, stored, place_of, act)

    def left_alone(self, settled: Mapping[str, Settled], place: Place) -> list[Problem]:
        """Problems with facilities and process units withdrawn of which something is still said."""
        asked = withdrawn(settled)
        if not any(asked):
            return []
        facilities = asked.facilities | {facility for facility, _ in asked.units}
        rows = self._activity_rows(sorted(facilities), None)
        return in_use(asked, settled, rows, self.dimension_rows("process_units"), place)

    def commit(
        self,
        settled: Mapping[str, Settled],
        source: str,
        correction: Correction | None = None,
    ) -> bool:
        """Write what was settled, all or nothing. The lock must be held."""
        if not any(one.new or one.gone for one in settled.values()):
            return False
        activity = settled.get("activity", Settled())
        entry: dict[str, Any] = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "source": source,
            "rows": len(activity.new),
            "hash": None,
            **{table: self._dimension_hash(table) for table in _NOTHING},
        }
        named = ever_named(self.imports())
        contents: list[tuple[str, str, list[StoredRow]]] = []
        for table, one in settled.items():
            if not (one.new or (one.gone and table in _NOTHING)):
                continue
            gone = set(map(key_of(table), one.gone))
            stored = self.dimension_rows(table) if table in _NOTHING else []
            kept = [row for row in stored if key_of(table)(row) not in gone]
            content = in_order(table, [*kept, *one.new])
            name = content_hash(table, content)
            entry["hash" if table == "activity" else table] = name
            contents.append((table, name, content))
        if correction is not None:
            replaced: dict[str, str | None] = {}
            for old, content in self._without(activity.gone):
                replaced[old] = content_hash("activity", content) if content else None
                contents.append(("activity", replaced[old] or "", content))
            entry["correction"] = {**correction.as_dict(), "replaced": replaced}
        # What the log names already is there, and is never written again.
        contents = [one for one in contents if one[2] and (one[0], one[1]) not in named]
        self._write(contents)
        self._append_to_log(entry)
        return True

    def _write(self, contents: Sequence[tuple[str, str, Sequence[StoredRow]]]) -> None:
        for left_over in self.root.rglob("*.tmp"):  # of a writer that was killed
            left_over.unlink()
        written: list[tuple[Path, Path]] = []
        try:
            for table, name, content in contents:
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

    def _without(self, gone: Sequence[StoredRow]) -> Iterator[tuple[str, list[StoredRow]]]:
        """The activity files that hold rows which are to go, each with the rows that stay."""
        key, keys = key_of("activity"), set(map(key_of("activity"), gone))
        where = {row[0] for row in gone}, {row[2] for row in gone}
        for path in files_with(self.activity_files(), *where) if gone else ():
            rows = read_rows("activity", [path])
            kept = [row for row in rows if key(row) not in keys]
            if len(kept) < len(rows):
                yield path.stem, kept

    def _append_to_log(self, entry: Mapping[str, Any]) -> None:
        log, temporary = self.root / _LOG, self.root / f"{_LOG}.tmp"
        before = log.read_text(encoding="utf-8")
        chained = {**entry, "previous": head(log, len(before.splitlines()))}
        with temporary.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(before)
            stream.write(json.dumps(chained, ensure_ascii=False) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(log)
        sync_folder(self.root)

    def _activity_rows(
        self, facilities: Collection[str], years: Collection[int] | None
    ) -> list[StoredRow]:
        where = (
            "WHERE facility IN (SELECT unnest(?::VARCHAR[])) "
            "AND (?::INTEGER[] IS NULL OR list_contains(?::INTEGER[], year))"
        )
        listed = None if years is None else list(years)
        return read_rows("activity", self.activity_files(), where, list(facilities), listed, listed)

    def _file(self, table: str, name: str) -> Path:
        return self.root / table / f"{name}.parquet"

    def _activity_hashes(self) -> set[str]:
        return activity_in_force(self.imports())

    def _dimension_hash(self, table: str) -> str:
        entries = self.imports()
        return str(entries[-1][table]) if entries else _NOTHING[table]
