"""Reports (报告): where each stands, and what was submitted, which nobody can change.

A `Report` is a row made from the log of its enterprise, for lists and searches; it can be made
again at any time. A `SubmittedVersion` with figures and data is written once, when it is handed in,
and sealed: from then on the database itself refuses any change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q

from tongjian.site.access.models import User, new_key
from tongjian.site.access.tenancy import Reach, Tenanted
from tongjian.site.registry.models import Enterprise, Plant

if TYPE_CHECKING:
    from tongjian.site.access.actor import Actor


FINAL = ("accepted", "determined")
"""States in which a report rests; an analyst sees no other."""
ANALYST = "analyst"


class OfReport(Tenanted):
    """Something of a report; `STATE` is the path to the state that the report is in."""

    STATE: ClassVar[str] = "state"

    class Meta(Tenanted.Meta):
        abstract = True

    @classmethod
    def visible_to(cls, actor: Actor) -> Q:
        """As by tenancy; to an analyst only what rests."""
        found = super().visible_to(actor)
        return found & Q(**{f"{cls.STATE}__in": FINAL}) if actor.role.id == ANALYST else found


class Report(OfReport):
    """Where the report of a plant's year stands (报告状态), as the log says."""

    REACH = Reach.AUTHORITY
    WITHIN = "within"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="reports")
    plant = models.ForeignKey(Plant, models.PROTECT, related_name="reports")
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=30, default="unopened")
    since = models.DateTimeField(null=True, blank=True)
    by = models.CharField(max_length=130, blank=True)
    version = models.PositiveIntegerField(default=0)
    """The newest version that was made, submitted or not."""
    submitted = models.PositiveIntegerField(default=0)
    """The newest version that was submitted."""
    due = models.DateField(null=True, blank=True)
    """The deadline that an authority has set."""
    findings_open = models.PositiveIntegerField(default=0)
    opinion = models.CharField(max_length=30, blank=True)
    entry = models.PositiveBigIntegerField(default=0)
    """The last entry of the log that this row rests on."""
    # What lists go by, of the enterprise and the plant, kept by the database (`site.kept`).
    within = models.CharField(max_length=6, default="", editable=False)
    code = models.CharField(max_length=40, default="", editable=False)
    division = models.CharField(max_length=6, default="", editable=False)
    sector = models.CharField(max_length=40, default="", editable=False)

    class Meta(Tenanted.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plant", "year"], name="report_once")
        ]
        # Each list and each count is answered by one of these alone, however late the page is.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["-year", "code", "within", "state", "division", "sector"],
                name="report_listed",
            ),
            models.Index(
                fields=["within", "year", "state", "division", "sector"], name="report_within"
            ),
            models.Index(fields=["state", "since", "id", "within"], name="report_waiting"),
            models.Index(fields=["due", "id", "state", "within"], name="report_due"),
            models.Index(
                fields=["year", "plant", "state", "within", "enterprise"], name="report_begun"
            ),
            models.Index(fields=["enterprise", "-year", "code"], name="report_enterprise"),
            models.Index(fields=["code", "-year", "within"], name="report_by_plant"),
        ]
        ordering: ClassVar[list[str]] = ["-year", "code"]

    def __str__(self) -> str:
        return self.subject

    @property
    def subject(self) -> str:
        """By what the log calls it."""
        from tongjian.versions import report_subject

        return report_subject(self.plant.code, self.year)


class SubmittedVersion(OfReport):
    """A version as it was submitted (已提交版本). Once `sealed` it cannot be changed by any SQL."""

    REACH = Reach.AUTHORITY
    STATE = "report__state"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="submitted_versions")
    report = models.ForeignKey(Report, models.PROTECT, related_name="submitted_versions")
    plant_code = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    made_by = models.CharField(max_length=130)
    made = models.DateTimeField()
    submitted_by = models.CharField(max_length=130)
    submitted = models.DateTimeField()
    entry = models.PositiveBigIntegerField()
    """The entry of the log by which it was submitted."""
    division = models.CharField(max_length=6)
    sector = models.CharField(max_length=40)
    runs = models.JSONField(default=list)
    records = models.CharField(max_length=64)
    rulebook = models.CharField(max_length=64)
    open_doubts = models.PositiveIntegerField(default=0)
    sealed = models.BooleanField(default=False)

    class Meta(Tenanted.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["report", "number"], name="submitted_version_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["year", "division"], name="submitted_year_division")
        ]

    def __str__(self) -> str:
        return f"{self.plant_code}/{self.year}/{self.number}"

    @classmethod
    def shared(cls) -> Q:
        return Q(sealed=True)


class SubmittedFigure(OfReport):
    """A line of a submitted version's results (已提交结果): a sum of integers, in micro-units.

    Columns as in the ledger of a run; `co2e_micro` is empty for what is no greenhouse gas.
    """

    TENANT = "version__enterprise"
    REACH = Reach.AUTHORITY
    STATE = "version__report__state"

    version = models.ForeignKey(SubmittedVersion, models.PROTECT, related_name="figures")
    ruleset = models.CharField(max_length=80)
    boundary = models.CharField(max_length=30)
    category = models.CharField(max_length=60)
    substance = models.CharField(max_length=40)
    unit = models.CharField(max_length=40)
    amount_micro = models.BigIntegerField()
    co2e_micro = models.BigIntegerField(null=True)

    class Meta(Tenanted.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["version", "boundary"], name="figure_version_boundary")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.category} {self.substance}"

    @classmethod
    def shared(cls) -> Q:
        return Q(version__sealed=True)


class SubmittedRow(OfReport):
    """A datum that a submitted version rests on (已提交活动数据), as recorded."""

    TENANT = "version__enterprise"
    REACH = Reach.AUTHORITY
    STATE = "version__report__state"

    version = models.ForeignKey(SubmittedVersion, models.PROTECT, related_name="rows")
    period = models.CharField(max_length=10)
    process_unit = models.CharField(max_length=40, blank=True)
    stream = models.CharField(max_length=80)
    item = models.CharField(max_length=80)
    quantity = models.FloatField()
    unit = models.CharField(max_length=40)
    entered_quantity = models.CharField(max_length=60, blank=True)
    entered_unit = models.CharField(max_length=40, blank=True)
    tier = models.CharField(max_length=20, blank=True)
    evidence = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=300, blank=True)

    class Meta(Tenanted.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["version", "period"], name="row_version_period")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.period} {self.stream} {self.item}"

    @classmethod
    def shared(cls) -> Q:
        return Q(version__sealed=True)


class Notice(Tenanted):
    """A reminder to one person (提醒), of a rule, an event and a day; each is made once."""

    REACH = Reach.AUTHORITY

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="notices")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="notices")
    plant = models.ForeignKey(Plant, models.PROTECT, related_name="notices")
    year = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=40)
    day = models.DateField()
    """When that is, or was, of which it reminds."""
    days = models.SmallIntegerField()
    """How many days before (negative) or after it is told."""
    made = models.DateTimeField(auto_now_add=True)
    read = models.DateTimeField(null=True, blank=True)
    mailed = models.DateField(null=True, blank=True)

    class Meta(Tenanted.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "plant", "year", "rule", "day", "days"], name="notice_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "read", "-id"], name="notice_user_read")
        ]
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.rule} {self.plant_id}/{self.year} {self.day}"

    @classmethod
    def visible_to(cls, actor: Actor) -> Q:
        """Their own alone, and of what they may still see in the role in which they act."""
        return Q(user=actor.user) & super().visible_to(actor)
