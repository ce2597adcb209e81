"""The map (地图): drawn by the server, without tiles, from longitude and latitude alone."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongjian.site.access.actor import Actor
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.registry.divisions import level
from tongjian.site.registry.map_data import MOST_PLANTS, picture
from tongjian.site.registry.models import Division, Enterprise
from tongjian.site.registry.stored import above


@require_GET
@endpoint("registry.map")
def show_map(request: ActorRequest) -> HttpResponse:
    """The map of a division with its table; without one, of what the actor is responsible for."""
    code = request.GET.get("division") or _home(request.actor)
    chosen = Division.objects.filter(code=code).first() if code else None
    if code and chosen is None:
        raise Http404
    trail = [one for one in above(code) if one != code and level(one) < level(code)] if code else []
    drawn = picture(request.actor, code)
    shown = {
        "picture": drawn,
        "division": chosen,
        "trail": Division.objects.filter(code__in=trail).order_by("code"),
        "country": request.actor.division == "" and request.actor.enterprise_id is None,
        "most": MOST_PLANTS,
        "crowded": not drawn.marks and drawn.plants > MOST_PLANTS,
        "deeper": level(code) < 2,
        "query": f"division={code}&" if code else "",
    }
    return render(request, "registry/map.html", shown)


def _home(actor: Actor) -> str:
    """Where an actor begins: in the own division; an enterprise in its city."""
    if actor.enterprise_id is not None:
        own = Enterprise.objects.seen_by(actor).values_list("division", flat=True).first()
        return above(own)[1] if own else ""
    return actor.division.ljust(6, "0") if actor.division else ""


__all__ = ["show_map"]
