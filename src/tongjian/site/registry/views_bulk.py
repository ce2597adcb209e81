"""Pages for many at once (批量): registering by a file, and exports."""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from tongjian.site.access.actor import Actor
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.operations.models import Job
from tongjian.site.operations.results import leads_to
from tongjian.site.registry.bulk import KIND, apply_later, check, job_of, keep, own
from tongjian.site.registry.bulk_file import template
from tongjian.site.registry.exports import COLUMNS, as_csv, as_xlsx
from tongjian.site.registry.lists import Filters
from tongjian.site.ui.downloads import XLSX, saved_as
from tongjian.site.ui.texts import text_lazy

_SHOWN = 200
"""This many problems are shown on the page; their number is always told."""


class FileForm(forms.Form):
    """A file to look at."""

    file = forms.FileField(label=text_lazy("registry.file"))


@leads_to(KIND)
def _address(one: Job, actor: Actor) -> str:
    found = own(actor, str(one.asked.get("upload", "")))
    return reverse("registry:bulk-file", args=[found.key]) if found else ""


@require_http_methods(["GET", "POST"])
@endpoint("registry.bulk")
def bulk(request: ActorRequest) -> HttpResponse:
    """Give a file for its dry run."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        kept = keep(request.actor, given.name, given.read())
        return redirect("registry:bulk-file", key=kept.key)
    status = 422 if form.errors else 200
    return render(request, "registry/bulk.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@endpoint("registry.bulk")
def bulk_file(request: ActorRequest, key: str) -> HttpResponse:
    """What a file would do; asked to, have it done, and tell how far that is."""
    upload = own(request.actor, key)
    if upload is None:
        raise Http404
    job = job_of(upload)
    found = check(request.actor, bytes(upload.content), upload.name) if job is None else None
    if request.method == "POST" and (job is not None or (found is not None and found.ok)):
        apply_later(request.actor, upload)
        return redirect("registry:bulk-file", key=key)
    shown = {
        "upload": upload,
        "job": job,
        "found": found,
        "problems": found.problems[:_SHOWN] if found else [],
    }
    part = bool(request.htmx)
    return render(request, "registry/bulk_job.html" if part else "registry/bulk_file.html", shown)


@require_GET
@endpoint("registry.bulk")
def bulk_template(request: ActorRequest) -> HttpResponse:
    """The workbook to fill in."""
    return saved_as(HttpResponse(template(), content_type=XLSX), "registry-template.xlsx")


@require_GET
@endpoint("registry.export")
def export(request: ActorRequest, table: str, ending: str) -> HttpResponse | StreamingHttpResponse:
    """What one sees of the registry as a file."""
    asked = Filters.of(request.GET)
    if ending == "xlsx" and table == "registry":
        body = as_xlsx(request.actor, asked)
        return saved_as(HttpResponse(body, content_type=XLSX), "registry.xlsx")
    if ending != "csv" or table not in COLUMNS:
        raise Http404
    lines = StreamingHttpResponse(
        as_csv(request.actor, table, asked), content_type="text/csv; charset=utf-8"
    )
    return saved_as(lines, f"{table}.csv")


__all__ = ["bulk", "bulk_file", "bulk_template", "export"]
