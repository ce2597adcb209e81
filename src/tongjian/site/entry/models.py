"""What is entered and not yet recorded (草稿、上传), and what is worked out for the task list."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tongjian.site.access.models import new_key
from tongjian.site.access.tenancy import Tenanted
from tongjian.site.operations.models import Job
from tongjian.site.registry.models import Enterprise, Plant


class Draft(Tenanted):
    """A cell of the grid that was typed and is not yet in the records (草稿).

    Everybody of the enterprise sees the same draft; `version` counts its changes, so that two
    people do not overwrite each other unseen. An empty `value` takes out what is stored.
    """

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="drafts")
    plant = models.ForeignKey(Plant, models.PROTECT, related_name="drafts")
    year = models.PositiveSmallIntegerField()
    process_unit = models.CharField(max_length=40, blank=True)
    stream = models.CharField(max_length=80)
    item = models.CharField(max_length=80)
    slot = models.CharField(max_length=40, blank=True)
    """The canonical unit of the line of the grid; empty for an item that has no record yet."""
    period = models.CharField(max_length=10)
    value = models.CharField(max_length=120, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    tier = models.CharField(max_length=20, blank=True)
    evidence = models.CharField(max_length=200, blank=True)
    base = models.CharField(max_length=40, blank=True)
    """What was stored when the draft was begun: saving notices when that has changed since."""
    source = models.CharField(max_length=20, default="manual")
    """Where it comes from: "manual", "meter", later "monitoring"."""
    faulty = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    by = models.CharField(max_length=130)
    at = models.DateTimeField(auto_now=True)

    class Meta(Tenanted.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["plant", "period", "process_unit", "stream", "item", "slot"],
                name="draft_once",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["plant", "year"], name="draft_plant_year")
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, self.key))

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """Process unit, stream, item, line and period."""
        return self.process_unit, self.stream, self.item, self.slot, self.period


class Upload(Tenanted):
    """Files that are to be imported (待导入文件): looked at first, then recorded or discarded."""

    ADD, CORRECT, WITHDRAW = "add", "correct", "withdraw"
    CHECKING, FAULTY, READY, APPLYING = "checking", "faulty", "ready", "applying"
    APPLIED, DISCARDED = "applied", "discarded"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="uploads")
    names = models.JSONField(default=list)
    mode = models.CharField(max_length=10, default=ADD)
    reason = models.CharField(max_length=300, blank=True)
    evidence = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, default=CHECKING)
    by = models.CharField(max_length=130)
    made = models.DateTimeField(auto_now_add=True)
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, related_name="+")
    counts = models.JSONField(default=dict)
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    number = models.PositiveIntegerField(default=0)
    """The number of the import in the records, once it is there."""

    class Meta(Tenanted.Meta):
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["enterprise", "-id"], name="upload_enterprise")
        ]

    def __str__(self) -> str:
        return self.key


class UploadProblem(Tenanted):
    """A problem that was found in a file (行错误), with its text in both languages."""

    TENANT = "upload__enterprise"

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="problems")
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=60)
    severity = models.CharField(max_length=10)
    data = models.JSONField(default=dict)

    class Meta(Tenanted.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["upload", "number"], name="upload_problem_once")
        ]
        ordering: ClassVar[list[str]] = ["number"]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.number}"


class MeterReading(Tenanted):
    """A meter as it was read (抄表): a row made from the log, where the reading is the evidence."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="readings")
    plant = models.ForeignKey(Plant, models.PROTECT, related_name="readings")
    meter = models.CharField(max_length=60)
    period = models.CharField(max_length=10)
    process_unit = models.CharField(max_length=40, blank=True)
    stream = models.CharField(max_length=80)
    item = models.CharField(max_length=80)
    before = models.CharField(max_length=40)
    after = models.CharField(max_length=40)
    multiplier = models.CharField(max_length=40, default="1")
    digits = models.PositiveSmallIntegerField(default=0)
    quantity = models.CharField(max_length=60)
    unit = models.CharField(max_length=40)
    source = models.CharField(max_length=20, default="manual")
    by = models.CharField(max_length=130)
    at = models.DateTimeField(auto_now_add=True)
    entry = models.PositiveBigIntegerField()
    """The entry of the log that has it."""

    class Meta(Tenanted.Meta):
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["plant", "period"], name="reading_plant_period")
        ]

    def __str__(self) -> str:
        return f"{self.meter} {self.period}"


class TaskList(Tenanted):
    """What there is to do for a plant's year (任务清单), worked out when something has changed.

    `mark` says on which state of records, log, rules and day it rests.
    """

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="task_lists")
    plant = models.ForeignKey(Plant, models.PROTECT, related_name="task_lists")
    year = models.PositiveSmallIntegerField()
    mark = models.CharField(max_length=64)
    tasks = models.JSONField(default=list)
    matrix = models.JSONField(default=dict)
    made = models.DateTimeField(auto_now=True)

    class Meta(Tenanted.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plant", "year"], name="task_list_once")
        ]

    def __str__(self) -> str:
        return f"{self.plant_id} {self.year}"

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """The tasks of a kind: "due", "missing", "wrong" or "note"."""
        return [one for one in self.tasks if one["kind"] == kind]
