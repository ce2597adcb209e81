"""Every series of a store (序列一览)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tongjian.monitoring.series._core import Core
from tongjian.monitoring.series._tables import fetch, scan


@dataclass(frozen=True, slots=True)
class Listed:
    """A series and interval: its extent, how many values, and the latest one (unit as sent).

    Of minutes that were rolled up, `last` and `value` are the last hour and its mean.
    """

    key: str
    interval_s: int
    first: np.datetime64
    last: np.datetime64
    count: int
    value: float


def listing(core: Core) -> list[Listed]:
    """By hours rolled up where there are some; versions count each."""
    found: list[Listed] = []
    parsed = [one for one in core.manifest.files if one.kind == "parsed"]
    hours = [one for one in core.manifest.files if one.kind == "hours"]
    rolled = {path for one in hours for path in one.of}
    waiting = core.connection.execute("SELECT DISTINCT span FROM parsed").fetchall()
    for span in sorted({one.interval for one in parsed} | {int(row[0]) for row in waiting}):
        plain = [one.path for one in parsed if one.interval == span and one.path not in rolled]
        made = [one.path for one in hours if one.interval == span]
        columns = "series, time, 1 AS n, coalesce(avg, rtd) AS value"
        values = f"SELECT {columns} FROM parsed WHERE span = {span}"
        if plain:
            values += f" UNION ALL SELECT {columns} FROM {scan(core.folder, plain)}"
        if made:
            source = scan(core.folder, made)
            values += f" UNION ALL SELECT series, time, n, total / n FROM {source} WHERE n > 0"
        rows = fetch(
            core.connection,
            "SELECT series, min(time) AS first, max(time) AS last, sum(n)::BIGINT AS n, "
            f"arg_max(value, time) AS value FROM ({values}) GROUP BY series ORDER BY series",
        )
        names = ("series", "first", "last", "n", "value")
        for key, first, last, count, value in zip(*(rows[name] for name in names), strict=True):
            found.append(Listed(key, span, first, last, int(count), float(value)))
    return found
