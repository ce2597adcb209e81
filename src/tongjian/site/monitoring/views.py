"""Pages of the monitoring of a plant's year."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongjian.evidence import china_day
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.monitoring.asked import RANGES, Asked
from tongjian.site.monitoring.charts import of_point
from tongjian.site.monitoring.kept import PlantYear
from tongjian.site.monitoring.measuring import ask
from tongjian.site.monitoring.services import KIND, Monitored, years_for
from tongjian.site.mrv.pages import desk_or_404, plant_or_404
from tongjian.site.ui.charts import Drawn, export
from tongjian.site.ui.paging import page_of, rest_of_query

_STRETCHES = 20


@require_GET
@endpoint("monitoring.plant")
def newest(request: ActorRequest, code: str) -> HttpResponse:
    """Go on to the newest year that was rolled up for the plant, else to last year."""
    plant = plant_or_404(request, code)
    found = years_for(request.actor, plant)
    last = china_day(timezone.now()).year - 1
    return redirect("monitoring:year", code=code, year=found[-1] if found else last)


@require_GET
@endpoint("monitoring.plant")
def of_year(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """A plant's year: what the report states, validity, the chart, what was substituted."""
    shown = Monitored(desk_or_404(request, code, year))
    page = {"shown": shown, "desk": shown.desk, "plant": shown.plant, "year": year}
    if shown.kept is not None:
        asked = _asked(request, shown.kept, year)
        point = shown.kept.point(asked.point)
        page |= {
            "kept": shown.kept,
            "asked": asked,
            "point": point,
            "ranges": [(one, asked.query(range=one)) for one in RANGES],
            "drawn": _drawn(shown, asked) if point else None,
            "made": timezone.localtime(shown.kept.made).strftime("%Y-%m-%d %H:%M"),
            "fills_mass": any(one.fills_mass for one in point.gases) if point else False,
            "months": shown.months(point, asked) if point else [],
            "page": page_of(request, shown.stretches(point) if point else [], _STRETCHES),
            "query": rest_of_query(request),
        }
    return render(request, "monitoring/year.html", page)


@require_GET
@endpoint("monitoring.plant")
def chart(request: ActorRequest, code: str, year: int, name: str, ending: str) -> HttpResponse:
    """The chart of a point as a file."""
    shown = Monitored(desk_or_404(request, code, year))
    if shown.kept is None or name != "monitored":
        raise Http404
    asked = _asked(request, shown.kept, year)
    if shown.kept.point(asked.point) is None:
        raise Http404
    return export(request, _drawn(shown, asked), ending)


@require_POST
@endpoint(KIND)
def measure(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Have the year rolled up to monthly records; what is under way is not begun again."""
    desk = desk_or_404(request, code, year)
    return redirect("operations:job", key=ask(request.actor, desk.plant, year).key)


def _asked(request: ActorRequest, kept: PlantYear, year: int) -> Asked:
    return Asked.of(request.GET, year, [one.key for one in kept.points])


def _drawn(shown: Monitored, asked: Asked) -> Drawn:
    assert shown.kept is not None
    point = shown.kept.point(asked.point)
    assert point is not None
    args = {"code": shown.plant.code, "year": shown.year}
    return Drawn("monitored", of_point(point, asked), "monitoring:chart", asked.query(), args)


__all__ = ["chart", "measure", "newest", "of_year"]
