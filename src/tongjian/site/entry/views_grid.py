"""The grid: page, autosave, details of a cell, saving to the records."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from tongjian.problems import Problem, TongjianError
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.entry.drafts import MOST_CELLS, Kept, Typed, keep_drafts
from tongjian.site.entry.grid import clauses, make_grid
from tongjian.site.entry.models import Draft
from tongjian.site.entry.plants import plant_of, workspace_of
from tongjian.site.entry.saving import save_drafts, was_submitted
from tongjian.site.entry.told import told_of
from tongjian.site.ui.errors import REFUSED
from tongjian.site.ui.repairs import repair_of
from tongjian.site.ui.texts import lang, text
from tongjian.site.workspaces import catalogue

_MOST_ADDED = 40


@require_GET
@endpoint("entry.grid")
def grid(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """The grid of a plant's year."""
    plant = plant_of(request.actor, code, year)
    by = request.GET.get("by", "")
    added = [_added(one) for one in request.GET.getlist("with")[:_MOST_ADDED]]
    made = make_grid(workspace_of(plant), plant, year, by if by in ("month", "year") else "", added)
    words = {name: text(f"entry.grid_{name}") for name in _SCRIPT_WORDS}
    kept = "".join(f"&with={quote(one)}" for one in request.GET.getlist("with")[:_MOST_ADDED])
    context = {
        "plant": plant,
        "year": year,
        "grid": made,
        "by": "year" if len(made.periods) == 1 else "month",
        "every_item": request.GET.get("items") == "every",
        "kept": kept,
        "added": request.GET.getlist("with")[:_MOST_ADDED],
        "streams": _streams(),
        "units": plant.process_units.all(),
        "submitted": was_submitted(request.actor, plant, year),
        "words": words,
    }
    return render(request, "entry/grid.html", context)


_SCRIPT_WORDS = (
    *("saving", "saved", "errors", "failed", "conflict", "pasted", "undone"),
    *("keep_mine", "take_theirs"),
)


def _added(asked: str) -> tuple[str, str]:
    unit, _, stream = asked.rpartition("@")
    found = catalogue().resolve_stream(stream)
    return unit, found.id if found else ""


def _streams() -> list[tuple[str, str]]:
    return [
        (one.id, one.en if lang() == "en" else one.zh)
        for one in catalogue().streams.values()
        if not one.stream_class.startswith("result")
    ]


@require_POST
@endpoint("entry.enter")
def cells(request: ActorRequest, code: str, year: int) -> JsonResponse:
    """Keep cells as drafts; answers with what became of each."""
    plant = plant_of(request.actor, code, year)
    typed = _typed(request.body, year)
    if typed is None:
        problem = Problem("site.entry_cells", values={"most": MOST_CELLS})
        return JsonResponse({"problems": [_told(problem)]}, status=REFUSED)
    kept = keep_drafts(request.actor, workspace_of(plant), plant, year, typed)
    count = Draft.objects.seen_by(request.actor).filter(plant=plant, year=year).count()
    return JsonResponse({"cells": [_answer(one) for one in kept], "drafts": count})


def _typed(body: bytes, year: int) -> list[Typed] | None:
    try:
        data = json.loads(body)
        listed = data["cells"]
        found = [Typed.of(one, year) for one in listed]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    good = [one for one in found if one is not None]
    return good if 0 < len(good) == len(found) <= MOST_CELLS else None


def _answer(one: Kept) -> dict[str, Any]:
    told: dict[str, Any] = {
        "key": list(one.key),
        "state": one.state,
        "version": one.draft.version if one.draft else 0,
        "problems": [_told(problem) for problem in one.problems],
    }
    if one.state == "conflict" and one.draft is not None:
        theirs = {name: getattr(one.draft, name) for name in ("value", "unit", "tier", "evidence")}
        told["theirs"] = {**theirs, "by": one.draft.by}
    return told


def _told(problem: Problem) -> dict[str, str]:
    return {
        "code": problem.code,
        "message": problem.message(lang()),
        "repair": repair_of(problem, lang()),
    }


@require_GET
@endpoint("entry.grid")
def cell(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Help for a cell, on demand: clause, range, default, draft, history."""
    plant = plant_of(request.actor, code, year)
    names = ("process_unit", "stream", "item", "slot")
    key = tuple(request.GET.get(name, "") for name in names)
    period = request.GET.get("period", "")
    workspace = workspace_of(plant)
    made = make_grid(workspace, plant, year, "month", [(key[0], key[1])])
    line = made.line((key[0], key[1], key[2], key[3]))
    if line is None:
        return redirect("entry:grid", code=code, year=year)
    context = {
        "plant": plant,
        "year": year,
        "line": line,
        "cell": next((one for one in line.cells if one.period == period), None),
        "period": period,
        "clauses": clauses(made.rulesets, key[1], key[2]),
        "history": told_of(workspace, plant, key[0], key[1], key[2], period),
    }
    part = "entry/cell.html" if request.htmx else "entry/cell_page.html"
    return render(request, part, context)


@require_POST
@endpoint("entry.enter")
def save(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Put all drafts into the records."""
    plant = plant_of(request.actor, code, year)
    reason, evidence = (request.POST.get(name, "")[:300] for name in ("reason", "evidence"))
    saved = save_drafts(request.actor, plant, year, reason, evidence)
    said = text(
        "entry.saved",
        number=saved.number,
        new=saved.new,
        corrected=saved.corrected,
        withdrawn=saved.withdrawn,
    )
    messages.success(request, said)
    response = redirect("entry:grid", code=code, year=year)
    if request.htmx:
        response.status_code = 204
        response["HX-Redirect"] = response["Location"]
        del response["Location"]
    return response


@require_POST
@endpoint("entry.enter")
def discard(request: ActorRequest, code: str, year: int) -> HttpResponse:
    """Throw away all drafts of a plant's year; the records stay as they are."""
    plant = plant_of(request.actor, code, year)
    count, _ = Draft.objects.seen_by(request.actor).filter(plant=plant, year=year).delete()
    if not count:
        raise TongjianError(Problem("site.entry_nothing"))
    messages.info(request, text("entry.discarded", count=count))
    return redirect("entry:grid", code=code, year=year)


__all__ = ["cell", "cells", "discard", "grid", "save"]
