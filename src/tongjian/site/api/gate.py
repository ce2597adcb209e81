"""The way into every operation (入口): who asks, whether the matrix lets them, and once only.

    @router.get("/reports", response=Page[ReportLine])
    @endpoint("mrv.reports")
    def list_reports(request: ActorRequest, ...) -> Page[ReportLine]: ...

An operation says by the same `endpoint` as a page which action of the matrix it is; one that says
none answers nobody. Whoever comes with a key (``Authorization: Bearer``) is its owner, narrowed to
the key's scopes, whatever session there is; whoever comes with a session proves by the CSRF token
that the request is theirs wherever it changes something.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags, quote_etag

from tongjian.problems import Problem
from tongjian.site.access.actor import Actor
from tongjian.site.access.duties import has_second_factor, needs_second_factor
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.tokens import actor_of_token
from tongjian.site.api.errors import Refused
from tongjian.site.api.repeats import once

Run = Callable[..., HttpResponseBase]
SAFE = ("GET", "HEAD")
_ASKS = {"WWW-Authenticate": 'Bearer realm="tongjian"'}


class _Csrf(CsrfViewMiddleware):
    """Says why a request is not proven, instead of answering with a page."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def gate(run: Run) -> Run:
    """Around the running of an operation: identity, matrix, CSRF, keys against repeats, ETag."""
    operation = run.__self__  # type: ignore[attr-defined]
    action = getattr(operation.view_func, "action", None)

    @wraps(run)
    def guarded(request: ActorRequest, **given: Any) -> HttpResponseBase:
        try:
            _let_in(request, action)
            if request.method in SAFE:
                answer = run(request, **given)
            else:
                answer = once(request, request.actor, lambda: run(request, **given))
        except Exception as error:
            return operation.api.on_exception(request, error)  # type: ignore[no-any-return]
        patch_vary_headers(answer, ("Authorization", "Cookie", "Accept-Language"))
        return _conditional(request, answer)

    return guarded


def _let_in(request: ActorRequest, action: str | None) -> None:
    """Find out who asks and ask the matrix; raises for whoever is not let in."""
    header = request.headers.get("Authorization")
    if header is not None:
        request.actor = _of_key(header)
        request.held = ()
    elif request.method not in SAFE and request.actor.user is not None:
        _proven(request)
    actor = request.actor
    if action is not None and actor.may(action):
        return
    if actor.user is None:
        raise Refused(401, Problem("site.api_unauthorized"), headers=_ASKS)
    raise Refused(403, Problem("site.api_forbidden"))


def _of_key(header: str) -> Actor:
    found = actor_of_token(header)
    if found is None or found.user is None:
        raise Refused(401, Problem("site.api_unauthorized"), headers=_ASKS)
    # As by page: first the factor, then anything else.
    due = settings.SECOND_FACTOR and needs_second_factor(found.user)
    if due and not has_second_factor(found.user):
        raise PermissionDenied
    return found


def _proven(request: HttpRequest) -> None:
    check = _Csrf(_unmarked)
    check.process_request(request)
    if check.process_view(request, _unmarked, (), {}) is not None:
        raise Refused(403, Problem("site.api_csrf"))


def _unmarked(request: HttpRequest) -> HttpResponse:
    """Stands for the operation, whose view Django's check does not know: not exempt from it."""
    return HttpResponse()


def _conditional(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """The answer with its ETag; 304 for whoever has it already."""
    if request.method not in SAFE or answer.status_code != 200 or answer.streaming:
        return answer
    assert isinstance(answer, HttpResponse)
    tag = quote_etag(hashlib.sha256(answer.content).hexdigest()[:32])
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        kept = HttpResponse(status=304)
        patch_vary_headers(kept, ("Authorization", "Cookie", "Accept-Language"))
        kept["ETag"] = tag
        return kept
    answer["ETag"] = tag
    return answer


__all__ = ["gate"]
