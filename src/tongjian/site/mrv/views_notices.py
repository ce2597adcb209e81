"""One's reminders (提醒): the list, reading one, marking all as read."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.mrv.pages import done
from tongjian.site.mrv.services_notices import mark, notices_of, words_of
from tongjian.site.ui.paging import page_of
from tongjian.site.ui.texts import text


@require_GET
@endpoint("mrv.notices")
def notices(request: ActorRequest) -> HttpResponse:
    """Every reminder of the actor, newest first."""
    rows = notices_of(request.actor).select_related("plant")
    page = page_of(request, rows)
    shown = {"page": page, "rows": [(one, words_of(one)) for one in page], "query": ""}
    return render(request, "mrv/notices.html", shown)


@require_POST
@endpoint("mrv.notice")
def notice(request: ActorRequest, key: str) -> HttpResponse:
    """Mark one as read and go on to what it is about."""
    one = get_object_or_404(notices_of(request.actor).select_related("plant"), key=key)
    mark(notices_of(request.actor).filter(pk=one.pk))
    verifies = request.actor.role.within == "assignment"
    return redirect("mrv:verification" if verifies else "mrv:report", one.plant.code, one.year)


@require_POST
@endpoint("mrv.notices_read")
def read(request: ActorRequest) -> HttpResponse:
    """Mark all as read."""
    count = mark(notices_of(request.actor))
    return done(request, text("mrv.notices_marked", count=count), "mrv:notices")


__all__ = ["notice", "notices", "read"]
