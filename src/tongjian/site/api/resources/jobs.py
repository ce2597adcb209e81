"""Jobs: what became of what was asked for."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from tongjian.problems import Problem, TongjianError
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.api.paging import Cursor, Limit, Page, part
from tongjian.site.api.shapes import JobShape, Key
from tongjian.site.mrv.services_jobs import job_with_file, path_of
from tongjian.site.operations.jobs import stop
from tongjian.site.operations.services_jobs import jobs_for, may_read, may_stop

router = Router()
_FILE = {"200": {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}}


@router.get("/jobs", response=Page[JobShape])
@endpoint("operations.jobs")
def list_jobs(
    request: ActorRequest,
    state: Literal["", "waiting", "running", "done", "failed"] = "",
    kind: Annotated[str, Query(max_length=60)] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[JobShape]:
    """Own jobs and those of the enterprise, newest first."""
    rows = jobs_for(request.actor)
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    found, after = part(request, rows, ("-made", "-key"), limit, cursor)
    inside = [JobShape.of(one, may_read(request.actor, one)) for one in found]
    return Page[JobShape](items=inside, next=after)


@router.get("/jobs/{key}", response=JobShape)
@endpoint("operations.job")
def get_job(request: ActorRequest, key: Key) -> JobShape:
    """One of them."""
    one = get_object_or_404(jobs_for(request.actor), key=key)
    return JobShape.of(one, may_read(request.actor, one))


@router.post("/jobs/{key}/stop", response=JobShape)
@endpoint("operations.job_stop")
def stop_job(request: ActorRequest, key: Key) -> JobShape:
    """Stop a job of the actor's, where nothing is left half done by it."""
    one = get_object_or_404(jobs_for(request.actor), key=key)
    if not may_stop(request.actor, one) or not stop(one, request.actor.signature):
        raise TongjianError(Problem("site.job_goes_on"))
    one.refresh_from_db()
    return JobShape.of(one, may_read(request.actor, one))


@router.get("/jobs/{key}/file", openapi_extra={"responses": _FILE})
@endpoint("mrv.file")
def get_job_file(request: ActorRequest, key: Key) -> FileResponse:
    """The file that a job of the actor has made."""
    one = job_with_file(request.actor, key)
    if one is None or not path_of(one).is_file():
        raise Http404
    name = str(one.result["file"])
    answer = FileResponse(path_of(one).open("rb"), as_attachment=True, filename=name)
    answer["Content-Type"] = "application/octet-stream"
    return answer


__all__ = ["router"]
