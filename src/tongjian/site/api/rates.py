"""How often somebody may ask (速率限制): so many requests a minute for each key, user or address.

Counted in the database, so that all workers count together. Every answer tells what is left by
``RateLimit-Limit``, ``RateLimit-Remaining`` and ``RateLimit-Reset`` (seconds); what is too much is
refused with 429 and ``Retry-After``.
"""

from __future__ import annotations

import time

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db.models import F
from django.http import HttpRequest

from tongjian.problems import Problem
from tongjian.site.api.errors import Refused
from tongjian.site.api.models import Allowance

WINDOW_S = 60
_KEPT = 60
"""So many windows back counts are kept."""


def spend(name: str) -> dict[str, str]:
    """Count a request of `name`; returns the headers that tell of it. Raises `Refused` (429)."""
    limit = settings.API_RATE
    if not limit:
        return {}
    now = time.time()
    window, left_s = int(now // WINDOW_S), WINDOW_S - int(now % WINDOW_S)
    mine = Allowance.objects.filter(pk=name)
    if mine.filter(window=window).update(count=F("count") + 1):
        count = mine.values_list("count", flat=True).first() or 1
    else:
        count = 1
        _, made = Allowance.objects.update_or_create(
            pk=name, defaults={"window": window, "count": 1}
        )
        if made:
            Allowance.objects.filter(window__lt=window - _KEPT).delete()
    told = {
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(max(limit - count, 0)),
        "RateLimit-Reset": str(left_s),
    }
    if count > limit:
        values = {"limit": limit, "seconds": left_s}
        raise Refused(
            429,
            Problem("site.api_rate", values=values),
            headers={**told, "Retry-After": str(left_s)},
        )
    return told


def by_address(request: HttpRequest) -> str:
    """The name of whoever asks without being known."""
    return f"address:{get_adapter().get_client_ip(request)}"[:100]


__all__ = ["WINDOW_S", "by_address", "spend"]
