"""The desk of those who decide about reports (审核台)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from tongjian.evidence import china_day
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.mrv.services_list import ReportFilter
from tongjian.site.mrv.services_review import Queue
from tongjian.site.ui.paging import page_of
from tongjian.workflow import report_flow

STEPS = ("pass", "accept", "return", "recall", "demand", "determine")
"""The transitions that belong to authorities."""


@require_GET
@endpoint("mrv.queue")
def queue(request: ActorRequest) -> HttpResponse:
    """What waits for the actor, what is late, what was not begun, by the same filters."""
    wanted = ReportFilter.of(request.GET)
    asked = request.GET.get("part", "")
    made = Queue(request.actor, asked, wanted, china_day(timezone.now()))
    if asked not in made.parts:
        made = Queue(request.actor, made.parts[0], wanted, made.today)
    page = page_of(request, made.rows().values_list("pk", flat=True))
    query = wanted.query
    shown = {
        "queue": made,
        "rows": made.rows_of(list(page.object_list)),
        "counts": [(one, f"mrv.part_{one}", count) for one, count in made.counts()],
        "page": page,
        "wanted": wanted,
        "query": f"part={made.part}&" + (f"{query}&" if query else ""),
        "filter_query": query,
        "flow": report_flow(),
        **wanted.choices(request.actor),
    }
    return render(request, "mrv/queue.html", shown)


__all__ = ["STEPS", "queue"]
