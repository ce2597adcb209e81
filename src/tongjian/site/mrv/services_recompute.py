"""Computing again on other engines (换引擎复算), as a job."""

from __future__ import annotations

from typing import Any

from tongjian.evidence import Entry
from tongjian.site.acting import acting
from tongjian.site.mrv.services_jobs import start_job
from tongjian.site.mrv.services_reports import ReportDesk
from tongjian.site.mrv.services_runs import subject_of
from tongjian.site.mrv.services_verification import Verification
from tongjian.site.operations.jobs import Running, job
from tongjian.site.operations.models import Job
from tongjian.verification import enter_recomputation, recompute

KIND = "mrv.recompute"
_MAKE = "recompute.make"


def ask(desk: ReportDesk) -> Job:
    """Have the result of a report computed again."""
    return start_job(KIND, desk.actor, desk.plant, desk.year)


@job(KIND, stops=True)
def recompute_again(task: Running) -> dict[str, Any]:
    """Compute, and enter what came out on behalf of whoever asked, as far as it is theirs still."""
    actor = task.actor
    plant, year = subject_of(task, KIND)
    made = Verification(ReportDesk(actor, plant, year), fresh=True)
    if made.engagement is None:
        raise ValueError("no sample")
    task.progress(0, 2)
    found = recompute(made.engagement)
    task.progress(1, 2)
    with acting(actor, plant.enterprise) as workspace:
        entry = enter_recomputation(workspace.log, made.subject, found, actor.signature)
    task.progress(2, 2)
    return {"entry": entry.number, "same": found.same, "plant": plant.code, "year": year}


def newest_recomputation(made: Verification) -> dict[str, Any] | None:
    """What came out last, and whether it is of the result that is verified now."""
    entries = [one for one in made.desk.entries if one.act == _MAKE and one.subject == made.subject]
    if not entries:
        return None
    last: Entry = entries[-1]
    said = last.content
    engines = [
        {"name": name, "same": digest == said["digest"], "digest": digest}
        for name, digest in zip(said["engines"], said["digests"], strict=False)
    ]
    current = made.engagement is not None and made.engagement.result == said["of"]
    return {"entry": last, "said": said, "engines": engines, "current": current}


__all__ = ["KIND", "ask", "newest_recomputation"]
