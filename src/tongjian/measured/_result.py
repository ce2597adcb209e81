"""What was measured (监测核算结果), as it is kept and shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tongjian.measured._channels import MeasuredChannel
from tongjian.measured._core import HOURS_FILE, Through
from tongjian.measured._data import MeasuringRule
from tongjian.measured._read_hours import KeptHours, read_hours
from tongjian.measured._rows import GasRows
from tongjian.monitoring.hours import State
from tongjian.problems import Place, Problem, RecordError

SUMMARY_FILE = "summary.json"
GAS_MONTH, GAS_YEAR = "gas_month", "gas_year"
UNIT_MONTH, UNIT_YEAR = "unit_month", "unit_year"
_FORMAT = 1
_AMOUNTS = (
    *("valid_hours", "substituted_hours", "missing_hours", "stopped_hours"),
    *("validity", "mass", "measured_mass", "substituted_mass", "concentration", "hours_above"),
)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Hours and masses of a gas over some time, as the rules give them (小时数与排放量).

    Hours in h, masses in t, `concentration` in mg/Nm3 (dry, by flow) or None where no hour has
    one; `validity` is the share of valid hours in those that the source ran, None if it never did.
    """

    valid_hours: float
    substituted_hours: float
    missing_hours: float
    stopped_hours: float
    validity: float | None
    mass: float
    measured_mass: float
    substituted_mass: float
    concentration: float | None
    hours_above: float


@dataclass(frozen=True, slots=True)
class MeasuredGas:
    """A gas at a point over the year (点位一种气体的全年).

    `states` counts the hours by what they were, `rules` those that each rule put in; `item` is
    what its months are recorded as, empty if they are told only.
    """

    process_unit: str
    position: str
    quantity: str
    gas: str
    stream: str
    item: str
    amounts: Amounts
    states: Mapping[str, int]
    rules: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MeasuredMonth:
    """A gas at a point in a month (点位一种气体的一个月); `whole` if no hour of it is missing."""

    process_unit: str
    gas: str
    month: str
    amounts: Amounts
    whole: bool
    digest: str


@dataclass(frozen=True, slots=True)
class MeasuredUnit:
    """A process unit over the year (装置全年): operation, and the abatement system while it is on.

    `values` are the columns of the rule document's sheet by name, in the units that it declares,
    `months` those of its months; None where it is not monitored.
    """

    process_unit: str
    values: Mapping[str, float | None]
    months: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """A monthly record (写入的月度数据): `act` is "new", "corrected", "kept", "entered" or "dry".

    "kept" is in the store as it is; "entered" stands there by somebody's hand and is not touched.
    """

    process_unit: str
    stream: str
    item: str
    period: str
    quantity: str
    unit: str
    evidence: str
    act: str


@dataclass(frozen=True, slots=True)
class Measured:
    """The monitoring of a facility in a year (企业全年监测核算).

    `folder` keeps the hours and this summary; `manifest` is that of the run of the rules.
    `screening` has the "findings" and "scores" of the year's hours as plain data; `channels` all
    that the profile has for the facility.
    """

    facility: str
    year: int
    rule: str
    ruleset: str
    points: tuple[MeasuredGas, ...]
    months: tuple[MeasuredMonth, ...]
    units: tuple[MeasuredUnit, ...]
    records: tuple[Written, ...]
    problems: tuple[Problem, ...]
    folder: Path
    manifest: Mapping[str, Any] = field(default_factory=dict)
    screening: Mapping[str, Any] = field(default_factory=dict)
    channels: tuple[MeasuredChannel, ...] = ()

    def hours(self, process_unit: str, gas: str) -> KeptHours:
        """The hours of a gas (`MeasuredGas.gas`) at a unit, with what was put in and why."""
        return read_hours(self.folder / HOURS_FILE, process_unit, gas)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "format": _FORMAT,
            "facility": self.facility,
            "year": self.year,
            "rule": self.rule,
            "ruleset": self.ruleset,
            "points": [asdict(one) for one in self.points],
            "months": [asdict(one) for one in self.months],
            "units": [asdict(one) for one in self.units],
            "records": [asdict(one) for one in self.records],
            "problems": [one.as_dict() for one in self.problems],
            "manifest": dict(self.manifest),
            "screening": dict(self.screening),
            "channels": [asdict(one) for one in self.channels],
        }

    def keep(self) -> None:
        """Write the summary beside the hours."""
        text = json.dumps(self.as_dict(), ensure_ascii=False, indent=1)
        temporary = self.folder / f"{SUMMARY_FILE}.tmp"
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(self.folder / SUMMARY_FILE)


def folder_of(workspace: Path, facility: str, year: int) -> Path:
    """Where the monitoring of a facility and year is kept in a workspace."""
    return workspace / "monitoring" / "measured" / facility / str(year)


def read_measured(workspace: Path, facility: str, year: int) -> Measured:
    """What the last `measure` found and kept (读取监测核算结果).

    Raises `RecordError` where nothing was measured, or the summary cannot be read.
    """
    folder = folder_of(Path(workspace), facility, year)
    path = folder / SUMMARY_FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return _from_dict(data, folder)
    except FileNotFoundError:
        values = {"facility": facility, "year": year}
        raise RecordError(Problem("measured.none_yet", values=values)) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        values = {"detail": f"{type(error).__name__}: {error}"}
        raise RecordError(Problem("measured.summary", Place(file=str(path)), values)) from error


def measured_years(workspace: Path) -> list[tuple[str, int]]:
    """Every facility and year of which a summary is kept."""
    root = Path(workspace) / "monitoring" / "measured"
    return sorted(
        (path.parent.parent.name, int(path.parent.name))
        for path in root.glob(f"*/*/{SUMMARY_FILE}")
        if path.parent.name.isdecimal()
    )


def summarised(
    through: Through, facility: str, year: int, rule: MeasuringRule, folder: Path
) -> Measured:
    """The result of the rules in the words of this package; no records yet."""
    by_gas = {
        (row["process_unit"], row["stream"]): _amounts(row) for row in through.sheet(GAS_YEAR)
    }
    points = [
        MeasuredGas(
            one.gas.at.point.process_unit,
            one.gas.at.point.position,
            one.gas.quantity,
            one.gas.record.gas,
            one.gas.record.stream or one.gas.at.point.stream,
            one.gas.record.item,
            by_gas[one.gas.at.point.process_unit, one.gas.record.gas],
            _states(one),
            _rules(one),
        )
        for one in through.rows
    ]
    months = []
    for row in through.sheet(GAS_MONTH):
        key = (row["process_unit"], row["stream"], row["month"])
        amounts = _amounts(row)
        months.append(
            MeasuredMonth(*key, amounts, amounts.missing_hours == 0, through.digests[key])
        )
    sheets = through.run.results[0].ruleset.program.sheets
    units = [
        MeasuredUnit(
            row["process_unit"],
            {name: row[name] for name in sheets[UNIT_YEAR].formulas},
            {
                str(one["month"]): {name: one[name] for name in sheets[UNIT_MONTH].formulas}
                for one in through.sheet(UNIT_MONTH)
                if one["process_unit"] == row["process_unit"]
            },
        )
        for row in through.sheet(UNIT_YEAR)
    ]
    return Measured(
        facility,
        year,
        rule.rule,
        rule.ruleset,
        tuple(points),
        tuple(months),
        tuple(units),
        (),
        through.problems,
        folder,
        through.run.manifest,
    )


def _amounts(row: Mapping[str, Any]) -> Amounts:
    return Amounts(**{name: row[name] for name in _AMOUNTS})


def _states(rows: GasRows) -> dict[str, int]:
    counts = np.bincount(rows.state[rows.wanted], minlength=len(State))
    return {state.name.lower(): int(counts[state]) for state in State if counts[state]}


def _rules(rows: GasRows) -> dict[str, int]:
    names, counts = np.unique(rows.rule[rows.wanted].astype(str), return_counts=True)
    return {str(name): int(count) for name, count in zip(names, counts, strict=True) if name}


def _from_dict(data: Mapping[str, Any], folder: Path) -> Measured:
    if data["format"] != _FORMAT:
        raise ValueError(f"format {data['format']}")
    return Measured(
        data["facility"],
        data["year"],
        data["rule"],
        data["ruleset"],
        tuple(
            MeasuredGas(**{**one, "amounts": Amounts(**one["amounts"])}) for one in data["points"]
        ),
        tuple(
            MeasuredMonth(**{**one, "amounts": Amounts(**one["amounts"])}) for one in data["months"]
        ),
        tuple(MeasuredUnit(**one) for one in data["units"]),
        tuple(Written(**one) for one in data["records"]),
        tuple(_problem(one) for one in data["problems"]),
        folder,
        data["manifest"],
        data["screening"],
        tuple(MeasuredChannel(**one) for one in data["channels"]),
    )


def _problem(data: Mapping[str, Any]) -> Problem:
    place: Mapping[str, Any] = data.get("place") or {}
    return Problem(
        data["code"],
        Place(**{name: place[name] for name in Place.__slots__ if place.get(name) is not None}),
        data.get("values") or {},
        data["severity"],
    )


__all__ = [
    "Amounts",
    "Measured",
    "MeasuredGas",
    "MeasuredMonth",
    "MeasuredUnit",
    "Written",
    "folder_of",
    "measured_years",
    "read_measured",
    "summarised",
]
