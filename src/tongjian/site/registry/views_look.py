"""Pages to look at (查看): the list, an enterprise, a plant, what was changed, a search."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from tongjian.control_plan import Meter as Planned
from tongjian.evidence import Entry
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.models import Membership
from tongjian.site.access.permissions import endpoint
from tongjian.site.mrv.models import Report
from tongjian.site.registry.changes import CHANGE, differing
from tongjian.site.registry.lists import (
    Filters,
    division_choices,
    enterprises,
    lines,
    years,
)
from tongjian.site.registry.models import Division, Enterprise, Meter, Plant, Station
from tongjian.site.registry.planned import differences, planned_meters
from tongjian.site.registry.search import SHORTEST, find
from tongjian.site.registry.services import field_title
from tongjian.site.registry.validators import equipment_levels, sectors
from tongjian.site.ui.paging import page_of
from tongjian.site.ui.texts import lang, text
from tongjian.site.workspaces import Workspace
from tongjian.workflow import report_flow


@require_GET
@endpoint("registry.enterprises")
def list_enterprises(request: ActorRequest) -> HttpResponse:
    """The enterprises that one sees; whoever acts for one goes straight to it."""
    if request.actor.enterprise_id is not None:
        own = get_object_or_404(Enterprise.objects.seen_by(request.actor))
        return redirect("registry:enterprise", key=own.key)
    asked = Filters.of(request.GET)
    found = enterprises(request.actor, asked)
    page = page_of(request, found)
    shown = {
        "asked": asked,
        "page": page,
        "lines": lines(request.actor, page.object_list, asked.year),
        "query": asked.query,
        "divisions": division_choices(request.actor, asked.division),
        "sectors": sectors(),
        "states": report_flow().states,
        "years": years(),
    }
    return render(request, "registry/enterprises.html", shown)


@require_GET
@endpoint("registry.enterprise")
def show_enterprise(request: ActorRequest, key: str) -> HttpResponse:
    """An enterprise: its plants, reports and whom to ask; to itself also who works here for it."""
    actor = request.actor
    one = get_object_or_404(Enterprise.objects.seen_by(actor).select_related("park"), key=key)
    own = one.pk == actor.enterprise_id
    members = Membership.objects.filter(enterprise=one, ended=None).select_related("user")
    shown = {
        "enterprise": one,
        "division": Division.objects.filter(code=one.division).first(),
        "plants": Plant.objects.seen_by(actor).filter(enterprise=one),
        "reports": Report.objects.seen_by(actor)
        .filter(enterprise=one)
        .select_related("plant")[:50],
        "states": report_flow().states,
        # Names and numbers of people are for those who deal with the enterprise.
        "contacts": one.contacts.all() if actor.may("registry.history") else (),
        "members": members.order_by("user__name") if own else None,
    }
    return render(request, "registry/enterprise.html", shown)


@require_GET
@endpoint("registry.plant")
def show_plant(request: ActorRequest, code: str) -> HttpResponse:
    """A plant and what stands in it."""
    plant = plant_or_404(request, code)
    at = 1 if lang() == "en" else 0
    today = timezone.localdate()
    units = list(plant.process_units.all())
    meters = list(plant.meters.select_related("process_unit"))
    planned = planned_meters(plant)
    stations = list(plant.stations.select_related("outlet"))
    # The same number at another plant is told to whoever may see both.
    others = Station.objects.seen_by(request.actor).exclude(plant=plant)
    same = others.filter(mn__in=[one.mn for one in stations]).select_related("plant")
    elsewhere = {one.mn: one.plant for one in same}
    shown = {
        "plant": plant,
        "enterprise": plant.enterprise,
        "division": Division.objects.filter(code=plant.division).first(),
        "units": [(one, one.age(today)) for one in units],
        "levels": {code: two[at] for code, two in equipment_levels().items()},
        "products": plant.products.select_related("process_unit"),
        "outlets": plant.outlets.select_related("process_unit"),
        "meters": [_beside(one, planned) for one in meters],
        "missing": sorted(set(planned) - {one.code for one in meters}),
        "stations": [(one, elsewhere.get(one.mn)) for one in stations],
        "reports": Report.objects.seen_by(request.actor).filter(plant=plant)[:20],
        "states": report_flow().states,
        "today": today,
    }
    return render(request, "registry/plant.html", shown)


def _beside(meter: Meter, planned: Mapping[str, Planned]) -> tuple[Meter, str, list[str]]:
    """A meter, whether the plan has it ("yes", "no", "differs"), and the fields that differ."""
    if meter.code not in planned:
        return meter, "no", []
    found = [field_title(name) for name in differences(meter, planned[meter.code])]
    return meter, "differs" if found else "yes", found


@require_GET
@endpoint("registry.history")
def show_history(request: ActorRequest, key: str) -> HttpResponse:
    """Every change of what is registered of an enterprise, newest first."""
    enterprise = get_object_or_404(Enterprise.objects.seen_by(request.actor), key=key)
    entries = Workspace(enterprise).log.entries(CHANGE)[::-1]
    page = page_of(request, entries)
    told = [(entry, _told(entry)) for entry in page.object_list]
    shown = {"enterprise": enterprise, "page": page, "told": told, "query": ""}
    return render(request, "registry/history.html", shown)


def _told(entry: Entry) -> dict[str, Any]:
    content: Any = entry.content
    before, after = content.get("before") or {}, content.get("after") or {}
    filled = [
        (field_title(name), before.get(name), after.get(name))
        for name in differing(before, after)
        if before.get(name) or after.get(name)
    ]
    named = "/".join(filter(None, (content.get("plant"), content["id"])))
    if content["kind"] == "enterprise":
        named = ""
    return {
        "kind": text(f"registry.kind_{content['kind']}"),
        "id": named,
        "time": datetime.fromisoformat(entry.time),
        "changes": filled,
        "removed": content.get("removed") or ("after" in content and content["after"] is None),
    }


@require_GET
@endpoint("registry.search")
def search(request: ActorRequest) -> HttpResponse:
    """Enterprises and plants by a name or code."""
    asked = request.GET.get("text", "").strip()[:80]
    hits = find(request.actor, asked)
    shown = {"asked": asked, "hits": hits, "short": 0 < len(asked) < SHORTEST}
    part = bool(request.htmx)
    return render(request, "registry/hits.html" if part else "registry/search.html", shown)


def plant_or_404(request: ActorRequest, code: str) -> Plant:
    """A plant that the actor may see."""
    seen = Plant.objects.seen_by(request.actor).select_related("enterprise")
    plant = seen.filter(code=code).first()
    if plant is None:
        raise Http404
    return plant


__all__ = [
    "list_enterprises",
    "plant_or_404",
    "search",
    "show_enterprise",
    "show_history",
    "show_plant",
]
