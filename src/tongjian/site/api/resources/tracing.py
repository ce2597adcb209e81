"""Where numbers come from: runs, their trees and drivers, evidence, and what was recorded since."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Any

from django.http import Http404, HttpResponseBase
from ninja import Path, Query, Router, Schema

from tongjian.engine import Node, Run
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.resources.months import Digest
from tongjian.site.api.resources.versions import FigureLine
from tongjian.site.api.shapes import FILE, Code, JobShape, Number, Told, Year, exact
from tongjian.site.mrv import views_versions
from tongjian.site.mrv.bench import run_again
from tongjian.site.mrv.lineage import Files, at, explained
from tongjian.site.mrv.pages import desk_or_404, plant_or_404, version_or_404
from tongjian.site.mrv.services_drivers import drivers
from tongjian.site.mrv.services_evidence import files_by_name
from tongjian.site.mrv.services_jobs import jobs_of
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.site.mrv.services_versions import changed_since
from tongjian.site.mrv.views_runs import preview_or_404

router = Router()
_RUN = "/reports/{code}/{year}/runs/{mark}"
_VERSION = "/reports/{code}/{year}/versions/{number}"
Mark = Annotated[str, Path(max_length=80, pattern=r"^[0-9A-Za-z._-]+$", description="@run")]
Name = Annotated[str, Query(max_length=120, pattern=r"^[^\x00-\x1f]*$")]
Depth = Annotated[int, Query(ge=0, le=12, description="@depth")]
Rows = Annotated[int, Query(ge=1, le=200, description="@lineage_rows")]
AtPath = Annotated[str, Query(max_length=200, pattern=r"^(\d{1,5}(\.\d{1,5})*)?$", alias="path")]


class RunShape(Schema):
    """A kept run before a version is made of it; `current` says whether nothing has changed."""

    run: str
    current: bool
    figures: list[FigureLine]
    problems: list[Told]
    recalled: int


class Where(Schema):
    """Which number: of a cell, or the sum of ledger lines."""

    ruleset: Name = ""
    boundary: Name = ""
    category: Name = ""
    substance: Name = ""
    cell: Annotated[str, Query(max_length=160, description="@cell")] = ""
    process_unit: Name = ""
    stream: Name = ""

    def asked(self, rows: int) -> dict[str, str]:
        """As the page asks for it."""
        said = {name: value for name, value in self.model_dump().items() if value}
        for name in ("process_unit", "stream"):
            if name in said:
                said[f"key.{name}"] = said.pop(name)
        return {**said, "rows": str(rows)}


class Tree(Schema):
    """A number and what is behind it; `more` of a node counts what is not shown, by its path."""

    path: str
    node: dict[str, Any]


class DriversShape(Schema):
    """A total with its 95 % interval, and what it rests on most."""

    unit: str
    value: str
    low: str
    high: str
    percent: str
    driving: list[dict[str, Any]]
    by_effect: list[dict[str, Any]]
    open: int


class Since(Schema):
    """A datum that was entered, changed or withdrawn since the newest version."""

    number: int
    time: str
    act: str
    by: str
    reason: str
    row: dict[str, Any] | None
    before: dict[str, Any] | None


def _tree(run: Run, desk: ReportDesk, asked: dict[str, str], path: str, depth: int) -> Tree:
    node, _ = at(explained(run, desk.plant.code, desk.year, asked), path)
    return Tree(path=path, node=_node(node, path, depth, files_by_name(desk)))


def _node(node: Node, path: str, depth: int, files: Files) -> dict[str, Any]:
    said = replace(node, children=()).as_dict()
    said["path"] = path
    for record in said.get("records", ()):
        named = files.get(str(record.get("evidence") or ""), ())
        record["files"] = [{"digest": digest, "name": name} for digest, name in named]
    if depth == 0:
        return {**said, "more": len(node.children)}
    children = [
        _node(child, f"{path}.{number}".lstrip("."), depth - 1, files)
        for number, child in enumerate(node.children)
    ]
    return {**said, "children": children, "more": 0}


def _drivers(desk: ReportDesk, run: Run, ruleset: str, cell: str) -> DriversShape:
    found = asdict(drivers(desk, run, ruleset, cell or None))
    return DriversShape.model_validate(found)


@router.get(_RUN, response=RunShape)
@endpoint("mrv.run")
def get_run(request: ActorRequest, code: Code, year: Year, mark: Mark) -> RunShape:
    """A kept run of one's own enterprise: its figures and what was left out."""
    preview = preview_or_404(desk_or_404(request, code, year), mark)
    lines = preview.run.select(facility=preview.desk.plant.code, year=year)
    return RunShape(
        run=mark,
        current=preview.is_current,
        figures=[
            FigureLine(
                **{name: getattr(one, name) for name in _LINE},
                amount=exact(one.amount_micro) or "",
                co2e=exact(one.co2e_micro),
            )
            for one in lines
        ],
        problems=[Told(**one.as_dict()) for one in preview.problems],
        recalled=len(preview.statement.open),
    )


_LINE = ("ruleset", "boundary", "category", "substance", "unit")


@router.get(_RUN + "/lineage", response=Tree)
@endpoint("mrv.run_lineage")
def get_run_lineage(
    request: ActorRequest,
    code: Code,
    year: Year,
    mark: Mark,
    where: Query[Where],
    path: AtPath = "",
    depth: Depth = 2,
    rows: Rows = 8,
) -> Tree:
    """The tree behind a number of a run."""
    preview = preview_or_404(desk_or_404(request, code, year), mark)
    return _tree(preview.run, preview.desk, where.asked(rows), path, depth)


@router.get(_RUN + "/drivers", response=DriversShape)
@endpoint("mrv.run_lineage")
def get_run_drivers(
    request: ActorRequest,
    code: Code,
    year: Year,
    mark: Mark,
    ruleset: Name,
    cell: Annotated[str, Query(max_length=160, description="@cell")] = "",
) -> DriversShape:
    """What drives a number of a run, and how sure it is."""
    preview = preview_or_404(desk_or_404(request, code, year), mark)
    run = run_again(preview.desk.workspace, preview.kept)
    return _drivers(preview.desk, run, ruleset, cell)


@router.get(_VERSION + "/lineage", response=Tree)
@endpoint("mrv.lineage")
def get_lineage(
    request: ActorRequest,
    code: Code,
    year: Year,
    number: Number,
    where: Query[Where],
    path: AtPath = "",
    depth: Depth = 2,
    rows: Rows = 8,
) -> Tree:
    """The tree behind a number of a version: formula, values, clauses, records, evidence."""
    page = version_or_404(request, code, year, number)
    kept = page.run_with(where.ruleset, where.boundary)
    run = run_again(page.desk.workspace, kept)
    return _tree(run, page.desk, where.asked(rows), path, depth)


@router.get(_VERSION + "/drivers", response=DriversShape)
@endpoint("mrv.lineage")
def get_drivers(
    request: ActorRequest,
    code: Code,
    year: Year,
    number: Number,
    ruleset: Name,
    cell: Annotated[str, Query(max_length=160, description="@cell")] = "",
) -> DriversShape:
    """What drives a number of a version, and how sure it is."""
    page = version_or_404(request, code, year, number)
    run = run_again(page.desk.workspace, page.run_with(ruleset, ""))
    return _drivers(page.desk, run, ruleset, cell)


@router.get("/reports/{code}/{year}/changes-since", response=list[Since])
@endpoint("mrv.differences")
def list_changes_since(request: ActorRequest, code: Code, year: Year) -> list[Since]:
    """What was recorded since the newest version was made, for the enterprise itself."""
    desk = desk_or_404(request, code, year)
    if not desk.is_ours or not desk.versions:
        raise Http404
    names = ("number", "time", "act", "by", "reason")
    return [
        Since(
            **{name: getattr(one, name) for name in names},
            row=None if one.row is None else dict(one.row),
            before=None if one.before is None else dict(one.before),
        )
        for one in changed_since(desk, desk.versions[0])[:500]
    ]


@router.get("/reports/{code}/{year}/jobs", response=list[JobShape])
@endpoint("mrv.jobs")
def list_report_jobs(request: ActorRequest, code: Code, year: Year) -> list[JobShape]:
    """The last jobs that one has started about a report."""
    found = jobs_of(request.actor, plant_or_404(request, code), year)
    return [JobShape.of(one, True) for one in found]


@router.get("/reports/{code}/{year}/evidence/{digest}", openapi_extra=FILE)
@endpoint("mrv.evidence")
def get_evidence_file(
    request: ActorRequest, code: Code, year: Year, digest: Digest
) -> HttpResponseBase:
    """A file that proves a record or came with an act, held against its digest."""
    return views_versions.evidence(request, code, year, digest)


__all__ = ["router"]
