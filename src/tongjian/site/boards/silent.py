"""Plants without data on a board (未报设施), and what each is still waiting for."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tongjian.rules import Words
from tongjian.site.access.actor import Actor
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.models import Stage, Standing
from tongjian.site.boards.sums import determined, standing
from tongjian.site.registry.models import Plant
from tongjian.workflow import report_flow

SHOWN = 20
_UNOPENED = "unopened"


@dataclass(frozen=True, slots=True)
class Silent:
    """A plant without data, and the state in which its report was at the end of the day."""

    plant: Plant
    state: str

    @property
    def title(self) -> Words:
        """The state in words."""
        return report_flow().states[self.state].title


def registered(actor: Actor, asked: Asked) -> QuerySet[Plant]:
    """The plants that are registered and were not closed before the year."""
    seen = Plant.objects.seen_by(actor).filter(Q(closed=None) | Q(closed__year__gte=asked.year))
    return seen.filter(division__inside=asked.prefix) if asked.prefix else seen


def silent(actor: Actor, asked: Asked) -> list[Silent]:
    """The first plants of which nothing stands and nothing was determined, by code."""
    stood = standing(actor, asked, [asked.year]).values("report__plant")
    known = determined(actor, asked, [asked.year]).values("report__plant")
    found = registered(actor, asked).exclude(pk__in=stood).exclude(pk__in=known)
    plants = list(found.select_related("enterprise").order_by("code")[:SHOWN])
    seen = Stage.objects.seen_by(actor).filter(
        asked.stands, year=asked.year, report__plant__in=[one.pk for one in plants]
    )
    states = dict(seen.values_list("report__plant", "state"))
    return [Silent(one, states.get(one.pk, _UNOPENED)) for one in plants]


def unconfirmed(actor: Actor, asked: Asked) -> int:
    """How many of the versions that stand rest on values that are only recalled (待确认取值)."""
    stood: QuerySet[Standing] = standing(actor, asked, [asked.year])
    return stood.filter(version__open_doubts__gt=0).count()


__all__ = ["SHOWN", "Silent", "registered", "silent", "unconfirmed"]
