"""Refusals as ``application/problem+json`` (RFC 9457): every problem at once, in both languages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

from tongjian.problems import Place, Problem, TongjianError
from tongjian.site.ui.texts import lang

MEDIA = "application/problem+json"
BEGINNING = "/api/"
"""Addresses that begin so are answered with problems and not with pages."""
UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
_OF_STATUS: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "site.api_request",
    HTTPStatus.UNAUTHORIZED: "site.api_unauthorized",
    HTTPStatus.FORBIDDEN: "site.api_forbidden",
    HTTPStatus.NOT_FOUND: "site.api_not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "site.api_method",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "site.api_large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "site.api_broke",
}
# What the library that checks shapes calls a fault, and the code that tells of it.
_OF_FAULT = {
    "missing": "site.api_field_missing",
    "extra_forbidden": "site.api_field_unknown",
    "greater_than_equal": "site.api_field_least",
    "less_than_equal": "site.api_field_most",
    "too_short": "site.api_field_length",
    "too_long": "site.api_field_length",
    "string_too_short": "site.api_field_length",
    "string_too_long": "site.api_field_length",
    "string_pattern_mismatch": "site.api_field_form",
    "literal_error": "site.api_field_choice",
    "enum": "site.api_field_choice",
}


class Refused(Exception):
    """What the frame of the API refuses itself, with its HTTP status (接口拒绝)."""

    def __init__(self, status: int, *problems: Problem, headers: Mapping[str, str] | None = None):
        super().__init__(status, problems)
        self.status, self.problems = status, problems
        self.headers = dict(headers or {})


def problem_answer(
    status: int, problems: Sequence[Problem] = (), headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """An answer that tells `problems`; what the status says by itself where there are none."""
    told = list(problems) or [Problem(_OF_STATUS.get(int(status), "site.api_request"))]
    first, chosen = told[0], lang()
    body = {
        "type": f"urn:tongjian:problem:{first.code}",
        "title": first.message(chosen),
        "status": int(status),
        "detail": first.repair(chosen),
        "problems": [one.as_dict() for one in told],
    }
    text = json.dumps(body, ensure_ascii=False)
    response = HttpResponse(text, status=int(status), content_type=MEDIA)
    response["Content-Language"] = "en" if chosen == "en" else "zh-Hans"
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def answer_of(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """What an exception of an operation becomes; None for one that is a fault of the program."""
    if isinstance(error, Refused):
        return problem_answer(error.status, error.problems, error.headers)
    if isinstance(error, TongjianError):
        return problem_answer(UNPROCESSABLE, error.problems)
    if isinstance(error, ValidationError):
        return problem_answer(UNPROCESSABLE, [_fault(one) for one in error.errors])
    if isinstance(error, Http404):
        return problem_answer(404)
    if isinstance(error, PermissionDenied):
        return problem_answer(403)
    if isinstance(error, RequestDataTooBig):
        return problem_answer(413)
    if isinstance(error, BadRequest | SuspiciousOperation):
        return problem_answer(400)
    if isinstance(error, HttpError):
        return problem_answer(error.status_code)
    return None


def _fault(one: Mapping[str, Any]) -> Problem:
    """A fault in what was sent, as a problem: where it is, and what was to be there."""
    kind = str(one.get("type", ""))
    where = ".".join(str(part) for part in one.get("loc", ()))
    told = dict(one.get("ctx") or {})
    expected = next(
        (
            str(told[name])
            for name in ("expected", "ge", "le", "pattern", "max_length", "min_length")
            if name in told
        ),
        "",
    )
    code = _OF_FAULT.get(kind, "site.api_field")
    return Problem(code, Place(field=where), {"expected": expected, "kind": kind})


__all__ = ["BEGINNING", "MEDIA", "Refused", "answer_of", "problem_answer"]
