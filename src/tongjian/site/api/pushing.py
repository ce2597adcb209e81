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
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
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
AT_ONCE = 16
"""So many addresses are told at once."""


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
    told = tell(due, lambda done: task.progress(done, len(due)))
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


def tell(due: Sequence[Delivery], progress: Callable[[int], None]) -> int:
    """Send messages; how many were taken.

    Those of one subscription go one after another, in order; of several as many at once as
    `AT_ONCE`, so that no address that is slow keeps the others waiting. One that does not take a
    message is left alone for a while with all that waits for it. Threads send and do nothing else:
    the database is this thread's alone.
    """
    queues: dict[int, deque[Delivery]] = {}
    for one in due:
        queues.setdefault(one.webhook_id, deque()).append(one)
    waiting, under_way = deque(queues.values()), dict[Future[_Answer], deque[Delivery]]()
    told = done = 0
    until = time.monotonic() + _LONGEST_S
    with ThreadPoolExecutor(AT_ONCE, "push") as pool:
        while waiting or under_way:
            # Other jobs wait as well: what is left comes with the next beat.
            while waiting and len(under_way) < AT_ONCE and time.monotonic() < until:
                queue = waiting.popleft()
                message = _claimed(queue[0])
                if message is not None:
                    under_way[pool.submit(_send, *message)] = queue
                elif len(queue) > 1:
                    queue.popleft()
                    waiting.append(queue)
            if not under_way:
                break
            for finished in wait(under_way, return_when=FIRST_COMPLETED).done:
                queue = under_way.pop(finished)
                one, done = queue.popleft(), done + 1
                taken = _settled(one, finished.result())
                told += taken
                progress(done)
                if taken and queue:
                    waiting.append(queue)
    return told


_Answer = tuple[int | None, str]


def _claimed(one: Delivery) -> tuple[str, bytes, dict[str, str]] | None:
    """What is to be sent where, once for two jobs that come at once; None where nothing is."""
    now = timezone.now()
    mine = Delivery.objects.filter(pk=one.pk, state=Delivery.WAITING, tries=one.tries)
    if not mine.update(tries=one.tries + 1, due=now + _CLAIM):
        return None
    one.tries += 1
    if actor_of(one.webhook) is None:
        _end(one, Delivery.FAILED, None, "ended")
        return None
    body = json.dumps(one.message, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Tongjian-Webhook/1",
        SIGNATURE: signature(secret_of(one.webhook), int(time.time()), body),
    }
    return one.webhook.url, body, headers


def _send(url: str, body: bytes, headers: dict[str, str]) -> _Answer:
    try:
        return post(url, body, headers), ""
    except TongjianError as error:
        return None, error.problems[0].code


def _settled(one: Delivery, answer: _Answer) -> bool:
    """Keep what became of a message; whether it was taken."""
    status, told = answer
    if status is not None and 200 <= status < 300:
        return _end(one, Delivery.DELIVERED, status, "")
    waits = WAITS[min(one.tries, len(WAITS)) - 1]
    due = timezone.now() + timedelta(seconds=waits)
    others = Delivery.objects.filter(webhook=one.webhook_id, state=Delivery.WAITING, due__lt=due)
    others.exclude(pk=one.pk).update(due=due)
    if one.tries > len(WAITS):
        return _end(one, Delivery.FAILED, status, told)
    Delivery.objects.filter(pk=one.pk).update(due=due, status=status, told=told)
    return False


def _end(one: Delivery, state: str, status: int | None, told: str) -> bool:
    said = {"state": state, "status": status, "told": told, "ended": timezone.now()}
    Delivery.objects.filter(pk=one.pk).update(**said)
    return state == Delivery.DELIVERED


__all__ = [
    "ACTION",
    "AT_ONCE",
    "KIND",
    "SIGNATURE",
    "WAITS",
    "begin_push",
    "secret_of",
    "signature",
    "tell",
]
