"""How the site is (运行状况): database, disk, workers, jobs, logs and their guards."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Max
from django.utils import timezone

from tongjian import __version__
from tongjian.book import statements, unguarded
from tongjian.problems import Problem
from tongjian.site import kept
from tongjian.site.database import Dialect
from tongjian.site.operations.backup_acts import BACKUP
from tongjian.site.operations.heads import HEADS
from tongjian.site.operations.models import AuditEntry, Job, Worker
from tongjian.site.operations.workers import living
from tongjian.site.workspaces import SITE_LOG, connections

_LITTLE = 2 << 30
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Health:
    """What an administrator looks at; sizes are in bytes."""

    database: str
    database_size: int
    disk_free: int
    disk_little: bool
    workers: list[tuple[Worker, bool]]
    waiting: int
    running: int
    failed: int
    entries: int
    logs: int
    heads: datetime | None
    backup: datetime | None
    """When the last backup was made, into the site's folder or elsewhere."""
    guards: list[Problem]
    version: str
    python: str

    @classmethod
    def now(cls) -> Health:
        """As it is at this moment."""
        states = dict(Job.every.order_by().values_list("state").annotate(Count("pk")))
        alive = living()
        trail = AuditEntry.every
        acts = (HEADS, BACKUP)
        newest = trail.filter(log=SITE_LOG, act__in=acts).order_by().values_list("act")
        last = dict(newest.annotate(Max("time")))
        free = shutil.disk_usage(settings.SITE_FOLDER).free
        return cls(
            database=_database(),
            database_size=_size(),
            disk_free=free,
            disk_little=free < _LITTLE,
            workers=[(one, one.key in alive) for one in Worker.objects.all()],
            waiting=states.get(Job.WAITING, 0),
            running=states.get(Job.RUNNING, 0),
            failed=states.get(Job.FAILED, 0),
            entries=trail.count(),
            logs=trail.order_by().values("log").distinct().count(),
            heads=last.get(HEADS),
            backup=last.get(BACKUP),
            guards=guard_problems(),
            version=__version__,
            python=platform.python_version(),
        )

    @property
    def backup_days(self) -> int | None:
        """How many days old the last backup is."""
        return None if self.backup is None else (timezone.now() - self.backup).days

    @property
    def backup_due(self) -> bool:
        """Whether there is none of this week."""
        return self.backup_days is None or self.backup_days >= _WEEK

    @property
    def alive(self) -> bool:
        """Whether some worker does jobs."""
        return any(alive for _, alive in self.workers)


def database_answers() -> bool:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


def guard_problems() -> list[Problem]:
    """Triggers that freeze what was submitted and the logs, and those that keep columns and sums,
    where one is off or away."""
    from tongjian.site.mrv.seals import seals

    dialect: Dialect = "sqlite" if connection.vendor == "sqlite" else "postgresql"
    return unguarded(
        connections, [*statements(dialect), *seals(dialect), *kept.statements(dialect)]
    )


def _database() -> str:
    if connection.vendor == "sqlite":
        import sqlite3

        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}"


def _size() -> int:
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        return sum(one.stat().st_size for one in map(Path, (name, f"{name}-wal")) if one.is_file())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


__all__ = ["Health", "database_answers", "guard_problems"]
