"""What a run reads: a frozen view of the records, in an embedded DuckDB connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Protocol

import duckdb

from tongjian.engine._relations import Sources

# The columns of the records, in DuckDB's words.
ACTIVITY = (
    "facility VARCHAR, period VARCHAR, year INTEGER, process_unit VARCHAR, stream VARCHAR, "
    "class VARCHAR, item VARCHAR, unit VARCHAR, quantity DOUBLE, entered_quantity VARCHAR, "
    "entered_unit VARCHAR, tier VARCHAR, evidence VARCHAR, source VARCHAR"
)
FACILITIES = (
    "facility VARCHAR, name_zh VARCHAR, name_en VARCHAR, sector VARCHAR, province VARCHAR, "
    "city VARCHAR, division VARCHAR, fictitious BOOLEAN"
)
PROCESS_UNITS = (
    "facility VARCHAR, process_unit VARCHAR, name_zh VARCHAR, name_en VARCHAR, kind VARCHAR, "
    "technology VARCHAR, abatement VARCHAR, capacity DOUBLE, capacity_unit VARCHAR"
)


_MOST_KEPT = 4
_kept: dict[object, list[duckdb.DuckDBPyConnection]] = {}
_lock = Lock()


class RecordsStore(Protocol):
    """What the engine needs of a store of records."""

    @property
    def digest(self) -> str: ...

    def activity_files(self) -> list[Path]: ...

    def facilities_file(self) -> Path: ...

    def process_units_file(self) -> Path: ...


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Snapshot:
    """The Parquet files of one state of the records (数据快照), with their digest.

    `wide` names, for leaf sheets whose data already come with one column per input, the file to
    read instead of the long table; it needs the key columns of the sheet and `year`.
    """

    digest: str
    activity: tuple[Path, ...] = ()
    facilities: Path | None = None
    process_units: Path | None = None
    wide: Mapping[str, Path] = field(default_factory=dict)

    @classmethod
    def of(cls, store: RecordsStore) -> Snapshot:
        """The present state of a store."""
        return cls(
            digest=store.digest,
            activity=tuple(store.activity_files()),
            facilities=_if_there(store.facilities_file()),
            process_units=_if_there(store.process_units_file()),
        )

    def connect(self, threads: int | None = None) -> duckdb.DuckDBPyConnection:
        """An in-memory connection that sees these files and nothing else on the machine."""
        connection = duckdb.connect(":memory:", config=_config(threads))
        self._tables(connection)
        self._lock_down(connection)
        return connection

    @contextmanager
    def borrow(self, threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection from those kept for this snapshot, or a new one; it is given back.

        Opening one takes longer than computing one plant. Each is used by one thread at a time.
        """
        key = (self, threads, self._state())
        with _lock:
            kept = _kept.get(key)
            connection = kept.pop() if kept else None
        if connection is None:
            connection = self.connect(threads)
        yield connection  # not given back after an error: it may hold half a result
        with _lock:
            _kept.setdefault(key, []).append(connection)
            while sum(map(len, _kept.values())) > _MOST_KEPT:
                oldest = next(iter(_kept))
                if _kept[oldest]:
                    _kept[oldest].pop(0).close()
                else:  # all of its connections are out on loan
                    del _kept[oldest]

    def _state(self) -> tuple[tuple[int, int], ...]:
        """Size and time of every file: a connection may hold parts of them in memory."""
        named = (self.facilities, self.process_units, *self.activity, *self.wide.values())
        paths = [path for path in named if path is not None]
        return tuple((path.stat().st_size, path.stat().st_mtime_ns) for path in paths)

    def __hash__(self) -> int:
        return hash((self.digest, self.activity, self.facilities))

    def sources(self) -> Sources:
        """The names under which a connection holds the records."""
        return Sources(wide={sheet: f"wide_{sheet}" for sheet in self.wide})

    def _tables(self, connection: duckdb.DuckDBPyConnection) -> None:
        if self.activity:
            view = f"read_parquet([{', '.join(map(_literal, self.activity))}])"
            connection.execute(f"CREATE VIEW activity AS SELECT * FROM {view}")
        else:
            connection.execute(f"CREATE TABLE activity ({ACTIVITY})")
        for name, path, columns in (
            ("facilities", self.facilities, FACILITIES),
            ("process_units", self.process_units, PROCESS_UNITS),
        ):
            connection.execute(
                f"CREATE TABLE {name} ({columns})"
                if path is None
                # Small and read often: held in memory.
                else f"CREATE TABLE {name} AS SELECT * FROM read_parquet({_literal(path)})"
            )
        for sheet, path in self.wide.items():
            connection.execute(
                f"CREATE VIEW wide_{sheet} AS SELECT * FROM read_parquet({_literal(path)})"
            )

    def _lock_down(self, connection: duckdb.DuckDBPyConnection) -> None:
        files = sorted({*self.activity, *self.wide.values()})
        if files:
            listed = ", ".join(map(_literal, files))
            connection.execute(f"SET allowed_paths = [{listed}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")


def _config(threads: int | None) -> dict[str, str | bool | int | float | list[str]]:
    config: dict[str, str | bool | int | float | list[str]] = {"preserve_insertion_order": False}
    if threads is not None:
        config["threads"] = threads
    return config


def _if_there(path: Path) -> Path | None:
    return path if path.is_file() else None


def _literal(path: Path) -> str:
    return "'" + str(path.resolve()).replace("'", "''") + "'"
