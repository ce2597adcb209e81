"""The list of enterprises (企业名录): what is asked for, and what of it somebody may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.http import urlencode

from tongjian.site.access.actor import Actor
from tongjian.site.mrv.models import Report
from tongjian.site.registry.divisions import beginning, level
from tongjian.site.registry.models import Division, Enterprise, Plant
from tongjian.site.registry.search import matching, words_of
from tongjian.site.registry.validators import sectors
from tongjian.workflow import report_flow

UNOPENED = "unopened"


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for (筛选); what makes no sense counts as not asked."""

    division: str = ""
    sector: str = ""
    text: str = ""
    state: str = ""
    year: int = 0

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        """From the query of an address."""
        year = given.get("year", "")
        division = given.get("division", "")
        sector, state = given.get("sector", ""), given.get("state", "")
        return cls(
            division if len(division) == 6 and division.isdecimal() else "",
            sector if sector in sectors() else "",
            given.get("text", "").strip()[:80],
            state if state in report_flow().states else "",
            int(year) if len(year) == 4 and year.isdecimal() else last_year(),
        )

    @property
    def query(self) -> str:
        """As the query of an address, ending in & where there is one."""
        names = ("division", "sector", "text", "state", "year")
        asked = {name: getattr(self, name) for name in names if getattr(self, name)}
        return f"{urlencode(asked)}&" if asked else ""


@dataclass(frozen=True, slots=True)
class Line:
    """An enterprise in the list, with what belongs to it."""

    enterprise: Enterprise
    division: Division | None
    plants: tuple[Plant, ...]
    reports: tuple[Report, ...]


def last_year() -> int:
    """The year that is being reported on now."""
    return timezone.localdate().year - 1


def enterprises(actor: Actor, asked: Filters) -> models.QuerySet[Enterprise]:
    """The enterprises that `actor` may see, of those asked for."""
    found = Enterprise.objects.seen_by(actor)
    if asked.division:
        found = found.filter(division__begins=beginning(asked.division))
    if words := words_of(asked.text):
        found = found.filter(pk__in=matching(actor, words))
    elif asked.text:
        found = found.filter(Q(name_zh=asked.text) | Q(name_en__iexact=asked.text))
    if asked.state:
        return found.filter(pk__in=_in_state(actor, asked))
    if asked.sector:
        plants = Plant.objects.seen_by(actor).filter(sector=asked.sector)
        return found.filter(Exists(plants.filter(enterprise=OuterRef("pk"))))
    return found


def _in_state(actor: Actor, asked: Filters) -> models.QuerySet[Any, int]:
    """The enterprises with a report of the year in a state, or with a plant that has begun none."""
    sector = {"sector": asked.sector} if asked.sector else {}
    reports = Report.objects.seen_by(actor).filter(year=asked.year)
    if asked.state != UNOPENED:
        found = reports.filter(state=asked.state, **sector)
        return found.order_by().values_list("enterprise_id", flat=True)
    begun = reports.exclude(state=UNOPENED).order_by()
    idle = Plant.objects.seen_by(actor).filter(**sector).exclude(pk__in=begun.values("plant"))
    return idle.order_by().values_list("enterprise_id", flat=True)


def lines(actor: Actor, chosen: Iterable[Enterprise], year: int) -> list[Line]:
    """A page of the list; the number of queries is the same however long it is."""
    listed = list(chosen)
    of = {"enterprise__in": [one.pk for one in listed]}
    plants: dict[int, list[Plant]] = {}
    for plant in Plant.objects.seen_by(actor).filter(**of).order_by("code"):
        plants.setdefault(plant.enterprise_id, []).append(plant)
    reports: dict[int, list[Report]] = {}
    seen = Report.objects.seen_by(actor).filter(**of, year=year)
    for report in seen.order_by("code"):
        reports.setdefault(report.enterprise_id, []).append(report)
    where = Division.objects.in_bulk({one.division for one in listed})
    return [
        Line(
            one,
            where.get(one.division),
            tuple(plants.get(one.pk, ())),
            tuple(reports.get(one.pk, ())),
        )
        for one in listed
    ]


def division_choices(actor: Actor, chosen: str = "") -> list[Division]:
    """The divisions to filter by: provinces and cities within those of the actor, and the counties
    of the one that is chosen."""
    found = Division.objects.filter(code__startswith=actor.division)
    city = beginning(chosen)[:4]
    return [
        one
        for one in found.order_by("code")
        if level(one.code) < 3 or (len(city) == 4 and one.code.startswith(city))
    ]


def years(today: date | None = None) -> list[int]:
    """The years that can be asked for."""
    this = (today or timezone.localdate()).year
    return list(range(this, this - 8, -1))


__all__ = ["Filters", "Line", "division_choices", "enterprises", "last_year", "lines", "years"]
