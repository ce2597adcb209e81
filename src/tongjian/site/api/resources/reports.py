"""Reports: where each stands, its steps, what can be done, and doing it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from tongjian.evidence import china_day
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import actions, endpoint
from tongjian.site.api.paging import Cursor, Limit, Page, part
from tongjian.site.api.shapes import Code, Given, JobShape, Text, Told, Year
from tongjian.site.mrv.models import Report
from tongjian.site.mrv.pages import desk_or_404, plant_or_404
from tongjian.site.mrv.services_jobs import start_job
from tongjian.site.mrv.services_list import ReportFilter
from tongjian.site.mrv.services_reports import ReportDesk, take_step
from tongjian.site.mrv.services_review import Queue
from tongjian.site.mrv.services_runs import runs_of
from tongjian.workflow import report_flow

router = Router()
ACT = "mrv.act_"
_ORDERS = {
    "-year": ("-year", "code"),
    "year": ("year", "code"),
    "plant": ("code", "-year"),
}


class ReportLine(Schema):
    """A report in the list."""

    plant: str
    year: int
    enterprise: str
    name: Text
    state: str
    since: datetime | None
    due: date | None
    version: Annotated[int | None, Field(description="@version")]
    submitted: int
    findings_open: int | None
    opinion: str | None


class StepLine(Schema):
    """A step that was taken."""

    transition: str
    title: Text
    source: str
    to: str
    by: str
    role: str
    time: str
    reason: str
    entry: int


class Open(Schema):
    """A transition that leads on from here: open to the actor, or every reason why not."""

    transition: str
    title: Text
    allowed: bool
    needs: list[str]
    reason: Annotated[bool, Field(description="@reason")]
    problems: list[Told]


class ReportShape(Schema):
    """A report as the actor sees it."""

    plant: str
    year: int
    state: str
    state_title: Text
    steps: list[StepLine]
    options: list[Open]
    versions: list[int]


class StepGiven(Given):
    """A step to be taken: its reason, and what the flow needs by name."""

    reason: Annotated[str, Field(max_length=2000)] = ""
    content: Annotated[
        dict[str, Annotated[str, Field(max_length=2000)]], Field(default_factory=dict)
    ]


class Entered(Schema):
    """The entry of the log by which something was done, and the state afterwards."""

    entry: int
    hash: str
    state: str


class RunLine(Schema):
    """A kept run."""

    run: str
    time: str
    by: str
    rulebook: str


@router.get("/reports", response=Page[ReportLine])
@endpoint("mrv.reports")
def list_reports(
    request: ActorRequest,
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
    state: Annotated[str, Query(max_length=30)] = "",
    division: Annotated[str, Query(max_length=6, pattern=r"^\d{0,6}$")] = "",
    sector: Annotated[str, Query(max_length=40)] = "",
    text: Annotated[str, Query(max_length=80)] = "",
    sort: Literal["-year", "year", "plant"] = "-year",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[ReportLine]:
    """Those that the actor may see, filtered."""
    asked = {"state": state, "division": division, "sector": sector, "text": text}
    wanted = ReportFilter.of({**asked, "year": "" if year is None else str(year)})
    rows = wanted.rows(request.actor)
    found, after = part(request, rows, _ORDERS[sort], limit, cursor)
    own = request.actor.role.party == "enterprise"
    inside = request.actor.may("mrv.findings")
    return Page[ReportLine](items=[_line(one, own, inside) for one in found], next=after)


def _line(one: Report, own: bool, inside: bool) -> ReportLine:
    plant = one.plant
    return ReportLine(
        plant=plant.code,
        year=one.year,
        enterprise=one.enterprise.key,
        name=Text(zh=plant.name_zh, en=plant.name_en or plant.name_zh),
        state=one.state,
        since=one.since,
        due=one.due,
        version=one.version if own else None,
        submitted=one.submitted,
        findings_open=one.findings_open if inside else None,
        opinion=one.opinion if inside else None,
    )


class QueueShape(Schema):
    """What waits for whoever decides: how many each part has, and the rows of one."""

    part: str
    counts: dict[str, int]
    items: list[ReportLine]
    plants: list[str]
    next: Annotated[str | None, Field(description="@next")]


@router.get("/queue", response=QueueShape)
@endpoint("mrv.queue")
def list_queue(
    request: ActorRequest,
    part_of: Annotated[
        Literal["", "waiting", "overdue", "unopened", "all"], Query(alias="part")
    ] = "",
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
    division: Annotated[str, Query(max_length=6, pattern=r"^\d{0,6}$")] = "",
    sector: Annotated[str, Query(max_length=40)] = "",
    text: Annotated[str, Query(max_length=80)] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> QueueShape:
    """What waits for the actor, what is late, what was not begun."""
    asked = {"division": division, "sector": sector, "text": text}
    wanted = ReportFilter.of({**asked, "year": "" if year is None else str(year)})
    made = Queue(request.actor, part_of, wanted, china_day(timezone.now()))
    if made.part not in made.parts:
        made = replace(made, part=made.parts[0])
    rows = made.rows()
    unopened = made.part == "unopened"
    order = ("division", "code") if unopened else _ORDERS["year"]
    found, after = part(request, rows, order, limit, cursor)
    inside = request.actor.may("mrv.findings")
    return QueueShape(
        part=made.part,
        counts=dict(made.counts()),
        items=[] if unopened else [_line(one, False, inside) for one in found],
        plants=[one.code for one in found] if unopened else [],
        next=after,
    )


@router.get("/reports/{code}/{year}", response=ReportShape)
@endpoint("mrv.report")
def get_report(request: ActorRequest, code: Code, year: Year) -> ReportShape:
    """One of them."""
    desk = desk_or_404(request, code, year)
    return ReportShape(
        plant=desk.plant.code,
        year=year,
        state=desk.history.state,
        state_title=Text.of(desk.state.title),
        steps=[_step(one) for one in desk.steps],
        options=[_option(desk, one) for one in desk.options],
        versions=[one.number for one in desk.versions],
    )


def _step(one: Any) -> StepLine:
    return StepLine(
        transition=one.transition.name,
        title=Text.of(one.transition.title),
        source=one.source,
        to=one.to,
        by=one.entry.by,
        role=one.role,
        time=one.entry.time,
        reason=one.reason,
        entry=one.entry.number,
    )


def _option(desk: ReportDesk, one: Any) -> Open:
    transition = one.transition
    return Open(
        transition=transition.name,
        title=Text.of(transition.title),
        allowed=one.allowed and desk.actor.may(f"{ACT}{transition.name}"),
        needs=list(transition.needs),
        reason=transition.reason,
        problems=[Told(**told.as_dict()) for told in one.problems],
    )


def _add_step(action: str) -> None:
    """The operation of one transition: each is an action of the matrix of its own."""
    name = action.removeprefix(ACT)

    def step(request: ActorRequest, code: Code, year: Year, given: StepGiven) -> Status[Entered]:
        plant = desk_or_404(request, code, year).plant
        needs = report_flow().transitions[name].needs
        content = {field: said for field, said in given.content.items() if field in needs and said}
        entry = take_step(request.actor, plant, year, name, given.reason, content)
        state = ReportDesk(request.actor, plant, year).history.state
        return Status(201, Entered(entry=entry.number, hash=entry.hash, state=state))

    step.__name__ = f"step_{name}"
    address = "/reports/{code}/{year}/steps/" + name
    router.post(address, response={201: Entered})(endpoint(action)(step))


for _action in actions():
    if _action.startswith(ACT):
        _add_step(_action)


@router.get("/reports/{code}/{year}/runs", response=list[RunLine])
@endpoint("mrv.run")
def list_runs(request: ActorRequest, code: Code, year: Year) -> list[RunLine]:
    """The newest kept runs of the actor's own enterprise."""
    desk = desk_or_404(request, code, year)
    return [
        RunLine(run=one.id, time=one.entry.time, by=one.entry.by, rulebook=one.rulebook)
        for one in runs_of(desk)
    ]


@router.post("/reports/{code}/{year}/runs", response={202: JobShape})
@endpoint("mrv.compute")
def start_run(request: ActorRequest, code: Code, year: Year) -> Status[JobShape]:
    """Have the year computed."""
    made = start_job("mrv.run", request.actor, plant_or_404(request, code), year)
    return Status(202, JobShape.of(made, True))


__all__ = ["router"]
