"""What a roll-up kept of a plant's year (汇总存档), as pages read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tongjian.measured import (
    Amounts,
    KeptHours,
    Measured,
    MeasuredGas,
    folder_of,
    measured_years,
    read_measured,
)
from tongjian.monitoring.profile import MeasuredQuantity, measured_quantities, read_profile
from tongjian.problems import RecordError
from tongjian.rules import Words
from tongjian.site.boards import names

PROFILE = "monitoring.toml"
CONCENTRATION, RATE = "concentration", "rate"
SHOWN = (CONCENTRATION, RATE)
"""What can be shown of an hour: the concentration as measured, or the rate of emission."""
UNITS = {RATE: "kg/h"}
_SUMMARY = "summary.json"
_PUT_IN = "emission_rate"


@dataclass(frozen=True)
class GasYear:
    """One gas at one point (点位的一种气体) over the year."""

    measured: Measured
    told: MeasuredGas

    @property
    def gas(self) -> MeasuredQuantity:
        """Which gas."""
        return measured_quantities()[self.told.quantity]

    @property
    def title(self) -> Words:
        """Its name."""
        return Words(self.gas.zh, self.gas.en)

    @property
    def year(self) -> Amounts:
        """Hours and masses of the year."""
        return self.told.amounts

    @cached_property
    def months(self) -> Mapping[str, Amounts]:
        """Hours and masses of each month that has data."""
        mine = (self.told.process_unit, self.told.gas)
        return {
            one.month: one.amounts
            for one in self.measured.months
            if (one.process_unit, one.gas) == mine
        }

    @cached_property
    def hours(self) -> KeptHours:
        """Every hour, with what was put in and why."""
        return self.measured.hours(self.told.process_unit, self.told.gas)

    @property
    def fills_mass(self) -> bool:
        """Whether the rule puts in the mass of an hour, and no concentration."""
        put_in = self.hours.columns.get(_PUT_IN)
        return put_in is not None and bool(np.isfinite(put_in).any())

    def used(self, what: str) -> NDArray[np.float64]:
        """The concentration (`gas.unit`) or rate (kg/h) used for each hour, NaN where none is.

        Of a substituted hour only what its rule puts in is there.
        """
        columns = self.hours.columns
        lacks = np.full(len(self.hours), np.nan)
        if what == CONCENTRATION:
            return columns.get(CONCENTRATION, lacks)
        own, put_in = columns.get("own_rate", lacks), columns.get(_PUT_IN, lacks)
        return np.where(np.isfinite(put_in), put_in, own)

    def unit(self, what: str) -> str:
        """The unit of it."""
        return UNITS.get(what, self.gas.unit)

    @property
    def substituted(self) -> NDArray[np.bool_]:
        """The hours for which a rule has put something in."""
        return np.asarray(self.hours.rule != "", dtype=bool)


@dataclass(frozen=True)
class PointYear:
    """One point of the plant (监测点位) with its gases."""

    process_unit: str
    position: str
    own_name: str
    gases: Sequence[GasYear]

    @property
    def key(self) -> str:
        """How addresses name it."""
        return f"{self.process_unit}.{self.position}"

    @property
    def name(self) -> Words:
        """What it is called: its own name, or its outlet and where it is."""
        return point_name(self.process_unit, self.position, self.own_name)


def point_name(process_unit: str, position: str, own_name: str) -> Words:
    """What a point is called: its own name, or its outlet and where it is."""
    if own_name:
        return Words(own_name, own_name)
    where = names.phrase(f"monitoring.position_{position}")
    return Words(f"{process_unit}（{where.zh}）", f"{process_unit} ({where.en})")


@dataclass(frozen=True, slots=True)
class AbatementMonth:
    """A month of an abatement system (减排设施): masses in t, hours, and shares."""

    month: str
    process_unit: str
    inlet: float | None
    outlet: float | None
    efficiency: float | None
    hours_on: float | None
    hours: float | None
    utilisation: float | None


@dataclass(frozen=True)
class PlantYear:
    """A plant's year as it was rolled up (设施一年)."""

    measured: Measured
    made: datetime
    points: Sequence[PointYear]
    own_names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What the profile calls the points, by process unit and position."""

    def point(self, key: str) -> PointYear | None:
        """A point by how addresses name it."""
        return next((one for one in self.points if one.key == key), None)

    @cached_property
    def abatement(self) -> list[AbatementMonth]:
        """The months of units with monitors on both sides of an abatement system."""
        found = []
        for unit in self.measured.units:
            for month, row in sorted(unit.months.items()):
                if row.get("n2o_inlet") is not None or row.get("n2o_outlet") is not None:
                    found.append(
                        AbatementMonth(
                            *(month, unit.process_unit),
                            *(row["n2o_inlet"], row["n2o_outlet"], row["efficiency"]),
                            *(row["abatement_hours"], row["running_hours"], row["utilisation"]),
                        )
                    )
        return found


def years_in(folder: Path, plant: str) -> list[int]:
    """The years that were rolled up for a plant in the workspace `folder`, oldest first."""
    return [year for facility, year in measured_years(folder) if facility == plant]


def read_kept(folder: Path, plant: str, year: int) -> PlantYear | None:
    """What was kept of a plant's year in the workspace `folder`; None where nothing was."""
    try:
        stat = (folder_of(folder, plant, year) / _SUMMARY).stat()
    except OSError:
        return None
    return _read(folder, plant, year, stat.st_mtime_ns)


@lru_cache(maxsize=8)  # a page, its chart and its files ask one after the other
def _read(folder: Path, plant: str, year: int, changed: int) -> PlantYear:
    measured = read_measured(folder, plant, year)
    own = _names(folder / "monitoring" / PROFILE, plant)
    points: dict[tuple[str, str], list[GasYear]] = {}
    for one in measured.points:
        points.setdefault((one.process_unit, one.position), []).append(GasYear(measured, one))
    # What leaves the plant comes first.
    order = sorted(points, key=lambda key: (key[1] != "stack", *key))
    return PlantYear(
        measured,
        datetime.fromtimestamp(changed / 1e9, UTC),
        [PointYear(*key, own.get(key, ""), points[key]) for key in order],
        own,
    )


def _names(path: Path, plant: str) -> dict[tuple[str, str], str]:
    """What the profile of the monitors calls its points; nothing where it cannot be read."""
    try:
        points = read_profile(path).points.values()
    except (RecordError, OSError):
        return {}
    return {(one.process_unit, one.position): one.name for one in points if one.facility == plant}


__all__ = [
    *("CONCENTRATION", "PROFILE", "RATE", "SHOWN"),
    *("AbatementMonth", "GasYear", "PlantYear", "PointYear", "point_name", "read_kept", "years_in"),
]
