"""Jobs about a report (后台任务): started from its page, and shown there while they run.

Whoever started a job sees it, its outcome and the file it made, as long as they may see the plant.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from tongjian.site.access.actor import Actor
from tongjian.site.operations.jobs import start
from tongjian.site.operations.models import Job
from tongjian.site.operations.results import leads_to
from tongjian.site.registry.models import Plant

_SHOWN = 4
_KEPT_S = 7 * 86_400


def start_job(kind: str, actor: Actor, plant: Plant, year: int, **asked: Any) -> Job:
    """Start a job about a plant's year."""
    return start(kind, actor, plant.enterprise, {"plant": plant.code, "year": year, **asked})


def jobs_of(actor: Actor, plant: Plant, year: int) -> list[Job]:
    """The last jobs that `actor` has started about a plant's year, newest first."""
    return list(_own(actor).filter(enterprise=plant.enterprise, asked__plant=plant.code,
                                   asked__year=year)[:_SHOWN])  # fmt: skip


def job_with_file(actor: Actor, key: str) -> Job | None:
    """A finished job of `actor` that made a file: about a plant that they may see, or about no
    plant and in the role in which they act."""
    found = _own(actor).filter(key=key, state=Job.DONE).first()
    if found is None or "file" not in found.result:
        return None
    if "plant" not in found.asked:
        held = actor.membership
        return found if held is not None and found.asked.get("membership") == held.pk else None
    plants = Plant.objects.seen_by(actor).filter(code=found.asked.get("plant", ""))
    return found if plants.exists() else None


def _own(actor: Actor) -> QuerySet[Job]:
    # By person and not by tenant: a verifier's job is about an enterprise that is not theirs.
    return Job.every.filter(user=actor.user, kind__startswith="mrv.")


@leads_to("mrv.run", "mrv.version", "mrv.document", "mrv.reproduce", "mrv.recompute")
def _address(one: Job, actor: Actor) -> str:
    """The file for whoever asked for it; else the run, version, verification or report."""
    if "plant" not in one.asked:
        return ""
    at = (one.asked["plant"], one.asked["year"])
    number = one.result.get("version") or one.asked.get("version")
    if one.kind == "mrv.run" and one.state == Job.DONE:
        return reverse("mrv:run", args=[*at, one.result["run"]])
    if one.kind == "mrv.recompute":
        return reverse("mrv:verification", args=at)
    if one.state == Job.DONE and "file" in one.result and actor.user == one.user:
        return reverse("mrv:file", args=[one.key])
    return reverse("mrv:version", args=[*at, number]) if number else reverse("mrv:report", args=at)


def folder_of(job: Job) -> Path:
    """Where the file of a job lies; those of last week and before are removed."""
    root = Path(settings.SITE_FOLDER) / "documents"
    for old in _older(root):
        shutil.rmtree(old, ignore_errors=True)
    folder = root / job.key
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def path_of(job: Job) -> Path:
    """The file that a job has made."""
    return Path(settings.SITE_FOLDER) / "documents" / job.key / "file"


def _older(root: Path) -> Iterator[Path]:
    if root.is_dir():
        oldest = time.time() - _KEPT_S
        yield from (one for one in root.iterdir() if one.stat().st_mtime < oldest)


__all__ = ["folder_of", "job_with_file", "jobs_of", "path_of", "start_job"]
