"""The list of reports (报告清单): rows of the database alone, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from tongjian.evidence import china_day
from tongjian.site.access.actor import Actor
from tongjian.site.access.models import Assignment
from tongjian.site.access.tenancy import in_division
from tongjian.site.mrv.models import Report
from tongjian.site.registry.models import Division, Plant
from tongjian.site.workspaces import catalogue

_YEARS = 12
_NAMES = ("year", "state", "division", "sector", "text")


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which reports are asked for (筛选条件); empty is all."""

    year: str = ""
    state: str = ""
    division: str = ""
    sector: str = ""
    text: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> ReportFilter:
        """From the query of an address; what makes no sense is left out."""
        said = {name: str(given.get(name, "")).strip()[:80] for name in _NAMES}
        if not said["year"].isdecimal() or len(said["year"]) != 4:
            said["year"] = ""
        if not said["division"].isdecimal():
            said["division"] = ""
        return cls(**said)

    @property
    def query(self) -> str:
        """It as the query of an address."""
        said = {name: getattr(self, name) for name in _NAMES}
        return urlencode({name: value for name, value in said.items() if value})

    def rows(self, actor: Actor) -> QuerySet[Report]:
        """The reports that `actor` may see and asks for, newest year first."""
        found = reports_for(actor).select_related("plant", "enterprise")
        if self.year:
            found = found.filter(year=int(self.year))
        if self.state:
            found = found.filter(state=self.state)
        if self.division:
            found = found.filter(in_division("division", self.division))
        if self.sector:
            found = found.filter(sector=self.sector)
        if self.text:
            found = found.filter(plant__in=self._named(actor))
        return found.order_by("-year", "code")

    def _named(self, actor: Actor) -> QuerySet[Plant]:
        """The plants that the text names: far fewer rows than reports."""
        said = self.text
        return (
            Plant.objects.seen_by(actor)
            .order_by()
            .filter(
                Q(code__icontains=said)
                | Q(name_zh__icontains=said)
                | Q(name_en__icontains=said)
                | Q(enterprise__name_zh__icontains=said)
                | Q(enterprise__name_en__icontains=said)
                | Q(enterprise__uscc__iexact=said)
            )
        )

    def choices(self, actor: Actor) -> dict[str, Any]:
        """What can be chosen from; divisions for whoever acts for one that has others in it."""
        divisions: list[Division] = []
        if actor.role.within == "division":
            inside = Division.objects.filter(in_division("code", actor.division))
            divisions = [one for one in inside.order_by("code") if one.code.endswith("00")]
        this = china_day(timezone.now()).year
        return {
            "years": range(this, this - _YEARS, -1),
            "sectors": sectors(),
            "divisions": divisions,
        }


@lru_cache(maxsize=1)
def sectors() -> list[str]:
    """The sectors that there are, by the catalogue."""
    return [term.code for term in catalogue().terms if term.key == "sector"]


def reports_for(actor: Actor) -> QuerySet[Report]:
    """The reports that are for `actor`: those they may see, to a verifier of the years given."""
    found = Report.objects.seen_by(actor)
    if actor.role.within == "assignment":
        given = Assignment.objects.filter(
            user=actor.user, ended=None, enterprise=OuterRef("enterprise"), year=OuterRef("year")
        )
        found = found.filter(Exists(given))
    return found


def rows_of(actor: Actor, keys: Sequence[int]) -> list[Report]:
    """These of the reports that `actor` may see, in this order, with plant and enterprise."""
    seen = Report.objects.seen_by(actor).select_related("plant", "enterprise")
    found = {one.pk: one for one in seen.filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]


def plants_of(actor: Actor) -> list[Plant]:
    """The plants of the actor's own enterprise, for which a report can be opened."""
    if actor.enterprise_id is None:
        return []
    return list(Plant.objects.seen_by(actor).filter(closed=None))


__all__ = ["ReportFilter", "plants_of", "reports_for", "rows_of"]
