"""What boards read (看板数据): which version stood when, its totals, and results of calculations.

Rows of `Standing`, `Stage` and `Total` are made from the logs and from what was sealed, and can be
made again at any time; nobody edits them. A moment T lies in a row where since <= T < until.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q

from tongjian.site.access.models import new_key
from tongjian.site.access.tenancy import NOBODY, Reach, Tenanted, TenantedWithin
from tongjian.site.mrv.models import Report, SubmittedVersion
from tongjian.site.registry.models import Enterprise

if TYPE_CHECKING:
    from tongjian.site.access.actor import Actor


class Standing(TenantedWithin):
    """While a version was what had been handed in, or what had been accepted (有效区间)."""

    SUBMITTED, ACCEPTED = "submitted", "accepted"
    REACH = Reach.AUTHORITY

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="standings")
    report = models.ForeignKey(Report, models.CASCADE, related_name="standings")
    version = models.ForeignKey(SubmittedVersion, models.PROTECT, related_name="standings")
    basis = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    division = models.CharField(max_length=6)
    sector = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta(TenantedWithin.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["basis", "year", "within", "division", "until", "since", "version"],
                name="standing_where",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.basis} {self.version_id} {self.since} {self.until or ''}"


class Stage(TenantedWithin):
    """While a report was in a state of its flow (状态区间)."""

    REACH = Reach.AUTHORITY

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="stages")
    report = models.ForeignKey(Report, models.CASCADE, related_name="stages")
    state = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    division = models.CharField(max_length=6)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    co2e_micro = models.BigIntegerField(null=True)
    """What an authority determined (核定量), where the state is that."""

    class Meta(TenantedWithin.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["year", "within", "division", "state", "until", "since"], name="stage_where"
            ),
            # Few are determined: they are found without looking at the others.
            models.Index(
                fields=["year", "division"],
                condition=models.Q(co2e_micro__isnull=False),
                name="stage_determined",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.state} {self.since} {self.until or ''}"


class Total(TenantedWithin):
    """What a submitted version says of a substance within a boundary (合计), in micro-units.

    The sum over its categories, of the rule sets that account by default: those on request
    account for the same plant once more. For a column that is not in the ledger (the second energy
    convention) `substance` is its sheet and name.
    """

    REACH = Reach.AUTHORITY

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="totals")
    version = models.ForeignKey(SubmittedVersion, models.PROTECT, related_name="totals")
    year = models.PositiveSmallIntegerField()
    division = models.CharField(max_length=6)
    sector = models.CharField(max_length=40)
    ruleset = models.CharField(max_length=80)
    boundary = models.CharField(max_length=30)
    substance = models.CharField(max_length=40)
    unit = models.CharField(max_length=40)
    amount_micro = models.BigIntegerField()
    co2e_micro = models.BigIntegerField(null=True)

    class Meta(TenantedWithin.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["version", "boundary", "ruleset", "substance", "unit"], name="total_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.boundary} {self.substance}"


class OfCell(Tenanted):
    """Something of a cell of boards: what stands of a basis, year, division and sector.

    It belongs to no enterprise, and is for the authorities within whose division those are that it
    is of (`within`).
    """

    REACH = Reach.AUTHORITY
    WITHIN = "within"

    basis = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    division = models.CharField(max_length=6)
    within = models.CharField(max_length=6)
    sector = models.CharField(max_length=40)

    class Meta(Tenanted.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.basis} {self.year} {self.division} {self.within} {self.sector}"

    @classmethod
    def visible_to(cls, actor: Actor) -> Q:
        """To authorities alone."""
        return super().visible_to(actor) if actor.role.within == "division" else NOBODY


class Sum(OfCell):
    """What the versions of a cell that stand now say together (现行合计), made by `summed`.

    A sum of many may be larger than an integer of the database: it is the sum of the high and that
    of the low halves of micro-units.
    """

    boundary = models.CharField(max_length=30)
    substance = models.CharField(max_length=40)
    unit = models.CharField(max_length=40)
    amount_high = models.BigIntegerField()
    amount_low = models.BigIntegerField()
    co2e_high = models.BigIntegerField(null=True)
    co2e_low = models.BigIntegerField(null=True)

    class Meta(OfCell.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=[
                    *("basis", "year", "division", "within", "sector"),
                    *("boundary", "substance", "unit"),
                ],
                name="sum_once",
            )
        ]


class Stale(OfCell):
    """A cell whose sums are to be made anew (待重算), marked by triggers."""

    class Meta(OfCell.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["basis", "year", "division", "within", "sector"], name="stale_once"
            )
        ]


class Intensity(Tenanted):
    """Numerator and denominator of an intensity of a submitted version (强度), in micro-units.

    There is a row only where the version has both. `key` is one of ``measured.toml``.
    """

    REACH = Reach.AUTHORITY

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="intensities")
    version = models.ForeignKey(SubmittedVersion, models.PROTECT, related_name="intensities")
    year = models.PositiveSmallIntegerField()
    division = models.CharField(max_length=6)
    sector = models.CharField(max_length=40)
    key = models.CharField(max_length=40)
    above_micro = models.BigIntegerField()
    below_micro = models.BigIntegerField()

    class Meta(Tenanted.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "key"], name="intensity_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.key}"


class BoardRun(models.Model):
    """A calculation over a region (区域测算): levels and targets, from what was handed in.

    `authority` is the division of who had it made: it rests on what they may see, and is for those
    who may see the same. `prefix` is the region within.
    """

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    authority = models.CharField(max_length=6, blank=True)
    prefix = models.CharField(max_length=6, blank=True)
    year = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=10)
    as_of = models.DateTimeField()
    made = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=130)
    records = models.CharField(max_length=64)
    rulebook = models.CharField(max_length=64)
    plants = models.PositiveIntegerField()
    judged = models.JSONField(default=dict)
    """Efficiency levels by product and process unit."""
    targets = models.JSONField(default=dict)
    """Every target with its status, and what is missing."""

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["authority", "prefix", "year", "-id"], name="board_run_newest"),
        ]
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.prefix or '-'} {self.year} {self.as_of}"


__all__ = ["BoardRun", "Intensity", "Stage", "Stale", "Standing", "Sum", "Total"]
