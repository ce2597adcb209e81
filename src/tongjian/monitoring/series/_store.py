"""The store of monitoring data (监测数据库)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from tongjian.monitoring.hours import Hours, Minutes, Used
from tongjian.monitoring.profile import Channel, Profile
from tongjian.monitoring.series import _derived, _hours, _reading
from tongjian.monitoring.series._across import Across, across
from tongjian.monitoring.series._averages import Averages, averages
from tongjian.monitoring.series._compact import Compacted, compact, tend
from tongjian.monitoring.series._core import Core
from tongjian.monitoring.series._derived import Stale
from tongjian.monitoring.series._ingest import Ingested, ingest
from tongjian.monitoring.series._listing import Listed, listing
from tongjian.monitoring.series._reading import Parsed
from tongjian.monitoring.series._value import Rows, Value, rows_of
from tongjian.monitoring.series._writing import flush
from tongjian.problems import Place, Problem

FLUSH_ROWS = 500_000
"""Rows in the log from which on it is written into files without being asked."""


class SeriesStore:
    """Values of series in a folder, or whatever can be used as one (监测数据库).

    Raw telegrams stay where they are (a gateway's journal) and are referred to; parsed, validated
    and used values are kept apart. Nothing is changed in place: a later version of a value holds,
    and the earlier ones stay readable. Times are local times of China, naive, the start of an
    interval; `first` is inclusive, `last` exclusive. Several processes may read and write.

    >>> store = SeriesStore.open(Path("series"))                           # doctest: +SKIP
    >>> store.put([Value("MN/a21026", datetime(2025, 1, 1), 60, {"avg": 3.2}, "N")])
    ...                                                                    # doctest: +SKIP
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._known: dict[str, int] = {}

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The store in `folder`; an empty one is made by the first value that is put.

        Raises
        ------
        RecordError
            The manifest or the log in it is damaged.
        """
        return cls(Core(folder))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self._core.folder

    @property
    def positions(self) -> dict[str, Any]:
        """How far gateways' journals have been taken in."""
        self._core.refresh()
        return dict(self._core.positions)

    # ---- writing -------------------------------------------------------------------------------

    def put(self, rows: Iterable[Value]) -> int:
        """Keep values; on return they are on the disk. Gives how many."""
        listed = list(rows)
        self.put_rows(rows_of(listed))
        return len(listed)

    def put_rows(self, parts: Iterable[Rows], positions: dict[str, Any] | None = None) -> None:
        """Keep values in columns and, with them or not at all, how far a journal was read."""
        with self._core.writing():
            seq = self._core.seq + 1
            entries: list[dict[str, Any]] = [
                {
                    "table": "parsed",
                    "count": len(rows),
                    "columns": {**rows.columns(), "span": rows.span, "seq": seq},
                }
                for rows in parts
                if len(rows)
            ]
            if positions is not None:
                entries.append({"positions": positions})
            if entries:
                self._core.append(entries)
            if self._core.waiting >= FLUSH_ROWS:
                flush(self._core)

    def ingest(self, journals: Path, profile: Profile) -> Ingested:
        """Take in what the journals of gateways have more than the last time: see `ingest`."""
        return ingest(self, journals, profile)

    def flush(self) -> int:
        """Write what is in the log into files (落文件); gives how many files."""
        return flush(self._core)

    def compact(self, until: np.datetime64 | None = None) -> Compacted:
        """Join files: those of a day, and of months before `until`; roll up hours (合并)."""
        return compact(self._core, until)

    def tend(self) -> None:
        """Flush and join if there is enough to do (例行维护), for whoever has just put data."""
        tend(self._core)

    def close(self) -> None:
        """Let go of it; what was put needs no more."""
        self._core.close()

    # ---- parsed --------------------------------------------------------------------------------

    def parsed(
        self,
        key: str,
        interval_s: int,
        first: np.datetime64,
        last: np.datetime64,
        versions: bool = False,
    ) -> Parsed:
        """What was sent of `key` for intervals of `interval_s`, in the units that were sent.

        The version that holds of each; with `versions` all that differ, oldest first.
        """
        found: Parsed = self._read(
            key, lambda: _reading.parsed(self._core, key, interval_s, first, last, versions)
        )
        return found

    def intervals(self, key: str, first: np.datetime64, last: np.datetime64) -> list[int]:
        """The lengths in s of the intervals that there may be values of in that time."""
        found: list[int] = self._core.reading(lambda: _reading.spans(self._core, key, first, last))
        return found

    def minutes(self, channel: Channel, first: np.datetime64, last: np.datetime64) -> Minutes:
        """A channel minute by minute (分钟值), in the unit of its quantity."""
        found: Minutes = self._read(
            channel.key, lambda: _hours.minutes(self._core, channel, first, last)
        )
        return found

    def hours_sent(self, channel: Channel, first: np.datetime64, last: np.datetime64) -> Hours:
        """The hour means that the source sent itself (上传小时值); `minutes` is -1."""
        found: Hours = self._read(
            channel.key, lambda: _hours.hours_sent(self._core, channel, first, last)
        )
        return found

    def averages(
        self,
        channel: Channel | str,
        first: np.datetime64,
        last: np.datetime64,
        step: np.timedelta64,
    ) -> Averages:
        """Means, least and greatest of each `step`, for a chart (图表用均值): of measured values.

        By a channel in the unit of its quantity, by a key in the unit that was sent. A step of
        hours, days, months or years reads hours that were rolled up.
        """
        found: Averages = self._core.reading(
            lambda: averages(self._core, channel, first, last, step)
        )
        return found

    def across(
        self, channels: Mapping[str, Channel], first: np.datetime64, last: np.datetime64
    ) -> Across:
        """The mean of each of `channels` (by key) over one time, such as an hour of a province."""
        found: Across = self._core.reading(lambda: across(self._core, channels, first, last))
        return found

    def listing(self) -> list[Listed]:
        """Every series with its extent and its last value."""
        found: list[Listed] = self._core.reading(lambda: listing(self._core))
        return found

    # ---- validated and used --------------------------------------------------------------------

    def keep_validated(self, key: str, hours: Hours) -> None:
        """Keep the validated hours of `key` (有效性判定结果).

        They rest on what this store object last read of `key`: what came later makes them stale.
        """
        based = self._known.get(key)
        _derived.keep_validated(self._core, key, hours, self._core.seq if based is None else based)

    def validated(self, key: str, first: np.datetime64, last: np.datetime64) -> Hours:
        """The validated hours of `key`; MISSING where none were kept."""
        found: Hours = self._core.reading(lambda: _derived.validated(self._core, key, first, last))
        return found

    def keep_used(self, key: str, first: np.datetime64, used: Used) -> None:
        """Keep what is used for the hours from `first` on (采用值), with what it was made from."""
        _derived.keep_used(self._core, key, first, used)

    def used(self, key: str, first: np.datetime64, last: np.datetime64) -> Used:
        """What is used for each hour; its positions count from `first`."""
        found: Used = self._core.reading(lambda: _derived.used(self._core, key, first, last))
        return found

    def stale(self) -> list[Stale]:
        """Days of channels whose validated or used values rest on data that have changed since."""
        found: list[Stale] = self._core.reading(lambda: _derived.stale(self._core))
        return found

    # ---- itself --------------------------------------------------------------------------------

    def verify(self) -> list[Problem]:
        """Every file that is not there or not what it was when it was written (校验)."""
        problems = []
        self._core.refresh()
        for one in self._core.manifest.files:
            path = self.folder / one.path
            try:
                with path.open("rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError:
                found = ""
            if found != one.sha256:
                values = {"path": one.path}
                problems.append(Problem("monitoring.store_file", Place(file=str(path)), values))
        return problems

    def _read(self, key: str, work: Any) -> Any:
        def noted() -> Any:
            self._known[key] = self._core.seq
            return work()

        return self._core.reading(noted)
