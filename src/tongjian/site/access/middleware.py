"""Puts the actor into each request, and asks the matrix before any view is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_cache_control

from tongjian.site.access.actor import NOBODY, Actor
from tongjian.site.access.duties import duty
from tongjian.site.access.models import Membership
from tongjian.site.access.outside import reason_outside

CHOSEN = "membership"
"""The key of a session that names the membership in which its owner acts."""


class ActorRequest(HttpRequest):
    """A request with its actor."""

    actor: Actor
    held: Sequence[Membership]
    """What the one who asks has been given: the roles they can switch to."""
    htmx: Any
    LANGUAGE_CODE: str


class ActorMiddleware:
    """Finds the actor and refuses what is not for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: ActorRequest) -> HttpResponseBase:
        request.actor, request.held = actor_of(request)
        response = self.get_response(request)
        if request.actor.user is not None and not response.has_header("Cache-Control"):
            # What was for one person is kept by no browser and no proxy.
            patch_cache_control(
                response, no_store=True, no_cache=True, must_revalidate=True, private=True
            )
        return response

    def process_view(
        self, request: ActorRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Ask the matrix; endpoints of the API are asked in the API, where tokens are known."""
        if request.actor.user is not None:
            first = duty(request, request.actor.user)
            if first is not None:
                return first
        if reason_outside(view) is not None:
            return None
        action = getattr(view, "action", None)
        if action is not None and request.actor.may(action):
            return None
        if request.actor.user is None:
            response = redirect_to_login(request.get_full_path())
            if request.htmx:  # the whole page is to go there, not the part that was asked for
                moved = HttpResponse(status=204)
                moved["HX-Redirect"] = response["Location"]
                return moved
            return response
        raise PermissionDenied(action or "")


def actor_of(request: HttpRequest) -> tuple[Actor, Sequence[Membership]]:
    """The signed-in person in the role they chose, the first one by default; and their roles."""
    user = request.user
    if not user.is_authenticated:
        return NOBODY, ()
    held = list(
        Membership.objects.filter(user=user, ended=None).select_related("enterprise").order_by("pk")
    )
    chosen = request.session.get(CHOSEN)
    found = next((one for one in held if one.pk == chosen), held[0] if held else None)
    return Actor(user, found), held


__all__ = ["CHOSEN", "ActorMiddleware", "ActorRequest", "actor_of"]
