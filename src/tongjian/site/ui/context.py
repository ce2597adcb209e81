"""What the layout of every page needs (页面上下文)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tongjian.site.access.actor import NOBODY
from tongjian.site.ui.desks import badges_of
from tongjian.site.ui.navigation import sections
from tongjian.site.ui.texts import lang


def page(request: HttpRequest) -> dict[str, Any]:
    """The language, the actor and what they can go to."""
    actor = getattr(request, "actor", NOBODY)
    return {
        "lang": lang(),
        "actor": actor,
        "held": getattr(request, "held", ()),
        "sections": sections(request, actor),
        "badges": badges_of(actor),
    }


__all__ = ["page"]
