"""The values of one simulated point (测点数值): consistent with its plant and with each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Protocol

import numpy as np

from tongjian.monitoring.simulator._day import (
    CALIBRATED,
    NORMAL,
    OVER,
    STOPPED,
    Array,
    Averages,
    Day,
    Flags,
    rounded,
)
from tongjian.monitoring.simulator._dice import dice, noise
from tongjian.monitoring.simulator._plant import Plant, PlantDay
from tongjian.monitoring.simulator._scenario import SimChannel, SimPoint, ways

_KG_PER_MG = 1e-6
Change = Callable[[date, Day], None]
"""A fault: changes the values of a day before they are rounded."""
Amend = Callable[[date, Averages], None]
"""A fault: changes amounts of the intervals of a day."""


class Source(Protocol):
    """Where the values of a station come from: a simulated point or a recorded series."""

    channels: tuple[SimChannel, ...]

    def day(self, day: date) -> Day:
        """The steps of `day`."""

    def finish(self, day: date, averages: Averages) -> None:
        """Fill in what follows from the averages of `day`."""


class PointSource:
    """A point of a plant; `change` and `amend` are the faults of its values."""

    def __init__(self, point: SimPoint, plant: Plant, seed: int, name: str) -> None:
        self.point = point
        self.channels = point.channels
        self.change: list[Change] = []
        self.amend: list[Amend] = []
        self._plant = plant
        self._seed = seed
        self._name = name
        roles = ways()["roles"]
        self._roles = [roles.get(one.quantity, "gas") for one in self.channels]
        self._at = {role: row for row, role in enumerate(self._roles) if role != "gas"}

    def day(self, day: date) -> Day:
        """The minutes of `day`, as sent."""
        found = self.clean(day)
        for change in self.change:
            change(day, found)
        return rounded(found, self.channels)

    def clean(self, day: date) -> Day:
        """The minutes of `day` before any fault, not rounded."""
        plant = self._plant.day(day)
        ordinal = day.toordinal()
        value = np.zeros((len(self.channels), 1440))
        flags = np.full(value.shape, NORMAL, dtype=np.uint8)
        # The flow first: concentrations are masses in it.
        order = sorted(range(len(self.channels)), key=lambda row: self._roles[row] == "gas")
        order.sort(key=lambda row: self._roles[row] in ("flow", "gas"))
        for row in order:
            value[row] = self._row(row, plant, ordinal, value)
            if self._roles[row] not in ("running", "abatement", "load"):
                flags[row, ~plant.running] = STOPPED
                value[row, ~plant.running] = self.channels[row].idle
        self._mark(day, plant, value, flags)
        shake = dice(self._seed, self._name, ordinal, "spread").random(value.shape)
        spread = np.array([[one.spread] for one in self.channels]) * np.abs(value)
        for row, role in enumerate(self._roles):
            if role in ("running", "abatement"):
                spread[row] = 0.0
        return Day(1, value, value - spread * shake, value + spread * (1 - shake), flags)

    def finish(self, day: date, averages: Averages) -> None:
        """Amounts of each interval (Cou) and values at reference oxygen (Zs).

        Both from the averages as they are sent: m3 = m3/s x s, kg = mg/m3 x m3 x 1e-6 in the state
        of the gas, and formulas (18), (19) and (28) of HJ 212-2017, Annex D.
        """
        flow = self._at.get("flow")
        if flow is not None:
            per_s = averages.average[flow] * ways()["units"][self.channels[flow].unit]
            averages.cou[flow] = np.round(per_s * averages.seconds, 3)
        reference = self._reference(averages)
        for row, role in enumerate(self._roles):
            if role != "gas":
                continue
            own = self._shrunk(row, averages.average)
            if flow is not None:
                volume = averages.cou[flow] * own / self._shrunk(flow, averages.average)
                averages.cou[row] = averages.average[row] * volume * _KG_PER_MG
            if reference is not None:
                normal = averages.average[row] * own / self._dry_normal(averages.average)
                averages.converted[row] = np.round(normal * reference, 3)
        for amend in self.amend:
            amend(day, averages)

    # ---- the minutes ---------------------------------------------------------------------------

    def _row(self, row: int, plant: PlantDay, ordinal: int, value: Array) -> Array:
        channel, role = self.channels[row], self._roles[row]
        if role == "running":
            return plant.running.astype(float)
        if role == "abatement":
            return plant.abated.astype(float)
        if role == "load":
            return plant.load * 100
        scatter = 1 + channel.noise * noise(self._seed, f"{self._name} {channel.code}", ordinal)
        found: Array
        if role == "flow":
            found = self._flow(value) * self._shrunk(row, value) / ways()["units"][channel.unit]
            return found
        if role == "gas":
            masses = plant.passed if self.point.after_abatement else plant.made
            volume = self._flow(value) * self._shrunk(row, value) * 3600
            whole = np.where(volume > 0, volume, 1.0)
            found = masses[channel.quantity] / whole / _KG_PER_MG * scatter
            return found
        with np.errstate(divide="ignore"):
            shape = np.where(plant.running, plant.load, 1.0) ** channel.power
        return channel.base * shape * scatter

    def _mark(self, day: date, plant: PlantDay, value: Array, flags: Flags) -> None:
        """Calibrations of the gas analysers, and what lies over their range."""
        plan = self._plant.plant.calibration
        due = bool(plan) and day.toordinal() % plan["every_days"] == 0
        for row, channel in enumerate(self.channels):
            if channel.highest is not None:
                over = value[row] > channel.highest
                value[row, over] = channel.highest
                flags[row, over & plant.running] = OVER
            if due and self._roles[row] == "gas":
                first = plan["hour"] * 60
                span = slice(first, first + plan["minutes"])
                half = first + plan["minutes"] // 2
                flags[row, span] = CALIBRATED
                value[row, first:half] = 0.0  # zero gas, then span gas
                value[row, half : span.stop] = (channel.highest or value[row].max()) * 0.8

    # ---- states of the gas -----------------------------------------------------------------------

    def _flow(self, value: Array) -> Array:
        """m3/s as it is, of `value` with the velocity in it."""
        found: Array = value[self._at["velocity"]] * self.point.area * self.point.velocity_factor
        return found

    def _shrunk(self, row: int, value: Array) -> Array:
        """What is left of 1 m3 as it is in the state in which channel `row` counts."""
        channel = self.channels[row]
        found = np.ones(value.shape[1])
        if channel.unit in ways()["state"]["units"]:
            found = found * self._normal(value)
        return found * self._dry(value) if channel.dry else found

    def _dry_normal(self, value: Array) -> Array:
        return self._normal(value) * self._dry(value)

    def _dry(self, value: Array) -> Array:
        """(19): what is left without moisture."""
        at = self._at.get("moisture")
        return np.ones(value.shape[1]) if at is None else 1 - value[at] / 100

    def _normal(self, value: Array) -> Array:
        """(18): what is left at standard state; no temperature is that of the standard state."""
        state = ways()["state"]
        found = np.full(
            value.shape[1], (self.point.barometric or state["pascal"]) / state["pascal"]
        )
        at = self._at.get("pressure")
        if at is not None:
            found += value[at] * ways()["units"][self.channels[at].unit] / state["pascal"]
        at = self._at.get("temperature")
        return found if at is None else found * state["kelvin"] / (state["kelvin"] + value[at])

    def _reference(self, averages: Averages) -> Array | None:
        """(28): to reference oxygen; NaN where the oxygen does not serve."""
        at, reference = self._at.get("dilution"), self.point.reference_oxygen
        if at is None or reference is None:
            return None
        state, found = ways()["state"], averages.average[at]
        usable = (averages.flags[at] == NORMAL) & (found < state["most"])
        if not self.channels[at].dry:
            found = found / self._dry(averages.average)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (state["air"] - 100 * reference) / (state["air"] - found)
        return np.where(usable, share, np.nan)
