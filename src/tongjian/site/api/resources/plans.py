"""Control plans of plants: the revisions, entering new ones, meters, calibrations, months."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, cast

from django.http import Http404, HttpResponseBase
from django.utils import timezone
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from pydantic import Field

from tongjian.control_plan import word
from tongjian.evidence import china_day
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.resources.entering import Plain
from tongjian.site.api.resources.months import Month, ReasonGiven
from tongjian.site.api.shapes import FILE, Code, Given, Number, Text, Told
from tongjian.site.mrv import views_plan
from tongjian.site.mrv.pages import plant_or_404
from tongjian.site.mrv.services_plan import (
    PlanDesk,
    enter_calibration,
    freeze_month,
    revise_by_data,
    revise_by_workbook,
    revise_meter,
)

router = Router()
_AT = "/plants/{code}/plan"
OfYear = Annotated[int | None, Query(ge=1990, le=2100)]
Short = Annotated[str, Field(min_length=1, max_length=120, pattern=Plain)]
Maybe = Annotated[str, Field(max_length=120, pattern=Plain)]


class RevisionLine(Schema):
    """A revision of a plan."""

    revision: int
    in_force: date
    effective: date
    by: str
    entered: date
    entry: int
    reason: str

    @classmethod
    def of(cls, one: Any) -> RevisionLine:
        """From the library's."""
        return cls(
            revision=one.plan.revision,
            in_force=one.plan.in_force,
            effective=one.effective,
            by=one.by,
            entered=one.entered,
            entry=one.entry,
            reason=str(one.plan.data.get("reason", "")),
        )


class PlanChangeLine(Schema):
    """A difference between two revisions."""

    kind: str
    part: str
    id: str
    field: str
    before: str
    after: str


class RevisionShape(RevisionLine):
    """A revision with what it says, and what it changed against the one before."""

    plan: dict[str, Any]
    changes: list[PlanChangeLine] | None


class PlanMeterLine(Schema):
    """A meter of the newest revision with its state this month."""

    id: str
    name: str
    measures: str
    state: str
    title: Text


class PlanMonth(Schema):
    """How a month was frozen."""

    month: str
    state: str
    deadline: date | None
    missing: list[str]
    frozen: int


class PlanFinding(Schema):
    """What is wrong between plan and data."""

    kind: str
    severity: str
    subject: str
    told: Told


class PlanShape(Schema):
    """The plan of a plant, looked at for a year of data."""

    year: int
    standing: int | None
    newest: int | None
    revisions: list[RevisionLine]
    meters: list[PlanMeterLine]
    months: list[PlanMonth]
    findings: list[PlanFinding]


class PlanGiven(Given):
    """A plan as a document, of the form of ``plan.schema.json``."""

    plan: dict[str, Any]


class PlanMeterGiven(Given):
    """A meter that the next revision lists; what is not given stays."""

    id: Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)]
    name: Annotated[str, Field(min_length=1, max_length=80, pattern=Plain)]
    measures: Short
    accuracy_class: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    serial: Annotated[str, Field(max_length=60, pattern=Plain)] = ""
    location: Maybe = ""
    interval: Annotated[int | None, Field(ge=1, le=120, description="@interval")] = None
    in_force: date
    reason: Annotated[str, Field(min_length=1, max_length=400, pattern=Plain)]


class CalibrationGiven(Schema):
    """A calibration of a meter."""

    meter: Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)]
    day: date
    result: Literal["pass", "adjusted", "fail"]
    next_due: date | None = None
    certificate: Annotated[str, Field(max_length=80, pattern=Plain)] = ""
    institution: Maybe = ""


class Calibrated(Schema):
    """A meter and its state after a calibration."""

    meter: str
    state: str


def _desk(request: ActorRequest, code: str, year: int | None = None) -> PlanDesk:
    return PlanDesk(plant_or_404(request, code), year or china_day(timezone.now()).year)


@router.get(_AT, response=PlanShape)
@endpoint("mrv.plan")
def get_plan(request: ActorRequest, code: Code, year: OfYear = None) -> PlanShape:
    """Its revisions, meters, frozen months, and what is found about it."""
    desk = _desk(request, code, year)
    months = desk.months if desk.history.revisions else []
    return PlanShape(
        year=desk.year,
        standing=desk.standing.plan.revision if desk.standing else None,
        newest=desk.newest.plan.revision if desk.newest else None,
        revisions=[RevisionLine.of(one) for one, _ in desk.revisions],
        meters=[_meter(one, state) for one, state in desk.meters],
        months=[
            PlanMonth(
                month=one.month,
                state=one.state,
                deadline=one.deadline,
                missing=list(one.missing),
                frozen=len(one.freezes),
            )
            for one in months
        ],
        findings=[
            PlanFinding(
                kind=one.kind,
                severity=one.severity,
                subject=one.subject,
                told=Told(**one.words.as_dict()),
            )
            for one in desk.findings
        ],
    )


def _meter(one: Any, state: Any) -> PlanMeterLine:
    title = Text(zh=word("meter", state.state, "zh"), en=word("meter", state.state, "en"))
    return PlanMeterLine(
        id=one.id, name=one.name, measures=one.measures, state=state.state, title=title
    )


@router.get(_AT + "/revisions/{number}", response=RevisionShape)
@endpoint("mrv.plan")
def get_plan_revision(request: ActorRequest, code: Code, number: Number) -> RevisionShape:
    """A revision, and what it changed."""
    return _revision(_desk(request, code), number)


def _revision(desk: PlanDesk, number: int) -> RevisionShape:
    found = desk.history.revision(number)
    if found is None:
        raise Http404
    changed = desk.changed_by(number)
    names = list(PlanChangeLine.model_fields)
    return RevisionShape(
        **RevisionLine.of(found).model_dump(),
        plan=dict(found.plan.data),
        changes=None
        if changed is None
        else [
            PlanChangeLine(**{name: str(getattr(one, name)) for name in names}) for one in changed
        ],
    )


@router.get(_AT + "/workbook", openapi_extra=FILE)
@endpoint("mrv.plan_workbook")
def get_plan_workbook(request: ActorRequest, code: Code) -> HttpResponseBase:
    """The workbook to fill in: the newest revision, or a draft from the records (XLSX)."""
    return views_plan.workbook(request, code)


@router.post(_AT + "/revisions", response={201: RevisionShape})
@endpoint("mrv.plan_revise")
def post_plan(request: ActorRequest, code: Code, given: PlanGiven) -> Status[RevisionShape]:
    """Enter a plan, given as data, as the next revision."""
    made = revise_by_data(request.actor, _desk(request, code).plant, given.plan)
    return Status(201, _revision(_desk(request, code), made.plan.revision))


@router.post(_AT + "/workbook", response={201: RevisionShape})
@endpoint("mrv.plan_revise")
def post_plan_workbook(
    request: ActorRequest, code: Code, file: File[UploadedFile]
) -> Status[RevisionShape]:
    """Enter a filled-in workbook as the next revision."""
    plant = _desk(request, code).plant
    made = revise_by_workbook(request.actor, plant, cast("Any", file.file), str(file.name))
    return Status(201, _revision(_desk(request, code), made.plan.revision))


@router.post(_AT + "/meters", response={201: RevisionShape})
@endpoint("mrv.plan_revise")
def post_plan_meter(
    request: ActorRequest, code: Code, given: PlanMeterGiven
) -> Status[RevisionShape]:
    """Enter the plan with a meter added or changed, as the next revision."""
    plant = _desk(request, code).plant
    said = given.model_dump(exclude={"in_force", "reason"})
    meter = {name: value for name, value in said.items() if value not in ("", None)}
    made = revise_meter(request.actor, plant, meter, given.in_force, given.reason)
    return Status(201, _revision(_desk(request, code), made.plan.revision))


@router.post(_AT + "/calibrations", response={201: Calibrated})
@endpoint("mrv.plan_calibrate")
def post_calibration(
    request: ActorRequest,
    code: Code,
    given: Form[CalibrationGiven],
    file: File[UploadedFile | None] = None,
) -> Status[Calibrated]:
    """Enter a calibration, with the certificate as a file where there is one."""
    plant = _desk(request, code).plant
    enter_calibration(
        request.actor,
        plant,
        given.meter,
        day=given.day,
        result=given.result,
        next_due=given.next_due,
        certificate=given.certificate,
        institution=given.institution,
        file=cast("Any", file.file) if file else None,
        name=str(file.name) if file else "",
    )
    states = {one.id: state.state for one, state in _desk(request, code).meters}
    state = str(states.get(given.meter, ""))
    return Status(201, Calibrated(meter=given.meter, state=state))


@router.post(_AT + "/months/{month}/freeze", response=list[PlanMonth])
@endpoint("mrv.plan_freeze")
def freeze_plan_month(
    request: ActorRequest, code: Code, month: Month, given: ReasonGiven
) -> list[PlanMonth]:
    """Freeze the key parameters of a month; how the months of its year stand afterwards."""
    freeze_month(request.actor, _desk(request, code).plant, month, given.reason)
    return get_plan(request, code, int(month[:4])).months


__all__ = ["router"]
