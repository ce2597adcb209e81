"""The chart of a point (过程线): its greenhouse gases and pollutants over one axis."""

from __future__ import annotations

from calendar import month_abbr
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tongjian.charts import Chart, Lane, Mark, Said, monitored
from tongjian.monitoring.hours import State
from tongjian.rules import Words
from tongjian.site.boards import names
from tongjian.site.monitoring.asked import Asked
from tongjian.site.monitoring.kept import GasYear, PointYear

_DAY = 24
# Gases without a stream of their own are greenhouse gases: they are recorded under a product.
_FAMILIES = ("greenhouse", "pollutant")


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
    """0 for greenhouse gases, 1 for pollutants."""
    return 1 if gas.gas.stream else 0


def _lane(one: GasYear, asked: Asked) -> Lane:
    size = 1 if asked.hourly else _DAY
    begin = int((asked.first - one.hours.start.astype("datetime64[h]")) / np.timedelta64(1, "h"))
    state = _cut(one.hours.state, begin, asked.hours, State.MISSING).reshape(-1, size)
    value = _cut(one.used.value, begin, asked.hours, np.nan).reshape(-1, size)
    rule = _cut(one.used.rule, begin, asked.hours, -1).reshape(-1, size)
    known = np.isfinite(value)
    count = known.sum(axis=1)
    means = np.where(known, value, 0.0).sum(axis=1) / np.maximum(count, 1)
    stopped = (state == State.STOPPED).all(axis=1)
    put = ((rule >= 0) & known).any(axis=1)
    marks: list[Mark] = [
        "stopped" if rests else "missing" if not some else "substituted" if other else "measured"
        for rests, some, other in zip(stopped, count, put, strict=True)
    ]
    values = [float(mean) if some else None for mean, some in zip(means, count, strict=True)]
    name = Words(one.gas.zh, one.gas.en)
    return Lane(name, names.unit(one.gas.unit), values, marks, family(one), one.limit)


def _cut(values: NDArray[np.generic], begin: int, count: int, fill: float) -> NDArray[np.generic]:
    """The part that is shown; hours that were not kept are as if nothing had come."""
    made = np.full(count, fill, values.dtype)
    first, last = max(begin, 0), min(begin + count, len(values))
    if first < last:
        made[first - begin : last - begin] = values[first:last]
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
            yield int((begin - first).astype(int)), names.phrase("monitoring.tick", month=month, name=month_abbr[month])


__all__ = ["family", "of_point"]
