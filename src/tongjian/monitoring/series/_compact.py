"""Many files into few (合并), and hours rolled up from them (小时预聚合)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import duckdb
import numpy as np

from tongjian.monitoring.series._core import Core
from tongjian.monitoring.series._manifest import StoredFile
from tongjian.monitoring.series._reading import LATEST
from tongjian.monitoring.series._tables import STORED, scan, text
from tongjian.monitoring.series._writing import HOUR_S, IN_ORDER, flush, label_of, write

SHARD_ROWS = 8_000_000
"""Rows of a month's file: so many are sorted at a time, and a file is read in parts anyway."""
LATE_SHARE = 0.1
"""A month is joined anew once this share of it came late; until then hours are made when asked."""
_SETTLED = np.timedelta64(7, "D")
_MONTH = len("2025-01")


TEND_ROWS = 50_000
"""Rows in the log from which on looking after the store writes them into files."""
TEND_FILES = 16
"""Files that could be joined or rolled up from which on looking after the store does so."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """What was done: files before and after, and rows that were written anew."""

    before: int
    after: int
    rows: int


def compact(core: Core, until: np.datetime64 | None = None) -> Compacted:
    """Join what belongs together, one group at a time; writing goes on in between.

    Files of a day become one; those of months that ended before `until` (by default a week before
    the latest value) become a month's, cut into ranges of series. Interrupted, nothing is lost.
    """
    flush(core)
    with core.writing():
        core.sweep()
    before, rows = len(core.manifest.files), 0
    limit = _settled(core) if until is None else until.astype("datetime64[M]")
    connection = core.connection.cursor()  # reading goes on beside it
    try:
        for month, files in _by_month(core):
            rows += _month(core, connection, month, files, bool(np.datetime64(month, "M") < limit))
        rows += _rest(core, connection)
    finally:
        connection.close()
    return Compacted(before, len(core.manifest.files), rows)


def tend(core: Core) -> None:
    """What a process does that takes in data now and then: flush and join once it is worth it."""
    core.refresh()
    if core.waiting >= TEND_ROWS:
        flush(core)
    stored = [one for one in core.manifest.files if one.kind != "hours"]
    rolled = {path for one in core.manifest.files if one.kind == "hours" for path in one.of}
    loose = sum(0 < one.interval < HOUR_S and one.path not in rolled for one in stored)
    places = {(one.kind, one.interval, label_of(one)) for one in stored}
    if max(loose, len(stored) - len(places)) >= TEND_FILES:
        compact(core)


def _settled(core: Core) -> np.datetime64:
    """The first day of the month that may still receive much."""
    latest = max((one.last for one in core.manifest.files if one.kind == "parsed"), default=0)
    # A station whose clock is years ahead does not make this month an old one.
    moment = min(np.datetime64(latest, "us"), np.datetime64("now", "us")) - _SETTLED
    month: np.datetime64 = moment.astype("datetime64[M]")
    return month


def _by_month(core: Core) -> Iterator[tuple[str, list[StoredFile]]]:
    """Files of intervals below an hour, by interval and month."""
    found = [one for one in core.manifest.files if one.kind == "parsed" and one.interval < HOUR_S]

    def group(one: StoredFile) -> tuple[int, str]:
        return one.interval, label_of(one)[:_MONTH]

    for (_, month), files in groupby(sorted(found, key=group), group):
        yield month, list(files)


def _month(
    core: Core,
    connection: duckdb.DuckDBPyConnection,
    month: str,
    files: list[StoredFile],
    settled: bool,
) -> int:
    span = files[0].interval
    whole = [one for one in files if label_of(one) == month]
    days = [one for one in files if label_of(one) != month]
    late = sum(one.rows for one in days)
    total = sum(one.rows for one in files)
    if settled or whole:
        if late <= LATE_SHARE * total and _apart(whole) and whole:
            # Whole but for a little; what came late is joined among itself.
            rows = _days(core, connection, span, days, rolled=False)
            return rows + _roll(core, connection, (span, month), whole)
        return _join(core, connection, (span, month), files)
    return _days(core, connection, span, days, rolled=True)


def _days(
    core: Core,
    connection: duckdb.DuckDBPyConnection,
    span: int,
    files: Sequence[StoredFile],
    rolled: bool,
) -> int:
    rows = 0
    for day, group in groupby(sorted(files, key=label_of), label_of):
        listed = list(group)
        if len(listed) > 1:
            rows += _join(core, connection, (span, day), listed, rolled)
        elif rolled:
            rows += _roll(core, connection, (span, day), listed)
    return rows


def _join(
    core: Core,
    connection: duckdb.DuckDBPyConnection,
    place: tuple[int, str],
    files: Sequence[StoredFile],
    rolled: bool = True,
) -> int:
    """`files` become new ones in order of series and time, with their hours."""
    paths = [one.path for one in files]
    listed = ", ".join(STORED["parsed"])
    made: list[StoredFile] = []
    for low, high in _ranges(core, connection, paths):
        sql = (
            f"SELECT {listed} FROM {scan(core.folder, paths)} "
            f"WHERE series BETWEEN {text(low)} AND {text(high)} ORDER BY {IN_ORDER['parsed']}"
        )
        made.append(write(core, connection, ("parsed", *place), sql, len(made)))
    if rolled and place[0]:
        made += [roll(core, connection, place, [one], len(made)) for one in list(made)]
    return _exchange(core, files, made)


def _roll(
    core: Core,
    connection: duckdb.DuckDBPyConnection,
    place: tuple[int, str],
    files: Sequence[StoredFile],
) -> int:
    """Hours of those of `files` (disjoint in series) that have none."""
    have = {path for one in core.manifest.files if one.kind == "hours" for path in one.of}
    lacking = [one for one in files if one.path not in have and one.interval]
    made = [roll(core, connection, place, [one], number) for number, one in enumerate(lacking)]
    return _exchange(core, [], made) if made else 0


def roll(
    core: Core,
    connection: duckdb.DuckDBPyConnection,
    place: tuple[int, str],
    files: Sequence[StoredFile],
    number: int,
) -> StoredFile:
    """The hours of `files`: count, sum, least and greatest of each series, hour and flag.

    By flag, so that what a flag means is decided on reading. Only the version that holds counts;
    looking for it is dear, so that it is done for those hours alone in which a minute comes twice.
    """
    paths = [one.path for one in files]
    source = scan(core.folder, paths)
    value = "coalesce(avg, rtd)"
    hour = "date_trunc('hour', time)"
    counted = (
        f"count({value})::INTEGER AS n, count_if({value} = 0)::INTEGER AS zeros, "
        f"sum({value}) AS total, min(nullif({value}, 0)) AS low, max(nullif({value}, 0)) AS high"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE rolled AS SELECT series, {hour} AS hour, flag, {counted}, "
        "count(*) AS every, bit_or(1::UBIGINT << minute(time)) AS seen "
        f"FROM {source} GROUP BY ALL"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE twice AS SELECT series, hour FROM rolled GROUP BY ALL "
        "HAVING sum(every) <> bit_count(bit_or(seen))"
    )
    if connection.execute("SELECT 1 FROM twice LIMIT 1").fetchall():
        held = (
            f"SELECT f.*, {hour} AS hour FROM {source} f SEMI JOIN twice "
            f"ON f.series = twice.series AND {hour} = twice.hour "
            f"QUALIFY row_number() OVER (PARTITION BY f.series, time ORDER BY {LATEST}) = 1"
        )
        connection.execute(
            "DELETE FROM rolled WHERE (series, hour) IN (SELECT (series, hour) FROM twice)"
        )
        connection.execute(
            f"INSERT INTO rolled BY NAME SELECT series, hour, flag, {counted} "
            f"FROM ({held}) GROUP BY ALL"
        )
    sql = (
        "SELECT series, hour AS time, flag, n, zeros, total, low, high FROM rolled "
        f"ORDER BY {IN_ORDER['hours']}"
    )
    return write(core, connection, ("hours", *place), sql, number, paths)


def _rest(core: Core, connection: duckdb.DuckDBPyConnection) -> int:
    """Hours, days and derived values: what has several files for a month becomes one."""
    found = [
        one
        for one in core.manifest.files
        if one.kind in ("validated", "used") or (one.kind == "parsed" and one.interval >= HOUR_S)
    ]

    def group(one: StoredFile) -> tuple[str, int, str]:
        return one.kind, one.interval, label_of(one)

    rows = 0
    for place, files in groupby(sorted(found, key=group), group):
        listed = list(files)
        if len(listed) > 1:
            columns = ", ".join(STORED[place[0]])
            paths = [one.path for one in listed]
            sql = f"SELECT {columns} FROM {scan(core.folder, paths)} ORDER BY {IN_ORDER[place[0]]}"
            rows += _exchange(core, listed, [write(core, connection, place, sql, 0)])
    return rows


def _exchange(core: Core, old: Sequence[StoredFile], new: Sequence[StoredFile]) -> int:
    """Put `new` in the place of `old`, unless another process has done so meanwhile."""
    with core.writing():
        here = {one.path for one in core.manifest.files}
        sources = {one.path for one in old} | {
            path for one in new for path in one.of if path not in {it.path for it in new}
        }
        if not sources <= here:
            return 0
        now = time.time()
        dropped = {one.path: now for one in old}
        for one in core.manifest.files:
            if one.kind == "hours" and any(path in dropped for path in one.of):
                dropped[one.path] = now
        core.commit(core.manifest.with_files(new, dropped))
    return sum(one.rows for one in new)


def _apart(files: Sequence[StoredFile]) -> bool:
    """Whether no series can be in two of them."""
    ordered = sorted(files, key=lambda one: one.low)
    return all(one.high < other.low for one, other in pairwise(ordered))


def _ranges(
    core: Core, connection: duckdb.DuckDBPyConnection, paths: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Ranges of series with about `SHARD_ROWS` rows each."""
    counted = connection.execute(
        f"SELECT series, count(*) FROM {scan(core.folder, paths)} GROUP BY series ORDER BY series"
    ).fetchall()
    start, size = 0, 0
    for position, (_, count) in enumerate(counted):
        if size and size + count > SHARD_ROWS:
            yield counted[start][0], counted[position - 1][0]
            start, size = position, 0
        size += count
    if counted:
        yield counted[start][0], counted[-1][0]
