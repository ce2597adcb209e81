"""Boards: sums over a region, coverage, and the targets as they were calculated last."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema, Status
from pydantic import Field

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.paging import Cursor, Limit, slice_of
from tongjian.site.api.shapes import Given, JobShape, Text
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.behind import behind
from tongjian.site.boards.judging import KIND, ask, newest
from tongjian.site.boards.region import Region
from tongjian.site.boards.target_list import TargetFilter

router = Router()
Division = Annotated[str, Query(max_length=6, pattern=r"^(\d{6})?$")]
OfYear = Annotated[int | None, Query(ge=1990, le=2100)]
Basis = Literal["submitted", "accepted"]


class AskedShape(Schema):
    """What a board is of: region, year, day and basis."""

    division: str
    year: int
    day: date
    basis: str


class SumLine(Schema):
    """A measure with its sum, and that of the year before.

    `alike` and `alike_before` are the sums over the plants that reported in both years.
    """

    measure: str
    name: Text
    unit: str
    amount: float | None
    before: float | None
    alike: float | None
    alike_before: float | None


class SilentLine(Schema):
    """A plant without data, and the state in which its report is."""

    plant: str
    name: Text
    state: str


class PartLine(Schema):
    """A part of the region (a division or a plant)."""

    code: str
    name: Text
    plants: int
    reported: int
    amount: float | None


class StateLine(Schema):
    """How many reports are in a state."""

    state: str
    title: Text
    count: int


class RegionShape(Schema):
    """The board of a region."""

    asked: AskedShape
    plants: int
    reported: int
    measure: str | None
    sums: list[SumLine]
    determined: Annotated[int, Field(description="@determined")]
    without_data: Annotated[list[SilentLine], Field(description="@without_data")]
    parts: list[PartLine]
    states: list[StateLine]


class TargetsShape(Schema):
    """The targets of a region; `made` is null where nothing was calculated yet."""

    asked: AskedShape
    made: datetime | None
    rulebook: str | None
    targets: list[dict[str, Any]]


def asked_of(
    request: ActorRequest, division: str, year: int | None, day: date | None, **more: str
) -> Asked:
    """What a board is asked for, as the page reads it from an address."""
    said = {"division": division, "year": year or "", "day": day or "", **more}
    return Asked.of(request.actor, said)


def _shape(asked: Asked) -> AskedShape:
    return AskedShape(
        division=asked.division, year=asked.year, day=asked.day, basis=str(asked.basis)
    )


@router.get("/boards/region", response=RegionShape)
@endpoint("boards.region")
def get_region(
    request: ActorRequest,
    division: Division = "",
    year: OfYear = None,
    day: date | None = None,
    basis: Basis = "submitted",
    measure: Annotated[str, Query(max_length=80)] = "",
) -> RegionShape:
    """Sums, coverage and parts."""
    asked = asked_of(request, division, year, day, basis=basis, measure=measure)
    board = Region(request.actor, asked)
    chosen = board.measure
    return RegionShape(
        asked=_shape(asked),
        plants=board.plants,
        reported=board.reported,
        measure=chosen.key if chosen else None,
        sums=[
            SumLine(
                measure=one.measure.key,
                name=Text.of(one.name),
                unit=one.measure.unit,
                amount=one.now,
                before=one.before,
                alike=one.alike,
                alike_before=one.alike_before,
            )
            for one in board.changes
        ],
        determined=board.determined,
        without_data=[
            SilentLine(plant=one.plant.code, name=plant_name(one.plant), state=one.state)
            for one in board.silent
        ],
        parts=[
            PartLine(
                code=one.code,
                name=Text.of(one.name),
                plants=one.plants,
                reported=one.reported,
                amount=one.value,
            )
            for one in board.parts
        ],
        states=[
            StateLine(state=state, title=Text.of(title), count=count)
            for state, title, count in board.states
        ],
    )


@router.get("/boards/targets", response=TargetsShape)
@endpoint("boards.targets")
def get_targets(
    request: ActorRequest,
    division: Division = "",
    year: OfYear = None,
    day: date | None = None,
    basis: Basis = "submitted",
    policy: Annotated[str, Query(max_length=120)] = "",
    sector: Annotated[str, Query(max_length=120)] = "",
    status: Annotated[str, Query(max_length=120)] = "",
) -> TargetsShape:
    """The targets with status and what is missing, as calculated last."""
    asked = asked_of(request, division, year, day, basis=basis)
    run = newest(request.actor, asked)
    chosen = TargetFilter(policy, sector, status)
    return TargetsShape(
        asked=_shape(asked),
        made=run.made if run else None,
        rulebook=run.rulebook if run else None,
        targets=chosen.of_list(run.targets["list"]) if run else [],
    )


class BehindLine(Schema):
    """A version and what it adds to a number."""

    plant: str
    name: Text
    year: int
    version: int
    ruleset: str
    amount: float | None


class BehindShape(Schema):
    """A number of a board and the versions that it is the sum of, the largest first."""

    asked: AskedShape
    measure: str
    unit: Text
    whole: float | None
    items: list[BehindLine]
    next: Annotated[str | None, Field(description="@next")]


class CurvesShape(Schema):
    """The efficiency curves of a region; `made` is null where nothing was calculated yet."""

    asked: AskedShape
    made: datetime | None
    rulebook: str | None
    curves: list[dict[str, Any]]
    tallies: list[dict[str, Any]]
    notes: list[dict[str, Any]]


class JudgeGiven(Given):
    """What is to be calculated; what is left out is as on the page."""

    division: Annotated[str, Field(max_length=6, pattern=r"^(\d{6})?$")] = ""
    year: Annotated[int | None, Field(ge=1990, le=2100)] = None
    day: date | None = None
    basis: Basis = "submitted"


@router.get("/boards/behind", response=BehindShape)
@endpoint("boards.behind")
def list_behind(
    request: ActorRequest,
    measure: Annotated[str, Query(max_length=80, description="@measure")],
    division: Division = "",
    year: OfYear = None,
    day: date | None = None,
    basis: Basis = "submitted",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> BehindShape:
    """The versions that a number of the board is the sum of."""
    asked = asked_of(request, division, year, day, basis=basis, measure=measure)
    found = behind(request.actor, asked)
    rows, after = slice_of(request, found.rows, limit, cursor)
    items = [
        BehindLine(
            plant=one.version.plant_code,
            name=plant_name(one.version.report.plant),
            year=one.version.year,
            version=one.version.number,
            ruleset=one.ruleset,
            amount=one.value,
        )
        for one in found.lines(rows)
    ]
    return BehindShape(
        asked=_shape(asked),
        measure=found.measure.key,
        unit=Text.of(found.unit),
        whole=found.whole,
        items=items,
        next=after,
    )


def plant_name(plant: Any) -> Text:
    """The name of a plant in both languages."""
    return Text(zh=plant.name_zh, en=plant.name_en or plant.name_zh)


@router.get("/boards/curves", response=CurvesShape)
@endpoint("boards.curve")
def list_curves(
    request: ActorRequest,
    division: Division = "",
    year: OfYear = None,
    day: date | None = None,
    basis: Basis = "submitted",
    product: Annotated[str, Query(max_length=160)] = "",
) -> CurvesShape:
    """Efficiency curves with benchmark and baseline lines, as calculated last."""
    asked = asked_of(request, division, year, day, basis=basis)
    run = newest(request.actor, asked)
    judged: dict[str, Any] = run.judged if run else {"curves": [], "tallies": [], "notes": []}
    return CurvesShape(
        asked=_shape(asked),
        made=run.made if run else None,
        rulebook=run.rulebook if run else None,
        curves=[one for one in judged["curves"] if product in ("", one["key"])],
        tallies=judged["tallies"],
        notes=judged["notes"],
    )


@router.post("/boards/judgements", response={202: JobShape})
@endpoint(KIND)
def start_judgement(request: ActorRequest, given: JudgeGiven) -> Status[JobShape]:
    """Have curves and targets of a region calculated (a job); one under way is not begun again."""
    asked = asked_of(request, given.division, given.year, given.day, basis=given.basis)
    return Status(202, JobShape.of(ask(request.actor, asked), True))


__all__ = ["router"]
