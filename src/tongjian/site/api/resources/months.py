"""Monthly evidence, meter readings, and what is due: the enterprise's month."""

from __future__ import annotations

from datetime import datetime
from typing import IO, Annotated, Any, cast

from django.http import HttpResponseBase
from ninja import File, Form, Path, Router, Schema, Status, UploadedFile
from pydantic import Field

from tongjian.evidence import china_day
from tongjian.problems import Problem, TongjianError
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.paging import Cursor, Limit, Page, part
from tongjian.site.api.resources.entering import Plain
from tongjian.site.api.shapes import FILE, Code, Given, Text, Year
from tongjian.site.entry import views_files
from tongjian.site.entry.meters import Reading, read_meter
from tongjian.site.entry.models import MeterReading
from tongjian.site.entry.months import bring_file, freeze_month, months_of
from tongjian.site.entry.plants import plant_of, workspace_of
from tongjian.site.entry.tasks import progress, tasks_of, years_of
from tongjian.site.entry.views_months import MOST_EVIDENCE

router = Router()
_AT = "/plants/{code}/months/{month}"
Month = Annotated[str, Path(pattern=r"^(199\d|20\d\d)-(0[1-9]|1[0-2])$", description="@month")]
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="@digest")]
Short = Annotated[str, Field(min_length=1, max_length=80, pattern=Plain)]


class FileLine(Schema):
    """An attached file by its SHA-256."""

    digest: str
    name: str
    by: str
    time: str


class MonthLine(Schema):
    """A month: its state, its deadline, its files."""

    month: str
    state: str
    title: Text
    may_freeze: bool
    frozen: bool
    parameters: list[tuple[str, str]]
    files: list[FileLine]


class FilesGiven(Schema):
    """To which parameter files belong; empty for the whole month."""

    parameter: Annotated[str, Field(max_length=80, pattern=Plain)] = ""


class ReasonGiven(Given):
    """Why, where a reason is due."""

    reason: Annotated[str, Field(max_length=300, pattern=Plain)] = ""


class FrozenShape(Schema):
    """A month as it was frozen."""

    entry: int
    values: int
    late: bool
    missing: list[str]


class ReadingGiven(Given):
    """A reading of a meter for a month."""

    meter: Annotated[str, Field(min_length=1, max_length=60, pattern=Plain)]
    month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="@month")]
    process_unit: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    stream: Short
    item: Short
    before: Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)]
    after: Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)]
    multiplier: Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)] = "1"
    digits: Annotated[int, Field(ge=0, le=20, description="@digits")] = 0
    unit: Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)]


class ReadingLine(Schema):
    """A reading, and the quantity that it makes."""

    meter: str
    period: str
    process_unit: str
    stream: str
    item: str
    before: str
    after: str
    multiplier: str
    digits: int
    quantity: str
    unit: str
    source: str
    by: str
    at: datetime
    entry: int

    @classmethod
    def of(cls, one: MeterReading) -> ReadingLine:
        """From a row."""
        return cls(**{name: _plain(getattr(one, name)) for name in cls.model_fields})


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | datetime) else str(value)


class TasksShape(Schema):
    """What is due, missing, wrong or worth a look, and how far each month is."""

    year: int
    years: list[int]
    tasks: list[dict[str, Any]]
    progress: list[int]


@router.get("/plants/{code}/tasks/{year}", response=TasksShape)
@endpoint("entry.home")
def get_tasks(request: ActorRequest, code: Code, year: Year) -> TasksShape:
    """The accountant's task list of a plant's year."""
    plant = plant_of(request.actor, code, year)
    workspace = workspace_of(plant)
    found = tasks_of(workspace, plant, year)
    years = years_of(workspace.store, china_day(workspace.log.clock()))
    return TasksShape(
        year=year, years=years, tasks=list(found.tasks), progress=progress(found.matrix)
    )


@router.get("/plants/{code}/months/{year}", response=list[MonthLine])
@endpoint("entry.months")
def list_months(request: ActorRequest, code: Code, year: Year) -> list[MonthLine]:
    """Each month of a year for which there is a control plan."""
    plant = plant_of(request.actor, code, year)
    return [
        MonthLine(
            month=one.state.month,
            state=one.state.state,
            title=Text.of(one.words),
            may_freeze=one.may_freeze,
            frozen=one.frozen_before,
            parameters=list(one.names),
            files=[_file(each) for each in one.files],
        )
        for one in months_of(workspace_of(plant), plant, year)
    ]


def _file(entry: Any) -> FileLine:
    name = str(entry.content["name"])
    return FileLine(digest=entry.files[0], name=name, by=entry.by, time=entry.time)


@router.post(_AT + "/files", response={201: list[FileLine]})
@endpoint("entry.freeze")
def post_month_files(
    request: ActorRequest,
    code: Code,
    month: Month,
    files: File[list[UploadedFile]],
    given: Form[FilesGiven],
) -> Status[list[FileLine]]:
    """Keep files as evidence of a month, or of one parameter of it."""
    plant = plant_of(request.actor, code, int(month[:4]))
    if not 0 < len(files) <= MOST_EVIDENCE:
        raise TongjianError(Problem("site.upload_count", values={"most": MOST_EVIDENCE}))
    kept, problems = [], list[Problem]()
    for one in files:
        content = cast("IO[bytes]", one.file)
        try:
            kept.append(
                bring_file(request.actor, plant, month, given.parameter, content, str(one.name))
            )
        except TongjianError as error:
            problems += error.problems
    if problems:
        raise TongjianError(problems)
    return Status(201, [_file(one) for one in kept])


@router.post(_AT + "/freeze", response=FrozenShape)
@endpoint("entry.freeze")
def post_frozen_month(
    request: ActorRequest, code: Code, month: Month, given: ReasonGiven
) -> FrozenShape:
    """Freeze the key parameters of a month with all files that were brought for it."""
    plant = plant_of(request.actor, code, int(month[:4]))
    made = freeze_month(request.actor, plant, month, given.reason.strip())
    return FrozenShape(
        entry=made.entry,
        values=len(made.values),
        late=made.late,
        missing=[str(one) for one in made.missing],
    )


@router.get("/plants/{code}/evidence/{year}/{digest}", openapi_extra=FILE)
@endpoint("entry.export")
def get_month_file(
    request: ActorRequest, code: Code, year: Year, digest: Digest
) -> HttpResponseBase:
    """A file that was brought for a month, held against its digest."""
    return views_files.file(request, code, year, digest)


@router.get("/plants/{code}/readings/{year}", response=Page[ReadingLine])
@endpoint("entry.freeze")
def list_readings(
    request: ActorRequest, code: Code, year: Year, limit: Limit = 50, cursor: Cursor = ""
) -> Page[ReadingLine]:
    """The readings of a year, newest first."""
    plant = plant_of(request.actor, code, year)
    rows = MeterReading.objects.seen_by(request.actor)
    rows = rows.filter(plant=plant, period__startswith=str(year))
    found, after = part(request, rows, ("-period", "meter", "-entry"), limit, cursor)
    return Page[ReadingLine](items=[ReadingLine.of(one) for one in found], next=after)


@router.post("/plants/{code}/readings/{year}", response={201: ReadingLine})
@endpoint("entry.freeze")
def post_reading(
    request: ActorRequest, code: Code, year: Year, given: ReadingGiven
) -> Status[ReadingLine]:
    """Enter a reading; its quantity becomes a draft of the grid."""
    plant = plant_of(request.actor, code, year)
    if int(given.month[:4]) != year:
        values = {"value": given.month, "year": year}
        raise TongjianError(Problem("site.month_name", values=values))
    said = given.model_dump(exclude={"month"})
    made = read_meter(request.actor, plant, Reading(period=given.month, source="api", **said))
    return Status(201, ReadingLine.of(made))


__all__ = ["Digest", "Month", "ReasonGiven", "router"]
