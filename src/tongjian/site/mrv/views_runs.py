"""Computing, looking into runs, and making versions: the enterprise's own part."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from tongjian.problems import TongjianError
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.mrv.bench import run_again
from tongjian.site.mrv.pages import desk_or_404, done, plant_or_404
from tongjian.site.mrv.services_jobs import jobs_of, start_job
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.site.mrv.services_runs import Preview
from tongjian.site.mrv.views_lineage import drivers_part, lineage_page
from tongjian.site.ui.texts import text


@require_POST
@endpoint("mrv.compute")
def compute(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Have the year computed under every rule set that applies."""
    plant = plant_or_404(request, code)
    start_job("mrv.run", request.actor, plant, year)
    return done(request, text("mrv.run_started"), "mrv:report", code, year)


@require_POST
@endpoint("mrv.make_version")
def make_version(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Have the next version made from a kept run."""
    plant = plant_or_404(request, code)
    start_job(
        "mrv.version",
        request.actor,
        plant,
        year,
        run=request.POST.get("run", ""),
        reason=request.POST.get("reason", "").strip(),
        statutory=request.POST.get("statutory") == "on",
    )
    return done(request, text("mrv.version_started"), "mrv:report", code, year)


@require_GET
@endpoint("mrv.jobs")
def jobs(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """What the actor's jobs about a report are doing; asked for again and again by the page."""
    plant = plant_or_404(request, code)
    found = jobs_of(request.actor, plant, year)
    waiting = any(not one.over for one in found)
    part = {"jobs": found, "waiting": waiting, "plant": plant, "year": year}
    response = render(request, "mrv/parts/jobs.html", part)
    if request.GET.get("waiting") and not waiting:
        # What was waited for is there: the rest of the page speaks of it as well.
        response["HX-Refresh"] = "true"
    return response


@require_GET
@endpoint("mrv.run")
def run(request: ActorRequest, code: str, year: int, mark: str) -> HttpResponse:
    """A kept run before a version is made of it."""
    preview = preview_or_404(desk_or_404(request, code, year), mark)
    return render(request, "mrv/run.html", {"preview": preview, "desk": preview.desk})


@require_GET
@endpoint("mrv.run_lineage")
def run_lineage(request: ActorRequest, code: str, year: int, mark: str) -> HttpResponse:
    """Where a number of a kept run comes from."""
    preview = preview_or_404(desk_or_404(request, code, year), mark)
    back = ("mrv:run", [code, year, mark])
    return lineage_page(request, preview.desk, preview.run, back)


@require_GET
@endpoint("mrv.run_lineage")
def run_drivers(request: ActorRequest, code: str, year: int, mark: str) -> HttpResponse:
    """What drives a number of a kept run."""
    preview = preview_or_404(desk_or_404(request, code, year), mark)
    return drivers_part(request, preview.desk, run_again(preview.desk.workspace, preview.kept))


def preview_or_404(desk: ReportDesk, mark: str) -> Preview:
    """A kept run of the actor's own enterprise; others see runs by their versions alone."""
    if not desk.is_ours:
        raise Http404
    try:
        return Preview(desk, desk.workspace.runs.open(mark))
    except TongjianError as error:
        if any(one.code == "versions.unknown_run" for one in error.problems):
            raise Http404 from error
        raise


__all__ = ["compute", "jobs", "make_version", "preview_or_404", "run", "run_drivers", "run_lineage"]
