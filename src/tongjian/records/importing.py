"""Imports files into a store (导入): read, validate, convert, compare, write all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem
from tongjian.records._activity import ActivityReader
from tongjian.records._cells import ReadTable
from tongjian.records._columns import StoredRow, positions
from tongjian.records._dimensions import read_facilities, read_process_units
from tongjian.records._files import read_file
from tongjian.records._limits import Limits
from tongjian.records._tables import RawTable
from tongjian.records.catalogue import Catalogue
from tongjian.records.store import Store

(_SECTOR,) = positions("facilities", ["sector"])


@dataclass(frozen=True, slots=True)
class TableCount:
    """Rows of one table in an import (行数): read, new to the store, already in it."""

    read: int = 0
    new: int = 0
    known: int = 0


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
            "tables": {
                name: {"read": count.read, "new": count.new, "known": count.known}
                for name, count in self.tables.items()
            },
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
) -> ImportReport:
    """Import XLSX, CSV and Parquet files as one: all of them, or nothing if there is any error.

    Importing the same data again changes nothing. All problems are in the report, with their
    place, in the order of the files.
    """
    files = list(dict.fromkeys(Path(path) for path in paths))
    # Who only looks needs no lock.
    with nullcontext() if dry_run else store.locked():
        return _import(store, files, catalogue, dry_run, limits or Limits())


def _import(
    store: Store, files: Sequence[Path], catalogue: Catalogue, dry_run: bool, limits: Limits
) -> ImportReport:
    problems: list[Problem] = []
    raws = [raw for path in files for raw in read_file(path, limits, problems.append)]
    found = _read_tables(store, raws, catalogue, problems)
    counts: dict[str, TableCount] = {}
    new: dict[str, list[StoredRow]] = {}
    for name, part in found.items():
        settled = store.settle(name, part.rows, part.place_of)
        problems += settled.problems
        new[name] = settled.new
        counts[name] = TableCount(part.read, len(settled.new), settled.known)
    names = ", ".join(path.name for path in files)
    good = not any(problem.severity == "error" for problem in problems)
    if good and not any(count.read for count in counts.values()):
        problems.append(Problem("records.no_rows", Place(file=names)))
        good = False
    if good and not dry_run:
        store.commit(new, names)
    return ImportReport(
        problems=tuple(_in_file_order(problems, files, raws)),
        committed=good and not dry_run,
        dry_run=dry_run,
        tables=counts,
    )


def _read_tables(
    store: Store, raws: Sequence[RawTable], catalogue: Catalogue, problems: list[Problem]
) -> dict[str, ReadTable]:
    """Facilities first, then what lies in them, then their data."""

    def of(name: str) -> list[RawTable]:
        return [raw for raw in raws if raw.table.name == name]

    sink = problems.append
    facilities = read_facilities(of("facilities"), catalogue, sink)
    sectors = {entry["facility"]: str(entry["sector"]) for entry in store.read_facilities()}
    sectors |= {facility: "" for (facility,) in facilities.ids if facility not in sectors}
    sectors |= {row[0]: row[_SECTOR] for row in facilities.rows}
    process_units = read_process_units(of("process_units"), catalogue, sectors, sink)
    known_units = {(row[0], row[1]) for row in store.dimension_rows("process_units")}
    reader = ActivityReader(catalogue, sectors, known_units | process_units.ids, sink)
    activity = reader.read(of("activity"))
    return {"facilities": facilities, "process_units": process_units, "activity": activity}


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
