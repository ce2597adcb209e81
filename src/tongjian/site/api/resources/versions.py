"""Versions of reports: figures, data, what changed, documents and computing again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import Http404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from tongjian.problems import Problem, TongjianError
from tongjian.reports.documents import Kind, kind_of
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.paging import Cursor, Limit, Page, slice_of
from tongjian.site.api.shapes import Code, Given, JobShape, Number, Text, Year, exact
from tongjian.site.mrv.models import SubmittedRow
from tongjian.site.mrv.pages import desk_or_404, plant_or_404, version_or_404
from tongjian.site.mrv.services_documents import forms_of, kinds_for
from tongjian.site.mrv.services_jobs import start_job
from tongjian.site.ui.texts import texts
from tongjian.versions import ReportVersion

router = Router()
_AT = "/reports/{code}/{year}/versions"
_DATUM = ("period", "process_unit", "stream", "item", "quantity", "unit", "tier", "evidence")


class VersionLine(Schema):
    """A version."""

    number: int
    kind: str
    reason: str
    by: str
    time: str
    entry: int
    handed_in: bool
    statutory: bool
    open_doubts: int


class Paper(Schema):
    """A kind of document that can be made of a version."""

    kind: str
    title: Text
    forms: list[str]

    @classmethod
    def of(cls, kind: Kind) -> Paper:
        """From a kind of the library, called as on the page."""
        known = texts().get(f"mrv.paper_{kind.id}")
        if known is not None:
            title = Text.of(known)
        else:
            words = texts()["mrv.paper_gas"]
            said = {"gas": kind.substance or ""}
            title = Text(zh=words.zh.format(**said), en=words.en.format(**said))
        return cls(kind=kind.id, title=title, forms=forms_of(kind))


class VersionShape(VersionLine):
    """A version with the grounds on which it rests."""

    runs: list[str]
    rulesets: list[dict[str, Any]]
    records: list[dict[str, Any]]
    root: dict[str, Any]
    documents: list[Paper]


class FigureLine(Schema):
    """A line of the results; amounts are exact decimal numbers, as text."""

    ruleset: str
    boundary: str
    category: str
    substance: str
    unit: str
    amount: str
    co2e: Annotated[str | None, Field(description="@co2e")]


class DatumLine(Schema):
    """A datum on which a version rests."""

    period: str
    process_unit: str | None
    stream: str
    item: str
    quantity: float | None
    unit: str
    tier: str | None
    evidence: str | None


class VersionGiven(Given):
    """The version to be made: of which run, and why."""

    run: Annotated[str, Field(max_length=80)]
    reason: Annotated[str, Field(max_length=2000)] = ""
    statutory: bool = False


class PaperGiven(Given):
    """A document to be made."""

    kind: Annotated[str, Field(max_length=60)]
    form: Annotated[str, Field(max_length=10)]
    lang: Literal["zh", "en"] = "zh"


def _line(one: ReportVersion, handed_in: bool) -> dict[str, Any]:
    names = ("number", "kind", "reason", "by", "time", "entry", "statutory", "open_doubts")
    return {**{name: getattr(one, name) for name in names}, "handed_in": handed_in}


@router.get(_AT, response=list[VersionLine])
@endpoint("mrv.version")
def list_versions(request: ActorRequest, code: Code, year: Year) -> list[VersionLine]:
    """Those that the actor may know of, newest first."""
    desk = desk_or_404(request, code, year)
    return [VersionLine(**_line(one, one.number in desk.handed_in)) for one in desk.versions]


@router.post(_AT, response={202: JobShape})
@endpoint("mrv.make_version")
def start_version(
    request: ActorRequest, code: Code, year: Year, given: VersionGiven
) -> Status[JobShape]:
    """Have a version made of a kept run."""
    plant = plant_or_404(request, code)
    said = {"run": given.run, "reason": given.reason.strip(), "statutory": given.statutory}
    made = start_job("mrv.version", request.actor, plant, year, **said)
    return Status(202, JobShape.of(made, True))


@router.get(_AT + "/{number}", response=VersionShape)
@endpoint("mrv.version")
def get_version(request: ActorRequest, code: Code, year: Year, number: Number) -> VersionShape:
    """One of them."""
    page = version_or_404(request, code, year, number)
    one, said = page.version, asdict(page.version)
    lines = page.lines
    kinds = kinds_for({line.boundary for line in lines}, {line.substance for line in lines})
    return VersionShape(
        **_line(one, one.number in page.desk.handed_in),
        runs=list(one.runs),
        rulesets=list(said["rulesets"]),
        records=list(said["records"]),
        root=said["root"],
        documents=[Paper.of(kind) for kind in kinds],
    )


@router.get(_AT + "/{number}/figures", response=Page[FigureLine])
@endpoint("mrv.version")
def list_figures(
    request: ActorRequest,
    code: Code,
    year: Year,
    number: Number,
    boundary: Annotated[str, Query(max_length=30)] = "",
    limit: Limit = 200,
    cursor: Cursor = "",
) -> Page[FigureLine]:
    """Its results, line by line."""
    lines = version_or_404(request, code, year, number).lines
    lines = [one for one in lines if boundary in ("", one.boundary)]
    found, after = slice_of(request, lines, limit, cursor)
    return Page[FigureLine](
        items=[
            FigureLine(
                ruleset=one.ruleset,
                boundary=one.boundary,
                category=one.category,
                substance=one.substance,
                unit=one.unit,
                amount=exact(one.amount_micro) or "",
                co2e=exact(one.co2e_micro),
            )
            for one in found
        ],
        next=after,
    )


@router.get(_AT + "/{number}/data", response=Page[DatumLine])
@endpoint("mrv.version")
def list_data(
    request: ActorRequest,
    code: Code,
    year: Year,
    number: Number,
    limit: Limit = 200,
    cursor: Cursor = "",
) -> Page[DatumLine]:
    """The activity data on which it rests."""
    page = version_or_404(request, code, year, number)
    found, after = slice_of(request, page.data, limit, cursor)
    return Page[DatumLine](items=[_datum(one) for one in found], next=after)


def _datum(one: Any) -> DatumLine:
    if isinstance(one, SubmittedRow):
        return DatumLine(**{name: getattr(one, name) for name in _DATUM})
    return DatumLine(**{name: one.get(name) for name in _DATUM})


@router.get(_AT + "/{number}/changes", response=dict[str, Any])
@endpoint("mrv.version")
def get_changes(
    request: ActorRequest,
    code: Code,
    year: Year,
    number: Number,
    against: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> dict[str, Any]:
    """What it changed against the version before, or against another."""
    page = version_or_404(request, code, year, number)
    older = page.before
    if against is not None:
        older = next((one for one in page.desk.versions if one.number == against), None)
    if older is None or older.number >= number:
        raise Http404
    return dict(page.changes(older))


@router.post(_AT + "/{number}/documents", response={202: JobShape})
@endpoint("mrv.document")
def start_document(
    request: ActorRequest, code: Code, year: Year, number: Number, given: PaperGiven
) -> Status[JobShape]:
    """Have a document of it made."""
    page = version_or_404(request, code, year, number)
    kind = kind_of(given.kind)
    if given.form not in forms_of(kind):
        values = {"kind": kind.id, "form": given.form, "forms": ", ".join(forms_of(kind))}
        raise TongjianError(Problem("site.api_document_form", values=values))
    said = {"version": number, "paper": kind.id, "form": given.form, "lang": given.lang}
    made = start_job("mrv.document", request.actor, page.desk.plant, year, **said)
    return Status(202, JobShape.of(made, True))


@router.post(_AT + "/{number}/reproductions", response={202: JobShape})
@endpoint("mrv.reproduce")
def start_reproduction(
    request: ActorRequest, code: Code, year: Year, number: Number
) -> Status[JobShape]:
    """Have it computed again and compared to the byte."""
    page = version_or_404(request, code, year, number)
    made = start_job("mrv.reproduce", request.actor, page.desk.plant, year, version=number)
    return Status(202, JobShape.of(made, True))


__all__ = ["router"]
