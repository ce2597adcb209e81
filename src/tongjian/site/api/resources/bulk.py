"""Large extracts (批量下载): what was handed in and stands, of all that one sees, as one file.

CSV is sent while it is read, whatever its length; Parquet is written aside first. What is too much
to wait for is made by a job (`start_extract`).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Literal

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.extracts import TABLES, Asked, lines, parquet
from tongjian.site.api.extracts import start_extract as start
from tongjian.site.api.shapes import Given, JobShape
from tongjian.site.ui.downloads import saved_as

router = Router()
Form = Literal["csv", "parquet"]
OfYear = Annotated[int | None, Query(ge=1990, le=2100)]
Division = Annotated[str, Query(max_length=6, pattern=r"^\d{0,6}$")]
_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
_CONTENT = {
    "200": {
        "description": "@bulk",
        "content": {
            kind: {"schema": {"type": "string"}} for kind in ("text/csv", _TYPES["parquet"])
        },
    }
}


class ExtractGiven(Given):
    """What is to be extracted."""

    table: Literal["figures", "activity"]
    form: Form = "parquet"
    year: Annotated[int | None, Field(ge=1990, le=2100)] = None
    division: Annotated[str, Field(max_length=6, pattern=r"^\d{0,6}$")] = ""


@router.get("/bulk/figures", openapi_extra={"responses": _CONTENT})
@endpoint("mrv.version")
def bulk_figures(
    request: ActorRequest, form: Form = "csv", year: OfYear = None, division: Division = ""
) -> HttpResponseBase:
    """Every figure of the newest versions that were handed in, as far as the actor sees them."""
    return _answer(request, "figures", form, Asked(year, division))


@router.get("/bulk/activity", openapi_extra={"responses": _CONTENT})
@endpoint("mrv.version")
def bulk_activity(
    request: ActorRequest, form: Form = "csv", year: OfYear = None, division: Division = ""
) -> HttpResponseBase:
    """The activity data on which they rest."""
    return _answer(request, "activity", form, Asked(year, division))


def _answer(request: ActorRequest, table: str, form: str, asked: Asked) -> HttpResponseBase:
    of = TABLES[table]
    rows = of.rows(request.actor, asked)
    if form == "csv":
        streamed = StreamingHttpResponse(lines(of, rows), content_type=_TYPES[form])
        return saved_as(streamed, f"{table}.csv")
    with tempfile.TemporaryDirectory(prefix="bulk-") as folder:
        made = Path(folder) / "made.parquet"
        parquet(of, lines(of, rows), made)
        stream = made.open("rb")  # stays readable when the folder is gone
    name = f"{table}.parquet"
    return FileResponse(stream, as_attachment=True, filename=name, content_type=_TYPES[form])


@router.post("/bulk/extracts", response={202: JobShape})
@endpoint("mrv.document")
def start_extract(request: ActorRequest, given: ExtractGiven) -> Status[JobShape]:
    """Have an extract made as a file by a job, with progress."""
    asked = Asked(given.year, given.division)
    return Status(202, JobShape.of(start(request.actor, given.table, given.form, asked), True))


__all__ = ["router"]
