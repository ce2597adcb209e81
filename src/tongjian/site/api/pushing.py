"""Telling addresses what happens (事件推送): entries of logs, to whoever may know of them.

Every worker looks every few seconds whether there is something to tell and starts a job for it. A
message names the entry (who, what, upon what, when) and says nothing of its content, which is for
the API to be asked with one's own rights. Its header ``Tongjian-Signature: t=<seconds>,v1=<hex>``
has the HMAC-SHA256 of ``<seconds>.<body>`` under the secret that was told when it was subscribed
to. What is not taken (no status 2xx) is sent again after a while, six times in all.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from tongjian.problems import TongjianError
from tongjian.site.access.actor import NOBODY, Actor
from tongjian.site.api.models import Delivery, Webhook
from tongjian.site.api.outward import post
from tongjian.site.operations.jobs import Running, job, start
from tongjian.site.operations.models import AuditEntry, Job
from tongjian.site.operations.services_audit import entries_for
from tongjian.site.operations.workers import at_each_beat

KIND, ACTION = "api.push", "api.webhooks"
SIGNATURE = "Tongjian-Signature"
WAITS = (60, 300, 1800, 7200, 43200)
"""Seconds until it is sent again, try by try."""
_OVERLAP = timedelta(hours=1)
"""Entries may become visible a little out of order; each is told once all the same."""
_CLAIM = timedelta(minutes=5)
_MOST = 500
_LONGEST_S = 60.0


def secret_of(webhook: Webhook) -> str:
    """The secret of a subscription; it follows from the site's own."""
    said = f"webhook:{webhook.key}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()


def signature(secret: str, moment: int, body: bytes) -> str:
    """What the header of a message says."""
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={signed.hexdigest()}"


def actor_of(webhook: Webhook) -> Actor | None:
    """On whose behalf; None where they may no more."""
    held = webhook.membership
    gone = webhook.ended or held.ended or not held.user.is_active
    actor = Actor(held.user, held)
    return None if gone or not actor.may(ACTION) else actor


@at_each_beat
def begin_push() -> bool:
    """Start the job where there is something to tell, unless it is under way."""
    # One that broke just now would break again at once.
    broke = Q(state=Job.FAILED, ended__gte=timezone.now() - _CLAIM)
    under_way = Job.every.filter(Q(state__in=(Job.WAITING, Job.RUNNING)) | broke, kind=KIND)
    if not Webhook.objects.exists() or under_way.exists():
        return False
    if not (_due().exists() or any(_fresh(one).exists() for one in _standing())):
        return False
    start(KIND, NOBODY)
    return True


@job(KIND, again=True)
def push(task: Running) -> dict[str, Any]:
    """Note what is to be told, and tell it."""
    noted = sum(_note(one) for one in _standing())
    due = list(_due().select_related("webhook__membership__user")[:_MOST])
    told, until = 0, time.monotonic() + _LONGEST_S
    for done, one in enumerate(due, 1):
        if time.monotonic() > until:  # other jobs wait; the rest comes with the next beat
            break
        told += _deliver(one)
        task.progress(done, len(due))
    return {"noted": noted, "delivered": told, "tried": len(due)}


def _standing() -> list[Webhook]:
    return list(Webhook.objects.filter(ended=None).select_related("membership__user"))


def _due() -> Any:
    return Delivery.objects.filter(state=Delivery.WAITING, due__lte=timezone.now()).order_by("pk")


def _fresh(webhook: Webhook) -> Any:
    """Entries that were not noted yet."""
    actor = actor_of(webhook)
    if actor is None:
        return AuditEntry.objects.seen_by(NOBODY)
    since = max(webhook.seen - _OVERLAP, webhook.made)
    rows = entries_for(actor).filter(time__gte=since)
    if webhook.acts:
        wanted = Q()
        for beginning in webhook.acts:
            wanted |= Q(act__startswith=beginning)
        rows = rows.filter(wanted)
    known = Delivery.objects.filter(webhook=webhook, made__gte=since - _OVERLAP)
    pairs = {(one.log, one.number) for one in known.only("log", "number")}
    numbers: dict[str, list[int]] = {}
    for log, number in pairs:
        numbers.setdefault(log, []).append(number)
    for log, listed in numbers.items():
        rows = rows.exclude(log=log, number__in=listed)
    return rows.select_related("enterprise").order_by("time", "number")


def _note(webhook: Webhook) -> int:
    now = timezone.now()
    rows = list(_fresh(webhook)[:_MOST])
    for one in rows:
        message = {
            "id": f"{webhook.key}/{one.log}/{one.number}",
            "type": one.act,
            "time": one.time.isoformat(),
            "by": one.by,
            "subject": one.subject,
            "enterprise": one.enterprise.key if one.enterprise else None,
            "log": one.log,
            "number": one.number,
        }
        Delivery.objects.get_or_create(
            webhook=webhook,
            log=one.log,
            number=one.number,
            defaults={"message": message, "due": now},
        )
    seen = rows[-1].time if len(rows) == _MOST else now
    Webhook.objects.filter(pk=webhook.pk).update(seen=seen)
    return len(rows)


def _deliver(one: Delivery) -> bool:
    """Send one message; whether it was taken. Of two jobs that come at once, one sends it."""
    now = timezone.now()
    mine = Delivery.objects.filter(pk=one.pk, state=Delivery.WAITING, tries=one.tries)
    if not mine.update(tries=one.tries + 1, due=now + _CLAIM):
        return False
    one.tries += 1
    if actor_of(one.webhook) is None:
        return _end(one, Delivery.FAILED, None, "ended")
    body = json.dumps(one.message, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Tongjian-Webhook/1",
        SIGNATURE: signature(secret_of(one.webhook), int(time.time()), body),
    }
    status, told = None, ""
    try:
        status = post(one.webhook.url, body, headers)
    except TongjianError as error:
        told = error.problems[0].code
    if status is not None and 200 <= status < 300:
        return _end(one, Delivery.DELIVERED, status, "")
    if one.tries > len(WAITS):
        return _end(one, Delivery.FAILED, status, told)
    due = timezone.now() + timedelta(seconds=WAITS[one.tries - 1])
    Delivery.objects.filter(pk=one.pk).update(due=due, status=status, told=told)
    return False


def _end(one: Delivery, state: str, status: int | None, told: str) -> bool:
    said = {"state": state, "status": status, "told": told, "ended": timezone.now()}
    Delivery.objects.filter(pk=one.pk).update(**said)
    return state == Delivery.DELIVERED


__all__ = ["ACTION", "KIND", "SIGNATURE", "WAITS", "begin_push", "secret_of", "signature"]
