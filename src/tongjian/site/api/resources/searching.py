"""The registry besides its rows: history, search, parks, files of many rows, exports."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from ninja import File, Query, Router, Schema, Status, UploadedFile
from pydantic import Field

from tongjian.problems import Place, TongjianError
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.paging import Cursor, Limit, Page, part, slice_of
from tongjian.site.api.shapes import FILE, Given, JobShape, Key, Text, Told
from tongjian.site.registry import bulk, views_bulk
from tongjian.site.registry.changes import CHANGE
from tongjian.site.registry.models import BulkUpload, Enterprise, Park
from tongjian.site.registry.search import find
from tongjian.site.registry.services import problem_of
from tongjian.site.registry.views_parks import ParkForm
from tongjian.site.workspaces import Workspace

router = Router()
Short = Annotated[str, Query(max_length=80)]


class ChangeLine(Schema):
    """A change of what is registered; contacts are told by the names of their fields alone."""

    entry: int
    time: str
    by: str
    kind: str
    plant: str
    id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    fields: list[str] | None


class Hit(Schema):
    """An enterprise, or one of its plants, that has the words."""

    enterprise: str
    plant: str | None
    name: Text


class ParkLine(Schema):
    """A park."""

    name: Text
    division: str


class ParkGiven(Given):
    """A park to be entered."""

    name_zh: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f]+$")]
    name_en: Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f]*$")] = ""
    division: Annotated[str, Field(pattern=r"^\d{6}$")]


class FileShape(Schema):
    """A file of many rows: what it would do, or the job that does it."""

    key: str
    name: str
    sound: bool | None
    enterprises: int | None
    plants: int | None
    known: int | None
    problems: list[Told] | None
    job: JobShape | None


@router.get("/enterprises/{key}/history", response=Page[ChangeLine])
@endpoint("registry.history")
def list_registry_history(
    request: ActorRequest, key: Key, limit: Limit = 50, cursor: Cursor = ""
) -> Page[ChangeLine]:
    """Every change of what is registered of an enterprise, newest first."""
    enterprise = get_object_or_404(Enterprise.objects.seen_by(request.actor), key=key)
    entries = Workspace(enterprise).log.entries(CHANGE)[::-1]
    found, after = slice_of(request, entries, limit, cursor)
    lines = []
    for one in found:
        said: Any = one.content
        known = {name: said.get(name) for name in ("kind", "plant", "id", "before", "after")}
        lines.append(
            ChangeLine(
                entry=one.number, time=one.time, by=one.by, fields=said.get("fields"), **known
            )
        )
    return Page[ChangeLine](items=lines, next=after)


@router.get("/search", response=list[Hit])
@endpoint("registry.search")
def search_registry(request: ActorRequest, text: Short) -> list[Hit]:
    """The first enterprises and plants with every word of the text."""
    return [
        Hit(
            enterprise=one.enterprise.key,
            plant=one.plant.code if one.plant else None,
            name=_name(one.plant or one.enterprise),
        )
        for one in find(request.actor, text.strip())
    ]


def _name(one: Any) -> Text:
    return Text(zh=one.name_zh, en=one.name_en or one.name_zh)


@router.get("/parks", response=Page[ParkLine])
@endpoint("registry.parks")
def list_parks(request: ActorRequest, limit: Limit = 100, cursor: Cursor = "") -> Page[ParkLine]:
    """The parks of one's division."""
    rows = Park.objects.filter(division__code__startswith=request.actor.division)
    found, after = part(request, rows, ("division_id", "name_zh"), limit, cursor)
    items = [ParkLine(name=_name(one), division=one.division_id) for one in found]
    return Page[ParkLine](items=items, next=after)


@router.post("/parks", response={201: ParkLine})
@endpoint("registry.parks")
def post_park(request: ActorRequest, given: ParkGiven) -> Status[ParkLine]:
    """Enter a park."""
    form = ParkForm(given.model_dump(), within=request.actor.division)
    if not form.is_valid():
        raise TongjianError(
            [
                problem_of(form.instance, name, one, Place(field=name))
                for name, errors in form.errors.as_data().items()
                for one in errors
            ]
        )
    made = form.save()
    return Status(201, ParkLine(name=_name(made), division=made.division_id))


# ---- many at once ---------------------------------------------------------------------------


@router.post("/registry-files", response={201: FileShape})
@endpoint("registry.bulk")
def post_registry_file(request: ActorRequest, file: File[UploadedFile]) -> Status[FileShape]:
    """Give a file of enterprises and plants (CSV or XLSX) for its dry run."""
    kept = bulk.keep(request.actor, str(file.name or "file"), file.read())
    return Status(201, _shape(request, kept))


@router.get("/registry-files/{key}", response=FileShape)
@endpoint("registry.bulk")
def get_registry_file(request: ActorRequest, key: Key) -> FileShape:
    """What it would do, or how far it is."""
    return _shape(request, _own(request, key))


@router.post("/registry-files/{key}/apply", response={202: FileShape})
@endpoint("registry.bulk")
def apply_registry_file(request: ActorRequest, key: Key) -> Status[FileShape]:
    """Have all of it registered (a job); refused where anything is wrong."""
    kept = _own(request, key)
    if bulk.job_of(kept) is None:
        found = bulk.check(request.actor, bytes(kept.content), kept.name)
        if not found.ok:
            raise TongjianError(found.problems)
    bulk.apply_later(request.actor, kept)
    return Status(202, _shape(request, kept))


def _own(request: ActorRequest, key: str) -> BulkUpload:
    found = bulk.own(request.actor, key)
    if found is None:
        raise Http404
    return found


def _shape(request: ActorRequest, kept: BulkUpload) -> FileShape:
    job = bulk.job_of(kept)
    found = bulk.check(request.actor, bytes(kept.content), kept.name) if job is None else None
    return FileShape(
        key=kept.key,
        name=kept.name,
        sound=found.ok if found else None,
        enterprises=len(found.enterprises) if found else None,
        plants=len(found.plants) if found else None,
        known=found.known if found else None,
        problems=[Told(**one.as_dict()) for one in found.problems] if found else None,
        job=JobShape.of(job, True) if job else None,
    )


@router.get("/bulk/registry", openapi_extra=FILE)
@endpoint("registry.export")
def export_registry(
    request: ActorRequest,
    table: Annotated[
        Literal[
            "registry",
            "enterprises",
            "plants",
            "process_units",
            "products",
            "outlets",
            "meters",
            "stations",
        ],
        Query(description="@export_table"),
    ] = "registry",
    division: Annotated[str, Query(max_length=6, pattern=r"^(\d{6})?$")] = "",
    sector: Annotated[str, Query(max_length=40)] = "",
    text: Short = "",
) -> HttpResponseBase:
    """What one sees of the registry: all tables as XLSX, or one as CSV."""
    ending = "xlsx" if table == "registry" else "csv"
    return views_bulk.export(request, table, ending)


__all__ = ["router"]
