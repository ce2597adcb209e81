"""Rolling a plant's year up (汇总任务): a job for the enterprise, by the signature of who asked."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.urls import reverse

from tongjian.evidence import Act
from tongjian.measured import Measured, measure
from tongjian.records import Store
from tongjian.site.access.actor import Actor
from tongjian.site.acting import acting
from tongjian.site.entry.saving import IMPORT, missing_dimensions
from tongjian.site.monitoring.services import KIND
from tongjian.site.mrv.services_jobs import start_job
from tongjian.site.mrv.services_runs import subject_of
from tongjian.site.operations.jobs import Running, job
from tongjian.site.operations.models import Job
from tongjian.site.operations.results import leads_to
from tongjian.site.operations.services_jobs import jobs_for
from tongjian.site.registry.models import Plant
from tongjian.site.workspaces import Workspace, rulebook


@job(KIND)
def roll_up(task: Running) -> dict[str, Any]:
    """Validate, substitute, run the rules, keep the year and record its months."""
    plant, year = subject_of(task, KIND)
    found = record_year(plant, year, task.actor)
    acts = Counter(one.act for one in found.records)
    return {"plant": plant.code, "year": year, "rule": found.rule, "records": dict(acts)}


def record_year(plant: Plant, year: int, actor: Actor) -> Measured:
    """Roll a plant's year up and record its months in the name of `actor`."""
    by = actor.signature
    with acting(actor, plant.enterprise) as workspace:
        facilities, units = missing_dimensions(workspace, [plant])
        if facilities or units:  # what the registry knows, the records are to know as well
            workspace.store.add((), facilities, units, "registry")
        before = workspace.store.number
        try:
            return measure(workspace.folder, plant.code, year, rulebook=rulebook(), by=by)
        finally:
            # Also where the second of two imports was refused: the first one stands.
            _enter(workspace, plant, year, by, before)


def _enter(workspace: Workspace, plant: Plant, year: int, by: str, before: int) -> None:
    """Enter the imports that were made in the log."""
    # The store is opened anew by the roll-up; what it has recorded is read of the folder.
    store = Store.open(workspace.folder)
    if store.number == before:
        return
    content = {
        "import": store.number,
        "imports": store.number - before,
        "records": store.digest,
        "plant": plant.code,
        "year": year,
        "how": "monitoring",
    }
    workspace.log.append([Act(IMPORT, by, f"monitoring:{plant.code}/{year}", content)])


def ask(actor: Actor, plant: Plant, year: int) -> Job:
    """Have a year rolled up; what is under way is not begun again."""
    waiting = jobs_for(actor).filter(kind=KIND, state__in=(Job.WAITING, Job.RUNNING))
    for one in waiting:
        if (one.asked.get("plant"), one.asked.get("year")) == (plant.code, year):
            return one
    return start_job(KIND, actor, plant, year)


@leads_to(KIND)
def _address(one: Job, actor: Actor) -> str:
    return reverse("monitoring:year", args=[one.asked["plant"], one.asked["year"]])


__all__ = ["ask", "record_year", "roll_up"]
