"""Requests that may be sent again (幂等): ``Idempotency-Key`` on whatever changes something.

The first request with a key is done and its answer kept for a day; the same request with the same
key gets that answer again. The same key with another request is refused, and so is one while the
first is under way. A request that broke (status 500 and above) leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from tongjian.problems import Problem
from tongjian.site.access.actor import Actor
from tongjian.site.api.errors import Refused
from tongjian.site.api.models import KeptAnswer

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
KEPT = timedelta(hours=24)
_FORM = re.compile(r"[\x21-\x7e]{1,100}")
_HEADERS = ("Content-Type", "Content-Language", "Location")
_BROKE = 500


def once(
    request: HttpRequest, actor: Actor, act: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Do what was asked, or give the answer that the same request had before."""
    key = request.headers.get(HEADER)
    if key is None or actor.user is None:
        return act()
    if not _FORM.fullmatch(key):
        raise Refused(400, Problem("site.api_key_form"))
    KeptAnswer.objects.filter(made__lt=timezone.now() - KEPT).delete()
    asked = _hash(request, actor)
    try:
        kept = KeptAnswer.objects.create(user=actor.user, key=key, asked=asked)
    except IntegrityError:
        return _again(KeptAnswer.objects.filter(user=actor.user, key=key).first(), asked)
    try:
        answer = act()
    except BaseException:
        kept.delete()
        raise
    if answer.status_code >= _BROKE or not isinstance(answer, HttpResponse):
        kept.delete()
        return answer
    kept.status = answer.status_code
    kept.headers = {name: answer[name] for name in _HEADERS if answer.has_header(name)}
    kept.body = answer.content.decode()
    kept.save()
    return answer


def _again(kept: KeptAnswer | None, asked: str) -> HttpResponse:
    if kept is not None and kept.asked != asked:
        raise Refused(422, Problem("site.api_key_reused"))
    if kept is None or kept.status is None:
        raise Refused(409, Problem("site.api_key_busy"))
    answer = HttpResponse(kept.body.encode(), status=kept.status, headers=kept.headers)
    answer[REPLAYED] = "true"
    return answer


def _hash(request: HttpRequest, actor: Actor) -> str:
    """Of everything that makes a request what it is, the role of its sender included."""
    found = hashlib.sha256()
    membership = actor.membership.pk if actor.membership else 0
    for part in (request.method or "", request.get_full_path(), str(membership)):
        found.update(f"{part}\0".encode())
    if (request.content_type or "").startswith("multipart/"):
        for name, values in sorted(request.POST.lists()):
            found.update(repr((name, values)).encode())
        for name, files in sorted(request.FILES.lists()):
            for one in files:
                found.update(repr((name, one.name, one.size)).encode())
                for block in one.chunks():
                    found.update(block)
                one.seek(0)
    else:
        found.update(request.body)
    return found.hexdigest()


__all__ = ["HEADER", "KEPT", "REPLAYED", "once"]
