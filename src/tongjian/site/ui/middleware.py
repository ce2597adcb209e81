"""Turns refusals of the library into pages (问题页)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from tongjian.problems import TongjianError
from tongjian.site.ui.errors import problems_page


class ProblemMiddleware:
    """A view may let a `TongjianError` rise: it becomes a page (or part of one) that tells all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Show what the library has said; anything else is left to Django."""
        if isinstance(error, TongjianError):
            return problems_page(request, error.problems)
        return None


__all__ = ["ProblemMiddleware"]
