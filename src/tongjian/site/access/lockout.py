"""Guessing slowed down for each name (登录锁定).

Failures are counted in the database, so that all workers count together. After five a name has to
wait, a minute at first and twice as long after each further failure, a quarter of an hour at most:
some hundred guesses a day, and its owner is never locked out for good. A name without an account is
treated alike, so that nothing tells which names exist.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tongjian.site.access.models import Lockout

FREE = 5
"""Failures that cost nothing but the try."""
LONGEST_S = 900
FORGOTTEN = timedelta(days=1)


def locked_until(name: str) -> datetime | None:
    """Until when a name cannot be tried; None where it can."""
    found = Lockout.objects.filter(pk=_key(name)).first()
    if found is None or found.failures < FREE:
        return None
    wait = min(60 * 2 ** min(found.failures - FREE, 10), LONGEST_S)
    until = found.last + timedelta(seconds=wait)
    return until if until > timezone.now() else None


def failed(name: str) -> None:
    """Count a failure."""
    now = timezone.now()
    with transaction.atomic():
        found, _ = Lockout.objects.select_for_update().get_or_create(
            pk=_key(name), defaults={"last": now}
        )
        # What is a day old says nothing about who tries now.
        found.failures = found.failures + 1 if now - found.last < FORGOTTEN else 1
        found.last = now
        found.save()


def succeeded(name: str) -> None:
    """Forget the failures."""
    Lockout.objects.filter(pk=_key(name)).delete()


def _key(name: str) -> str:
    return salted_hmac("tongjian.lockout", name.strip().lower(), algorithm="sha256").hexdigest()


__all__ = ["FREE", "LONGEST_S", "failed", "locked_until", "succeeded"]
