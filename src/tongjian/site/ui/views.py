"""The first page and the choice of language."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.ui.desks import desk_of


@require_GET
@endpoint("ui.home")
def home(request: ActorRequest) -> HttpResponse:
    """Where everybody begins: what the site is, and what there is to do for the one who asks."""
    return render(request, "ui/home.html", {"desk": desk_of(request.actor)})


@require_POST
@endpoint("ui.language")
def set_language(request: ActorRequest) -> HttpResponse:
    """Choose the language; it is kept with the account, or in the browser."""
    known = {code for code, _ in settings.LANGUAGES}
    chosen = request.POST.get("language", "")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    response = redirect(back if safe else "home")
    if chosen in known:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=31_536_000,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
        if request.actor.user is not None:
            request.actor.user.language = chosen
            request.actor.user.save(update_fields=["language"])
    return response


__all__ = ["home", "set_language"]
