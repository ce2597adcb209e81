"""Validated and used hours (有效值与采用值), and which of them are to be made anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.hours import Hours, State, Used
from tongjian.monitoring.series._core import Core
from tongjian.monitoring.series._manifest import StoredFile
from tongjian.monitoring.series._reading import derived, spans, values
from tongjian.monitoring.series._tables import fetch, scan, text
from tongjian.monitoring.series._value import KINDS

_HOUR, _DAY = np.timedelta64(1, "h"), np.timedelta64(1, "D")
_SEEN = ("flag", *KINDS, "more", "seq")


@dataclass(frozen=True, slots=True, order=True)
class Stale:
    """A channel's day whose `what` ("validated" or "used") rests on data that have changed."""

    key: str
    day: np.datetime64
    what: str


def keep_validated(core: Core, key: str, hours: Hours, based: int) -> None:
    """Keep what was found of `key`; it rests on the changes up to number `based`."""
    with core.writing():
        columns = {
            "series": [key] * len(hours),
            "time": [int(one) for one in hours.times.astype("datetime64[us]").astype(np.int64)],
            "value": _numbers(hours.value),
            "state": [int(one) for one in hours.state],
            "minutes": [int(one) for one in hours.minutes],
            **{"based": based, "seq": core.seq + 1},
        }
        _keep(core, "validated", columns)


def validated(core: Core, key: str, first: np.datetime64, last: np.datetime64) -> Hours:
    """The hours kept of `key`; MISSING where none was, with -1 minutes."""
    start, count = _grid(first, last)
    rows = derived(core, "validated", key, start, last)
    hours = Hours(
        start,
        np.full(count, np.nan),
        np.full(count, State.MISSING, np.uint8),
        np.full(count, -1, np.int16),
    )
    at = _positions(rows["time"], start)
    hours.value[at] = rows["value"]
    hours.state[at] = rows["state"]
    hours.minutes[at] = rows["minutes"]
    return hours


def keep_used(core: Core, key: str, first: np.datetime64, used: Used) -> None:
    """Keep what is used for each hour from `first` on; it rests on what is validated now."""
    start = first.astype("datetime64[h]")
    times = start + np.arange(len(used.value)) * _HOUR

    def reached(positions: NDArray[np.int64]) -> list[int | None]:
        at = (start + positions * _HOUR).astype("datetime64[us]").astype(np.int64)
        return [int(one) if place != -1 else None for one, place in zip(at, positions, strict=True)]

    with core.writing():
        columns = {
            "series": [key] * len(times),
            "time": [int(one) for one in times.astype("datetime64[us]").astype(np.int64)],
            "value": _numbers(used.value),
            "rule": [used.rules[one] if one >= 0 else None for one in used.rule],
            "reached_from": reached(used.reached_from),
            "reached_to": reached(used.reached_to),
            **{"based": core.seq, "seq": core.seq + 1},
        }
        _keep(core, "used", columns)


def used(core: Core, key: str, first: np.datetime64, last: np.datetime64) -> Used:
    """What was kept as used; NaN and no rule where nothing was. Positions count from `first`."""
    start, count = _grid(first, last)
    rows = derived(core, "used", key, start, last)
    names = sorted({one for one in rows["rule"] if one is not None})
    value, rule = np.full(count, np.nan), np.full(count, -1, np.int16)
    reached = {name: np.full(count, -1, np.int64) for name in ("reached_from", "reached_to")}
    at = _positions(rows["time"], start)
    value[at] = rows["value"]
    rule[at] = [-1 if one is None else names.index(one) for one in rows["rule"]]
    for name, column in reached.items():
        here = ~np.isnat(rows[name])
        column[at[here]] = _positions(rows[name][here], start)
    return Used(value, rule, reached["reached_from"], reached["reached_to"], names)


def stale(core: Core) -> list[Stale]:
    """What is to be made anew: see `Stale`. What was never made is not in it."""
    found: set[Stale] = set()
    based = _days(core, "validated", "min(based)")
    for key, day in _candidates(core, based):
        if _changed(core, key, day, based[key, day]):
            found.add(Stale(key, day, "validated"))
    for key, day in _unfollowed(core):
        found.add(Stale(key, day, "used"))
    for one in list(found):
        if one.what == "validated":
            found |= {Stale(one.key, day, "used") for day in _resting(core, one.key, one.day)}
    return sorted(found)


def _keep(core: Core, table: str, columns: dict[str, Any]) -> None:
    count = len(columns["series"])
    if count:
        core.append([{"table": table, "count": count, "columns": columns}])


def _held(core: Core, kind: str) -> str:
    """SQL: the latest of everything that was derived."""
    paths = [one.path for one in core.manifest.files if one.kind == kind]
    listed = f"SELECT * FROM {kind}"
    if paths:
        listed += f" UNION ALL SELECT * FROM {scan(core.folder, paths)}"
    return (
        f"(SELECT * FROM ({listed}) "
        "QUALIFY row_number() OVER (PARTITION BY series, time ORDER BY seq DESC) = 1)"
    )


def _days(core: Core, kind: str, what: str) -> dict[tuple[str, np.datetime64], int]:
    rows = fetch(
        core.connection,
        f"SELECT series, time::DATE::TIMESTAMP AS day, {what} AS number "
        f"FROM {_held(core, kind)} GROUP BY ALL",
    )
    days = rows["day"].astype("datetime64[D]")
    return {
        (key, day): int(number)
        for key, day, number in zip(rows["series"], days, rows["number"], strict=True)
    }


def _candidates(
    core: Core, based: dict[tuple[str, np.datetime64], int]
) -> list[tuple[str, np.datetime64]]:
    """Days for which something came after they were derived, changed or not."""
    if not based:
        return []
    least = min(based.values())
    files: list[StoredFile] = [
        one for one in core.manifest.files if one.kind == "parsed" and one.seq > least
    ]
    listed = f"SELECT series, time, seq FROM parsed WHERE seq > {least}"
    if files:
        paths = [one.path for one in files]
        listed += (
            f" UNION ALL SELECT series, time, seq FROM {scan(core.folder, paths)} "
            f"WHERE seq > {least}"
        )
    rows = fetch(
        core.connection,
        f"SELECT series, time::DATE::TIMESTAMP AS day, max(seq) AS number FROM ({listed}) "
        "GROUP BY ALL",
    )
    days = rows["day"].astype("datetime64[D]")
    return [
        (key, day)
        for key, day, number in zip(rows["series"], days, rows["number"], strict=True)
        if based.get((key, day), number) < number
    ]


def _changed(core: Core, key: str, day: np.datetime64, based: int) -> bool:
    """Whether what holds today says something else than what held then."""
    for span in spans(core, key, day, day + _DAY):
        now = values(core, key, span, day, day + _DAY, _SEEN)
        then = values(core, key, span, day, day + _DAY, _SEEN, until=based)
        if len(now["time"]) != len(then["time"]) or any(
            not _same(now[name], then[name]) for name in ("time", *_SEEN[:-1])
        ):
            return True
    return False


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    if one.dtype.kind == "f":
        return np.array_equal(one, other, equal_nan=True)
    return bool((one == other).all())


def _unfollowed(core: Core) -> list[tuple[str, np.datetime64]]:
    """Days of used values made before their own hour, or one they reach, was validated anew."""
    rows = fetch(
        core.connection,
        f"SELECT DISTINCT u.series, u.time::DATE::TIMESTAMP AS day "
        f"FROM {_held(core, 'used')} u JOIN {_held(core, 'validated')} v "
        "ON u.series = v.series AND v.seq > u.based "
        "AND (v.time = u.time OR v.time BETWEEN u.reached_from AND u.reached_to)",
    )
    return list(zip(rows["series"], rows["day"].astype("datetime64[D]"), strict=True))


def _resting(core: Core, key: str, day: np.datetime64) -> list[np.datetime64]:
    """Days whose used values rest on hours of `day`."""
    start, stop = (text(str(one)) for one in (day, day + _DAY))
    rows = fetch(
        core.connection,
        f"SELECT DISTINCT time::DATE::TIMESTAMP AS day FROM {_held(core, 'used')} "
        f"WHERE series = {text(key)} AND (time >= {start}::TIMESTAMP AND time < {stop}::TIMESTAMP "
        f"OR reached_from < {stop}::TIMESTAMP AND reached_to >= {start}::TIMESTAMP)",
    )
    return list(rows["day"].astype("datetime64[D]"))


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(one) else float(one) for one in values]


def _grid(first: np.datetime64, last: np.datetime64) -> tuple[np.datetime64, int]:
    start = first.astype("datetime64[h]")
    return start, max(0, int(np.ceil((last - start) / _HOUR)))


def _positions(times: NDArray[np.datetime64], start: np.datetime64) -> NDArray[np.int64]:
    at: NDArray[np.int64] = ((times.astype("datetime64[h]") - start) / _HOUR).astype(np.int64)
    return at
