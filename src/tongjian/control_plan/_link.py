"""Each datum with its parameter, its meters and the revision by which it was obtained (关联)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from tongjian.control_plan._calibration import MeterState, meter_state
from tongjian.control_plan._guide import ways
from tongjian.control_plan._history import History, Revision
from tongjian.control_plan._periods import first_day, last_day, months_of
from tongjian.control_plan._plan import Parameter
from tongjian.records import TIERS

Row = Mapping[str, Any]
"""A row of the activity data, as `tongjian.records.Store.read_activity` gives it."""
Reads = Callable[[Row], bool]
Agreement = Literal["as planned", "better", "worse", "absent", "no plan"]
_ORDER = [tier.code for tier in TIERS]
# What a value is recorded at least as often as, in months; finer ones leave a value each month.
_EVERY = {"quarter": 3, "year": 12, "once": 12}


@dataclass(frozen=True, slots=True)
class Link:
    """A datum and how it was to be obtained (数据关联).

    `agreement` compares the tier of the record with the way that the plan names: ``absent`` where
    the plan says that it does not occur, ``no plan`` where no plan or parameter is known. `read`
    says whether a rule set reads it.
    """

    row: Row
    revision: Revision | None
    parameter: Parameter | None
    meters: tuple[MeterState, ...]
    agreement: Agreement
    read: bool = True

    @property
    def period(self) -> str:
        """The year or month of the datum."""
        return str(self.row["period"])

    @property
    def datum(self) -> tuple[str, str, str]:
        """Process unit, stream and item."""
        return datum_of(self.row)

    def as_dict(self) -> dict[str, Any]:
        """The link as plain data, for JSON."""
        row = self.row
        names = ("period", "process_unit", "stream", "item", "quantity", "unit", "tier")
        return {
            **{name: row[name] for name in names},
            "revision": None if self.revision is None else self.revision.plan.revision,
            "revision_entry": None if self.revision is None else self.revision.entry,
            "parameter": None if self.parameter is None else self.parameter.id,
            "agreement": self.agreement,
            "meters": [
                {
                    "meter": one.meter,
                    "state": one.state,
                    "since": None if one.since is None else one.since.isoformat(),
                    "until": None if one.until is None else one.until.isoformat(),
                }
                for one in self.meters
            ],
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """A parameter over a year (记录频次): which periods have a record and which should have.

    `spans` are runs of months, each of which has to have a record; `missing` are those that have
    none. `yearly` says that there is only a figure of the whole year.
    """

    parameter: Parameter
    revision: Revision
    links: tuple[Link, ...]
    missing: tuple[str, ...]
    yearly: bool


@dataclass(frozen=True, slots=True)
class Links:
    """All data of a facility's year with what the plan says of them."""

    facility: str
    year: int
    links: tuple[Link, ...]
    coverage: tuple[Coverage, ...]

    def of(self, parameter: str) -> Coverage | None:
        """The year of one parameter."""
        return next((one for one in self.coverage if one.parameter.id == parameter), None)

    @property
    def unplanned(self) -> tuple[Link, ...]:
        """Data that a rule set reads and no plan knows."""
        return tuple(one for one in self.links if one.agreement == "no plan" and one.read)


def datum_of(row: Row) -> tuple[str, str, str]:
    """Process unit, stream and item of a row."""
    return str(row["process_unit"] or ""), str(row["stream"]), str(row["item"])


def link(
    rows: Iterable[Row], known: History, year: int, today: date, reads: Reads | None = None
) -> Links:
    """Link the rows of `known.facility` in `year` to its plan, as it stands on `today`.

    `reads` says whether a rule set reads a row (see `reads`); without it every row counts.
    """
    its = [row for row in rows if row["facility"] == known.facility and _year(row) == year]
    its.sort(key=lambda row: (*datum_of(row), str(row["period"]), str(row["unit"])))
    states: dict[tuple[str, str], MeterState] = {}

    def state(meter: str, period: str) -> MeterState:
        mark = (meter, period)
        if mark not in states:
            states[mark] = meter_state(known, meter, period, today)
        return states[mark]

    found = []
    for row in its:
        period = str(row["period"])
        revision = known.for_period(period)
        parameter = None if revision is None else revision.plan.parameter_of(*datum_of(row))
        meters = () if parameter is None else parameter.meters
        found.append(
            Link(
                row,
                revision,
                parameter,
                tuple(state(meter, period) for meter in meters),
                agreement(parameter, str(row["tier"])),
                True if reads is None else reads(row),
            )
        )
    return Links(known.facility, year, tuple(found), tuple(_coverage(known, year, found, today)))


def agreement(parameter: Parameter | None, tier: str) -> Agreement:
    """How the tier of a record compares with the way that was planned."""
    if parameter is None:
        return "no plan"
    planned = ways()[parameter.obtained]
    if not planned:
        return "absent"
    if tier in planned:
        return "as planned"
    return "better" if _ORDER.index(tier) < _ORDER.index(planned[0]) else "worse"


def _coverage(known: History, year: int, links: Sequence[Link], today: date) -> Iterable[Coverage]:
    months = [month for month in months_of(year) if last_day(month) <= today]
    revisions = {month: known.for_period(month) for month in months}
    last = next((one for one in reversed(list(revisions.values())) if one is not None), None)
    if last is None:
        return
    for parameter in last.plan.parameters:
        own = tuple(
            one for one in links if one.parameter and one.parameter.datum == parameter.datum
        )
        recorded = {one.period for one in own}
        yearly = str(year) in recorded
        missing: tuple[str, ...] = ()
        if parameter.recorded is not None and not yearly:
            # Months in which a plan knew the parameter.
            due = [month for month, one in revisions.items() if one and _knows(one, parameter)]
            missing = _missing(due, recorded, _EVERY.get(parameter.recorded, 1))
        finer = parameter.recorded is not None and _EVERY.get(parameter.recorded, 1) < 12
        yield Coverage(parameter, last, own, missing, yearly and finer)


def _knows(revision: Revision, parameter: Parameter) -> bool:
    one = revision.plan.by_datum.get(parameter.datum)
    return one is not None and one.obtained not in ("default", "absent")


def _missing(due: Sequence[str], recorded: set[str], every: int) -> tuple[str, ...]:
    """The months of the spans of `every` months that are over and have no record."""
    missing: list[str] = []
    for month in due:
        number = first_day(month).month
        start = number - (number - 1) % every
        span = [f"{month[:4]}-{one:02d}" for one in range(start, start + every)]
        if set(span) <= set(due) and not recorded.intersection(span):
            missing.append(month)
    return tuple(missing)


def _year(row: Row) -> int:
    return int(str(row["period"])[:4])


__all__ = ["Coverage", "Link", "Links", "Reads", "Row", "agreement", "datum_of", "link"]
