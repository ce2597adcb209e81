"""The plant behind its stacks (工况): load, stops, trips of the abatement and what it makes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.simulator._dice import noise, spells
from tongjian.monitoring.simulator._scenario import SimPlant

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
_LEAST = 0.05  # load of a running plant never falls below


@dataclass(frozen=True, slots=True)
class PlantDay:
    """1440 minutes of a plant: `load` (1 is full), whether it runs, whether the abatement is on.

    `made` kg/h of each gas before abatement, `passed` what is left of it after.
    """

    load: Array
    running: Mask
    abated: Mask
    made: dict[str, Array]
    passed: dict[str, Array]


class Plant:
    """One plant of a scenario; every day can be asked for, in any order."""

    def __init__(self, plant: SimPlant, seed: int, scale: float = 1.0) -> None:
        self.plant = plant
        self._seed = seed
        self._scale = scale
        self._kept: dict[date, PlantDay] = {}

    def day(self, day: date) -> PlantDay:
        """The minutes of `day`; points of one plant ask for the same day one after the other."""
        found = self._kept.get(day)
        if found is None:
            if len(self._kept) > 8:
                self._kept.clear()
            found = self._kept[day] = self._made(day)
        return found

    def _made(self, day: date) -> PlantDay:
        ordinal = day.toordinal()
        load = self.plant.load
        hour = np.arange(1440) / 60
        daily = load.get("daily", 0.0) * np.sin((hour - 9) * math.tau / 24)
        wander = load.get("noise", 0.0) * noise(self._seed, "load", ordinal)
        share = np.maximum(load.get("mean", 1.0) * (1 + daily + wander), _LEAST)
        running = ~self._within("stops", day)
        abated = running & ~self._within("trips", day)
        share = np.where(running, share, 0.0)
        made: dict[str, Array] = {}
        passed: dict[str, Array] = {}
        for gas, one in self.plant.made.items():
            scatter = 1 + one.noise * noise(self._seed, f"made {gas}", ordinal)
            made[gas] = self._scale * one.kg_h * share**one.power * scatter * running
            leak = 1 + one.passes_noise * noise(self._seed, f"passes {gas}", ordinal)
            open_share = np.clip(one.passes * leak, one.passes / 4, 1.0)
            passed[gas] = made[gas] * np.where(abated, open_share, 1.0)
        return PlantDay(share, running, abated, made, passed)

    def _within(self, what: str, day: date) -> Mask:
        """Which minutes of `day` lie in the spells of `what`, by chance or planned."""
        found = np.zeros(1440, dtype=bool)
        asked = self.plant.stops if what == "stops" else self.plant.trips
        if not asked:
            return found
        low, high = asked["hours"]
        for year in {day.year, (day - timedelta(days=30)).year}:
            first = (day - date(year, 1, 1)).days * 1440
            for start, stop in spells(self._seed, what, year, asked["yearly"], (low, high)):
                found[max(0, start - first) : max(0, stop - first)] = True
        for month, number, days in asked.get("planned", ()):
            if 0 <= (day - date(day.year, month, number)).days < days:
                found[:] = True
        return found
