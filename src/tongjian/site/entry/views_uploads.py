"""Imports from files: bring, look, mend, record."""

from __future__ import annotations

from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Min
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongjian.evidence import china_day
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.entry.models import Upload, UploadProblem
from tongjian.site.entry.plants import enterprise_of
from tongjian.site.entry.uploads import KEPT_PROBLEMS, MOST_FILES, apply, discard, marked, put_aside
from tongjian.site.registry.models import Plant
from tongjian.site.ui.downloads import attached
from tongjian.site.ui.paging import page_of

_PAGE = 50
_MODES = (Upload.ADD, Upload.CORRECT, Upload.WITHDRAW)


@require_http_methods(["GET", "POST"])
@endpoint("entry.import")
def uploads(request: ActorRequest) -> HttpResponse:
    """The form for files, and what became of earlier ones."""
    enterprise = enterprise_of(request.actor)
    if request.method == "POST":
        mode = request.POST.get("mode", Upload.ADD)
        made = put_aside(
            request.actor,
            enterprise,
            cast("list[UploadedFile[bytes]]", request.FILES.getlist("files")),
            mode if mode in _MODES else Upload.ADD,
            request.POST.get("reason", "")[:300],
            request.POST.get("evidence", "")[:200],
        )
        return redirect("entry:upload", key=made.key)
    listed = Upload.objects.seen_by(request.actor).select_related("job")
    context = {
        "page": page_of(request, listed),
        "modes": _MODES,
        "most": MOST_FILES,
        # The year that is reported, for the template's lists.
        "year": china_day(timezone.now()).year - 1,
        "plants": Plant.objects.seen_by(request.actor).filter(enterprise=enterprise)[:_PAGE],
    }
    return render(request, "entry/uploads.html", context)


def _found(request: ActorRequest, key: str) -> Upload:
    listed = Upload.objects.seen_by(request.actor).select_related("enterprise", "job")
    return get_object_or_404(listed, key=key)


@require_GET
@endpoint("entry.import")
def upload(request: ActorRequest, key: str) -> HttpResponse:
    """An upload: how far it is, every problem with its place, and what can be done."""
    found = _found(request, key)
    problems = UploadProblem.objects.seen_by(request.actor).filter(upload=found)
    counted = (
        problems.order_by()
        .values("code", "severity")
        .annotate(count=Count("pk"), first=Min("number"))
    )
    firsts = {
        one.number: one.data
        for one in problems.filter(number__in=[group["first"] for group in counted])
    }
    groups: list[dict[str, Any]] = [
        {**group, "example": firsts[group["first"]]}
        for group in sorted(counted, key=lambda one: -one["count"])
    ]
    code = request.GET.get("code", "")
    shown = problems.filter(code=code) if code else problems
    context = {
        "upload": found,
        "groups": groups,
        "grouped": bool(code) or any(group["count"] > 1 for group in groups),
        "code": code,
        "page": page_of(request, shown),
        "marked": marked(found) is not None,
        "most": KEPT_PROBLEMS,
    }
    return render(request, "entry/upload.html", context)


@require_GET
@endpoint("entry.import")
def upload_progress(request: ActorRequest, key: str) -> HttpResponse:
    """The bar of progress; the whole page comes again when the job is over."""
    found = _found(request, key)
    response = render(request, "entry/upload_progress.html", {"upload": found})
    if found.job is None or found.job.over:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@endpoint("entry.import")
def upload_apply(request: ActorRequest, key: str) -> HttpResponse:
    """Record what was looked at."""
    found = _found(request, key)
    apply(request.actor, found)
    return redirect("entry:upload", key=found.key)


@require_POST
@endpoint("entry.import")
def upload_discard(request: ActorRequest, key: str) -> HttpResponse:
    """Throw the files away."""
    found = _found(request, key)
    discard(found)
    return redirect("entry:import")


@require_GET
@endpoint("entry.import")
def upload_marked(request: ActorRequest, key: str) -> HttpResponse:
    """One's own files with the errors marked."""
    path = marked(_found(request, key))
    if path is None:
        raise Http404
    return attached(path, f"marked-{key}.xlsx")


__all__ = [
    "upload",
    "upload_apply",
    "upload_discard",
    "upload_marked",
    "upload_progress",
    "uploads",
]
