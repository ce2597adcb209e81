"""Who may do what (权限一览), and who verifies whom (核查委派)."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongjian.site.access import people
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.models import User
from tongjian.site.access.permissions import actions, endpoint
from tongjian.site.access.roles import roles
from tongjian.site.registry.models import Enterprise
from tongjian.site.ui.paging import page_of
from tongjian.site.ui.texts import text

MOST = 20
"""How many enterprises a search offers."""


@require_GET
@endpoint("access.roles")
def permission_table(request: ActorRequest) -> HttpResponse:
    """The matrix as it is enforced: each action, and the roles that may do it."""
    groups: dict[str, list[dict[str, object]]] = {}
    for one in actions().values():
        row = {
            "title": one.title,
            "id": one.id,
            "account": one.account,
            "may": [role in one.roles for role in roles()],
        }
        groups.setdefault(one.id.partition(".")[0], []).append(row)
    shown = {
        "roles": list(roles().values()),
        "groups": [(text(f"access.group_{name}"), rows) for name, rows in groups.items()],
    }
    return render(request, "access/roles.html", shown)


@require_http_methods(["GET", "POST"])
@endpoint("access.assignments")
def assignments(request: ActorRequest) -> HttpResponse:
    """The verifications given within the division, and giving another."""
    if request.method == "POST":
        return _assign(request)
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "year", "search")}
    found = people.assignments_seen_by(request.actor)
    if asked["q"]:
        q = asked["q"]
        by_name = Q(enterprise__name_zh__icontains=q) | Q(enterprise__name_en__icontains=q)
        found = found.filter(by_name | Q(user__name__icontains=q) | Q(enterprise__uscc=q.upper()))
    if asked["year"].isdecimal():
        found = found.filter(year=int(asked["year"][:4]))
    page = page_of(request, found)
    query = urlencode({name: asked[name] for name in ("q", "year") if asked[name]})
    shown = {
        "page": page,
        "query": f"{query}&" if query else "",
        "asked": asked,
        "offered": _offered(request, asked["search"]),
        "verifiers": people.verifiers() if asked["search"] else [],
        "year": timezone.localdate().year - 1,
    }
    return render(request, "access/assignments.html", shown)


@require_POST
@endpoint("access.assignments")
def assignment_end(request: ActorRequest) -> HttpResponse:
    """Take a verification away again."""
    number = request.POST.get("assignment", "")
    if number.isdecimal():
        held = people.assignments_seen_by(request.actor)
        people.end_assignment(request.actor, get_object_or_404(held, pk=int(number[:18])))
        messages.success(request, text("access.ended_now"))
    else:
        messages.error(request, text("access.nothing_chosen"))
    return redirect("access:assignments")


def _offered(request: ActorRequest, search: str) -> list[Enterprise]:
    if not search:
        return []
    found = Enterprise.objects.seen_by(request.actor).filter(closed=None)
    by_name = Q(name_zh__icontains=search) | Q(name_en__icontains=search)
    return list(found.filter(by_name | Q(uscc__startswith=search.upper()))[:MOST])


def _assign(request: ActorRequest) -> HttpResponse:
    key, year = request.POST.get("enterprise", ""), request.POST.get("year", "")
    name = request.POST.get("user", "")
    user: User | None = people.verifiers().filter(username=name).first()
    if not key or user is None or not (year.isdecimal() and 2000 <= int(year[:6]) <= 2100):
        messages.error(request, text("access.assign_incomplete"))
        return redirect("access:assignments")
    enterprise = get_object_or_404(Enterprise.objects.seen_by(request.actor), key=key)
    people.assign(request.actor, user, enterprise, int(year))
    messages.success(request, text("access.assigned"))
    return redirect("access:assignments")


__all__ = ["assignment_end", "assignments", "permission_table"]
