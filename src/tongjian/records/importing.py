"""Imports files into a store (导入): read, validate, convert, compare, write all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem
from tongjian.records._activity import ActivityReader
from tongjian.records._cells import Cells, ReadTable, not_among
from tongjian.records._columns import StoredRow, key_of, positions
from tongjian.records._correction import Correction
from tongjian.records._cross import Settled
from tongjian.records._dimensions import read_facilities, read_process_units
from tongjian.records._files import read_file
from tongjian.records._limits import Limits
from tongjian.records._tables import RawTable, Row
from tongjian.records.catalogue import Catalogue
from tongjian.records.store import Store

(_SECTOR,) = positions("facilities", ["sector"])
_TOLD_EVERY = 2000

Progress = Callable[[int, int], None]
"""Is told how much of the work is done, and how much there is in all (进度)."""


@dataclass(frozen=True, slots=True)
class TableCount:
    """Rows of one table in an import (行数): read, new to the store, already in it.

    `corrected` rows took the place of stored ones, `withdrawn` ones were taken out.
    """

    read: int = 0
    new: int = 0
    known: int = 0
    corrected: int = 0
    withdrawn: int = 0

    @classmethod
    def of(cls, table: str, read: int, found: Settled) -> TableCount:
        """The counts of what was settled."""
        key = key_of(table)
        corrected = len({*map(key, found.new)} & {*map(key, found.gone)})
        return cls(
            read,
            len(found.new) - corrected,
            found.known,
            corrected,
            len(found.gone) - corrected,
        )


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import found and did (导入结果).

    Row counts are over all three tables; `tables` has them apart. `committed` says that the store
    now holds everything that was read, also when all of it was known; it is False after a dry run
    and after an error.
    """

    problems: tuple[Problem, ...]
    committed: bool
    dry_run: bool
    tables: dict[str, TableCount] = field(default_factory=dict)

    @property
    def rows_read(self) -> int:
        """Data rows read."""
        return sum(count.read for count in self.tables.values())

    @property
    def rows_new(self) -> int:
        """Valid rows that the store did not hold."""
        return sum(count.new for count in self.tables.values())

    @property
    def rows_known(self) -> int:
        """Valid rows that the store held already."""
        return sum(count.known for count in self.tables.values())

    @property
    def rows_corrected(self) -> int:
        """Rows that took the place of stored ones."""
        return sum(count.corrected for count in self.tables.values())

    @property
    def rows_withdrawn(self) -> int:
        """Stored rows that were taken out."""
        return sum(count.withdrawn for count in self.tables.values())

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the import from being written."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings may remain."""
        return not self.errors

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, for JSON."""
        return {
            "committed": self.committed,
            "dry_run": self.dry_run,
            "rows_read": self.rows_read,
            "rows_new": self.rows_new,
            "rows_known": self.rows_known,
            "rows_corrected": self.rows_corrected,
            "rows_withdrawn": self.rows_withdrawn,
            "tables": {name: asdict(count) for name, count in self.tables.items()},
            "errors": len(self.errors),
            "warnings": len(self.problems) - len(self.errors),
            "problems": [problem.as_dict() for problem in self.problems],
        }


def import_files(
    store: Store,
    paths: Iterable[Path | str],
    catalogue: Catalogue,
    dry_run: bool = False,
    limits: Limits | None = None,
    correction: Correction | None = None,
    *,
    progress: Progress | None = None,
    within: Mapping[str, Collection[str]] | None = None,
) -> ImportReport:
    """Import XLSX, CSV and Parquet files as one: all of them, or nothing if there is any error.

    Importing the same data again changes nothing. All problems are in the report, with their
    place, in the order of the files. With a `correction` the rows take the place of stored ones of
    the same key, or are withdrawn; raises `RecordError` when it does not say who and why.

    `within` names the facilities that may be in the files, each with its process units: any other
    is unknown, wherever else it may be. `progress` is called with how much of the work is done;
    reading the rows is the first half of it.
    """
    if correction is not None:
        correction.require()
    files = list(dict.fromkeys(Path(path) for path in paths))
    # Who only looks needs no lock.
    with nullcontext() if dry_run else store.locked():
        work = _Work(store, files, catalogue, dry_run, limits or Limits(), correction)
        return work.done(within, _Told(progress))


@dataclass(slots=True)
class _Told:
    """Tells how far an import is; rows count once when read and once when written."""

    told: Progress | None
    rows: int = 0
    done: int = 0

    def count(self, raws: Sequence[RawTable]) -> list[RawTable]:
        """The tables, of which every row that is read is told."""
        self.rows = max(1, sum(raw.size for raw in raws))
        return [replace(raw, rows=self.counted(raw.rows)) for raw in raws]

    def counted(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self.done = min(self.done + 1, self.rows)
            if self.done % _TOLD_EVERY == 0:
                self.at(self.done)
            yield row

    def at(self, done: int) -> None:
        if self.told is not None:
            self.told(done, 2 * self.rows)


@dataclass(frozen=True, slots=True)
class _Work:
    """One import."""

    store: Store
    files: Sequence[Path]
    catalogue: Catalogue
    dry_run: bool
    limits: Limits
    correction: Correction | None

    def done(self, within: Mapping[str, Collection[str]] | None, told: _Told) -> ImportReport:
        """Read, compare, write."""
        problems: list[Problem] = []
        raws = [raw for path in self.files for raw in read_file(path, self.limits, problems.append)]
        raws = told.count(raws)
        found = _read_tables(self.store, raws, self.catalogue, problems, within)
        told.at(told.rows)
        counts: dict[str, TableCount] = {}
        settled: dict[str, Settled] = {}
        for name, part in found.items():
            settled[name] = self.store.settle(name, part.rows, part.place_of, self.correction)
            problems += settled[name].problems
            counts[name] = TableCount.of(name, part.read, settled[name])
        told.at(told.rows * 3 // 2)
        good = self.judge(problems, counts, settled)
        if good and not self.dry_run:
            self.store.commit(settled, self.names, self.correction)
        told.at(2 * told.rows)
        return ImportReport(
            problems=tuple(_in_file_order(problems, self.files, raws)),
            committed=good and not self.dry_run,
            dry_run=self.dry_run,
            tables=counts,
        )

    @property
    def names(self) -> str:
        return ", ".join(path.name for path in self.files)

    def judge(
        self,
        problems: list[Problem],
        counts: Mapping[str, TableCount],
        settled: Mapping[str, Settled],
    ) -> bool:
        """Whether it may be written; what stands against the whole is added to `problems`."""
        good = not any(problem.severity == "error" for problem in problems)
        place = Place(file=self.names)
        if good and not any(count.read for count in counts.values()):
            problems.append(Problem("records.no_rows", place))
            good = False
        if self.correction is not None:
            problems += [*self.store.left_alone(settled, place), *_amiss(counts, self.names)]
            good = good and not any(problem.severity == "error" for problem in problems)
        return good


def _amiss(counts: Mapping[str, TableCount], names: str) -> list[Problem]:
    """A correction that corrects nothing, or adds what was not there."""
    new = sum(count.new for count in counts.values())
    if not new:
        return []
    if not any(count.corrected for count in counts.values()):
        return [Problem("records.nothing_corrected", Place(file=names), {"count": new})]
    values = {"count": new}
    return [Problem("records.correction_adds", Place(file=names), values, severity="warning")]


def _read_tables(
    store: Store,
    raws: Sequence[RawTable],
    catalogue: Catalogue,
    problems: list[Problem],
    within: Mapping[str, Collection[str]] | None,
) -> dict[str, ReadTable]:
    """Facilities first, then what lies in them, then their data."""

    def of(name: str) -> list[RawTable]:
        return [raw for raw in raws if raw.table.name == name]

    sink = problems.append
    facilities = read_facilities(of("facilities"), catalogue, sink)
    sectors = {entry["facility"]: str(entry["sector"]) for entry in store.read_facilities()}
    sectors |= {facility: "" for (facility,) in facilities.ids if facility not in sectors}
    sectors |= {row[0]: row[_SECTOR] for row in facilities.rows}
    if within is not None:
        sectors = {name: sector for name, sector in sectors.items() if name in within}
        problems += _outside(facilities, "facility", lambda row: row[0] in within, list(within))
    process_units = read_process_units(of("process_units"), catalogue, sectors, sink)
    known_units: set[tuple[str, ...]] = {
        (row[0], row[1]) for row in store.dimension_rows("process_units")
    }
    known_units |= process_units.ids
    if within is not None:
        inside = {(name, unit) for name, units in within.items() for unit in units}
        known_units &= inside
        named = [unit for _, unit in sorted(inside)]
        problems += _outside(
            process_units, "process_unit", lambda row: (row[0], row[1]) in inside, named
        )
    reader = ActivityReader(catalogue, sectors, known_units, sink)
    activity = reader.read(of("activity"))
    return {"facilities": facilities, "process_units": process_units, "activity": activity}


def _outside(
    read: ReadTable, column: str, is_inside: Callable[[StoredRow], bool], known: Sequence[str]
) -> list[Problem]:
    """Rows of a facility or process unit that may not be in the files."""
    found: list[Problem] = []
    for row, (raw, number) in zip(read.rows, read.places, strict=True):
        if is_inside(row):
            continue
        cells = Cells(raw, found.append)
        if column == "facility":
            cells.report("records.unknown_facility", number, column, not_among(row[0], known))
        else:
            values = {**not_among(row[1], known), "facility": row[0]}
            cells.report("records.unknown_process_unit", number, column, values)
    return found


def _in_file_order(
    problems: Sequence[Problem], files: Sequence[Path], raws: Sequence[RawTable]
) -> list[Problem]:
    file_order = {path.name: at for at, path in reversed(list(enumerate(files)))}
    sheet_order = {(raw.file, raw.sheet): at for at, raw in reversed(list(enumerate(raws)))}

    def order(problem: Problem) -> tuple[int, int, int]:
        place = problem.place
        file = file_order.get(place.file or "", len(files))
        return file, sheet_order.get((place.file or "", place.sheet), -1), place.row or 0

    return sorted(problems, key=order)
