"""Meter readings from a register that was collected into the store (库中的表底)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import numpy as np

from tongjian.monitoring.series import Parsed
from tongjian.monitoring.sources._flags import NORMAL
from tongjian.monitoring.sources._meters import MeterReading


def kept_readings(found: Parsed) -> list[MeterReading]:
    """The readings of a register among its samples: normal ones, as few as say the same.

    The first of every hour, the last of all, and both sides of every step back; since a register
    counts up, what lies between them says nothing about the quantity of an hour.
    """
    good = (found.flag == NORMAL) & ~np.isnan(found.rtd)
    times, values = found.time[good].astype("datetime64[us]"), found.rtd[good]
    if not len(times):
        return []
    hours = times.astype("datetime64[h]")
    back = np.flatnonzero(np.diff(values) < 0)
    wanted = np.zeros(len(times), bool)
    wanted[0] = wanted[-1] = True
    wanted[np.flatnonzero(hours[1:] != hours[:-1]) + 1] = True
    wanted[back] = wanted[back + 1] = True
    return [
        MeterReading(_plain(time), Decimal(repr(float(value))))
        for time, value in zip(times[wanted], values[wanted], strict=True)
    ]


def _plain(time: np.datetime64) -> datetime:
    found = time.item()
    assert isinstance(found, datetime)
    return found.replace(microsecond=0)
