"""The result of evaluating one target (目标评估结果) as a plain record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tongjian.problems import Problem
from tongjian.rules import Target
from tongjian.targets._entries import Entry
from tongjian.targets._goal import Goal
from tongjian.targets._outlook import Outlook
from tongjian.targets._region import Region

Status = Literal["met", "missed", "on_track", "at_risk", "off", "rule", "not_measurable"]
STATUSES: tuple[Status, ...] = (
    "met",
    "on_track",
    "at_risk",
    "off",
    "missed",
    "rule",
    "not_measurable",
)


@dataclass(frozen=True, slots=True)
class Lever:
    """A plant and how much it alone takes from, or adds to, the gap (贡献).

    `short` is in `unit`, that of the numerator: what the plant is short of the goal. For a total
    it is the plant's own amount.
    """

    facility: str
    name_zh: str
    name_en: str
    value: float | None
    short: float
    unit: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many plants in scope have data (数据覆盖率)."""

    with_data: int
    scope: int
    incomplete: int
    """Of those with data: plants of which rows were left out."""
    capacity: float | None
    """Share of the known capacity; None where no capacity was entered."""
    base: int | None
    """Plants with data in the base year, where there is one."""


@dataclass(slots=True)
class Evaluation:
    """A target held against the records of a region."""

    target: Target
    region: Region
    year: int
    status: Status = "not_measurable"
    value: float | None = None
    """In the unit of the target."""
    value_year: int | None = None
    entered: Entry | None = None
    """The published value that was taken in place of records."""
    base: float | None = None
    """The level of the base year, in `base_unit`."""
    base_unit: str = ""
    base_entry: Entry | None = None
    level: float | None = None
    """The level of the year itself, where the value is a change."""
    goal: Goal | None = None
    by_tolerance: bool = False
    outlook: Outlook | None = None
    forecast_reaches: bool | None = None
    path_kept: bool | None = None
    coverage: Coverage | None = None
    levers: Sequence[Lever] = ()
    missing: list[Problem] = field(default_factory=list)
    """What is missing for a verdict, or limits it."""
    series: dict[int, float] = field(default_factory=dict)
    """The value of every year with data, in the unit of the target."""

    @property
    def short(self) -> float | None:
        """How far the value has to go; negative by as much as it is beyond the goal."""
        if self.value is None or self.goal is None:
            return None
        return self.goal.short(self.value)

    def as_dict(self) -> dict[str, Any]:
        """The evaluation as plain data, for JSON."""
        target, goal = self.target, self.goal
        return {
            "id": target.id,
            "policy": target.policy.id,
            "title": {"zh": target.title.zh, "en": target.title.en},
            "document": target.basis.document,
            "clause": target.basis.clause,
            "source_status": target.basis.status,
            "scope": target.scope,
            "forwarded": None if target.policy.forwarded is None else _words(target),
            "agencies": list(target.agencies),
            "comparator": target.comparator,
            "printed": [target.value, target.high],
            "unit": target.unit.text,
            "effort": target.effort or None,
            "base_year": target.base_year,
            "target_year": target.year,
            "governed_by": target.governed_by or None,
            "region": self.region.name,
            "year": self.year,
            "status": self.status,
            "by_tolerance": self.by_tolerance,
            "value": self.value,
            "value_year": self.value_year,
            "value_source": _source(self.entered),
            "level": self.level,
            "base": self.base,
            "base_unit": self.base_unit or None,
            "base_source": _source(self.base_entry),
            "goal": None
            if goal is None
            else {"low": goal.low, "high": goal.high, "slack": goal.slack},
            "goal_source": _source(goal.entry) if goal is not None else None,
            "short": self.short,
            "series": {str(year): value for year, value in self.series.items()},
            "path": self.outlook and self.outlook.path,
            "path_kept": self.path_kept,
            "forecast": self.outlook and self.outlook.forecast,
            "forecast_points": self.outlook and self.outlook.points,
            "forecast_reaches": self.forecast_reaches,
            "coverage": self.coverage and _plain(self.coverage),
            "levers": [_plain(one) for one in self.levers],
            "missing": [problem.as_dict() for problem in self.missing],
        }


def _words(target: Target) -> dict[str, str]:
    forwarded = target.policy.forwarded
    assert forwarded is not None
    return {"zh": forwarded.zh, "en": forwarded.en}


def _source(entry: Entry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {"value": entry.value, "unit": entry.unit.text, "source": entry.source}


def _plain(record: Coverage | Lever) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


__all__ = ["STATUSES", "Coverage", "Evaluation", "Lever", "Status"]
