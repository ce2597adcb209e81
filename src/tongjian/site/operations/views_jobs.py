"""Jobs by page: what they are doing, what came of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tongjian.problems import Problem, TongjianError
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.operations.jobs import stop
from tongjian.site.operations.models import Job
from tongjian.site.operations.results import address_of
from tongjian.site.operations.services_jobs import jobs_for, may_read, may_stop
from tongjian.site.ui.paging import page_of

STATES = (Job.WAITING, Job.RUNNING, Job.DONE, Job.FAILED)


@require_GET
@endpoint("operations.jobs")
def jobs(request: ActorRequest) -> HttpResponse:
    """Own jobs and those of the enterprise, newest first."""
    state = request.GET.get("state", "")
    found = jobs_for(request.actor).select_related("enterprise").defer("asked", "result")
    if state in STATES:
        found = found.filter(state=state)
    page = page_of(request, found.order_by("-pk"))
    query = f"state={state}&" if state in STATES else ""
    context = {"page": page, "states": STATES, "state": state, "query": query}
    return render(request, "operations/jobs.html", context)


@require_GET
@endpoint("operations.job")
def job(request: ActorRequest, key: str) -> HttpResponse:
    """One job; while it is under way the page asks again."""
    found = jobs_for(request.actor).select_related("enterprise", "user")
    one = get_object_or_404(found, key=key)
    inside = may_read(request.actor, one)
    context: dict[str, Any] = {"job": one, "inside": inside}
    context["address"] = address_of(one, request.actor) if inside else ""
    context["stoppable"] = may_stop(request.actor, one)
    name = "operations/parts/job.html" if request.htmx else "operations/job.html"
    return render(request, name, context)


@require_POST
@endpoint("operations.job_stop")
def job_stop(request: ActorRequest, key: str) -> HttpResponse:
    """Stop a job that one has started, where nothing is left half done by it."""
    one = get_object_or_404(jobs_for(request.actor), key=key)
    if not may_stop(request.actor, one) or not stop(one, request.actor.signature):
        raise TongjianError(Problem("site.job_goes_on"))
    return redirect("operations:job", one.key)


__all__ = ["job", "job_stop", "jobs"]
