"""The accountant's task list."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from tongjian.evidence import china_day
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.entry.models import Draft, TaskList
from tongjian.site.entry.plants import enterprise_of, workspace_of
from tongjian.site.entry.tasks import Task, progress, tasks_of, years_of
from tongjian.site.registry.models import Plant
from tongjian.site.ui.paging import page_of

_KINDS = ("due", "missing", "wrong", "note")


@require_GET
@endpoint("entry.home")
def home(request: ActorRequest) -> HttpResponse:
    """What is due, missing and wrong for a plant and year, and how far each month is."""
    enterprise = enterprise_of(request.actor)
    plants = Plant.objects.seen_by(request.actor).filter(enterprise=enterprise, closed=None)
    page = page_of(request, plants.select_related("enterprise"))
    chosen = request.GET.get("plant", "")
    plant = get_object_or_404(plants, code=chosen) if chosen else next(iter(page), None)
    if plant is None:
        return render(request, "entry/no_plant.html")
    workspace = workspace_of(plant)
    today = china_day(workspace.log.clock())
    years = years_of(workspace.store, today)
    asked = request.GET.get("year", "")
    recorded = [one for one in years if one not in (today.year, today.year - 1)]
    year = int(asked) if asked.isdecimal() and int(asked) in years else (recorded or years[1:])[0]
    found = tasks_of(workspace, plant, year)
    context = {
        "plants": page,
        "plant": plant,
        "years": years,
        "year": year,
        "lists": [(kind, _linked(found, kind, plant, year)) for kind in _KINDS],
        "matrix": found.matrix,
        "progress": progress(found.matrix),
        "drafts": Draft.objects.seen_by(request.actor).filter(plant=plant, year=year).count(),
    }
    return render(request, "entry/home.html", context)


def _linked(found: TaskList, kind: str, plant: Plant, year: int) -> list[Task]:
    return [{**one, "address": _address(one, plant, year)} for one in found.of_kind(kind)]


def _address(task: Task, plant: Plant, year: int) -> str:
    """The page on which a task is done."""
    anchor = f"#{task['anchor']}" if task["anchor"] else ""
    if task["at"] == "months":
        return reverse("entry:months", args=[plant.code, year]) + anchor
    if task["at"] == "plan":
        try:
            return reverse("mrv:plan", args=[plant.code])
        except NoReverseMatch:
            return reverse("entry:months", args=[plant.code, year])
    query = f"?with=@{task['stream']}" if task["stream"] else ""
    return reverse("entry:grid", args=[plant.code, year]) + query + anchor


__all__ = ["home"]
