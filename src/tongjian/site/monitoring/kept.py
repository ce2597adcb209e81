"""What a roll-up kept of a plant's year (汇总存档), as pages read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tongjian.monitoring.hours import Hours, Used
from tongjian.monitoring.profile import MeasuredQuantity, Point
from tongjian.rules import Words
from tongjian.site.boards import names


@dataclass(frozen=True, slots=True)
class Amounts:
    """A gas at a point over a year or month (数据状况): hours by state, validity share, masses.

    Hours are counted by what is used: valid ones, substituted ones, those for which nothing is
    used, and those while the source stopped. `availability` is a share; masses are in kg, None
    where they were not determined.
    """

    valid: int
    substituted: int
    missing: int
    stopped: int
    availability: float | None
    measured_kg: float | None
    substituted_kg: float | None

    @property
    def used_kg(self) -> float | None:
        """Both together; None where the one or the other was not determined."""
        known = [one for one in (self.measured_kg, self.substituted_kg) if one is not None]
        return sum(known) if known else None


@dataclass(frozen=True)
class GasYear:
    """One gas at one point (点位的一种气体)."""

    gas: MeasuredQuantity
    year: Amounts
    months: Mapping[str, Amounts]
    hours: Hours
    used: Used
    limit: float | None = None


@dataclass(frozen=True)
class PointYear:
    """One point of the plant (监测点位) with its gases."""

    point: Point
    gases: Sequence[GasYear]

    @property
    def key(self) -> str:
        """How addresses name it."""
        return f"{self.point.process_unit}.{self.point.position}"

    @property
    def name(self) -> Words:
        """What it is called: its own name, or its outlet and where it is."""
        where = names.phrase(f"monitoring.position_{self.point.position}")
        own = self.point.name or self.point.process_unit
        return Words(f"{own}（{where.zh}）", f"{own} ({where.en})")


@dataclass(frozen=True, slots=True)
class AbatementMonth:
    """A month of an abatement system (减排设施): masses in t, hours, and the rate destroyed."""

    month: str
    unit: str
    inlet: float | None
    outlet: float | None
    rate: float | None
    hours_on: float | None
    hours: float | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the screening of the data has found (筛查发现), with a score of risk."""

    title: Words
    score: float | None
    reason: Words


@dataclass(frozen=True)
class PlantYear:
    """A plant's year as it was rolled up (设施一年)."""

    made: datetime
    by: str
    points: Sequence[PointYear]
    abatement: Sequence[AbatementMonth] = ()
    findings: Sequence[Finding] = ()

    def point(self, key: str) -> PointYear | None:
        """A point by how addresses name it."""
        return next((one for one in self.points if one.key == key), None)


def read_kept(folder: Path, plant: str, year: int) -> PlantYear:
    """What was kept of a plant's year in the workspace `folder`."""
    raise NotImplementedError


__all__ = ["AbatementMonth", "Amounts", "Finding", "GasYear", "PlantYear", "PointYear", "read_kept"]
