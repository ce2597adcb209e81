"""Jobs (后台任务): what takes longer than a page, done by a worker, with progress and all problems.

    @job("entry.import")
    def import_rows(task: Running) -> dict[str, Any]: ...

    start("entry.import", actor, enterprise, {"upload": 7})

A kind is a function that gets a `Running`, tells how far it is, and returns its result as plain
data. What it refuses (`TongjianError`) is kept with the job, in both languages.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django_tasks import task

from tongjian.problems import TongjianError
from tongjian.site.access.actor import Actor
from tongjian.site.access.models import Membership
from tongjian.site.operations.models import Job
from tongjian.site.registry.models import Enterprise

_log = logging.getLogger(__name__)
_EVERY_S = 0.5


@dataclass(slots=True)
class Running:
    """A job while it runs."""

    job: Job
    _told: float = field(default=0.0, init=False)

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked."""
        return dict(self.job.asked)

    @property
    def enterprise(self) -> Enterprise:
        """For which enterprise; raises `ValueError` for a job of the site."""
        if self.job.enterprise is None:
            raise ValueError(f"{self.job}: no enterprise")
        return self.job.enterprise

    @property
    def actor(self) -> Actor:
        """On whose behalf, in the role in which they asked; one that ended since is none."""
        asked = self.job.asked.get("membership")
        found = Membership.objects.filter(pk=asked, user=self.job.user, ended=None).first()
        return Actor(self.job.user, found)

    def progress(self, done: int, total: int) -> None:
        """Tell how far it is; called as often as one likes, written a few times a second."""
        now = time.monotonic()
        if now - self._told >= _EVERY_S or done >= total:
            self._told = now
            Job.every.filter(pk=self.job.pk).update(done=done, total=total)


Kind = Callable[[Running], dict[str, Any]]
_kinds: dict[str, Kind] = {}


def job(kind: str) -> Callable[[Kind], Kind]:
    """Register a kind of job; apps import the modules that do so when ready."""

    def register(function: Kind) -> Kind:
        assert kind not in _kinds, kind
        _kinds[kind] = function
        return function

    return register


def start(
    kind: str,
    actor: Actor,
    enterprise: Enterprise | None = None,
    asked: dict[str, Any] | None = None,
) -> Job:
    """Have a job done by a worker; returns it as it waits."""
    assert kind in _kinds, kind
    said = {**(asked or {}), "membership": actor.membership.pk if actor.membership else None}
    made = Job.every.create(
        kind=kind, enterprise=enterprise, user=actor.user, by=actor.signature, asked=said
    )
    work.enqueue(made.pk)
    return made


@task()
def work(number: int) -> None:
    """Do a job, whatever becomes of it: its row tells."""
    found = Job.every.select_related("enterprise", "user").get(pk=number)
    if found.state != Job.WAITING:
        return
    _change(found, state=Job.RUNNING, started=timezone.now())
    try:
        result = _kinds[found.kind](Running(found))
    except TongjianError as error:
        problems = [one.as_dict() for one in error.problems]
        _change(found, state=Job.FAILED, problems=problems, ended=timezone.now())
    except Exception:
        _change(found, state=Job.FAILED, ended=timezone.now())
        _log.exception("job %s %s", found.kind, found.key)
        raise
    else:
        _change(found, state=Job.DONE, result=result, ended=timezone.now())


def _change(one: Job, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(one, name, value)
    one.save(update_fields=list(fields))


__all__ = ["Kind", "Running", "job", "start", "work"]
