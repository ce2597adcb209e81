"""A channel is one series of values, a point the place in the plant where channels belong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Position = Literal["stack", "inlet", "outlet"]
"""排放口、减排设施进口、减排设施出口: the stack, before and after the abatement system."""
POSITIONS: tuple[Position, ...] = get_args(Position)
POSITION_TITLES: Mapping[Position, tuple[str, str]] = {
    "stack": ("排放口", "stack"),
    "inlet": ("减排设施进口", "inlet of the abatement"),
    "outlet": ("减排设施出口", "outlet of the abatement"),
}


@dataclass(frozen=True, slots=True)
class Channel:
    """One series (监测通道): a code of a station, or a tag of another source.

    `source` is the MN of a station or the name of another source, `code` what it calls the value;
    both together are the `key` of the series everywhere. `quantity` is one of
    `measured_quantities()`, `unit` what it is sent in; `dry` whether a concentration, oxygen or
    flow is of dry gas. `lowest` and `highest` bound the measuring range, in the canonical unit;
    `limit` is the permitted concentration (mg/Nm3, at reference oxygen where the point has one),
    where they are known. `flags` is the vocabulary of its data flags.
    """

    source: str
    code: str
    quantity: str
    unit: str
    facility: str
    process_unit: str
    position: Position = "stack"
    dry: bool = False
    lowest: float | None = None
    highest: float | None = None
    limit: float | None = None
    flags: str = "2017"

    @property
    def key(self) -> str:
        """The name of the series: ``MN/code``."""
        return f"{self.source}/{self.code}"

    @property
    def point(self) -> tuple[str, str, Position]:
        """The key of its point."""
        return (self.facility, self.process_unit, self.position)


@dataclass(frozen=True, slots=True)
class Point:
    """A measuring point (监测点位): the channels of one cross-section, and what is fixed there.

    `stream` is the catalogue's product that the N2O of an acid line is recorded under (such as
    adipic acid); pollutants are recorded under their own. `area` m2 of the duct, `velocity_factor`
    of the velocity field (Kv), `barometric` Pa (None: the rule supplies it), `reference_oxygen` a
    share by volume, None where the standard of the branch sets none.
    """

    facility: str
    process_unit: str
    position: Position = "stack"
    name: str = ""
    stream: str = ""
    area: float | None = None
    velocity_factor: float = 1.0
    barometric: float | None = None
    reference_oxygen: float | None = None

    @property
    def key(self) -> tuple[str, str, Position]:
        """Facility, process unit (outlet) and position."""
        return (self.facility, self.process_unit, self.position)
