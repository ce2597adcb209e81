"""From the log into files (落文件): one Parquet file for a day, or a month, and an interval."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from tongjian.monitoring.series._core import Core
from tongjian.monitoring.series._manifest import StoredFile, keep_file
from tongjian.monitoring.series._tables import STORED, copy, scan, text

HOUR_S = 3600
DAYS_OF_A_FLUSH = 31
"""A flush over more days than this makes files of months, not of days (补传的历史数据)."""
IN_ORDER = {
    "parsed": "series, time, received, origin, record",
    "validated": "series, time, seq",
    "used": "series, time, seq",
    "hours": "series, time, flag",
}
_MICROSECONDS = 1_000_000


def flush(core: Core) -> int:
    """Write what the log holds into files; gives how many. Cut short, the log still has it."""
    core.refresh()
    if not core.waiting:
        return 0
    with core.writing():
        added: list[StoredFile] = []
        for kind, span in _waiting(core):
            where = "" if kind != "parsed" else f"WHERE span = {span}"
            days = _column(
                core, f"SELECT DISTINCT strftime(time, '%Y-%m-%d') FROM {kind} {where} ORDER BY 1"
            )
            by_month = span >= HOUR_S or len(days) > DAYS_OF_A_FLUSH
            form = "%Y-%m" if by_month else "%Y-%m-%d"
            for label in dict.fromkeys(day[: len("2025-01" if by_month else day)] for day in days):
                of_it = f"strftime(time, '{form}') = {text(label)}"
                listed = ", ".join(STORED[kind])
                joined = f"{where} AND {of_it}" if where else f"WHERE {of_it}"
                sql = f"SELECT {listed} FROM {kind} {joined} ORDER BY {IN_ORDER[kind]}"
                added.append(write(core, core.connection, (kind, span, label), sql, len(added)))
        core.flushed(added)
        return len(added)


def write(
    core: Core,
    connection: duckdb.DuckDBPyConnection,
    place: tuple[str, int, str],
    sql: str,
    number: int,
    of: Iterable[str] = (),
) -> StoredFile:
    """A new file with what `sql` gives; `place` is its kind, interval, and day or month."""
    kind, span, label = place
    name = f"{kind}/{span}/{label}/{core.manifest.generation + 1:08d}-{number}"
    path, digest, size = keep_file(core.folder, name, lambda draft: copy(connection, sql, draft))
    seq = "0" if kind == "hours" else "max(seq)"
    ((rows, first, last, low, high, greatest),) = connection.execute(
        f"SELECT count(*), epoch_us(min(time)), epoch_us(max(time)), min(series), max(series), "
        f"{seq} FROM {scan(core.folder, [path])}"
    ).fetchall()
    return StoredFile(
        *(path, kind, span, digest, size, rows, first or 0, last or 0, low or "", high or ""),
        *(greatest or 0, tuple(of)),
    )


def label_of(file: StoredFile) -> str:
    """The day or month of a file."""
    return Path(file.path).parts[2]


def _waiting(core: Core) -> list[tuple[str, int]]:
    found = [("parsed", int(one)) for one in _column(core, "SELECT DISTINCT span FROM parsed")]
    for kind in ("validated", "used"):
        if _column(core, f"SELECT 1 FROM {kind} LIMIT 1"):
            found.append((kind, HOUR_S))
    return sorted(found)


def _column(core: Core, sql: str) -> list[str]:
    return [row[0] for row in core.connection.execute(sql).fetchall()]
