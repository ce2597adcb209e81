"""Lists in pages (分页)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

PER_PAGE = 50
"""Rows of a list that are shown at a time."""


def page_of(request: HttpRequest, rows: Any, size: int = PER_PAGE) -> Page[Any]:
    """The page of `rows` that is asked for: ``?page=3``; the nearest where there is no such."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def rest_of_query(request: HttpRequest) -> str:
    """The query without its page, ending in ``&`` where there is any: for ``ui/pages.html``."""
    query = request.GET.copy()
    query.pop("page", None)
    text = query.urlencode()
    return f"{text}&" if text else ""


__all__ = ["PER_PAGE", "page_of", "rest_of_query"]
