"""Entering activity data row by row, the drafts of the grid, and what became of each datum."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponseBase
from ninja import Query, Router, Schema
from pydantic import Field

from tongjian.problems import Problem, TongjianError
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.shapes import FILE, Code, Given, Key, Text, Told, Year
from tongjian.site.entry import views_files, views_uploads
from tongjian.site.entry.drafts import Kept, Typed, keep_drafts
from tongjian.site.entry.grid import Line, make_grid
from tongjian.site.entry.models import Draft
from tongjian.site.entry.plants import plant_of, workspace_of
from tongjian.site.entry.saving import enter_rows, save_drafts
from tongjian.site.entry.told import told_of

router = Router()
_AT = "/plants/{code}/activity/{year}"
MOST = 2000
Plain = r"^[^\x00-\x1f]*$"
Word = Annotated[str, Field(max_length=80, pattern=Plain)]
Month = Annotated[str, Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2]))?$", description="@period")]
Asked = Annotated[str, Query(max_length=80, pattern=Plain)]


class Datum(Given):
    """A datum; without a quantity it stands for one that is to be withdrawn."""

    period: Month
    process_unit: Word = ""
    stream: Annotated[str, Field(min_length=1, max_length=80, pattern=Plain)]
    item: Annotated[str, Field(min_length=1, max_length=80, pattern=Plain)]
    quantity: Annotated[str, Field(max_length=120, pattern=Plain, description="@quantity")] = ""
    unit: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    tier: Annotated[str, Field(max_length=20, pattern=Plain, description="@tier")] = ""
    evidence: Annotated[str, Field(max_length=200, pattern=Plain)] = ""

    def typed(self, slot: str = "", version: int = 0) -> Typed:
        """As the grid has it."""
        key = (self.process_unit, self.stream, self.item, slot, self.period)
        return Typed(
            tuple(one.strip() for one in key),
            self.quantity.strip(),
            self.unit.strip(),
            self.tier.strip(),
            self.evidence.strip(),
            version,
            "api",
        )


class Cell(Datum):
    """A cell of the grid; `version` is that of the draft that was seen, 0 for none."""

    slot: Annotated[str, Field(max_length=40, pattern=Plain, description="@slot")] = ""
    version: Annotated[int, Field(ge=0, le=2**31)] = 0


class DataGiven(Given):
    """Data to be entered at once, or only looked at; why, and what proves it."""

    rows: Annotated[list[Datum], Field(min_length=1, max_length=MOST)]
    reason: Annotated[str, Field(max_length=300, pattern=Plain)] = ""
    evidence: Annotated[str, Field(max_length=200, pattern=Plain)] = ""
    dry_run: Annotated[bool, Field(description="@dry_run")] = False


class SaveGiven(Given):
    """Why drafts become records, and what proves it."""

    reason: Annotated[str, Field(max_length=300, pattern=Plain)] = ""
    evidence: Annotated[str, Field(max_length=200, pattern=Plain)] = ""


class CellsGiven(Given):
    """Cells to be kept as drafts."""

    cells: Annotated[list[Cell], Field(min_length=1, max_length=MOST)]


class SavedShape(Schema):
    """What was recorded, or would be; `number` is that of the import, 0 where there was none."""

    dry_run: bool
    number: int
    new: int
    corrected: int
    withdrawn: int
    known: int


class CellKept(Schema):
    """What became of a cell: draft, error, stored, empty or conflict."""

    key: list[str]
    state: str
    version: int
    problems: list[Told]


class GridCell(Schema):
    """A datum of the grid: what is recorded, and what was typed since."""

    period: str
    state: str
    quantity: str
    version: int


class GridLine(Schema):
    """An item that is asked for, over the periods of the year."""

    process_unit: str
    stream: str
    item: str
    slot: str
    title: Text
    unit: str
    units: list[str]
    tier: str
    evidence: str
    feeds: list[str]
    needed: bool
    occurs: bool
    cells: list[GridCell]

    @classmethod
    def of(cls, one: Line) -> GridLine:
        """From the grid of the page."""
        return cls(
            process_unit=one.key[0],
            stream=one.key[1],
            item=one.key[2],
            slot=one.key[3],
            title=Text.of(one.title),
            unit=one.unit,
            units=list(one.units),
            tier=one.tier,
            evidence=one.evidence,
            feeds=list(one.feeds),
            needed=one.needed,
            occurs=one.occurs,
            cells=[
                GridCell(
                    period=each.period,
                    state=each.state,
                    quantity=each.shown,
                    version=each.version,
                )
                for each in one.cells
                if one.needed or each.state != "empty"
            ],
        )


class Step(Schema):
    """A step of a datum: who, when, why, from what to what."""

    number: int
    time: datetime
    act: str
    by: str
    reason: str
    evidence: str
    stands: bool
    before: dict[str, Any] | None
    row: dict[str, Any] | None


@router.post(_AT + "/rows", response=SavedShape)
@endpoint("entry.enter")
def enter_activity(request: ActorRequest, code: Code, year: Year, given: DataGiven) -> SavedShape:
    """Add, correct and withdraw data of a year in one import, or see what that would do."""
    plant = plant_of(request.actor, code, year)
    typed = [one.typed() for one in given.rows]
    done = enter_rows(
        request.actor, plant, year, typed, given.reason, given.evidence, given.dry_run
    )
    return _saved(done, given.dry_run)


def _saved(done: Any, dry_run: bool) -> SavedShape:
    names = [name for name in SavedShape.model_fields if name != "dry_run"]
    return SavedShape(dry_run=dry_run, **{name: getattr(done, name) for name in names})


@router.get(_AT + "/grid", response=list[GridLine])
@endpoint("entry.grid")
def get_grid(request: ActorRequest, code: Code, year: Year) -> list[GridLine]:
    """What the rule sets ask of the plant's year, with what is recorded and drafted."""
    plant = plant_of(request.actor, code, year)
    return [GridLine.of(one) for one in make_grid(workspace_of(plant), plant, year).lines]


@router.get(_AT + "/history", response=list[Step])
@endpoint("entry.grid")
def list_datum_history(
    request: ActorRequest,
    code: Code,
    year: Year,
    stream: Asked,
    item: Asked,
    period: Annotated[str, Query(pattern=r"^\d{4}(-(0[1-9]|1[0-2]))?$")],
    process_unit: Asked = "",
) -> list[Step]:
    """Every step of one datum, newest first."""
    plant = plant_of(request.actor, code, year)
    found = told_of(workspace_of(plant), plant, process_unit, stream, item, period)
    return [
        Step(
            **{name: getattr(one, name) for name in Step.model_fields if name not in _ROWS},
            before=_row(one.before),
            row=_row(one.row),
        )
        for one in found
    ]


_ROWS = ("before", "row")
_SHOWN = ("entered_quantity", "entered_unit", "quantity", "unit", "tier", "evidence", "source")


def _row(row: Any) -> dict[str, Any] | None:
    return None if row is None else {name: row.get(name) for name in _SHOWN}


@router.post(_AT + "/drafts", response=list[CellKept])
@endpoint("entry.enter")
def put_drafts(request: ActorRequest, code: Code, year: Year, given: CellsGiven) -> list[CellKept]:
    """Keep cells as drafts of the grid; each is answered for itself, in order."""
    plant = plant_of(request.actor, code, year)
    cells = [_cell(one, year) for one in given.cells]
    wrong = [number for number, one in enumerate(cells, 1) if one is None]
    if wrong:
        raise TongjianError(
            [Problem("site.api_cell", values={"number": one, "year": year}) for one in wrong]
        )
    good = [one for one in cells if one is not None]
    kept = keep_drafts(request.actor, workspace_of(plant), plant, year, good)
    return [_kept(one) for one in kept]


def _cell(one: Cell, year: int) -> Typed | None:
    said = one.model_dump()
    return Typed.of({**said, "value": said["quantity"]}, year)


def _kept(one: Kept) -> CellKept:
    return CellKept(
        key=list(one.key),
        state=one.state,
        version=one.draft.version if one.draft else 0,
        problems=[Told(**each.as_dict()) for each in one.problems],
    )


@router.post(_AT + "/drafts/save", response=SavedShape)
@endpoint("entry.enter")
def post_saved_drafts(
    request: ActorRequest, code: Code, year: Year, given: SaveGiven
) -> SavedShape:
    """Put all drafts of the year into the records, at once or not at all."""
    plant = plant_of(request.actor, code, year)
    return _saved(save_drafts(request.actor, plant, year, given.reason, given.evidence), False)


@router.post(_AT + "/drafts/discard", response=int)
@endpoint("entry.enter")
def discard_drafts(request: ActorRequest, code: Code, year: Year) -> int:
    """Throw away all drafts of the year; how many there were."""
    plant = plant_of(request.actor, code, year)
    count, _ = Draft.objects.seen_by(request.actor).filter(plant=plant, year=year).delete()
    if not count:
        raise TongjianError(Problem("site.entry_nothing"))
    return count


# ---- files ----------------------------------------------------------------------------------


@router.get(_AT + "/export", openapi_extra=FILE)
@endpoint("entry.export")
def export_activity(
    request: ActorRequest,
    code: Code,
    year: Year,
    format: Annotated[str, Query(pattern="^(csv|xlsx|parquet)$")] = "xlsx",
    as_of: Annotated[str, Query(max_length=40, pattern=Plain, description="@as_of")] = "",
) -> HttpResponseBase:
    """The year as CSV, XLSX or Parquet; importing it again changes nothing."""
    return views_files.export(request, code, year)


@router.get(_AT + "/template", openapi_extra=FILE)
@endpoint("entry.export")
def get_activity_template(request: ActorRequest, code: Code, year: Year) -> HttpResponseBase:
    """The workbook to fill in, with the process units and streams of the plant (XLSX)."""
    return views_files.template(request, code, year)


@router.get("/imports/{key}/marked", openapi_extra=FILE)
@endpoint("entry.import")
def get_marked_import(request: ActorRequest, key: Key) -> HttpResponseBase:
    """The files of an import with their errors marked (XLSX)."""
    return views_uploads.upload_marked(request, key)


__all__ = ["Month", "Plain", "router"]
