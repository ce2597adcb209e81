"""Workers (后台进程): they do jobs, say that they live, and see to jobs of those that do not.

A job of a worker that was killed must not stay "running" for ever: whichever worker comes to notice
puts it back, where that is harmless, or fails it with a problem that says what happened.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tongjian.problems import Problem
from tongjian.site.operations.jobs import enqueue, may_be_done_again, work, works_as
from tongjian.site.operations.models import Job, Worker

_log = logging.getLogger(__name__)
BEAT_S = 5.0
GONE = timedelta(seconds=60)
"""A worker on another machine that was not seen for so long is taken for dead."""
GONE_HERE = timedelta(minutes=10)
"""One on this machine whose process is there may be busy; its number may also be another's."""
LOST = timedelta(seconds=15)
"""A job that waits for so long, and that nothing will bring to a worker, is brought anew."""
TRIES = 3
_KEPT = timedelta(days=1)
_beats: list[Callable[[], Any]] = []


def at_each_beat(function: Callable[[], Any]) -> Callable[[], Any]:
    """Register what every worker looks after every few seconds; it is to be quick."""
    _beats.append(function)
    return function


def run_worker(interval: float = 0.5, batch: bool = False) -> None:
    """Do jobs until told to stop (SIGTERM or Ctrl+C); with `batch` until there are none."""
    from django_tasks_db.management.commands.db_worker import Worker as Loop

    key = f"{socket.gethostname()[:40]}-{secrets.token_hex(6)}"
    works_as(key)
    Worker.objects.create(key=key, host=_host(), pid=os.getpid(), seen=timezone.now())
    stopping = threading.Event()
    keeper = threading.Thread(target=_keep, args=(key, stopping), daemon=True)
    loop = Loop(
        queue_names=["*"],
        interval=interval,
        batch=batch,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=key,
        excluded_queue_names=[],
    )
    loop.configure_signals()
    try:
        _tend(key)
        keeper.start()
        loop.run()
    finally:
        stopping.set()
        works_as("")
        Worker.objects.filter(key=key).delete()


def living() -> set[str]:
    """The keys of the workers that live."""
    now = timezone.now()
    return {one.key for one in Worker.objects.all() if _lives(one, now)}


def rescue() -> int:
    """See to jobs that nobody does any more; returns how many there were."""
    alive = living()
    count = _abandoned_tasks(alive)
    for one in Job.every.filter(state=Job.RUNNING).exclude(worker="").exclude(worker__in=alive):
        count += _see_to(one)
    count += _forgotten()
    Worker.objects.filter(seen__lt=timezone.now() - _KEPT).delete()
    return count


def _keep(key: str, stopping: threading.Event) -> None:
    while not stopping.wait(BEAT_S):
        close_old_connections()
        _tend(key)
    connection.close()


def _tend(key: str) -> None:
    from tongjian.site.operations.daily import begin_day

    steps: tuple[Callable[[], Any], ...] = (lambda: _beat(key), rescue, begin_day, *_beats)
    for step in steps:
        try:
            step()
        except DatabaseError:  # it is busy or away for a moment; the next beat comes soon
            _log.warning("worker %s", key, exc_info=True)


def _beat(key: str) -> None:
    Worker.objects.filter(key=key).update(seen=timezone.now())


def _host() -> str:
    return socket.gethostname()[:100]


def _lives(one: Worker, now: Any) -> bool:
    if one.host != _host():
        return bool(now - one.seen < GONE)
    try:
        os.kill(one.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return bool(now - one.seen < GONE_HERE)


def _see_to(one: Job) -> int:
    mine = Job.every.filter(pk=one.pk, state=Job.RUNNING, worker=one.worker, tries=one.tries)
    if may_be_done_again(one.kind) and one.tries < TRIES:
        if mine.update(state=Job.WAITING, worker="", started=None):
            enqueue(one)
            return 1
        return 0
    problem = Problem("site.job_cut_short", values={"tries": one.tries})
    return mine.update(state=Job.FAILED, ended=timezone.now(), problems=[problem.as_dict()])


def _abandoned_tasks(alive: set[str]) -> int:
    """Tasks of the queue that a dead worker had taken: their jobs are looked after by us."""
    count = 0
    for one in DBTaskResult.objects.running().filter(task_path=work.module_path):
        if one.worker_ids and one.worker_ids[-1] in alive:
            continue
        # Claimed a moment ago by a worker of which nothing is known: let it be known first.
        young = one.started_at is not None and timezone.now() - one.started_at < LOST
        if young and not Worker.objects.filter(key__in=one.worker_ids).exists():
            continue
        one.set_failed(RuntimeError("the worker is gone"))
        count += 1
    return count


def _forgotten() -> int:
    """Jobs that wait and that nothing would bring to a worker."""
    since = timezone.now() - LOST
    waiting = Job.every.filter(state=Job.WAITING, made__lt=since)
    if not waiting.exists():
        return 0
    queued = DBTaskResult.objects.filter(task_path=work.module_path).exclude(
        status__in=("SUCCESSFUL", "FAILED")
    )
    known = {one.args_kwargs["args"][0] for one in queued}
    lost = [one for one in waiting if one.pk not in known]
    for one in lost:
        enqueue(one)
    return len(lost)


__all__ = ["at_each_beat", "living", "rescue", "run_worker"]
