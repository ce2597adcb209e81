"""Lists in pages (分页)."""

from __future__ import annotations

from django.http import HttpRequest


def rest_of_query(request: HttpRequest) -> str:
    """The query without its page, ending in ``&`` where there is any: for ``ui/pages.html``."""
    query = request.GET.copy()
    query.pop("page", None)
    text = query.urlencode()
    return f"{text}&" if text else ""


__all__ = ["rest_of_query"]
