"""From the store of series to records (监测核算): the thin part around `measure_hours`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tongjian.measured._channels import MeasuredChannel, channel_of
from tongjian.measured._checked import checked
from tongjian.measured._core import Registers, measure_hours
from tongjian.measured._data import columns, measuring_rule
from tongjian.measured._fill import Calibrations
from tongjian.measured._recorded import monthly, with_records, write_records
from tongjian.measured._result import Measured, folder_of, summarised
from tongjian.measured._screened import screened
from tongjian.measured._series import PointHours, Series, Signals
from tongjian.monitoring.hours import Hours, State
from tongjian.monitoring.profile import (
    Channel,
    Position,
    Profile,
    measured_quantities,
    read_profile,
)
from tongjian.monitoring.quality import (
    Interval,
    ValidityLimits,
    apply_out_of_control,
    validate,
    validity_limits,
)
from tongjian.monitoring.series import SeriesStore
from tongjian.problems import Problem, RecordError
from tongjian.records import Catalogue, Store
from tongjian.rules import Rulebook, load_rulebook

PROFILE_FILE = "monitoring.toml"
BY = "tongjian monitoring measure"
OutOfControl = Mapping[str, Sequence[Interval]]
"""Times in which a channel was out of control (失控时段), by channel."""


def measure(
    workspace: Path,
    facility: str,
    year: int,
    *,
    rule: str | None = None,
    rulebook: Rulebook | None = None,
    dry_run: bool = False,
    by: str = BY,
    out_of_control: OutOfControl | None = None,
    calibrations: Calibrations | None = None,
) -> Measured:
    """Measure a facility's year (监测核算): validate, substitute, compute, record each month.

    `workspace` holds ``monitoring/monitoring.toml``, ``monitoring/series`` and the records; `rule`
    is one of `measuring_rules()`. The year before is read as well, because rules look back. Times
    out of control and calibrations are those of ``monitoring/checks.csv``, where they are not
    given. The hours are screened, which changes nothing but is kept with the summary. Months
    become records of tier "monitored" by the ordinary import, a month that has changed since is a
    correction by `by`. Hours and summary are kept in the workspace; nothing is with `dry_run`
    written to the records.

    Raises `RecordError` where the facility has no monitored gas or no data in that year.
    """
    chosen = measuring_rule(rule)
    book = rulebook or load_rulebook()
    root = Path(workspace) / "monitoring"
    profile = read_profile(root / PROFILE_FILE)
    checks = checked(root, profile, *_years(year), book)
    if out_of_control is None:
        out_of_control = checks.out_of_control
    if calibrations is None:
        calibrations = checks.calibrations
    with SeriesStore.open(root / "series") as series:
        limits = validity_limits(chosen.validity, book)
        hours = _Hours(series, limits, out_of_control, keeps=not dry_run)
        points = hours.points(profile, facility, year)
    store = Store.open(workspace)
    registers = Registers(_if_there(store.facilities_file()), _if_there(store.process_units_file()))
    folder = folder_of(Path(workspace), facility, year)
    through = measure_hours(points, year, chosen, book, folder, registers, calibrations)
    measured = summarised(through, facility, year, chosen, folder)
    data, problems = monthly(through, measured)
    written, more = write_records(store, Catalogue.load(), measured, data, by, dry_run=dry_run)
    measured = with_records(measured, written, [*checks.problems, *problems, *more])
    measured = replace(
        measured, screening=screened(points, year, book), channels=tuple(hours.channels)
    )
    measured.keep()
    return measured


class _Hours:
    """Reads and judges the hours of channels, and keeps what was found in the store of series."""

    def __init__(
        self,
        series: SeriesStore,
        limits: ValidityLimits,
        out_of_control: OutOfControl,
        *,
        keeps: bool,
    ) -> None:
        self.series = series
        self.limits = limits
        self.out_of_control = out_of_control
        self.keeps = keeps
        self.channels: list[MeasuredChannel] = []
        """What was read, in the order of the profile."""

    def points(self, profile: Profile, facility: str, year: int) -> list[PointHours]:
        """The points of a facility with their hours of the year and the year before."""
        first, last = _years(year)
        mine = [one for one in profile.channels.values() if one.facility == facility]
        if not mine:
            known = dict.fromkeys(one.facility for one in profile.channels.values())
            values = {"facility": facility, "known": ", ".join(known) or "—"}
            raise RecordError(Problem("measured.no_points", values=values))
        hours = {one.key: self.of(one, first, last) for one in mine}
        self.channels = [channel_of(one, hours[one.key], year) for one in mine]
        points: dict[tuple[str, str, Position], dict[str, Series]] = {}
        signals: dict[str, dict[str, Hours]] = {}
        for one in mine:
            quantity = measured_quantities().get(one.quantity)
            if quantity is not None and quantity.role == "operation":
                signals.setdefault(one.process_unit, {}).setdefault(one.quantity, hours[one.key])
            elif one.quantity in columns():
                points.setdefault(one.point, {}).setdefault(
                    one.quantity, Series(one, hours[one.key])
                )
        return [
            PointHours(
                profile.points[key],
                series,
                Signals(
                    signals.get(key[1], {}).get("running"),
                    signals.get(key[1], {}).get("abatement"),
                ),
            )
            for key, series in sorted(points.items())
        ]

    def of(self, channel: Channel, first: np.datetime64, last: np.datetime64) -> Hours:
        """The hours of a channel: from its minutes, else those that the source sent itself."""
        out = self.out_of_control.get(channel.key, ())
        own = validate(self.series.minutes(channel, first, last), self.limits, out)
        sent = apply_out_of_control(self.series.hours_sent(channel, first, last), out)
        # An hour without a single minute may still have come as an hour.
        only = (own.state == State.MISSING) & (sent.state != State.MISSING)
        hours = Hours(
            own.start,
            np.where(only, sent.value, own.value),
            np.where(only, sent.state, own.state).astype(np.uint8),
            np.where(only, np.int16(-1), own.minutes).astype(np.int16),
        )
        self.keep(channel, hours)
        return hours

    def keep(self, channel: Channel, hours: Hours) -> None:
        """Keep what was found in the store of series, where it is not there already."""
        at = np.flatnonzero(hours.state != State.MISSING)
        if not self.keeps or not len(at):
            return
        first, last = int(at[0]), int(at[-1]) + 1
        found = Hours(
            hours.times[first],
            hours.value[first:last],
            hours.state[first:last],
            hours.minutes[first:last],
        )
        there = self.series.validated(
            channel.key, hours.times[first], hours.times[last - 1] + np.timedelta64(1, "h")
        )
        same = np.array_equal(there.state, found.state) and np.array_equal(
            there.value, found.value, equal_nan=True
        )
        if not same:
            self.series.keep_validated(channel.key, found)


def _years(year: int) -> tuple[np.datetime64, np.datetime64]:
    """The first hour of the year before, and the one after the year's last."""
    return np.datetime64(f"{year - 1}-01-01", "h"), np.datetime64(f"{year + 1}-01-01", "h")


def _if_there(path: Path) -> Path | None:
    return path if path.is_file() else None


__all__ = ["measure"]
