"""Monitoring of a plant's year: validity, amounts, hours, what was substituted, and rolling it up.

An hour is named by its beginning, in local time of China; shares are of one.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import numpy as np
from django.http import Http404
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from tongjian.measured import Amounts, Written
from tongjian.monitoring.hours import State
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.paging import Cursor, Limit, Page, slice_of
from tongjian.site.api.shapes import Code, JobShape, Text, Told, Year
from tongjian.site.monitoring.kept import CONCENTRATION, RATE, GasYear, PlantYear, PointYear
from tongjian.site.monitoring.measuring import ask
from tongjian.site.monitoring.screened import Finding, LatestData, Score
from tongjian.site.monitoring.services import KIND, Monitored, years_for
from tongjian.site.monitoring.stated import Stated, StatedLine
from tongjian.site.monitoring.stretches import Stretch
from tongjian.site.mrv.pages import desk_or_404, plant_or_404

router = Router()
_AT = "/plants/{code}/monitoring/{year}"
OfPoint = Annotated[str, Query(max_length=120, description="@point")]
OfGas = Annotated[str, Query(max_length=40)]


class StatedNumberLine(Schema):
    """A yearly number of a line; null where it is not known."""

    column: str
    title: Text
    value: float | None
    unit: str


class StatedShape(Schema):
    """What a version states of a process unit."""

    version: int
    handed_in: bool
    process_unit: str
    route: Annotated[str, Field(description="@route")]
    numbers: list[StatedNumberLine]


class AmountsShape(Schema):
    """Hours by state, the share of valid ones, and masses in t."""

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

    @classmethod
    def of(cls, one: Amounts) -> AmountsShape:
        """From what was kept."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class MonitoredGas(Schema):
    """A gas at a point: the year and its months."""

    point: str
    name: Text
    gas: str
    gas_name: Text
    unit: str
    year: AmountsShape
    months: dict[str, AmountsShape]


class AbatementLine(Schema):
    """A month of an abatement system; masses in t."""

    month: str
    process_unit: str
    inlet: float | None
    outlet: float | None
    efficiency: float | None
    hours_on: float | None
    hours: float | None
    utilisation: float | None


class RecordLine(Schema):
    """A monthly record, and what became of it."""

    month: str
    process_unit: str
    stream: str
    item: str
    quantity: str
    unit: str
    evidence: str
    act: str


class ChannelLine(Schema):
    """A channel: what it measures and where, and when data came; `latest` is null where none did.

    `unit` is the one that is sent.
    """

    channel: str
    point: str
    point_name: Text
    quantity: str
    name: Text
    unit: str
    hours: int
    latest: datetime | None

    @classmethod
    def of(cls, one: LatestData) -> ChannelLine:
        """From what was kept."""
        return cls(
            channel=one.name.key,
            point=one.name.at,
            point_name=Text.of(one.name.point),
            quantity=one.name.quantity,
            name=Text.of(one.name.title),
            unit=one.unit,
            hours=one.hours,
            latest=None if one.last is None else _time(one.last),
        )


class FindingLine(Schema):
    """A finding of screening, which is a question; `last` is exclusive.

    `bound` is as printed, with its source and status.
    """

    number: int
    test: str
    title: Text
    severity: Annotated[str, Field(description="@finding_severity")]
    channels: list[str]
    first: datetime | None
    last: datetime | None
    said: Text
    repair: Text
    statistic: float
    bound: str
    source: str
    status: str

    @classmethod
    def of(cls, one: Finding) -> FindingLine:
        """From what was kept."""
        return cls(
            number=one.number,
            test=one.test,
            title=Text.of(one.title),
            severity="serious" if one.serious else "notice",
            channels=[each.key for each in one.channels],
            first=None if one.first is None else _time(one.first),
            last=None if one.last is None else _time(one.last),
            said=Text.of(one.said),
            repair=Text.of(one.repair),
            statistic=one.statistic,
            bound=one.bound,
            source=one.source,
            status=one.status,
        )


class ReasonLine(Schema):
    """A kind of finding in a score, the points that it gives alone, and the first such finding."""

    test: str
    title: Text
    points: float
    finding: int | None


class ScoreLine(Schema):
    """Where to look first: 0 to 100, of a channel in a month."""

    channel: str
    month: str
    score: float
    reasons: list[ReasonLine]

    @classmethod
    def of(cls, one: Score) -> ScoreLine:
        """From what was kept."""
        reasons = [
            ReasonLine(
                test=each.test,
                title=Text.of(each.title),
                points=each.points,
                finding=each.finding,
            )
            for each in one.reasons
        ]
        return cls(channel=one.channel.key, month=one.month, score=one.score, reasons=reasons)


class MonitoringShape(Schema):
    """A plant's year as it was rolled up; `made` is null where it was not."""

    made: datetime | None
    rule: str | None
    ruleset: str | None
    stated: list[StatedShape]
    gases: list[MonitoredGas]
    abatement: list[AbatementLine]
    records: list[RecordLine]
    channels: list[ChannelLine]
    scores: list[ScoreLine]
    findings: list[FindingLine]
    problems: list[Told]


class HourLine(Schema):
    """An hour: its state, the concentration (mg/m3 as measured) and rate (kg/h) that are used.

    Of a substituted hour only what its rule puts in is there.
    """

    hour: datetime
    state: str
    concentration: float | None
    rate: float | None
    rule: str | None


class StretchLine(Schema):
    """Hours in a row that were substituted by one rule; `last` and `to` are exclusive."""

    point: str
    gas: str
    first: datetime
    last: datetime
    hours: int
    state: str
    rule: str
    title: Text
    clause: str
    status: str
    low: float | None
    high: float | None
    unit: str
    since: datetime | None
    to: datetime | None


@router.get("/plants/{code}/monitoring", response=list[int])
@endpoint("monitoring.plant")
def list_monitored_years(request: ActorRequest, code: Code) -> list[int]:
    """The years that were rolled up for a plant."""
    return years_for(request.actor, plant_or_404(request, code))


@router.get(_AT, response=MonitoringShape)
@endpoint("monitoring.plant")
def get_monitoring(request: ActorRequest, code: Code, year: Year) -> MonitoringShape:
    """What the report states, and the data by point, gas and month."""
    shown = Monitored(desk_or_404(request, code, year))
    kept, stated = shown.kept, shown.stated
    measured = kept.measured if kept else None
    asks = shown.screening
    return MonitoringShape(
        made=kept.made if kept else None,
        rule=measured.rule if measured else None,
        ruleset=measured.ruleset if measured else None,
        stated=[_stated(stated, one) for one in stated.lines] if stated else [],
        gases=[_gas(point, one) for point in (kept.points if kept else ()) for one in point.gases],
        abatement=[AbatementLine(**asdict(one)) for one in (kept.abatement if kept else ())],
        records=[_record(one) for one in (measured.records if measured else ())],
        channels=[ChannelLine.of(one) for one in (asks.latest if asks else ())],
        scores=[ScoreLine.of(one) for one in (asks.scores if asks else ())],
        findings=[FindingLine.of(one) for one in (asks.findings if asks else ())],
        problems=[Told(**one.as_dict()) for one in (measured.problems if measured else ())],
    )


@router.get(f"{_AT}/hours", response=Page[HourLine])
@endpoint("monitoring.plant")
def list_monitored_hours(
    request: ActorRequest,
    code: Code,
    year: Year,
    point: OfPoint = "",
    gas: OfGas = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[HourLine]:
    """Every hour of a gas at a point: measured, and used."""
    one = _gas_or_404(_kept_or_404(request, code, year), point, gas)
    at, after = slice_of(request, range(len(one.hours.times)), limit, cursor)
    return Page[HourLine](items=[_hour(one, number) for number in at], next=after)


@router.get(f"{_AT}/substituted", response=Page[StretchLine])
@endpoint("monitoring.plant")
def list_substituted(
    request: ActorRequest,
    code: Code,
    year: Year,
    point: OfPoint = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[StretchLine]:
    """The stretches of substituted hours at a point, newest first."""
    shown = Monitored(desk_or_404(request, code, year))
    if shown.kept is None:
        raise Http404
    found = _point_or_404(shown.kept, point)
    part, after = slice_of(request, shown.stretches(found), limit, cursor)
    return Page[StretchLine](items=[_stretch(found, one) for one in part], next=after)


@router.post(f"{_AT}/roll-ups", response={202: JobShape})
@endpoint(KIND)
def start_roll_up(request: ActorRequest, code: Code, year: Year) -> Status[JobShape]:
    """Have the year rolled up to monthly records (a job); one under way is not begun again."""
    desk = desk_or_404(request, code, year)
    return Status(202, JobShape.of(ask(request.actor, desk.plant, year), True))


def _kept_or_404(request: ActorRequest, code: str, year: int) -> PlantYear:
    kept = Monitored(desk_or_404(request, code, year)).kept
    if kept is None:
        raise Http404
    return kept


def _point_or_404(kept: PlantYear, key: str) -> PointYear:
    """The point of that key, the first without one."""
    found = kept.point(key) if key else next(iter(kept.points), None)
    if found is None:
        raise Http404
    return found


def _gas_or_404(kept: PlantYear, point: str, gas: str) -> GasYear:
    for one in _point_or_404(kept, point).gases:
        if gas in ("", one.gas.name):
            return one
    raise Http404


def _stated(version: Stated, one: StatedLine) -> StatedShape:
    return StatedShape(
        version=version.number,
        handed_in=version.handed_in,
        process_unit=one.process_unit,
        route=one.route,
        numbers=[
            StatedNumberLine(
                column=each.column, title=Text.of(each.title), value=each.value, unit=each.unit
            )
            for each in one.numbers
        ],
    )


def _record(one: Written) -> RecordLine:
    names = set(RecordLine.model_fields) - {"month"}
    return RecordLine(month=one.period, **{name: getattr(one, name) for name in names})


def _gas(point: PointYear, one: GasYear) -> MonitoredGas:
    return MonitoredGas(
        point=point.key,
        name=Text.of(point.name),
        gas=one.gas.name,
        gas_name=Text.of(one.title),
        unit=one.gas.unit,
        year=AmountsShape.of(one.year),
        months={month: AmountsShape.of(amounts) for month, amounts in one.months.items()},
    )


def _hour(one: GasYear, at: int) -> HourLine:
    kept = one.hours
    return HourLine(
        hour=_time(kept.times[at]),
        state=State(int(kept.state[at])).name.lower(),
        concentration=_known(one.used(CONCENTRATION)[at]),
        rate=_known(one.used(RATE)[at]),
        rule=str(kept.rule[at]) or None,
    )


def _stretch(point: PointYear, one: Stretch) -> StretchLine:
    return StretchLine(
        point=point.key,
        gas=one.gas.gas.name,
        first=_time(one.first),
        last=_time(one.last),
        hours=one.hours,
        state=one.state.name.lower(),
        rule=one.rule.mark,
        title=Text.of(one.rule.title),
        clause=one.rule.clause,
        status=one.rule.status,
        low=one.low,
        high=one.high,
        unit=one.unit,
        since=None if one.since is None else _time(one.since),
        to=None if one.to is None else _time(one.to),
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _time(time: np.datetime64) -> datetime:
    found: datetime = time.astype("datetime64[s]").item()
    return timezone.make_aware(found)


__all__ = ["router"]
