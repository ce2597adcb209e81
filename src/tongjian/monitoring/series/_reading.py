"""What is in the store about one series (读取): files and log together, the latest version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.series._core import Core
from tongjian.monitoring.series._manifest import StoredFile
from tongjian.monitoring.series._tables import STORED, Arrays, empty, fetch, scan, text
from tongjian.monitoring.series._value import COLUMNS, KINDS

_CONTENT = ("flag", *KINDS, "more")
LATEST = ", ".join(
    (
        *("received DESC", "origin DESC", "record DESC"),
        *(f"{name} DESC NULLS LAST" for name in _CONTENT),
    )
)
"""Which version of a value holds: a total order, whatever the order in which they came."""
_NAMES = ("time", *KINDS, "flag", "more", "received", "origin", "record")


@dataclass(frozen=True, slots=True)
class Parsed:
    """Values of one series and interval as they were sent (解析值), arrays of one length.

    `time` is the start of each interval, ascending. A kind that was not sent is NaN. `received` is
    in µs since 1970 (UTC); `origin` and `record` say where the telegram is kept.
    """

    time: NDArray[np.datetime64]
    rtd: NDArray[np.float64]
    min: NDArray[np.float64]
    avg: NDArray[np.float64]
    max: NDArray[np.float64]
    cou: NDArray[np.float64]
    zs_rtd: NDArray[np.float64]
    zs_min: NDArray[np.float64]
    zs_avg: NDArray[np.float64]
    zs_max: NDArray[np.float64]
    raw_avg: NDArray[np.float64]
    flag: NDArray[np.object_]
    more: NDArray[np.object_]
    received: NDArray[np.int64]
    origin: NDArray[np.object_]
    record: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.time)


def parsed(
    core: Core, key: str, span: int, first: np.datetime64, last: np.datetime64, versions: bool
) -> Parsed:
    """What was sent of `key`: the version that holds, or all versions, oldest first of each time.

    What was sent again unchanged is no version of its own.
    """
    found = values(core, key, span, first, last, _NAMES, latest=not versions)
    if versions and len(found["time"]):
        order = "time, " + _ascending()
        found = values(core, key, span, first, last, _NAMES, latest=False, order=order)
        kept = _differing(found)
        found = {name: column[kept] for name, column in found.items()}
    return Parsed(**found)


def values(
    core: Core,
    key: str,
    span: int,
    first: np.datetime64,
    last: np.datetime64,
    names: Sequence[str],
    *,
    latest: bool = True,
    order: str = "time",
    until: int | None = None,
) -> Arrays:
    """Columns of parsed values of one series and interval, in order of time.

    With `until` as they were known after the change of that number.
    """
    files = of_series(core, "parsed", span, key, first, last)
    where = f"series = {text(key)} AND {within(first, last)}"
    if until is not None:
        where += f" AND seq <= {until}"
    listed = ", ".join(dict.fromkeys(("time", *names)))
    every = ", ".join(COLUMNS)

    def query(columns: str, tail: str) -> Arrays:
        sources = [f"SELECT {columns} FROM parsed WHERE span = {span} AND {where}"]
        if files:
            paths = [one.path for one in files]
            sources.append(f"SELECT {columns} FROM {scan(core.folder, paths)} WHERE {where}")
        together = " UNION ALL ".join(sources)
        return fetch(core.connection, f"SELECT {listed} FROM ({together}) {tail} ORDER BY {order}")

    found = query(listed, "")
    if not len(found["time"]):
        return empty("parsed", list(found))
    times = found["time"]
    if latest and len(times) > 1 and not (times[1:] > times[:-1]).all():
        held = f"QUALIFY row_number() OVER (PARTITION BY time ORDER BY {LATEST}) = 1"
        found = query(every, held)
    return found


def of_series(
    core: Core, kind: str, span: int, key: str, first: np.datetime64, last: np.datetime64
) -> list[StoredFile]:
    """The files that may hold `key` in that time."""
    return [
        one
        for one in overlapping(core.manifest.files, kind, span, first, last)
        if one.low <= key <= one.high
    ]


def overlapping(
    files: Iterable[StoredFile], kind: str, span: int, first: np.datetime64, last: np.datetime64
) -> list[StoredFile]:
    """The files of a kind and interval that may hold values of that time."""
    start, stop = micro(first), micro(last)
    return [
        one
        for one in files
        if one.kind == kind and one.interval == span and one.first < stop and one.last >= start
    ]


def spans(core: Core, key: str, first: np.datetime64, last: np.datetime64) -> list[int]:
    """The intervals in which there may be values of `key` in that time, shortest first."""
    start, stop = micro(first), micro(last)
    found = {
        one.interval
        for one in core.manifest.files
        if one.kind == "parsed"
        and one.first < stop
        and one.last >= start
        and one.low <= key <= one.high
    }
    sql = f"SELECT DISTINCT span FROM parsed WHERE series = {text(key)} AND {within(first, last)}"
    found |= {int(row[0]) for row in core.connection.execute(sql).fetchall()}
    return sorted(found)


def derived(core: Core, kind: str, key: str, first: np.datetime64, last: np.datetime64) -> Arrays:
    """What was derived of `key` for each hour of that time: the latest, in order of time."""
    files = of_series(core, kind, 3600, key, first, last)
    where = f"WHERE series = {text(key)} AND {within(first, last)}"
    listed = ", ".join(STORED[kind])
    sources = [f"SELECT {listed} FROM {kind} {where}"]
    if files:
        paths = [one.path for one in files]
        sources.append(f"SELECT {listed} FROM {scan(core.folder, paths)} {where}")
    held = "QUALIFY row_number() OVER (PARTITION BY time ORDER BY seq DESC) = 1"
    together = " UNION ALL ".join(sources)
    return fetch(core.connection, f"SELECT {listed} FROM ({together}) {held} ORDER BY time")


def within(first: np.datetime64, last: np.datetime64) -> str:
    """SQL: a time not before `first` and before `last`."""
    return f"time >= {moment(first)} AND time < {moment(last)}"


def moment(time: np.datetime64) -> str:
    """A time as SQL."""
    return f"TIMESTAMP '{str(time.astype('datetime64[us]')).replace('T', ' ')}'"


def micro(time: np.datetime64) -> int:
    """µs since 1970."""
    return int(time.astype("datetime64[us]").astype(np.int64))


def _ascending() -> str:
    return LATEST.replace(" DESC NULLS LAST", " ASC NULLS FIRST").replace(" DESC", " ASC")


def _differing(found: Arrays) -> NDArray[np.bool_]:
    """Which rows say something else than the one before them of the same time."""
    kept = np.ones(len(found["time"]), bool)
    same = found["time"][1:] == found["time"][:-1]
    for name in _CONTENT:
        column: NDArray[Any] = found[name]
        equal = column[1:] == column[:-1]
        if column.dtype.kind == "f":
            equal |= np.isnan(column[1:]) & np.isnan(column[:-1])
        same = same & equal.astype(bool)
    kept[1:] = ~same
    return kept
