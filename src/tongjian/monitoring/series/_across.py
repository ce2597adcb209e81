"""All channels over one time (同一时段的全部通道), for a map or a ranking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.profile import Channel, factor_of
from tongjian.monitoring.series._averages import measured
from tongjian.monitoring.series._core import Core
from tongjian.monitoring.series._hours import LONGEST_S
from tongjian.monitoring.series._manifest import StoredFile
from tongjian.monitoring.series._reading import LATEST, overlapping, within
from tongjian.monitoring.series._tables import fetch, scan
from tongjian.monitoring.series._value import COLUMNS


@dataclass(frozen=True, slots=True)
class Across:
    """Channels over one time, arrays of one length in order of the key.

    `mean`, `low` and `high` are of the means (of minutes) that were measured, in the unit of each
    channel's quantity; `count` how many there were. Channels without any are not there.
    """

    key: NDArray[np.object_]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    count: NDArray[np.int64]


def across(
    core: Core, channels: Mapping[str, Channel], first: np.datetime64, last: np.datetime64
) -> Across:
    """See `SeriesStore.across`: by hours rolled up, if they are whole and up to date."""
    rows = fetch(
        core.connection,
        "SELECT series, flag, sum(n)::BIGINT AS n, sum(zeros)::BIGINT AS zeros, "
        "sum(total) AS total, min(low) AS low, max(high) AS high "
        f"FROM ({_source(core, first, last)}) WHERE n > 0 GROUP BY ALL ORDER BY series",
    )
    factors = np.full(len(rows["n"]), np.nan)
    for vocabulary in {one.flags for one in channels.values()}:
        theirs = [
            one is not None and one.flags == vocabulary for one in map(channels.get, rows["series"])
        ]
        here = np.flatnonzero(np.array(theirs, bool))
        part = {name: column[here] for name, column in rows.items()}
        for name, column in measured(part, vocabulary).items():
            rows[name][here] = column
        factors[here] = [factor_of(channels[key]) for key in part["series"]]
    good = ~np.isnan(factors) & (rows["n"] > 0)
    kept = {name: column[good] for name, column in rows.items()}
    keys, group = np.unique(kept["series"].astype(str), return_inverse=True)
    count = np.bincount(group, kept["n"], len(keys)).astype(np.int64)
    total = np.bincount(group, kept["total"] * factors[good], len(keys))
    low, high = np.full(len(keys), np.inf), np.full(len(keys), -np.inf)
    np.minimum.at(low, group, kept["low"] * factors[good])
    np.maximum.at(high, group, kept["high"] * factors[good])
    return Across(keys.astype(object), total / count, low, high, count)


def _source(core: Core, first: np.datetime64, last: np.datetime64) -> str:
    """SQL: count, sum, least and greatest by series and flag, by hour or single mean."""
    where = within(first, last)
    waiting = core.connection.execute(f"SELECT DISTINCT span FROM parsed WHERE {where}").fetchall()
    there = {int(row[0]) for row in waiting}
    stored = {one.interval for one in core.manifest.files if one.kind == "parsed"}
    whole = all(one == one.astype("datetime64[h]") for one in (first, last))
    sources = []
    for span in sorted(there | stored):
        if not 0 < span <= LONGEST_S:
            continue
        hours = overlapping(core.manifest.files, "hours", span, first, last)
        parsed = overlapping(core.manifest.files, "parsed", span, first, last)
        done = {path for one in hours for path in one.of}
        if whole and hours and span not in there and all(one.path in done for one in parsed):
            source = scan(core.folder, [one.path for one in hours])
            sources.append(f"SELECT {_NAMES} FROM {source} WHERE {where}")
        else:
            sources.append(_singly(core, span, parsed, where))
    return (
        " UNION ALL ".join(sources)
        or "SELECT '' AS series, NULL AS flag, 0 AS n, 0 AS zeros, " + _NONE
    )


_NAMES = "series, flag, n, zeros, total, low, high"
_NONE = ", ".join(f"NULL::DOUBLE AS {name}" for name in ("total", "low", "high"))


def _singly(core: Core, span: int, files: list[StoredFile], where: str) -> str:
    """SQL: each mean that holds as an hour rolled up is."""
    columns = ", ".join(COLUMNS)
    sources = [f"SELECT {columns} FROM parsed WHERE span = {span} AND {where}"]
    if files:
        source = scan(core.folder, [one.path for one in files])
        sources.append(f"SELECT {columns} FROM {source} WHERE {where}")
    return (
        "SELECT series, flag, (v IS NOT NULL)::INTEGER AS n, (v = 0)::INTEGER AS zeros, "
        "v AS total, nullif(v, 0) AS low, nullif(v, 0) AS high FROM ("
        f"SELECT series, flag, coalesce(avg, rtd) AS v FROM ({' UNION ALL '.join(sources)}) "
        f"QUALIFY row_number() OVER (PARTITION BY series, time ORDER BY {LATEST}) = 1)"
    )
