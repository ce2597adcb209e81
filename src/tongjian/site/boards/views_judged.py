"""Pages of what was calculated over a region: efficiency curves and targets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from tongjian.charts import Chart
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.boards import charts_judged
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.choices import division_choices, year_choices
from tongjian.site.boards.judging import KIND, ask, newest, query_of
from tongjian.site.boards.models import BoardRun
from tongjian.site.boards.target_list import STATUSES, TargetFilter, policies, sectors, tasks
from tongjian.site.registry.models import Division
from tongjian.site.ui.charts import Drawn, export
from tongjian.site.ui.paging import page_of, rest_of_query

_CURVES = 6


@require_GET
@endpoint("boards.curve")
def curve(request: ActorRequest) -> HttpResponse:
    """Efficiency curves of the region, and how often each judgement says what."""
    asked = Asked.of(request.actor, request.GET)
    run = newest(request.actor, asked)
    curves = run.judged["curves"] if run else []
    chosen = request.GET.get("product", "")
    listed = [one for one in curves if chosen in ("", one["key"])]
    page = page_of(request, listed, _CURVES)
    drawn = [(one, _curve(run, asked, one)) for one in page] if run else []
    shown = {"page": page, "drawn": drawn, "curves": curves, "chosen": chosen}
    return render(request, "boards/curve.html", _page(request, asked, run) | shown)


@require_GET
@endpoint("boards.curve")
def curve_chart(request: ActorRequest, name: str, ending: str) -> HttpResponse:
    """A curve as a file; ``product`` says of what."""
    asked = Asked.of(request.actor, request.GET)
    run = newest(request.actor, asked)
    curves = run.judged["curves"] if run else []
    wanted = request.GET.get("product", "")
    found = next((one for one in curves if one["key"] == wanted), None)
    if run is None or found is None or name != "curve":
        raise Http404
    return export(request, _curve(run, asked, found), ending)


@require_GET
@endpoint("boards.targets")
def targets(request: ActorRequest) -> HttpResponse:
    """The targets of the region with status and what is missing, and the tasks."""
    asked, chosen = Asked.of(request.actor, request.GET), TargetFilter.of(request.GET)
    run = newest(request.actor, asked)
    listed = run.targets["list"] if run else []
    found = chosen.of_list(listed)
    page = page_of(request, found)
    counts = [(one, sum(each["status"] == one for each in listed)) for one in STATUSES]
    shown = {
        "page": page,
        "chosen": chosen,
        "counts": counts,
        "statuses": STATUSES,
        "policies": policies(listed),
        "sectors": sectors(listed),
        "charts": [_of_targets(run, asked, chosen, name) for name in _CHARTS] if run else [],
        "tasks": tasks(),
    }
    return render(request, "boards/targets.html", _page(request, asked, run) | shown)


@require_GET
@endpoint("boards.targets")
def targets_chart(request: ActorRequest, name: str, ending: str) -> HttpResponse:
    """A chart of the targets as a file."""
    asked, chosen = Asked.of(request.actor, request.GET), TargetFilter.of(request.GET)
    run = newest(request.actor, asked)
    if run is None or name not in _CHARTS:
        raise Http404
    return export(request, _of_targets(run, asked, chosen, name), ending)


@require_POST
@endpoint(KIND)
def judge(request: ActorRequest) -> HttpResponse:
    """Have the region calculated; one that is under way is not begun again."""
    asked = Asked.of(request.actor, request.POST)
    return redirect("operations:job", key=ask(request.actor, asked).key)


_CHARTS = {"statuses": charts_judged.statuses, "progress": charts_judged.progress}


def _page(request: ActorRequest, asked: Asked, run: BoardRun | None) -> dict[str, Any]:
    return {
        "asked": asked,
        "run": run,
        "division": Division.objects.filter(code=asked.division).first(),
        "divisions": division_choices(request.actor, asked.division),
        "years": year_choices(asked.year),
        "only_accepted": request.actor.role.id == "analyst",
        "query": rest_of_query(request),
        "same": query_of(asked),
        **_made(run),
    }


def _made(run: BoardRun | None) -> dict[str, str]:
    if run is None:
        return {}
    day = timezone.localtime(run.as_of - timedelta(seconds=1)).date()
    made = timezone.localtime(run.made).strftime("%Y-%m-%d %H:%M")
    return {"run_day": day.isoformat(), "run_made": made, "run_book": run.rulebook[:12]}


def _curve(run: BoardRun, asked: Asked, found: dict[str, Any]) -> Drawn:
    chart: Chart = charts_judged.curve(run, found)
    query = f"{query_of(asked)}&{urlencode({'product': found['key']})}"
    return Drawn("curve", chart, "boards:curve_chart", query)


def _of_targets(run: BoardRun, asked: Asked, chosen: TargetFilter, name: str) -> Drawn:
    chart = _CHARTS[name](run, chosen.of_list(run.targets["list"]))
    query = f"{query_of(asked)}&{chosen.query}".rstrip("&")
    return Drawn(name, chart, "boards:targets_chart", query)


__all__ = ["curve", "curve_chart", "judge", "targets", "targets_chart"]
