"""Rolling a plant's year up (汇总任务): a job for the enterprise, by the signature of who asked."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tongjian.site.access.actor import Actor
from tongjian.site.acting import acting
from tongjian.site.mrv.services_jobs import start_job
from tongjian.site.mrv.services_runs import subject_of
from tongjian.site.operations.jobs import Running, job
from tongjian.site.operations.models import Job
from tongjian.site.operations.results import leads_to
from tongjian.site.operations.services_jobs import jobs_for
from tongjian.site.registry.models import Plant

KIND = "monitoring.measure"


@job(KIND)
def roll_up(task: Running) -> dict[str, Any]:
    """Validate, substitute, run the rules, keep the year and record its months."""
    plant, year = subject_of(task, KIND)
    with acting(task.actor, plant.enterprise) as workspace:
        raise NotImplementedError(workspace)
    return {"plant": plant.code, "year": year}


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


__all__ = ["KIND", "ask", "roll_up"]
