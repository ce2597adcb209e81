"""Series that are screened together (受检序列): equal steps, flags beside the values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.hours import Hours, State
from tongjian.monitoring.profile import Channel, measured_quantities

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_HOUR = 3600


@dataclass(frozen=True)
class Watched:
    """One series: `value` NaN where nothing came, `flagged` where what came is no measurement.

    `quantity` is one of `measured_quantities()` or empty; `limit`, `lowest` and `highest` are in
    the unit of `value` (a limit at reference oxygen belongs to a series converted to it).
    """

    name: str
    value: Floats
    flagged: Flags | None = None
    quantity: str = ""
    limit: float | None = None
    lowest: float | None = None
    highest: float | None = None

    @property
    def usable(self) -> Floats:
        """The values that count as measurements, NaN elsewhere."""
        if self.flagged is None:
            return self.value
        return np.where(self.flagged, np.nan, self.value)

    @property
    def is_gas(self) -> bool:
        """Whether it is what the emission is made of: it has a limit, or its quantity is a gas."""
        quantity = measured_quantities().get(self.quantity)
        return self.limit is not None or (quantity is not None and quantity.role == "gas")


@dataclass(frozen=True)
class Panel:
    """Series of the same length n and step; row i begins at `start` + i steps, if that is known.

    `running` is 1 where production runs, 0 where it stands, NaN where nobody knows (None: no such
    signal); `calibrating` is true in rows of calibration or maintenance.
    """

    channels: Sequence[Watched]
    step_s: int = _HOUR
    start: np.datetime64 | None = None
    running: Floats | None = None
    calibrating: Flags | None = None
    block_rows: int = field(default=0)
    """Rows of a period without time stamps; 0 stands for thirty days."""

    def __len__(self) -> int:
        return len(self.channels[0].value) if self.channels else 0

    @property
    def day(self) -> int:
        """Rows of a day."""
        return max(1, 24 * _HOUR // self.step_s)

    def time(self, row: int) -> np.datetime64 | None:
        """The beginning of a row."""
        if self.start is None:
            return None
        begins: np.datetime64 = self.start.astype("datetime64[s]")
        return begins + np.timedelta64(row * self.step_s, "s")

    def period(self, row: int) -> str:
        """The month of a row (2025-03), or its block of thirty days (rows 1–720)."""
        time = self.time(row)
        if time is not None:
            return str(time.astype("datetime64[M]"))
        size = self.block_rows or 30 * self.day
        first = row // size * size
        return f"rows {first + 1}–{min(first + size, len(self))}"

    def periods(self, first: int, last: int) -> list[str]:
        """The periods that rows `first` to `last` touch."""
        if self.start is None:
            size = self.block_rows or 30 * self.day
            return [self.period(row) for row in range(first // size * size, last + 1, size)]
        return list(
            dict.fromkeys(self.period(row) for row in (*range(first, last, self.day), last))
        )


def panel_of_hours(
    hours: Mapping[str, tuple[Channel, Hours]],
    *,
    limits: Mapping[str, float] | None = None,
    running: str | None = None,
) -> Panel:
    """The hours of several channels of one point as a panel; all of them begin and end together.

    Hours of calibration, maintenance or fault count as flagged, others that are not valid as
    missing. `limits` are in the unit and on the basis of the hours: a permitted concentration at
    reference oxygen belongs to hours converted to it, so that it is not taken from the channel.
    `running` names the channel that is above zero while production runs; without it hours count as
    stopped where a channel is marked so, and nothing is known of running where none is.
    """
    watched = []
    for key, (channel, one) in hours.items():
        if key == running:
            continue
        quantity = measured_quantities().get(channel.quantity)
        # The range is in the unit of the channel, hours are in that of the quantity.
        ranged = quantity is not None and quantity.unit == channel.unit
        watched.append(
            Watched(
                key,
                one.value,
                one.state == State.FLAGGED,
                channel.quantity,
                (limits or {}).get(key),
                channel.lowest if ranged else None,
                channel.highest if ranged else None,
            )
        )
    runs: Floats | None = None
    if running is not None:
        signal = hours[running][1].value
        runs = np.where(np.isnan(signal), np.nan, (signal > 0).astype(np.float64))
    else:
        stopped = np.any([one.state == State.STOPPED for _, one in hours.values()], axis=0)
        runs = np.where(stopped, 0.0, 1.0) if stopped.any() else None
    first = next(iter(hours.values()))[1].start
    return Panel(watched, _HOUR, first, runs)


__all__ = ["Flags", "Floats", "Panel", "Watched", "panel_of_hours"]
