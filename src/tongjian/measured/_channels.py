"""The channels of a facility's year (监测通道), and until when data came of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tongjian.monitoring.hours import Hours, State
from tongjian.monitoring.profile import Channel


@dataclass(frozen=True, slots=True)
class MeasuredChannel:
    """A channel in the year (监测通道): what it measures and where, and when data came of it.

    `hours` counts those of the year of which anything came; `last` is the latest of them, named by
    its beginning (``2025-12-31T23``) and empty where nothing came. `unit` is the one that is sent.
    """

    key: str
    process_unit: str
    position: str
    quantity: str
    unit: str
    hours: int
    last: str


def channel_of(channel: Channel, hours: Hours, year: int) -> MeasuredChannel:
    """A channel by its validated hours, of which those of `year` count."""
    times = hours.times
    mine = times.astype("datetime64[Y]") == np.datetime64(str(year), "Y")
    at = np.flatnonzero(mine & (hours.state != State.MISSING))
    return MeasuredChannel(
        channel.key,
        channel.process_unit,
        channel.position,
        channel.quantity,
        channel.unit,
        len(at),
        str(times[at[-1]].astype("datetime64[h]")) if len(at) else "",
    )


__all__ = ["MeasuredChannel", "channel_of"]
