"""Pages of the rulebook: anyone may read what the numbers rest on."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongjian.rules import STATUSES
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.rulebooks.catalogue import KINDS, search
from tongjian.site.rulebooks.differences import days_of, differences
from tongjian.site.rulebooks.shown import entry_named, files_of, shown
from tongjian.site.ui.paging import page_of, rest_of_query


@require_GET
@endpoint("rulebooks.read")
def index(request: ActorRequest) -> HttpResponse:
    """What there is, by kind, word and status."""
    kind = request.GET.get("kind", "")
    words, status = request.GET.get("text", ""), request.GET.get("status", "")
    found = search(kind if kind in KINDS else "", words, status if status in STATUSES else "")
    page = page_of(request, found)
    context = {"page": page, "kind": kind, "words": words, "status": status}
    choices = {"kinds": KINDS, "statuses": STATUSES, "query": rest_of_query(request)}
    return render(request, "rulebooks/index.html", {**context, **choices})


@require_GET
@endpoint("rulebooks.read")
def document(request: ActorRequest, name: str) -> HttpResponse:
    """A document with every formula, value, clause and status."""
    entry = entry_named(name)
    context = {**shown(entry), "days": days_of(entry)}
    return render(request, "rulebooks/document.html", context)


@require_GET
@endpoint("rulebooks.read")
def source(request: ActorRequest, name: str) -> HttpResponse:
    """The text of a document, as it is executed."""
    entry = entry_named(name)
    files = [(path.name, path.read_text(encoding="utf-8")) for path in files_of(entry)]
    return render(request, "rulebooks/source.html", {"entry": entry, "files": files})


@require_GET
@endpoint("rulebooks.read")
def difference(request: ActorRequest, name: str) -> HttpResponse:
    """What differs between what was in force on two days."""
    entry = entry_named(name)
    days = days_of(entry)
    first = _day(request.GET.get("first"), days[-2] if len(days) > 1 else date(1990, 1, 1))
    second = _day(request.GET.get("second"), days[-1] if days else date.today())
    context = {"entry": entry, "days": days, "first": first, "second": second}
    found = differences(entry, first, second)
    return render(request, "rulebooks/difference.html", {**context, "changes": found})


def _day(text: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return otherwise
