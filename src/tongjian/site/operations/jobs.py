"""Jobs (后台任务): what takes longer than a page, done by a worker, with progress and all problems.

    @job("entry.import")
    def import_rows(task: Running) -> dict[str, Any]: ...

    start("entry.import", actor, enterprise, {"upload": 7})

A kind is a function that gets a `Running`, tells how far it is, and returns its result as plain
data. What it refuses (`TongjianError`) is kept with the job, in both languages. A job whose worker
was killed fails with a problem that says so; one of a kind that may be done again without harm
(``@job(kind, again=True)``) is put back (`workers.rescue`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F
from django.utils import timezone
from django_tasks import task

from tongjian.problems import Problem, TongjianError
from tongjian.site.access.actor import Actor
from tongjian.site.access.grants import SITE
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
        """Tell how far it is; called as often as one likes, written a few times a second.

        Raises `TongjianError` in a job that may be stopped and was.
        """
        now = time.monotonic()
        if now - self._told >= _EVERY_S or done >= total:
            self._told = now
            mine = Job.every.filter(pk=self.job.pk, state=Job.RUNNING)
            if not mine.update(done=done, total=total) and self.job.kind in _stops:
                raise TongjianError(Problem("site.job_stopped", values={"by": "-"}))


Kind = Callable[[Running], dict[str, Any]]
_kinds: dict[str, Kind] = {}
_again: set[str] = set()
_stops: set[str] = set()
_me = [""]


def job(kind: str, again: bool = False, stops: bool = False) -> Callable[[Kind], Kind]:
    """Register a kind of job; apps import the modules that do so when ready.

    `again` says that one which was cut short may be done anew: nothing happens twice by it. `stops`
    says that it may be stopped at any progress that it tells: nothing is left half done by it.
    """

    def register(function: Kind) -> Kind:
        assert kind not in _kinds, kind
        _kinds[kind] = function
        if again:
            _again.add(kind)
        if stops:
            _stops.add(kind)
        return function

    return register


def may_be_done_again(kind: str) -> bool:
    """Whether a job that was cut short may be done anew."""
    return kind in _again


def may_be_stopped(one: Job) -> bool:
    """Whether a job may still be stopped."""
    return one.kind in _stops and not one.over


def stop(one: Job, by: str) -> bool:
    """Stop a job that waits or runs, on behalf of `by`; False where it was over before."""
    problem = Problem("site.job_stopped", values={"by": by})
    left = Job.every.filter(pk=one.pk, kind__in=_stops, state__in=(Job.WAITING, Job.RUNNING))
    told = {"ended": timezone.now(), "problems": [problem.as_dict()]}
    return bool(left.update(state=Job.FAILED, **told))


def works_as(worker: str) -> None:
    """Say under which key this process does jobs; empty where it is no worker."""
    _me[0] = worker


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
        kind=kind, enterprise=enterprise, user=actor.user, by=actor.signature or SITE, asked=said
    )
    enqueue(made)
    return made


def enqueue(waiting: Job) -> None:
    """Put a job that waits before the workers; done twice it is still done once."""
    work.enqueue(waiting.pk)


@task()
def work(number: int) -> None:
    """Do a job, whatever becomes of it: its row tells."""
    waiting = Job.every.filter(pk=number, state=Job.WAITING)
    now = timezone.now()
    # Of two workers that come at once, one gets it.
    if not waiting.update(
        state=Job.RUNNING, worker=_me[0], started=now, tries=F("tries") + 1, done=0, total=0
    ):
        return
    found = Job.every.select_related("enterprise", "user").get(pk=number)
    try:
        result = _kinds[found.kind](Running(found))
    except TongjianError as error:
        _end(found, Job.FAILED, problems=[one.as_dict() for one in error.problems])
    except Exception:
        _log.exception("job %s %s", found.kind, found.key)
        _end(found, Job.FAILED, problems=[Problem("site.job_broke").as_dict()])
        raise
    else:
        _end(found, Job.DONE, result=result)


def _end(one: Job, state: str, **fields: Any) -> None:
    # Not where it was taken from this worker meanwhile, as from one that was thought dead.
    mine = Job.every.filter(pk=one.pk, state=Job.RUNNING, worker=_me[0], tries=one.tries)
    mine.update(state=state, ended=timezone.now(), **fields)


__all__ = [
    "Kind",
    "Running",
    "enqueue",
    "job",
    "may_be_done_again",
    "may_be_stopped",
    "start",
    "stop",
    "work",
    "works_as",
]
