"""Jobs are done once, whatever becomes of the workers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.site.matrix import endpoints
from tests.site.world import World
from tongjian.problems import Problem, TongjianError
from tongjian.site.operations import jobs
from tongjian.site.operations.daily import begin_day
from tongjian.site.operations.heads import HEADS
from tongjian.site.operations.models import AuditEntry, Job, Worker
from tongjian.site.operations.workers import LOST, TRIES, rescue, run_worker
from tongjian.site.workspaces import files_of, site_log


@pytest.fixture
def kinds() -> Iterator[None]:
    """Kinds of jobs for these tests alone."""

    @jobs.job("test.adds")
    def adds(task: jobs.Running) -> dict[str, Any]:
        task.progress(1, 1)
        return {"sum": sum(task.asked["numbers"])}

    @jobs.job("test.refuses")
    def refuses(task: jobs.Running) -> dict[str, Any]:
        raise TongjianError(Problem("site.job_broke"))

    @jobs.job("test.breaks")
    def breaks(task: jobs.Running) -> dict[str, Any]:
        raise ZeroDivisionError

    @jobs.job("test.again", again=True)
    def again(task: jobs.Running) -> dict[str, Any]:
        return {"tries": task.job.tries}

    yield
    for kind in [one for one in jobs._kinds if one.startswith("test.")]:
        del jobs._kinds[kind]
        jobs._again.discard(kind)


def work() -> None:
    # In the thread of the test, whose signals stay its own.
    told = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)}
    try:
        run_worker(interval=0, batch=True)
    finally:
        for number, handler in told.items():
            signal.signal(number, handler)


def test_a_worker_does_jobs_and_keeps_what_becomes_of_them(world: World, kinds: None) -> None:
    actor = world.actor("preparer")
    done = jobs.start("test.adds", actor, world.enterprise(), {"numbers": [1, 2, 39]})
    refused = jobs.start("test.refuses", actor, world.enterprise())
    broken = jobs.start("test.breaks", actor, world.enterprise())
    work()

    found = {one.pk: one for one in Job.every.all()}
    assert (found[done.pk].state, found[done.pk].result) == ("done", {"sum": 42})
    assert (found[done.pk].done, found[done.pk].total, found[done.pk].tries) == (1, 1, 1)
    assert found[refused.pk].problems[0]["code"] == "site.job_broke"
    assert (found[broken.pk].state, found[broken.pk].problems[0]["code"]) == (
        "failed",
        "site.job_broke",
    )
    assert not Worker.objects.exists()


def dead_worker() -> Worker:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return Worker.objects.create(
        key="dead", host=socket.gethostname()[:100], pid=process.pid, seen=timezone.now()
    )


def taken_by(worker: Worker, made: Job, tries: int = 1) -> None:
    Job.every.filter(pk=made.pk).update(state=Job.RUNNING, worker=worker.key, tries=tries)


def test_a_job_of_a_dead_worker_fails_with_a_problem_that_says_so(
    world: World, kinds: None
) -> None:
    made = jobs.start("test.adds", world.actor("preparer"), world.enterprise(), {"numbers": []})
    taken_by(dead_worker(), made)

    assert rescue() == 1
    found = Job.every.get(pk=made.pk)
    assert (found.state, found.problems[0]["code"]) == ("failed", "site.job_cut_short")
    assert "进程中途结束" in found.problems[0]["zh"] and found.ended is not None
    work()
    assert Job.every.get(pk=made.pk).state == "failed"


def test_one_that_may_be_done_again_is_put_back_but_not_for_ever(world: World, kinds: None) -> None:
    made = jobs.start("test.again", world.actor("preparer"), world.enterprise())
    worker = dead_worker()
    taken_by(worker, made)
    assert rescue() == 1
    work()
    assert Job.every.get(pk=made.pk).result == {"tries": 2}

    taken_by(worker, made, TRIES)
    assert rescue() == 1
    assert Job.every.get(pk=made.pk).state == "failed"


def test_jobs_of_the_living_are_left_alone(world: World, kinds: None) -> None:
    made = jobs.start("test.adds", world.actor("preparer"), world.enterprise(), {"numbers": []})
    now = timezone.now()
    here = Worker.objects.create(
        key="here", host=socket.gethostname()[:100], pid=os.getpid(), seen=now
    )
    there = Worker.objects.create(key="there", host="another", pid=1, seen=now)
    for worker in (here, there):
        taken_by(worker, made)
        assert rescue() == 0
        assert Job.every.get(pk=made.pk).state == "running"

    Worker.objects.filter(pk="there").update(seen=now - timedelta(minutes=2))
    assert rescue() == 1


def test_a_job_that_never_came_before_a_worker_is_brought_there(world: World, kinds: None) -> None:
    actor = world.actor("preparer")
    lost = Job.every.create(
        kind="test.adds", by=actor.signature, user=actor.user, asked={"numbers": [7]}
    )
    assert rescue() == 0
    Job.every.filter(pk=lost.pk).update(made=timezone.now() - 2 * LOST)
    assert rescue() == 1
    work()
    assert Job.every.get(pk=lost.pk).result == {"sum": 7}


def test_the_heads_of_all_logs_are_entered_once_a_day(world: World) -> None:
    world.import_example()
    from tongjian.site.access.grants import ensure_grants

    enterprise = world.enterprise()
    ensure_grants(world.workspace().log, enterprise, world.user("preparer"))
    assert begin_day() and not begin_day()
    work()

    (entry,) = site_log().entries(HEADS)
    heads = files_of(site_log()).read(entry.files[0])
    last = world.workspace().log.entries()[-1]
    assert f'"hash":"{last.hash}","number":{last.number}'.encode() in heads
    assert AuditEntry.every.filter(log="site", act=HEADS).count() == 1


PROGRAM = """
import sys, time
from tongjian.site.boot import boot
boot()
from tongjian.site.operations import jobs
from tongjian.site.operations.workers import run_worker

@jobs.job("test.slow", again=True)
def slow(task):
    for at in range(20):
        task.progress(at, 20)
        time.sleep(0.05)
    return {"tries": task.job.tries}

run_worker(interval=0.1, batch=sys.argv[1] == "batch")
"""


def test_jobs_survive_workers_that_are_killed(world: World, site: Path) -> None:
    """Three rounds: a worker is killed (SIGKILL) while it works; another one finishes all."""
    jobs.job("test.slow", again=True)(lambda task: {})
    try:
        made = [jobs.start("test.slow", world.actor("preparer")) for _ in range(4)]
    finally:
        del jobs._kinds["test.slow"]
        jobs._again.discard("test.slow")
    environment = {**os.environ, "TONGJIAN_SITE": str(site)}

    def start(how: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PROGRAM, how]
        return subprocess.Popen(command, env=environment)

    killed: set[str] = set()
    for _ in range(2):
        process = start("on")
        until = time.monotonic() + 60
        while time.monotonic() < until:
            at_work = Job.every.filter(state="running", done__gt=0).exclude(worker__in=killed)
            found = list(at_work)
            if found:
                break
            time.sleep(0.05)
        process.kill()
        process.wait()
        killed.add(found[0].worker)
    last = start("batch")
    assert last.wait(120) == 0

    done = list(Job.every.filter(pk__in=[one.pk for one in made]))
    assert [one.state for one in done] == ["done"] * 4
    assert sum(one.tries for one in done) == 4 + len(killed)


NOWHERE = {"operations.daily", "api.push"}
"""Kinds whose result is nothing to look at."""


def test_every_kind_of_job_leads_somewhere() -> None:
    from tongjian.site.operations.results import _addresses

    assert endpoints()  # what pages alone know is there with the pages
    kinds = {one for one in jobs._kinds if not one.startswith("test.")}
    assert kinds - _addresses.keys() == NOWHERE and len(kinds) >= 11


def test_a_job_leads_to_what_it_made_or_back_to_where_it_was_asked_for(world: World) -> None:
    from tongjian.site.operations.results import address_of

    actor, other = world.actor("preparer"), world.actor("approver")
    at = {"plant": "DEMO-STEEL", "year": 2024}

    def led(kind: str, state: str = "done", who: Any = actor, **result: Any) -> str:
        one = Job(kind=kind, state=state, asked={**at, "version": 1}, result=result, key="k" * 16)
        one.user = actor.user
        return address_of(one, who)

    assert led("mrv.run", run="abc") == "/reports/DEMO-STEEL/2024/runs/abc"
    assert led("mrv.version", version=2) == "/reports/DEMO-STEEL/2024/versions/2"
    assert led("mrv.document", file="a.pdf") == f"/reports/files/{'k' * 16}"
    # The file is for whoever asked for it.
    assert led("mrv.document", who=other, file="a.pdf") == "/reports/DEMO-STEEL/2024/versions/1"
    assert led("mrv.document", "failed") == "/reports/DEMO-STEEL/2024/versions/1"
    assert led("mrv.recompute", "failed") == "/reports/DEMO-STEEL/2024/verification"
    assert led("operations.backup") == "/operations/backups/"
    assert led("mrv.run", "running") == ""
    jobs.start("mrv.run", actor, world.enterprise(), at)
    work()  # refused: nothing is recorded
    one = Job.every.get(kind="mrv.run")
    told = world.client("preparer").get(f"/operations/jobs/{one.key}/").content.decode()
    assert one.state == "failed" and 'href="/reports/DEMO-STEEL/2024"' in told
    assert "回到发起的页面" in told and "先在“填报”中录入或导入该年的数据" in told


def test_a_job_is_stopped_by_whoever_started_it_where_nothing_is_left_half_done(
    world: World, kinds: None
) -> None:
    steps: list[int] = []

    @jobs.job("test.stops", stops=True)
    def stops(task: jobs.Running) -> dict[str, Any]:
        for at in (1, 2, 3):
            steps.append(at)
            if at == 2:
                assert jobs.stop(task.job, "某人（x）")
            task.progress(3, 3)
        return {}

    actor = world.actor("preparer")
    waits = jobs.start("test.stops", actor, world.enterprise())
    fixed = jobs.start("test.adds", actor, world.enterprise(), {"numbers": [1]})
    address = "/operations/jobs/{}/stop"
    assert world.client("approver").post(address.format(waits.key)).status_code == 422
    assert world.client("preparer", "B").post(address.format(waits.key)).status_code == 404
    assert world.client("preparer").post(address.format(fixed.key)).status_code == 422
    assert "停止" in world.client("preparer").get(f"/operations/jobs/{waits.key}/").content.decode()
    assert world.client("preparer").post(address.format(waits.key)).status_code == 302
    assert world.client("preparer").post(address.format(waits.key)).status_code == 422
    runs = jobs.start("test.stops", actor, world.enterprise())
    work()
    found = {one.pk: one for one in Job.every.all()}
    for one in (waits, runs):
        assert (found[one.pk].state, found[one.pk].result) == ("failed", {})
        assert found[one.pk].problems[0]["code"] == "site.job_stopped"
    assert steps == [1, 2] and found[fixed.pk].state == "done"
    assert "某人（x）" in found[runs.pk].problems[0]["zh"]
    jobs._stops.discard("test.stops")
