"""The page on which recalled values are confirmed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.rulebooks import waiting as services
from tongjian.site.ui.paging import page_of, rest_of_query
from tongjian.site.ui.texts import text


@require_GET
@endpoint("rulebooks.waiting")
def waiting(request: ActorRequest) -> HttpResponse:
    """Recalled values and whether somebody has held them against the printed text."""
    words, state = request.GET.get("text", ""), request.GET.get("state", "open")
    every = services.waiting(words)
    found = [one for one in every if state == "all" or bool(one.confirmed) is (state == "done")]
    page = page_of(request, found)
    counts = {"open": sum(not one.confirmed for one in every), "all": len(every)}
    context = {"page": page, "words": words, "state": state, "counts": counts}
    return render(request, "rulebooks/confirm.html", {**context, "query": rest_of_query(request)})


@require_POST
@endpoint("rulebooks.confirm")
def confirm(request: ActorRequest) -> HttpResponse:
    """Confirm the chosen values, with where they were looked up."""
    ids, reference = request.POST.getlist("value"), request.POST.get("reference", "")
    count = services.confirm(request.actor, ids, reference)
    messages.success(request, text("rulebooks.confirmed_now", count=count))
    return redirect("rulebooks:confirm")


@require_POST
@endpoint("rulebooks.confirm")
def withdraw(request: ActorRequest) -> HttpResponse:
    """Take the chosen confirmations back, with a reason."""
    ids, reason = request.POST.getlist("value"), request.POST.get("reference", "")
    count = services.withdraw(request.actor, ids, reason)
    messages.success(request, text("rulebooks.withdrawn", count=count))
    return redirect("rulebooks:confirm")
