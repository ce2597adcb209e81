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
        """Amounts of each interval (Cou) and values at standard state and reference oxygen (Zs).

        Both from the averages as they are sent: m3 = m3/s x s, kg = mg/m3 x m3 x 1e-6, and
        formulas (18), (19) and (28) of HJ 212-2017, Annex D.
        """
        flow = self._at.get("flow")
        state = ways()["state"]
        if flow is not None:
            channel = self.channels[flow]
            per_s = averages.average[flow] * ways()["units"][channel.unit]
            averages.cou[flow] = np.round(per_s * averages.seconds, 3)
        factor = self._factor(averages)
        for row, role in enumerate(self._roles):
            if role != "gas":
                continue
            if flow is not None:
                volume = averages.cou[flow]
                if self.channels[row].dry:
                    volume = volume * self._dry(averages)
                averages.cou[row] = averages.average[row] * volume * _KG_PER_MG
            if factor is not None:
                wet = (
                    averages.average[row]
                    if self.channels[row].dry
                    else (averages.average[row] / self._dry(averages))
                )
                at = self._at["dilution"]
                usable = (averages.flags[at] == NORMAL) & (averages.average[at] < state["most"])
                averages.converted[row] = np.where(usable, np.round(wet * factor, 3), np.nan)
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
            velocity = value[self._at["velocity"]]
            per_s = velocity * self.point.area * self.point.velocity_factor
            found = per_s / ways()["units"][channel.unit]
            return found
        if role == "gas":
            masses = plant.passed if self.point.after_abatement else plant.made
            at = self._at["flow"]
            volume = value[at] * ways()["units"][self.channels[at].unit] * 3600
            if channel.dry:
                volume = volume * (1 - value[self._at["moisture"]] / 100)
            whole = np.where(volume > 0, volume, 1.0)
            return masses[channel.quantity] / whole / _KG_PER_MG * scatter
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

    # ---- what follows from averages ------------------------------------------------------------

    def _dry(self, averages: Averages) -> Array:
        if "moisture" not in self._at:
            return np.ones(averages.average.shape[1])
        found: Array = 1 - averages.average[self._at["moisture"]] / 100
        return found

    def _factor(self, averages: Averages) -> Array | None:
        """To standard state and reference oxygen, of the dry gas; None where there is none."""
        point, state = self.point, ways()["state"]
        needed = ("temperature", "pressure", "dilution")
        if point.reference_oxygen is None or any(one not in self._at for one in needed):
            return None
        kelvin = state["kelvin"] + averages.average[self._at["temperature"]]
        at = self._at["pressure"]
        gauge = averages.average[at] * ways()["units"][self.channels[at].unit]
        pascal = (point.barometric or state["pascal"]) + gauge
        dilution = averages.average[self._at["dilution"]] / self._dry(averages)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (state["air"] - 100 * point.reference_oxygen) / (state["air"] - dilution)
        normal = state["pascal"] / pascal * kelvin / state["kelvin"]
        found: Array = normal * share
        return found
