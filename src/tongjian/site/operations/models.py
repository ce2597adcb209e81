"""Jobs and the audit trail (后台任务、审计)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tongjian.site.access.models import User, new_key
from tongjian.site.access.tenancy import Tenanted


class Job(Tenanted):
    """Something that takes longer than a page may (后台任务): for whom, how far, the outcome."""

    WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    enterprise = models.ForeignKey(
        "registry.Enterprise", models.PROTECT, null=True, blank=True, related_name="jobs"
    )
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="jobs")
    by = models.CharField(max_length=130)
    kind = models.CharField(max_length=60)
    asked = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=WAITING)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    result = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    """Problems as data, with their text in both languages."""
    worker = models.CharField(max_length=64, blank=True)
    """The worker that does it, or did."""
    tries = models.PositiveSmallIntegerField(default=0)
    """How often a worker has begun it."""
    made = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta(Tenanted.Meta):
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["enterprise", "-id"], name="job_enterprise"),
            models.Index(fields=["user", "-id"], name="job_user"),
            models.Index(fields=["state", "worker"], name="job_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in (self.DONE, self.FAILED)


class Worker(models.Model):
    """A process that does jobs (后台进程); as long as it lives it says so every few seconds."""

    key = models.CharField(max_length=64, primary_key=True)
    host = models.CharField(max_length=100)
    pid = models.PositiveIntegerField()
    started = models.DateTimeField(auto_now_add=True)
    seen = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["started"]

    def __str__(self) -> str:
        return f"{self.host} {self.pid}"


class Day(models.Model):
    """A day whose daily work was begun (每日事项): a day is there once, whoever comes first."""

    day = models.DateField(primary_key=True)
    begun = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.day.isoformat()


class AuditEntry(Tenanted):
    """An entry of a log for searching (审计索引): made from the logs, and as readable as they are.

    It names people and things by text, so that it stays readable when they are gone.
    """

    log = models.CharField(max_length=40)
    number = models.PositiveBigIntegerField()
    enterprise = models.ForeignKey(
        "registry.Enterprise", models.PROTECT, null=True, blank=True, related_name="audit_entries"
    )
    time = models.DateTimeField()
    by = models.CharField(max_length=130, db_index=True)
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=200, db_index=True)

    class Meta(Tenanted.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["log", "number"], name="audit_entry_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-time", "-number"], name="audit_newest"),
            models.Index(fields=["enterprise", "-time", "-number"], name="audit_enterprise"),
            models.Index(fields=["act", "-time", "-number"], name="audit_act"),
        ]
        ordering: ClassVar[list[str]] = ["-time", "-number"]

    def __str__(self) -> str:
        return f"{self.log} {self.number} {self.act}"
