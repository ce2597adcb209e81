"""What a page of monitoring shows (监测页): what was kept, what the report states, the stations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tongjian.site.access.actor import Actor
from tongjian.site.monitoring.asked import Asked
from tongjian.site.monitoring.kept import PROFILE, PlantYear, PointYear, read_kept, years_in
from tongjian.site.monitoring.screened import Screening
from tongjian.site.monitoring.stated import Stated, stated
from tongjian.site.monitoring.stretches import Stretch, stretches
from tongjian.site.mrv.services_reports import ReportDesk, is_theirs
from tongjian.site.registry.models import Plant, Station
from tongjian.site.workspaces import Workspace

KIND = "monitoring.measure"
"""The job that rolls a year up, and the right to have it done (汇总任务)."""


def folder_of(plant: Plant) -> Path:
    """Where the monitoring of an enterprise lies: in its workspace, as on a laptop."""
    return Workspace(plant.enterprise).folder / "monitoring"


def years_for(actor: Actor, plant: Plant) -> list[int]:
    """Those of them that are for `actor`."""
    found = years_in(Workspace(plant.enterprise).folder, plant.code)
    return [one for one in found if is_theirs(actor, plant, one)]


@dataclass(frozen=True)
class Monitored:
    """The monitoring of a plant's year (设施一年的监测), for whom `desk` is."""

    desk: ReportDesk

    @property
    def plant(self) -> Plant:
        """The plant."""
        return self.desk.plant

    @property
    def year(self) -> int:
        """The year."""
        return self.desk.year

    @cached_property
    def years(self) -> list[int]:
        """The years that there are to choose from."""
        return sorted({*years_for(self.desk.actor, self.plant), self.year})

    @cached_property
    def kept(self) -> PlantYear | None:
        """What a roll-up kept; None where none was made."""
        return read_kept(Workspace(self.plant.enterprise).folder, self.plant.code, self.year)

    @cached_property
    def stated(self) -> Stated | None:
        """What the newest version of the report states."""
        return stated(self.desk)

    @cached_property
    def screening(self) -> Screening | None:
        """What screening asks about the year; None where nothing was rolled up."""
        return None if self.kept is None else Screening(self.kept)

    @cached_property
    def stations(self) -> list[Station]:
        """The stations that are registered for the plant."""
        return list(self.plant.stations.select_related("outlet"))

    @property
    def is_set_up(self) -> bool:
        """Whether there is anything to roll up."""
        return (folder_of(self.plant) / PROFILE).is_file()

    def months(self, point: PointYear, asked: Asked) -> list[dict[str, Any]]:
        """The months of the year, each with the amounts of every gas of a point."""
        return [
            {
                "name": f"{self.year}-{month:02d}",
                "query": asked.of_month(month),
                "amounts": [one.months.get(f"{self.year}-{month:02d}") for one in point.gases],
            }
            for month in range(1, 13)
        ]

    def stretches(self, point: PointYear) -> list[Stretch]:
        """The substituted stretches of all gases of a point, newest first."""
        found = [one for gas in point.gases for one in stretches(gas)]
        return sorted(found, key=lambda one: one.first, reverse=True)


__all__ = ["KIND", "Monitored", "folder_of", "years_for"]
