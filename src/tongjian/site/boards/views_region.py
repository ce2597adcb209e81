"""Pages of the board of a region, and of what a number of it consists of."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.boards import names
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.behind import behind
from tongjian.site.boards.charts_region import CHARTS
from tongjian.site.boards.charts_region import intensity as curve_of_intensity
from tongjian.site.boards.choices import division_choices, trail, year_choices
from tongjian.site.boards.intensities import halves_in_units, of_plants
from tongjian.site.boards.measured import Kind, kinds
from tongjian.site.boards.region import Region
from tongjian.site.ui.charts import Drawn, export
from tongjian.site.ui.paging import page_of, rest_of_query


@require_GET
@endpoint("boards.region")
def region(request: ActorRequest) -> HttpResponse:
    """The board: sums, changes, coverage, charts and the parts of the region."""
    asked = Asked.of(request.actor, request.GET)
    board = Region(request.actor, asked)
    page = page_of(request, board.parts)
    drawn = [_drawn(board, name) for name in CHARTS] if board.groups or board.plants else []
    shown: dict[str, Any] = {
        "board": board,
        "asked": asked,
        "page": page,
        "charts": drawn,
        "trail": trail(request.actor, asked.division),
        "divisions": division_choices(request.actor, asked.division),
        "years": year_choices(asked.year),
        "year_before": asked.year - 1,
        "query": rest_of_query(request),
        "links": {name: asked.query(**{name: ""}) for name in ("division", "measure")},
        "only_accepted": request.actor.role.id == "analyst",
    }
    return render(request, "boards/region.html", shown)


@require_GET
@endpoint("boards.region")
def region_chart(request: ActorRequest, name: str, ending: str) -> HttpResponse:
    """A chart of the board as a file."""
    if name not in CHARTS:
        raise Http404
    board = Region(request.actor, Asked.of(request.actor, request.GET))
    return export(request, _drawn(board, name), ending)


@require_GET
@endpoint("boards.behind")
def intensity(request: ActorRequest) -> HttpResponse:
    """An intensity plant by plant: its two halves, and the curve of them."""
    asked, kind = Asked.of(request.actor, request.GET), _kind(request)
    rows = of_plants(request.actor, asked, kind)
    page = page_of(request, rows)
    shown = {
        "asked": asked,
        "kind": kind,
        "name": names.of_intensity(kind),
        "unit": names.unit(kind.unit),
        "above_unit": names.unit(kind.above["unit"]),
        "below_unit": names.unit(kind.below["unit"]),
        "lines": [(one, *halves_in_units(one, kind)) for one in page],
        "page": page,
        "drawn": _intensity(request, asked, kind) if rows else None,
        "query": rest_of_query(request),
    }
    return render(request, "boards/intensity.html", shown)


@require_GET
@endpoint("boards.behind")
def intensity_chart(request: ActorRequest, name: str, ending: str) -> HttpResponse:
    """The curve of an intensity as a file."""
    if name != "intensity":
        raise Http404
    asked, kind = Asked.of(request.actor, request.GET), _kind(request)
    return export(request, _intensity(request, asked, kind), ending)


@require_GET
@endpoint("boards.behind")
def numbers_behind(request: ActorRequest) -> HttpResponse:
    """The reports that a number of the board is the sum of."""
    asked = Asked.of(request.actor, request.GET)
    found = behind(request.actor, asked)
    page = page_of(request, found.rows)
    lines = found.lines(list(page))
    shown = {
        "lines": lines,
        "found": found,
        "asked": asked,
        "page": page,
        "query": rest_of_query(request),
    }
    return render(request, "boards/behind.html", shown)


def _drawn(board: Region, name: str) -> Drawn:
    return Drawn(name, CHARTS[name](board), "boards:region_chart", board.asked.query())


def _kind(request: ActorRequest) -> Kind:
    found = kinds().get(request.GET.get("key", ""))
    if found is None:
        raise Http404
    return found


def _intensity(request: ActorRequest, asked: Asked, kind: Kind) -> Drawn:
    chart = curve_of_intensity(request.actor, asked, kind)
    query = f"{asked.query()}&{urlencode({'key': kind.key})}"
    return Drawn("intensity", chart, "boards:intensity_chart", query)


__all__ = ["intensity", "intensity_chart", "numbers_behind", "region", "region_chart"]
