"""The pages of a version: figures, grounds, data, changes, documents, reproduction."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from tongjian.reports import Words, idle_changes
from tongjian.reports.documents import kind_of
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.mrv.bench import run_again
from tongjian.site.mrv.pages import desk_or_404, done, version_or_404
from tongjian.site.mrv.services_documents import forms_of, kinds_for
from tongjian.site.mrv.services_evidence import file_for
from tongjian.site.mrv.services_jobs import job_with_file, jobs_of, path_of, start_job
from tongjian.site.mrv.services_versions import BRACKETS, changed_since, waterfalls
from tongjian.site.mrv.views_lineage import drivers_part, lineage_page
from tongjian.site.ui.downloads import ANYTHING, saved_as
from tongjian.site.ui.paging import page_of
from tongjian.site.ui.texts import lang, text

_ROWS = 100


@require_GET
@endpoint("mrv.version")
def version(request: ActorRequest, code: str, year: int, number: int) -> HttpResponse:
    """A version: what was reported, and on what it rests."""
    page = version_or_404(request, code, year, number)
    boundaries = {line.boundary for line in page.lines}
    kinds = kinds_for(boundaries, {line.substance for line in page.lines})
    jobs = [
        one
        for one in jobs_of(request.actor, page.desk.plant, year)
        if one.kind in ("mrv.document", "mrv.reproduce")
    ]
    shown = {
        "page": page,
        "desk": page.desk,
        "kinds": [(one, forms_of(one)) for one in kinds],
        "jobs": jobs,
        "waiting": any(not one.over for one in jobs),
        "plant": page.desk.plant,
        "year": year,
    }
    return render(request, "mrv/version.html", shown)


@require_GET
@endpoint("mrv.version")
def data(request: ActorRequest, code: str, year: int, number: int) -> HttpResponse:
    """The activity data of a version, page by page."""
    page = version_or_404(request, code, year, number)
    rows = page_of(request, page.data, _ROWS)
    shown = {"version_page": page, "desk": page.desk, "page": rows, "query": ""}
    return render(request, "mrv/data.html", shown)


@require_GET
@endpoint("mrv.version")
def changes(request: ActorRequest, code: str, year: int, number: int) -> HttpResponse:
    """What a version changed against the one before it, or against another."""
    page = version_or_404(request, code, year, number)
    asked = request.GET.get("against", "")
    older = page.before
    if asked:
        older = next((one for one in page.desk.versions if str(one.number) == asked), None)
    if older is None or older.number >= number:
        raise Http404
    found = page.changes(older)
    made, still, problems = waterfalls(found)
    shown = {
        "page": page,
        "desk": page.desk,
        "older": older,
        "waterfalls": made,
        "still": still,
        "problems": problems,
        "idle": idle_changes(Words.of(lang()), found, BRACKETS),
    }
    return render(request, "mrv/changes.html", shown)


@require_GET
@endpoint("mrv.lineage")
def lineage(request: ActorRequest, code: str, year: int, number: int) -> HttpResponse:
    """Where a number of a version comes from."""
    page = version_or_404(request, code, year, number)
    kept = page.run_with(request.GET.get("ruleset", ""), request.GET.get("boundary", ""))
    run = run_again(page.desk.workspace, kept)
    return lineage_page(request, page.desk, run, ("mrv:version", [code, year, number]))


@require_GET
@endpoint("mrv.lineage")
def drivers(request: ActorRequest, code: str, year: int, number: int) -> HttpResponse:
    """What drives a number of a version."""
    page = version_or_404(request, code, year, number)
    kept = page.run_with(request.GET.get("ruleset", ""), "")
    return drivers_part(request, page.desk, run_again(page.desk.workspace, kept))


@require_POST
@endpoint("mrv.document")
def document(request: ActorRequest, code: str, year: int, number: int) -> HttpResponse:
    """Have a document of a version made."""
    page = version_or_404(request, code, year, number)
    kind = kind_of(request.POST.get("kind", ""))
    form, language = request.POST.get("form", ""), request.POST.get("lang", "")
    if form not in forms_of(kind) or language not in ("zh", "en"):
        raise BadRequest
    start_job(
        "mrv.document", request.actor, page.desk.plant, year,
        version=number, paper=kind.id, form=form, lang=language,
    )  # fmt: skip
    return done(request, text("mrv.document_started"), "mrv:version", code, year, number)


@require_POST
@endpoint("mrv.reproduce")
def reproduce(request: ActorRequest, code: str, year: int, number: int) -> HttpResponse:
    """Have a version computed again and compared to the byte."""
    page = version_or_404(request, code, year, number)
    start_job("mrv.reproduce", request.actor, page.desk.plant, year, version=number)
    return done(request, text("mrv.reproduce_started"), "mrv:version", code, year, number)


@require_GET
@endpoint("mrv.file")
def file(request: ActorRequest, key: str) -> HttpResponse:
    """The file that a job of the actor has made."""
    job = job_with_file(request.actor, key)
    if job is None or not path_of(job).is_file():
        raise Http404
    made = HttpResponse(path_of(job).read_bytes(), content_type=ANYTHING)
    return saved_as(made, str(job.result["file"]))


@require_GET
@endpoint("mrv.evidence")
def evidence(request: ActorRequest, code: str, year: int, digest: str) -> HttpResponse:
    """A file that proves a record, held against its digest."""
    desk = desk_or_404(request, code, year)
    found = file_for(desk, digest)
    if found is None:
        raise Http404
    kept = HttpResponse(desk.workspace.files.read(digest), content_type=ANYTHING)
    return saved_as(kept, found.name)


@require_GET
@endpoint("mrv.differences")
def differences(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """What was recorded since the newest version was made: for the enterprise's own page."""
    desk = desk_or_404(request, code, year)
    if not desk.is_ours or not desk.versions:
        raise Http404
    newest = desk.versions[0]
    found = changed_since(desk, newest)
    shown = {"desk": desk, "newest": newest, "found": found[:_ROWS], "count": len(found)}
    return render(request, "mrv/parts/differences.html", shown)


__all__ = [
    "changes",
    "data",
    "differences",
    "document",
    "drivers",
    "evidence",
    "file",
    "lineage",
    "reproduce",
    "version",
]
