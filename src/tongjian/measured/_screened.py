"""The hours of a year screened (小时值筛查), point by point: what to look at, never a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tongjian.measured._series import PointHours, Series
from tongjian.monitoring.hours import Hours, State
from tongjian.monitoring.profile import POSITIONS, factor_of, measured_quantities
from tongjian.monitoring.screening import (
    Panel,
    Screened,
    panel_of_hours,
    read_conventions,
    risk,
    screen_series,
)
from tongjian.rules import Rulebook

_BETWEEN = ("copy", "alike")
_DECIMALS = 9  # of what was sent; dividing by a factor leaves noise behind them


def screened(points: Sequence[PointHours], year: int, rulebook: Rulebook) -> dict[str, Any]:
    """Findings and scores of the channels of a facility in `year`, as plain data.

    The channels of one point are screened together, so that one that stands still while the others
    move is told from a logger that holds them all; the gases of the stacks of several units once
    more, for one that is a copy of another. (Outlet and stack of a line are alike by nature.) Rows
    count from the first hour that is screened.
    """
    known = read_conventions(rulebook)
    found = [screen_series(panel, known) for panel in _panels(points, year)]
    stacks = [one for one in points if one.point.position == POSITIONS[0]]
    if len({one.point.process_unit for one in stacks}) > 1:
        together = screen_series(_panel(stacks, year, only="gas"), known).findings
        copies = tuple(one for one in together if one.test in _BETWEEN)
        found.append(Screened(copies, tuple(risk(copies, known))))
    said = [one.as_dict() for one in found]
    return {
        "findings": [finding for one in said for finding in one["findings"]],
        "scores": sorted(
            (score for one in said for score in one["scores"]), key=lambda one: -one["score"]
        ),
    }


def _panels(points: Sequence[PointHours], year: int) -> Iterator[Panel]:
    for one in points:
        panel = _panel([one], year)
        if len(panel):
            yield panel


def _panel(points: Sequence[PointHours], year: int, only: str = "") -> Panel:
    """The channels of `points` as they were sent; of `only` one role of quantities."""
    span = _span(points, year)
    roles = measured_quantities()
    panel = panel_of_hours(
        {
            series.channel.key: (series.channel, _sent(series, span))
            for one in points
            for series in one.series.values()
            if not only or roles[series.channel.quantity].role == only
        }
    )
    signal = points[0].signals.running
    if signal is None or len({one.point.process_unit for one in points}) > 1:
        return panel
    runs = signal.value[span]
    return replace(panel, running=np.where(np.isnan(runs), np.nan, runs > 0))


def _span(points: Sequence[PointHours], year: int) -> slice:
    """The hours of the year from the first to the last of which anything came."""
    times = next(iter(points[0].series.values())).hours.times
    came = np.zeros(len(times), dtype=bool)
    for one in points:
        for series in one.series.values():
            came |= series.hours.state != State.MISSING
    at = np.flatnonzero(came & (times.astype("datetime64[Y]") == np.datetime64(str(year), "Y")))
    return slice(int(at[0]), int(at[-1]) + 1) if len(at) else slice(0, 0)


def _sent(series: Series, span: slice) -> Hours:
    """The hours in the unit that was sent: another unit would have digits of its own."""
    hours = series.hours
    value = np.round(hours.value[span] / factor_of(series.channel), _DECIMALS)
    return Hours(hours.times[span.start], value, hours.state[span], hours.minutes[span])


__all__ = ["screened"]
