"""Imports files into a store (导入): reads, validates, converts, compares, writes all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem
from tongjian.records._activity import ActivityReader
from tongjian.records._columns import StoredRow
from tongjian.records._cross import Settled
from tongjian.records._dimensions import read_facilities, read_process_units
from tongjian.records._files import read_file
from tongjian.records._limits import Limits
from tongjian.records._tables import RawTable
from tongjian.records.catalogue import Catalogue
from tongjian.records.schema import TABLES
from tongjian.records.store import Store


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
    files = [Path(path) for path in paths]
    # Who only looks needs no lock.
    with nullcontext() if dry_run else store.locked():
        return _import(store, files, catalogue, dry_run, limits or Limits())


def _import(
    store: Store, files: Sequence[Path], catalogue: Catalogue, dry_run: bool, limits: Limits
) -> ImportReport:
    problems: list[Problem] = []
    tables: dict[str, list[RawTable]] = {table.name: [] for table in TABLES}
    read_from: list[tuple[Path, list[RawTable]]] = []
    for path in files:
        raws = read_file(path, limits, problems.append)
        read_from.append((path, raws))
        for raw in raws:
            tables[raw.table.name].append(raw)

    counted = _CountedRows(limits)
    for raw_tables in tables.values():
        raw_tables[:] = [counted.wrap(raw, problems) for raw in raw_tables]

    new: dict[str, list[StoredRow]] = {}
    counts: dict[str, TableCount] = {}

    def settle(
        name: str, rows: list[StoredRow], places: list[tuple[RawTable, int]], read: int
    ) -> None:
        def place_of(at: int) -> Place:
            raw, number = places[at]
            return raw.place(number)

        settled: Settled = store.settle(name, rows, place_of)
        problems.extend(settled.problems)
        new[name] = settled.new
        counts[name] = TableCount(read, len(settled.new), settled.known)

    return ImportReport((), False, dry_run)
