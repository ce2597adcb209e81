"""What is done once a day (每日事项): reminders, the heads of all logs, and what apps add.

    @daily("mrv.reminders")
    def remind() -> None: ...

The first worker that notices a new day (in China) starts a job that does all of it. One that fails
does not keep the others from being done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from tongjian.problems import Problem, TongjianError
from tongjian.site.access.actor import NOBODY
from tongjian.site.operations.jobs import Running, job, start
from tongjian.site.operations.models import Day

_log = logging.getLogger(__name__)
Task = Callable[[], None]
_tasks: dict[str, Task] = {}
KIND = "operations.daily"


def daily(name: str) -> Callable[[Task], Task]:
    """Register something to be done once a day; apps do so when ready."""

    def register(function: Task) -> Task:
        assert name not in _tasks, name
        _tasks[name] = function
        return function

    return register


def begin_day() -> bool:
    """Start the work of today, unless that was done already."""
    today = timezone.localdate()
    if Day.objects.filter(day=today).exists():
        return False
    _, first = Day.objects.get_or_create(day=today)
    if first:
        start(KIND, NOBODY)
    return first


@job(KIND, again=True)
def do_day(task: Running) -> dict[str, Any]:
    """Do everything that is done once a day."""
    problems: list[Problem] = []
    for done, (name, function) in enumerate(_tasks.items(), 1):
        try:
            function()
        except TongjianError as error:
            problems += error.problems
        except Exception as error:
            _log.exception("daily %s", name)
            values = {"name": name, "detail": f"{type(error).__name__}: {error}"}
            problems.append(Problem("site.daily_broke", values=values))
        task.progress(done, len(_tasks))
    if problems:
        raise TongjianError(problems)
    return {"done": list(_tasks)}


__all__ = ["Task", "begin_day", "daily"]
