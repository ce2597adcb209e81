"""Findings of verification: the list, and what can be said in each."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404
from ninja import Router, Schema, Status
from pydantic import Field

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.acting import acting
from tongjian.site.api.shapes import Code, Given, Number, Text, Year
from tongjian.site.mrv.pages import desk_or_404
from tongjian.site.mrv.services_evidence import brought_by
from tongjian.site.mrv.services_findings import conversation, finding_of
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.verification import (
    Finding,
    close_finding,
    findings_of,
    opinion_of,
    raise_finding,
    reopen_finding,
    respond,
)

router = Router()
_AT = "/reports/{code}/{year}/findings"
Words = Annotated[str, Field(max_length=5000)]
Amount = Annotated[float, Field(allow_inf_nan=False)]
Digests = Annotated[
    list[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]],
    Field(max_length=20, description="@files", default_factory=list),
]


class FindingShape(Schema):
    """A finding as it stands; amounts are in tCO2e."""

    number: int
    kind: str
    about: str
    text: str
    effect: float | None
    state: str
    by: str
    time: str
    response: str
    outcome: str
    remaining: float
    rests_on: list[str]
    files: list[str]
    entries: list[int]

    @classmethod
    def of(cls, one: Finding) -> FindingShape:
        """From the library's."""
        said = one.as_dict()
        wanted = {name: said[name] for name in cls.model_fields if name != "number"}
        return cls(number=int(one.id.rpartition("/")[2]), **wanted)


class OpinionShape(Schema):
    """An opinion (核查意见)."""

    opinion: str
    title: Text
    assurance: str
    favourable: bool
    version: int
    reasons: str
    limitation: str
    by: str
    time: str
    entry: int


class FindingGiven(Given):
    """A finding to be raised."""

    kind: Annotated[str, Field(max_length=60)]
    about: Annotated[str, Field(max_length=200)]
    text: Words
    effect: Amount | None = None
    rests_on: Annotated[
        list[Annotated[str, Field(max_length=300)]], Field(max_length=500, default_factory=list)
    ]
    files: Digests


class SaidGiven(Given):
    """What is said to a finding."""

    text: Words


class ResponseGiven(SaidGiven):
    """The enterprise's answer to a finding."""

    files: Digests


class CloseGiven(Given):
    """How a finding is closed; `remaining` stands after it, in tCO2e."""

    outcome: Annotated[str, Field(max_length=60)]
    note: Words = ""
    remaining: Amount = 0.0
    files: Digests


class MessageLine(Schema):
    """Something that was said or done about a finding."""

    act: str
    by: str
    role: str
    time: str
    entry: int
    text: str
    files: list[dict[str, str]]


@router.get(_AT, response=list[FindingShape])
@endpoint("mrv.findings")
def list_findings(request: ActorRequest, code: Code, year: Year) -> list[FindingShape]:
    """All of a report."""
    desk = desk_or_404(request, code, year)
    return [FindingShape.of(one) for one in findings_of(desk.entries, desk.subject)]


@router.get(_AT + "/{number}", response=FindingShape)
@endpoint("mrv.finding")
def get_finding(request: ActorRequest, code: Code, year: Year, number: Number) -> FindingShape:
    """One of them."""
    return FindingShape.of(_finding(desk_or_404(request, code, year), number))


@router.get(_AT + "/{number}/messages", response=list[MessageLine])
@endpoint("mrv.finding")
def list_finding_messages(
    request: ActorRequest, code: Code, year: Year, number: Number
) -> list[MessageLine]:
    """What was said about it, and the versions that were handed in meanwhile."""
    desk = desk_or_404(request, code, year)
    return [
        MessageLine(
            act=one.act,
            by=one.by,
            role=one.role,
            time=one.time,
            entry=one.number,
            text=one.text,
            files=[{name: str(each[name]) for name in ("digest", "name")} for each in one.files],
        )
        for one in conversation(desk, _finding(desk, number))
    ]


@router.post(_AT, response={201: FindingShape})
@endpoint("mrv.raise")
def post_finding(
    request: ActorRequest, code: Code, year: Year, given: FindingGiven
) -> Status[FindingShape]:
    """Raise one."""
    desk = desk_or_404(request, code, year)
    by, files = request.actor.signature, brought_by(desk, given.files)
    with acting(request.actor, desk.plant.enterprise) as workspace:
        entry = raise_finding(
            workspace.log,
            desk.subject,
            given.kind,
            given.about,
            given.text,
            by,
            effect=given.effect,
            rests_on=given.rests_on,
            files=files,
        )
    number = int(entry.subject.rpartition("/")[2])
    return Status(201, _again(request, code, year, number))


@router.post(_AT + "/{number}/responses", response={201: FindingShape})
@endpoint("mrv.respond")
def respond_to_finding(
    request: ActorRequest, code: Code, year: Year, number: Number, given: ResponseGiven
) -> Status[FindingShape]:
    """Answer it, for the enterprise."""
    desk = desk_or_404(request, code, year)
    found, by = _finding(desk, number), request.actor.signature
    files = brought_by(desk, given.files)
    with acting(request.actor, desk.plant.enterprise) as workspace:
        respond(workspace.log, found.id, given.text, by, files)
    return Status(201, _again(request, code, year, number))


@router.post(_AT + "/{number}/close", response=FindingShape)
@endpoint("mrv.close")
def post_finding_close(
    request: ActorRequest, code: Code, year: Year, number: Number, given: CloseGiven
) -> FindingShape:
    """Close it."""
    desk = desk_or_404(request, code, year)
    found, by = _finding(desk, number), request.actor.signature
    said: dict[str, Any] = {"note": given.note, "remaining": given.remaining}
    files = brought_by(desk, given.files)
    with acting(request.actor, desk.plant.enterprise) as workspace:
        close_finding(workspace.log, found.id, given.outcome, by, files=files, **said)
    return _again(request, code, year, number)


@router.post(_AT + "/{number}/reopen", response=FindingShape)
@endpoint("mrv.reopen_finding")
def post_finding_reopen(
    request: ActorRequest, code: Code, year: Year, number: Number, given: SaidGiven
) -> FindingShape:
    """Open it again."""
    desk = desk_or_404(request, code, year)
    found, by = _finding(desk, number), request.actor.signature
    with acting(request.actor, desk.plant.enterprise) as workspace:
        reopen_finding(workspace.log, found.id, given.text, by)
    return _again(request, code, year, number)


@router.get("/reports/{code}/{year}/opinion", response=OpinionShape)
@endpoint("mrv.verification")
def get_opinion(request: ActorRequest, code: Code, year: Year) -> OpinionShape:
    """The opinion on a report, once it was given."""
    return shown_opinion(desk_or_404(request, code, year))


def shown_opinion(desk: ReportDesk) -> OpinionShape:
    """The newest opinion on a report; raises `Http404` where none was given."""
    one = opinion_of(desk.entries, desk.subject)
    if one is None:
        raise Http404
    return OpinionShape(
        opinion=one.opinion,
        title=Text.of(one.title),
        assurance=one.assurance,
        favourable=one.favourable,
        version=int(one.version.rpartition("/")[2]),
        reasons=one.reasons,
        limitation=one.limitation,
        by=one.entry.by,
        time=one.entry.time,
        entry=one.entry.number,
    )


def _finding(desk: ReportDesk, number: int) -> Any:
    found = finding_of(desk, number)
    if found is None:
        raise Http404
    return found


def _again(request: ActorRequest, code: str, year: int, number: int) -> FindingShape:
    return FindingShape.of(_finding(desk_or_404(request, code, year), number))


__all__ = ["Digests", "OpinionShape", "Words", "router", "shown_opinion"]
