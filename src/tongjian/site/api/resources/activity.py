"""Activity data of one's own enterprise: reading them, and bringing files of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.core.files.uploadedfile import UploadedFile as DjangoFile
from django.shortcuts import get_object_or_404
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from pydantic import Field

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.paging import Cursor, Limit, Page, part, slice_of
from tongjian.site.api.shapes import Code, Key, Told, Year
from tongjian.site.entry.models import Upload, UploadProblem
from tongjian.site.entry.plants import enterprise_of, plant_of, workspace_of
from tongjian.site.entry.uploads import apply, discard, put_aside

router = Router()
_ROW = ("period", "process_unit", "stream", "item", "quantity", "unit", "tier", "evidence")
Moment = Annotated[
    str,
    Query(max_length=40, description="@as_of"),
]


class ActivityLine(Schema):
    """A datum as recorded, in the unit of the record and as it was entered."""

    period: str
    process_unit: str | None
    stream: str
    item: str
    quantity: float | None
    unit: str
    tier: str | None
    evidence: str | None
    entered_quantity: str | None
    entered_unit: str | None
    source: str | None


class ImportShape(Schema):
    """Files that were brought: what was found in them, and how far they are."""

    key: str
    state: Annotated[str, Field(description="@import_state")]
    mode: str
    names: list[str]
    reason: str
    evidence: str
    by: str
    made: datetime
    counts: dict[str, int]
    errors: int
    warnings: int
    number: Annotated[int, Field(description="@import_number")]
    job: str | None

    @classmethod
    def of(cls, one: Upload) -> ImportShape:
        """From a row."""
        names = [name for name in cls.model_fields if name not in ("job", "counts")]
        said: dict[str, Any] = {name: getattr(one, name) for name in names}
        counts = {name: int(count) for name, count in one.counts.items()}
        return cls(**said, counts=counts, job=one.job.key if one.job else None)


class ImportGiven(Schema):
    """How files are to be taken: as new data, as corrections, or as data to be withdrawn."""

    mode: Literal["add", "correct", "withdraw"] = "add"
    reason: Annotated[str, Field(max_length=300)] = ""
    evidence: Annotated[str, Field(max_length=200)] = ""


@router.get("/plants/{code}/activity/{year}", response=Page[ActivityLine])
@endpoint("entry.export")
def list_activity(
    request: ActorRequest,
    code: Code,
    year: Year,
    as_of: Moment = "",
    limit: Limit = 200,
    cursor: Cursor = "",
) -> Page[ActivityLine]:
    """The data of a plant's year, as they are or as they were."""
    plant = plant_of(request.actor, code, year)
    store = workspace_of(plant).store
    if as_of:
        store = store.as_of(as_of)
    rows = store.read_activity(plant.code, year)
    found, after = slice_of(request, rows, limit, cursor)
    return Page[ActivityLine](items=[_line(one) for one in found], next=after)


def _line(row: dict[str, Any]) -> ActivityLine:
    entered = row.get("entered_quantity")
    said: dict[str, Any] = {name: row.get(name) for name in _ROW}
    return ActivityLine(
        **said,
        entered_quantity=None if entered is None else str(entered),
        entered_unit=row.get("entered_unit"),
        source=row.get("source"),
    )


@router.get("/imports", response=Page[ImportShape])
@endpoint("entry.import")
def list_imports(
    request: ActorRequest, limit: Limit = 50, cursor: Cursor = ""
) -> Page[ImportShape]:
    """What was brought, newest first."""
    rows = Upload.objects.seen_by(request.actor).select_related("job")
    found, after = part(request, rows, ("-made", "-key"), limit, cursor)
    return Page[ImportShape](items=[ImportShape.of(one) for one in found], next=after)


@router.post("/imports", response={202: ImportShape})
@endpoint("entry.import")
def start_import(
    request: ActorRequest, files: File[list[UploadedFile]], given: Form[ImportGiven]
) -> Status[ImportShape]:
    """Bring files and have them looked at (a job); nothing is recorded yet."""
    enterprise = enterprise_of(request.actor)
    brought: list[DjangoFile[bytes]] = list(files)
    made = put_aside(request.actor, enterprise, brought, given.mode, given.reason, given.evidence)
    return Status(202, ImportShape.of(made))


def _found(request: ActorRequest, key: str) -> Upload:
    seen = Upload.objects.seen_by(request.actor).select_related("enterprise", "job")
    return get_object_or_404(seen, key=key)


@router.get("/imports/{key}", response=ImportShape)
@endpoint("entry.import")
def get_import(request: ActorRequest, key: Key) -> ImportShape:
    """One of them."""
    return ImportShape.of(_found(request, key))


@router.get("/imports/{key}/problems", response=Page[Told])
@endpoint("entry.import")
def list_import_problems(
    request: ActorRequest, key: Key, limit: Limit = 200, cursor: Cursor = ""
) -> Page[Told]:
    """Everything that is wrong in the files, with its place and repair."""
    rows = UploadProblem.objects.seen_by(request.actor).filter(upload=_found(request, key))
    found, after = part(request, rows, ("number",), limit, cursor)
    return Page[Told](items=[Told(**one.data) for one in found], next=after)


@router.post("/imports/{key}/apply", response={202: ImportShape})
@endpoint("entry.import")
def apply_import(request: ActorRequest, key: Key) -> Status[ImportShape]:
    """Have what was found sound recorded (a job)."""
    one = _found(request, key)
    apply(request.actor, one)
    return Status(202, ImportShape.of(_found(request, key)))


@router.post("/imports/{key}/discard", response=ImportShape)
@endpoint("entry.import")
def discard_import(request: ActorRequest, key: Key) -> ImportShape:
    """Throw files away that were not recorded."""
    discard(_found(request, key))
    return ImportShape.of(_found(request, key))


__all__ = ["router"]
