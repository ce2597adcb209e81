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
from collections.abc import Callable, Collection
from copy import copy
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags, quote_etag

from tongjian.problems import Problem
from tongjian.site.access.duties import has_second_factor, needs_second_factor
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.tokens import actor_of_token
from tongjian.site.api.errors import Refused
from tongjian.site.api.rates import by_address, spend
from tongjian.site.api.repeats import once

Run = Callable[..., HttpResponseBase]
SAFE = ("GET", "HEAD")
_JSON = ("application/json",)
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_ASKS = {"WWW-Authenticate": 'Bearer realm="tongjian"'}


class _Csrf(CsrfViewMiddleware):
    """Says why a request is not proven, instead of answering with a page."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def gate(run: Run) -> Run:
    """Around an operation: identity, rate, matrix, CSRF, keys against repeats, ETag, If-Match."""
    operation = run.__self__  # type: ignore[attr-defined]
    action = getattr(operation.view_func, "action", None)

    @wraps(run)
    def guarded(request: ActorRequest, **given: Any) -> HttpResponseBase:
        told: dict[str, str] = {}
        try:
            told = _known(request)
            _let_in(request, action)
            _readable(request, {one.__ninja_param_source__ for one in operation.models})
            if request.method in SAFE:
                answer = run(request, **given)
            else:
                answer = once(request, request.actor, lambda: _changed(run, request, given))
        except Exception as error:
            answer = cast("HttpResponseBase", operation.api.on_exception(request, error))
            for name, value in told.items():
                answer[name] = value
            return answer
        patch_vary_headers(answer, ("Authorization", "Cookie", "Accept-Language"))
        answer = _conditional(request, answer)
        for name, value in told.items():
            answer[name] = value
        return answer

    return guarded


def _known(request: ActorRequest) -> dict[str, str]:
    """Find out who asks, and count that they did; returns the headers that tell of the rate."""
    header = request.headers.get("Authorization")
    if header is None:
        user = request.actor.user
        return spend(by_address(request) if user is None else f"user:{user.pk}")
    found = actor_of_token(header)
    if found is None or found.user is None:
        spend(by_address(request))
        raise Refused(401, Problem("site.api_unauthorized"), headers=_ASKS)
    request.actor = found
    request.held = ()
    return spend(f"key:{header.split('_')[1]}")


def _let_in(request: ActorRequest, action: str | None) -> None:
    """Ask the matrix; raises for whoever is not let in."""
    actor = request.actor
    if actor.narrowed is not None:
        # As by page: first the factor, then anything else.
        user = actor.user
        due = settings.SECOND_FACTOR and user is not None and needs_second_factor(user)
        if due and user is not None and not has_second_factor(user):
            raise PermissionDenied
    elif request.method not in SAFE and actor.user is not None:
        _proven(request)
    if action is not None and actor.may(action):
        return
    if actor.user is None:
        raise Refused(401, Problem("site.api_unauthorized"), headers=_ASKS)
    raise Refused(403, Problem("site.api_forbidden"))


def _readable(request: HttpRequest, sources: Collection[str]) -> None:
    """Refuse what is not of the kind that an operation reads, instead of guessing."""
    sent = request.META.get("CONTENT_LENGTH") not in (None, "", "0", 0)
    wanted = _JSON if "body" in sources else _FORMS if {"form", "file"} & set(sources) else ()
    if sent and wanted and request.content_type not in wanted:
        values = {"found": request.content_type or "-", "wanted": ", ".join(wanted)}
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, Problem("site.api_media", values=values))


def _changed(run: Run, request: ActorRequest, given: dict[str, Any]) -> HttpResponseBase:
    """Do it, if what is there is still what the one who asks has seen (``If-Match``).

    What a GET of the same address would answer has the tag that counts. Whoever changes parts of
    something (PATCH) has to say what they have seen.
    """
    operation = run.__self__  # type: ignore[attr-defined]
    reading = operation.api.reading(operation)
    seen = request.headers.get("If-Match")
    if reading is None or (seen is None and request.method != "PATCH"):
        return run(request, **given)
    asked = copy(request)
    asked.method = "GET"
    asked.GET = QueryDict()
    asked.META = {k: v for k, v in request.META.items() if k != "HTTP_IF_NONE_MATCH"}
    asked.__dict__.pop("headers", None)
    stands = reading.run(asked, **given)
    if stands.status_code == HTTPStatus.OK:
        if seen is None:
            raise Refused(428, Problem("site.api_match_needed"))
        if "*" not in (tags := parse_etags(seen)) and stands["ETag"] not in tags:
            raise Refused(412, Problem("site.api_match"), headers={"ETag": stands["ETag"]})
    return run(request, **given)


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
