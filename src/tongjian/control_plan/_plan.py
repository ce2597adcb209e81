"""The plan as data (数据质量控制计划): what is measured with what, how, how often and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal

from tongjian.problems import Place

Way = Literal["measured", "tested", "statement", "calculated", "default", "absent"]
"""How a parameter is obtained (获取方式): measured by a meter (计量), tested in a laboratory
(化验), told by a supplier or an invoice (结算凭证), calculated, by default, or absent (不发生)."""
Frequency = Literal[
    "continuous", "shift", "day", "batch", "week", "month", "quarter", "year", "once"
]
MissingRule = Literal["conservative", "neighbours", "last_value", "default", "none"]
"""What stands in for a missing value (缺失数据处理): the conservative default, the mean of the
neighbouring months, the last valid value, the ordinary default, or nothing."""
Meaning = Literal["half_width", "expanded", "standard", "limit"]


@dataclass(frozen=True, slots=True)
class Spread:
    """A stated uncertainty (不确定度): `percent` of the value, and what that per cent means.

    ``half_width`` is half of the 95 % interval, ``standard`` one standard deviation, ``expanded``
    `coverage` of them (包含因子 k), ``limit`` the largest permissible error (最大允许误差), within
    which every error is taken as equally likely (JCGM 100:2008 4.3.7). `basis` says who states it.
    """

    percent: float
    meaning: Meaning
    basis: str
    coverage: float | None = None

    @property
    def half_width(self) -> float:
        """Half of the 95 % interval, in per cent of the value."""
        if self.meaning == "half_width":
            return self.percent
        if self.meaning == "limit":
            return self.percent / 3**0.5 * _COVERED
        return self.percent / (self.coverage or 1.0) * _COVERED


# Half width of the 95 % interval of a normal distribution, in standard deviations.
_COVERED = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Range:
    """The range of a meter (量程), both ends in `unit`."""

    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter (计量器具). `interval` is the months from one calibration to the next (检定周期).

    `calibrated` and `next_due` are what the plan knows; later calibrations are entries of the log.
    """

    id: str
    name: str
    measures: str
    type: str = ""
    model: str = ""
    serial: str = ""
    accuracy_class: str = ""
    range: Range | None = None
    location: str = ""
    interval: int | None = None
    calibrated: date | None = None
    next_due: date | None = None
    institution: str = ""
    certificate: str = ""
    uncertainty: Spread | None = None
    place: Place = field(default_factory=Place, compare=False)


@dataclass(frozen=True, slots=True)
class Laboratory:
    """A laboratory (检测实验室), own or external, with its accreditations (CMA, CNAS)."""

    id: str
    name: str
    kind: Literal["own", "external"]
    accreditation: tuple[str, ...] = ()
    number: str = ""
    valid_to: date | None = None
    place: Place = field(default_factory=Place, compare=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """What is done when a value is missing (缺失数据处理): a rule and, where needed, words."""

    rule: MissingRule
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter (参数): which record it feeds, and how it is obtained.

    It feeds the record of `stream`, `item` and `process_unit` (``""`` for the whole plant), ids of
    the catalogue. `frequency` is how often it is measured or sampled, `recorded` how often a value
    is written down. `key` says whether it is frozen each month (月度存证); None leaves that to the
    guide of the sector.
    """

    id: str
    stream: str
    item: str
    obtained: Way
    process_unit: str = ""
    name: str = ""
    meters: tuple[str, ...] = ()
    laboratory: str = ""
    standard: str = ""
    detail: str = ""
    frequency: Frequency | None = None
    recorded: Frequency | None = None
    missing: Missing | None = None
    filled_by: str = ""
    checked_by: str = ""
    key: bool | None = None
    uncertainty: Spread | None = None
    source: str = ""
    place: Place = field(default_factory=Place, compare=False)

    @property
    def datum(self) -> tuple[str, str, str]:
        """What it feeds: process unit, stream, item."""
        return self.process_unit, self.stream, self.item


@dataclass(frozen=True, slots=True)
class ProcessUnit:
    """A process unit within the boundary (工序), with its main equipment."""

    id: str
    name: str
    equipment: tuple[str, ...] = ()
    products: str = ""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The accounting boundary (核算边界)."""

    description: str
    process_units: tuple[ProcessUnit, ...] = ()
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EmissionSource:
    """An emission source (排放源) and the streams that feed it, as ids of the catalogue."""

    id: str
    name: str
    kind: str
    process_unit: str = ""
    streams: tuple[str, ...] = ()
    place: Place = field(default_factory=Place, compare=False)


@dataclass(frozen=True, slots=True)
class Role:
    """Who does what (职责分工)."""

    id: str
    name: str
    duty: str
    place: Place = field(default_factory=Place, compare=False)


@dataclass(frozen=True)
class Plan:
    """A data quality control plan (数据质量控制计划) in one revision.

    `facility` is its code in the records, `in_force` the first day of the revision and `reason` why
    it was made. `quality` lists the internal measures (内部质量控制).
    """

    facility: str
    revision: int
    in_force: date
    reason: str
    enterprise: Mapping[str, str]
    boundary: Boundary
    sources: tuple[EmissionSource, ...]
    meters: Mapping[str, Meter]
    laboratories: Mapping[str, Laboratory]
    parameters: tuple[Parameter, ...]
    roles: Mapping[str, Role]
    quality: tuple[str, ...]
    data: Mapping[str, Any]
    """The document as plain data, as it is entered in the log."""

    @cached_property
    def by_datum(self) -> Mapping[tuple[str, str, str], Parameter]:
        """The parameters by what they feed: process unit, stream, item."""
        return {one.datum: one for one in self.parameters}

    def parameter(self, name: str) -> Parameter | None:
        """The parameter with this id."""
        return next((one for one in self.parameters if one.id == name), None)

    def parameter_of(self, process_unit: str, stream: str, item: str) -> Parameter | None:
        """The parameter that a record belongs to; one of the whole plant serves its units too."""
        known = self.by_datum
        return known.get((process_unit, stream, item)) or known.get(("", stream, item))


__all__ = [
    "Boundary",
    "EmissionSource",
    "Frequency",
    "Laboratory",
    "Meaning",
    "Meter",
    "Missing",
    "MissingRule",
    "Parameter",
    "Plan",
    "ProcessUnit",
    "Range",
    "Role",
    "Spread",
    "Way",
]
