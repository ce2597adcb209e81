"""The page of a number's trace, whole or branch by branch, and what drives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongjian.engine import Run
from tongjian.reports import Words
from tongjian.reports._explained import title_of
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.mrv.lineage import at, explained, tree
from tongjian.site.mrv.services_drivers import drivers
from tongjian.site.mrv.services_evidence import files_by_name
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.site.ui.texts import lang

_ASKED = ("boundary", "ruleset", "category", "substance", "cell", "rows")


def lineage_page(
    request: ActorRequest, desk: ReportDesk, run: Run, back: tuple[str, Sequence[Any]]
) -> HttpResponse:
    """The number that the query names; by htmx the inside of one branch alone."""
    asked = _asked(request)
    root = explained(run, desk.plant.code, desk.year, asked)
    path = request.GET.get("path", "")
    whole = request.GET.get("whole") == "1"
    branch = tree(run, files_by_name(desk), root, path, whole=whole)
    base = f"{request.path}?{urlencode(asked)}"
    shown = {"branch": branch, "base": base, "desk": desk, "whole": whole}
    if request.htmx:
        return render(request, "mrv/parts/inside.html", shown)
    _, above = at(root, path)
    shown |= {
        "above": [(where, title_of(node, Words.of(lang()))) for where, node in above],
        "back": reverse(back[0], args=back[1]),
        "drivers": _drivers_address(request, asked, run),
        "asked": asked,
        "all_rows": f"{request.path}?{urlencode({**asked, 'rows': 200})}",
    }
    return render(request, "mrv/lineage.html", shown)


def drivers_part(request: ActorRequest, desk: ReportDesk, run: Run) -> HttpResponse:
    """What drives a cell or the total of a rule set."""
    cell = request.GET.get("cell") or None
    found = drivers(desk, run, request.GET.get("ruleset", ""), cell)
    return render(request, "mrv/parts/drivers.html", {"found": found})


def _asked(request: ActorRequest) -> dict[str, str]:
    given = request.GET
    found = {name: given[name] for name in _ASKED if given.get(name)}
    return found | {name: given[name] for name in given if name.startswith("key.")}


def _drivers_address(request: ActorRequest, asked: dict[str, str], run: Run) -> str:
    """Where its drivers are told, for what is a cell of the plant's year or a rule set's total."""
    ruleset = asked.get("ruleset", "")
    if not ruleset or any(name.startswith("key.") for name in asked):
        return ""
    said = {"ruleset": ruleset}
    if asked.get("cell"):
        said["cell"] = asked["cell"]
    elif asked.get("category"):
        lines = run.select(**{name: asked[name] for name in ("ruleset", "category") if asked[name]})
        cells = {f"{one.sheet}.{one.column}" for one in lines
                 if one.substance == asked.get("substance", one.substance)}  # fmt: skip
        if len(cells) != 1:
            return ""
        said["cell"] = cells.pop()
    return f"{request.path}/drivers?{urlencode(said)}"


__all__ = ["drivers_part", "lineage_page"]
