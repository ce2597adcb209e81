"""Files to take away: the template, one's data as of any import, evidence."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal, cast

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from tongjian.evidence import file_digest
from tongjian.problems import Problem, TongjianError
from tongjian.records import export_rows, write_template
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.entry.grid import rulesets_of
from tongjian.site.entry.months import files_of
from tongjian.site.entry.plants import plant_of, workspace_of
from tongjian.site.registry.models import stored
from tongjian.site.ui.downloads import XLSX, attached, saved_as
from tongjian.site.ui.texts import lang
from tongjian.site.workspaces import catalogue

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": XLSX,
    "parquet": "application/vnd.apache.parquet",
}


@require_GET
@endpoint("entry.export")
def template(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """The workbook to fill in: with the plant, its process units and the streams it reports."""
    plant = plant_of(request.actor, code, year)
    words = "en" if lang() == "en" else "zh"
    classes = _classes(plant.sector, year)
    units = [stored(one) for one in plant.process_units.select_related("plant")]
    filled = {"facilities": [stored(plant)], "process_units": units}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_template(path, catalogue(), cast("Literal['zh', 'en']", words), classes, filled)
        return _answer(path.read_bytes(), "xlsx", f"{plant.code}-{year}-template.xlsx")


def _classes(sector: str, year: int) -> list[str] | None:
    """The classes of streams that the rule sets of a plant read; None for all."""
    found: dict[str, None] = {}
    for one in rulesets_of(sector, year):
        for sheet in one.program.sheets.values():
            if sheet.is_leaf and "stream" in sheet.grain:
                found |= dict.fromkeys(sheet.doc.streams)
            for plan in sheet.inputs.values():
                its = catalogue().streams.get(plan.doc.stream or "")
                if its is not None:
                    found[its.stream_class] = None
    classes = [name for name in found if name != "any"]
    return classes or None


@require_GET
@endpoint("entry.export")
def export(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """A plant's year as CSV, XLSX or Parquet, as it is now or as it was after an import."""
    plant = plant_of(request.actor, code, year)
    kind = request.GET.get("format", "xlsx")
    if kind not in _TYPES:
        raise Http404
    store = workspace_of(plant).store
    moment = request.GET.get("as_of", "").strip()
    if moment:
        store = store.as_of(moment)
    rows = store.read_activity(plant.code, year)
    name = f"{plant.code}-{year}" + (f"-{moment}" if moment else "") + f".{kind}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"data.{kind}"
        export_rows(rows, path, cast("Literal['csv', 'xlsx', 'parquet']", kind))
        return _answer(path.read_bytes(), kind, name)


@require_GET
@endpoint("entry.export")
def file(request: ActorRequest, code: str, year: int, digest: str) -> HttpResponse:
    """A file that was brought as evidence for a month of the plant."""
    plant = plant_of(request.actor, code, year)
    workspace = workspace_of(plant)
    named = [one for one in files_of(workspace, plant) if one.files[0] == digest]
    if not named:
        raise Http404
    path = workspace.files.path(digest)
    if not path.is_file() or file_digest(path) != digest:
        values = {"digest": digest, "name": named[-1].content["name"], "number": named[-1].number}
        raise TongjianError(Problem("evidence.file_missing", values=values))
    name = str(named[-1].content["name"])
    return attached(path, name)


def _answer(data: bytes, kind: str, name: str) -> HttpResponse:
    plain = "".join(one if one.isalnum() or one in "-._" else "_" for one in name)
    return saved_as(HttpResponse(data, content_type=_TYPES[kind]), plain)


__all__ = ["export", "file", "template"]
