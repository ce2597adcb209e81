"""What waits for an authority or a verification body (待办报告): rows of the database alone.

A verifier sees the years that were given to them, an authority its division; what waits for whom
follows from the state of a report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from tongjian.site.access.actor import Actor
from tongjian.site.access.tenancy import in_division
from tongjian.site.mrv.models import Report
from tongjian.site.mrv.services_list import ReportFilter, reports_for, rows_of
from tongjian.site.registry.models import Plant

# The states in which a report waits for a role; a demand without a report has none.
WAITS: Mapping[str, tuple[str, ...]] = {
    "verifier": ("submitted", "under_verification", "corrected"),
    "reviewer": ("under_verification", "findings_open", "corrected"),
    "city": ("verified",),
    "province": ("city_reviewed",),
}
HANDED_IN = (
    *("submitted", "under_verification", "findings_open", "corrected"),
    *("verified", "city_reviewed", "accepted", "determined"),
)
LATE = ("unopened", "draft", "returned", "findings_open")
"""States in which the enterprise is to act, so that a deadline can be missed."""
PARTS = ("waiting", "overdue", "unopened", "all")


def waiting(actor: Actor, rows: QuerySet[Report]) -> QuerySet[Report]:
    """The reports that wait for the role in which somebody acts."""
    found = rows.filter(state__in=WAITS.get(actor.role.id, ()))
    # What is to be reviewed is an opinion.
    return found.exclude(opinion="") if actor.role.id == "reviewer" else found


def overdue(rows: QuerySet[Report], today: date) -> QuerySet[Report]:
    """The reports whose deadline has passed while the enterprise has not acted."""
    return rows.filter(due__lt=today, state__in=LATE)


def unopened(actor: Actor, year: int, wanted: ReportFilter | None = None) -> QuerySet[Plant]:
    """The plants that have not begun the report of a year, for an authority."""
    if actor.role.within != "division":
        return Plant.objects.seen_by(actor).none()
    begun = Report.objects.seen_by(actor).filter(year=year).exclude(state="unopened")
    found = Plant.objects.seen_by(actor).filter(closed=None).select_related("enterprise")
    found = found.exclude(pk__in=begun.order_by().values("plant"))
    if wanted is not None:
        if wanted.division:
            found = found.filter(in_division("division", wanted.division))
        if wanted.sector:
            found = found.filter(sector=wanted.sector)
        if wanted.text:
            said = wanted.text
            found = found.filter(
                Q(code__icontains=said)
                | Q(name_zh__icontains=said)
                | Q(name_en__icontains=said)
                | Q(enterprise__name_zh__icontains=said)
            )
    return found.order_by("division", "code")


@dataclass(frozen=True)
class Queue:
    """The desk of whoever decides about reports (审核台), one part of it."""

    actor: Actor
    part: str
    wanted: ReportFilter
    today: date

    @property
    def year(self) -> int:
        """The year that is asked for; of what was not begun it is the last one."""
        return int(self.wanted.year) if self.wanted.year else self.today.year - 1

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that there are for the actor."""
        within = self.actor.role.within
        mine = PARTS if self.actor.role.id in WAITS else PARTS[1:]
        return mine if within == "division" else tuple(one for one in mine if one != "unopened")

    def rows(self, part: str | None = None) -> QuerySet[Any]:
        """The reports, or the plants without one, of a part."""
        chosen = part or self.part
        if chosen == "unopened":
            return unopened(self.actor, self.year, self.wanted)
        found = self.wanted.rows(self.actor)
        if chosen == "waiting":
            return waiting(self.actor, found).order_by("since", "pk")
        if chosen == "overdue":
            return overdue(found, self.today).order_by("due", "pk")
        return found

    def rows_of(self, keys: Sequence[int]) -> list[Any]:
        """These of the rows of the part, in this order, with plant and enterprise."""
        if self.part != "unopened":
            return list(rows_of(self.actor, keys))
        seen = Plant.objects.seen_by(self.actor).select_related("enterprise").filter(pk__in=keys)
        found = {one.pk: one for one in seen}
        return [found[key] for key in keys if key in found]

    def counts(self) -> list[tuple[str, int]]:
        """How many each part has, under the same filter."""
        return [(one, self.rows(one).count()) for one in self.parts]


__all__ = [
    "HANDED_IN",
    "LATE",
    "PARTS",
    "WAITS",
    "Queue",
    "overdue",
    "reports_for",
    "unopened",
    "waiting",
]
