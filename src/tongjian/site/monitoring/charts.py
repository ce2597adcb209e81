"""The chart of a point (过程线): its greenhouse gases and pollutants over one axis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongjian.charts import Chart, Lane, Mark, Said, monitored
from tongjian.monitoring.hours import State
from tongjian.site.boards import names
from tongjian.site.monitoring.asked import Asked
from tongjian.site.monitoring.kept import GasYear, PointYear

_DAY = 24


def of_point(point: PointYear, asked: Asked) -> Chart:
    """What was used for each day of the year or month, or each hour of the day."""
    lanes = [_lane(one, asked) for one in sorted(point.gases, key=family)]
    return monitored(
        names.phrase(f"monitoring.chart_{asked.range}", point=point.name),
        list(_periods(asked)),
        lanes,
        ticks=dict(_ticks(asked)),
        period=names.phrase("monitoring.hour" if asked.hourly else "monitoring.day"),
        source=names.phrase("monitoring.chart_source"),
    )


def family(gas: GasYear) -> int:
    """0 for greenhouse gases, 1 for pollutants, which have a stream of their own."""
    return 1 if gas.gas.stream else 0


def _lane(one: GasYear, asked: Asked) -> Lane:
    """Means over days of what was used; a day with any substituted hour says so."""
    size = 1 if asked.hourly else _DAY
    at = ((one.hours.times - asked.first) / np.timedelta64(1, "h")).astype(np.int64)
    inside = (at >= 0) & (at < asked.hours)
    value = _laid(one.used(asked.show), at, inside, asked, np.nan)
    state = _laid(one.hours.state, at, inside, asked, State.MISSING)
    put = np.any(_laid(one.substituted, at, inside, asked, False).reshape(-1, size), axis=1)
    value = value.reshape(-1, size)
    stopped = np.all((state == State.STOPPED).reshape(-1, size), axis=1)
    known = np.isfinite(value)
    count = known.sum(axis=1)
    means = np.where(known, value, 0.0).sum(axis=1) / np.maximum(count, 1)
    marks: list[Mark] = [
        "stopped" if rests else "substituted" if other else "measured" if some else "missing"
        for rests, some, other in zip(stopped, count, put, strict=True)
    ]
    values = [
        float(mean) if some and mark != "stopped" else None
        for mean, some, mark in zip(means, count, marks, strict=True)
    ]
    return Lane(one.title, names.unit(one.unit(asked.show)), values, marks, family(one))


def _laid(
    values: NDArray[Any], at: NDArray[np.int64], inside: NDArray[np.bool_], asked: Asked, fill: Any
) -> NDArray[Any]:
    """The hours that are shown; those that were not kept are as if nothing had come."""
    made = np.full(asked.hours, fill, values.dtype)
    made[at[inside]] = values[inside]
    return made


def _periods(asked: Asked) -> Iterator[str]:
    if asked.hourly:
        yield from (f"{asked.day} {hour:02d}:00" for hour in range(_DAY))
        return
    first = asked.first.astype("datetime64[D]")
    yield from (str(first + at) for at in range(asked.hours // _DAY))


def _ticks(asked: Asked) -> Iterator[tuple[int, Said]]:
    if asked.hourly:
        yield from ((hour, f"{hour:02d}:00") for hour in range(0, _DAY, 3))
    elif asked.range == "month":
        yield from ((at, str(at + 1)) for at in range(0, asked.hours // _DAY, 2))
    else:
        first = asked.first.astype("datetime64[D]")
        for month in range(1, 13):
            begin = np.datetime64(f"{asked.year}-{month:02d}-01", "D")
            yield (
                int((begin - first).astype(int)),
                names.phrase(f"monitoring.month_{month}"),
            )


__all__ = ["family", "of_point"]
