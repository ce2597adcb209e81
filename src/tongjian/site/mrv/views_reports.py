"""The list of reports, and the page of one report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongjian.evidence import china_day
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.mrv.pages import act_forms, desk_or_404, done
from tongjian.site.mrv.panels import panels_of
from tongjian.site.mrv.services_list import ReportFilter, plants_of, rows_of
from tongjian.site.mrv.services_next import next_step
from tongjian.site.mrv.services_reports import take_step
from tongjian.site.registry.models import Plant
from tongjian.site.ui.paging import page_of
from tongjian.site.ui.texts import lang, text
from tongjian.workflow import report_flow


@require_GET
@endpoint("mrv.reports")
def reports(request: ActorRequest) -> HttpResponse:
    """Every report that the actor may see, by year, state, division, sector and text."""
    wanted = ReportFilter.of(request.GET)
    # First which rows, by the index alone, then these: a late page is as quick as the first.
    page = page_of(request, wanted.rows(request.actor).values_list("pk", flat=True))
    query = wanted.query
    return render(
        request,
        "mrv/reports.html",
        {
            "page": page,
            "rows": rows_of(request.actor, list(page.object_list)),
            "wanted": wanted,
            "query": f"{query}&" if query else "",
            "flow": report_flow(),
            **wanted.choices(request.actor),
            "plants": plants_of(request.actor),
            "last_year": china_day(timezone.now()).year - 1,
        },
    )


@require_GET
@endpoint("mrv.report")
def report(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Where a report stands, what the actor can do about it and why not more, and its parts."""
    desk = desk_or_404(request, code, year)
    page = {
        "desk": desk,
        "next": next_step(desk),
        "acts": act_forms(desk),
        "panels": panels_of(desk),
    }
    return render(request, "mrv/report.html", page)


@require_POST
@endpoint("mrv.act_open")
def begin(request: ActorRequest) -> HttpResponse:
    """Open the report of a plant and year that has none yet."""
    seen = Plant.objects.seen_by(request.actor).select_related("enterprise")
    plant, said = seen.filter(code=request.POST.get("plant", "")).first(), request.POST.get("year")
    if plant is None or not said or not (said.isdecimal() and len(said) == 4):
        raise BadRequest(said)
    take_step(request.actor, plant, int(said), "open")
    step = report_flow().transitions["open"].title[lang()]
    return done(request, text("mrv.step_done", step=step), "mrv:report", plant.code, int(said))


def transition_view(name: str, to: str = "mrv:report") -> Callable[..., HttpResponse]:
    """The view that takes the transition `name`: its reason and what the flow needs by POST.

    Afterwards it goes on to the page `to` of the report.
    """

    @require_POST
    @endpoint(f"mrv.act_{name}")
    def view(request: ActorRequest, code: str, year: int) -> HttpResponse:
        plant = desk_or_404(request, code, year).plant
        transition = report_flow().transitions[name]
        content: dict[str, Any] = {
            field: request.POST[field] for field in transition.needs if request.POST.get(field)
        }
        take_step(request.actor, plant, year, name, request.POST.get("reason", ""), content)
        said = text("mrv.step_done", step=transition.title[lang()])
        return done(request, said, to, code, year)

    view.__name__ = f"act_{name}"
    return view


__all__ = ["report", "reports", "transition_view"]
