"""Pages for what went wrong (错误页): each says what happened and what can be done."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongjian.problems import Problem

REFUSED = 422
"""The status of a page that tells what the library refuses."""


def problems_page(request: HttpRequest, problems: Sequence[Problem]) -> HttpResponse:
    """Everything that stands against what was asked, with the repairs; nothing was changed."""
    part = bool(getattr(request, "htmx", False))
    name = "ui/problems.html" if part else "ui/refused.html"
    response = render(request, name, {"problems": problems}, status=REFUSED)
    if part:  # htmx puts it where messages go and leaves the rest of the page
        response["HX-Retarget"], response["HX-Reswap"] = "#messages", "innerHTML"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "400", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "403", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "csrf", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "404", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, "500", 500)


def _page(request: HttpRequest, code: str, status: int) -> HttpResponse:
    from tongjian.site.api.errors import BEGINNING, problem_answer

    if request.path.startswith(BEGINNING):  # programs read problems, not pages
        return problem_answer(status)
    keys = {"title": f"ui.error_{code}", "about": f"ui.error_{code}_about"}
    return render(request, "ui/error.html", keys, status=status)


__all__ = [
    "bad_request",
    "csrf_failure",
    "forbidden",
    "not_found",
    "problems_page",
    "server_error",
]
