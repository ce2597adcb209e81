"""Backups that are made from the site (备份任务): a job writes one into the site's own folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from tongjian.site.access.actor import Actor
from tongjian.site.operations.archive import ENDING
from tongjian.site.operations.backup_acts import keep_backup
from tongjian.site.operations.jobs import Running, job
from tongjian.site.operations.models import Job
from tongjian.site.operations.results import leads_to

KIND = "operations.backup"
FOLDER = "backups"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup in the site's folder: its name, size in bytes and time."""

    name: str
    size: int
    made: datetime


def backups() -> list[Backup]:
    """The backups there are, newest first."""
    found = []
    for path in (Path(settings.SITE_FOLDER) / FOLDER).glob(f"*{ENDING}"):
        said = path.stat()
        made = datetime.fromtimestamp(said.st_mtime, tz=timezone.get_current_timezone())
        found.append(Backup(path.name, said.st_size, made))
    return sorted(found, key=lambda one: one.made, reverse=True)


@leads_to(KIND)
def _address(one: Job, actor: Actor) -> str:
    return reverse("operations:backups")


@job(KIND, stops=True)
def back_up(task: Running) -> dict[str, Any]:
    """Make a backup."""
    folder = Path(settings.SITE_FOLDER) / FOLDER
    folder.mkdir(exist_ok=True)
    name = f"{timezone.localtime():%Y%m%d-%H%M%S}-{task.job.key}{ENDING}"
    made = keep_backup(folder / name, task.job.by, task.progress)
    return {"file": name, "files": made["files"], "bytes": made["bytes"]}


__all__ = ["FOLDER", "KIND", "Backup", "back_up", "backups"]
