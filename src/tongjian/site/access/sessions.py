"""How long somebody stays signed in (会话): half an hour without a request, twelve hours in all.

A session has a new key after each sign-in and another one after each change of the password
(Django), and is one of the list that its owner sees and can end.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from tongjian.site.access.models import User
from tongjian.site.ui.texts import text

BEGAN, SEEN = "began", "seen"
_EVERY_S = 60
"""How often it is written down that somebody was here."""


class SessionAgeMiddleware:
    """Ends sessions that are too old or were left alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Who has no cookie has no session: it is not looked up, and not made.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            _age(request)
        return self.get_response(request)


def _age(request: HttpRequest) -> None:
    now = time.time()
    kept = request.session
    began, seen = kept.get(BEGAN), kept.get(SEEN)
    if began is None or seen is None:
        kept[BEGAN], kept[SEEN] = now, now
    elif now - seen > settings.IDLE_SECONDS or now - began > settings.SESSION_COOKIE_AGE:
        logout(request)
        messages.info(request, text("access.session_over"))
    elif now - seen > _EVERY_S:
        kept[SEEN] = now
        held = UserSession.objects.filter(session_key=kept.session_key)
        held.update(last_seen_at=timezone.now())


def end_sessions(user: User, but: str | None = None) -> int:
    """End the sessions of somebody, all or all `but` one; returns how many."""
    found = UserSession.objects.filter(user=user)
    if but is not None:
        found = found.exclude(session_key=but)
    number = 0
    for one in found:
        one.end()
        number += 1
    return number


__all__ = ["SessionAgeMiddleware", "end_sessions"]
