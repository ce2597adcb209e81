"""Large extracts (批量下载): every figure that was handed in and stands, as one file.

CSV is sent while it is read, whatever its length; Parquet is written aside first.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import duckdb
from django.db.models import F, QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from ninja import Query, Router

from tongjian.site.access.actor import Actor
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.access.tenancy import in_division
from tongjian.site.api.shapes import exact
from tongjian.site.mrv.models import SubmittedFigure
from tongjian.site.mrv.services_list import reports_for
from tongjian.site.mrv.services_review import HANDED_IN
from tongjian.site.ui.downloads import saved_as

router = Router()
_COLUMNS = {
    "plant": "VARCHAR",
    "year": "INTEGER",
    "version": "INTEGER",
    "state": "VARCHAR",
    "division": "VARCHAR",
    "sector": "VARCHAR",
    "ruleset": "VARCHAR",
    "boundary": "VARCHAR",
    "category": "VARCHAR",
    "substance": "VARCHAR",
    "unit": "VARCHAR",
    "amount": "DECIMAL(24,6)",
    "co2e": "DECIMAL(24,6)",
}
_CHUNK = 5000
_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
_CONTENT = {
    "200": {
        "description": "@bulk",
        "content": {
            kind: {"schema": {"type": "string"}} for kind in ("text/csv", _TYPES["parquet"])
        },
    }
}


@router.get("/bulk/figures", openapi_extra={"responses": _CONTENT})
@endpoint("mrv.version")
def bulk_figures(
    request: ActorRequest,
    form: Literal["csv", "parquet"] = "csv",
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
    division: Annotated[str, Query(max_length=6, pattern=r"^\d{0,6}$")] = "",
) -> HttpResponseBase:
    """Every figure of the newest versions that were handed in, as far as the actor sees them."""
    rows = _figures(request.actor, year, division)
    if form == "csv":
        answer = StreamingHttpResponse(_lines(rows), content_type=_TYPES[form])
        return saved_as(answer, "figures.csv")
    with tempfile.TemporaryDirectory(prefix="bulk-") as folder:
        made = _parquet(rows, Path(folder))
        stream = made.open("rb")  # stays readable when the folder is gone
    return FileResponse(
        stream, as_attachment=True, filename="figures.parquet", content_type=_TYPES[form]
    )


def _figures(actor: Actor, year: int | None, division: str) -> QuerySet[SubmittedFigure, Any]:
    # By reports_for: to a verifier the years that were given, and no other.
    reports = reports_for(actor).filter(state__in=HANDED_IN)
    if year is not None:
        reports = reports.filter(year=year)
    seen = SubmittedFigure.objects.seen_by(actor).filter(
        version__report__in=reports.order_by().values("pk"),
        version__number=F("version__report__submitted"),
    )
    if division:
        seen = seen.filter(in_division("version__division", division))
    return seen.order_by("version", "pk").values_list(
        "version__plant_code",
        "version__year",
        "version__number",
        "version__report__state",
        "version__division",
        "version__sector",
        "ruleset",
        "boundary",
        "category",
        "substance",
        "unit",
        "amount_micro",
        "co2e_micro",
    )


class _Line:
    """Gives back what a CSV writer writes."""

    def write(self, text: str) -> str:
        return text


def _lines(rows: QuerySet[SubmittedFigure, Any]) -> Iterator[str]:
    writer = csv.writer(_Line(), lineterminator="\r\n")
    yield writer.writerow(list(_COLUMNS))
    for *said, amount, co2e in rows.iterator(chunk_size=_CHUNK):
        yield writer.writerow([*said, exact(amount), exact(co2e)])


def _parquet(rows: QuerySet[SubmittedFigure, Any], folder: Path) -> Path:
    source, target = folder / "figures.csv", folder / "figures.parquet"
    with source.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(_lines(rows))
    with duckdb.connect() as base:
        read = base.read_csv(str(source), header=True, dtype=_COLUMNS, delimiter=",")
        read.write_parquet(str(target), compression="zstd")
    return target


__all__ = ["router"]
