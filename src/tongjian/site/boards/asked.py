"""What a board is asked for (看板条件): region, year, day, and of what standing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.http import urlencode

from tongjian.site.access.actor import Actor
from tongjian.site.boards.models import Standing
from tongjian.site.registry.divisions import beginning, level
from tongjian.site.registry.lists import last_year
from tongjian.site.registry.models import Division

YEARS = 5
"""How many years a trend has."""
_ACCEPTED_ALONE = frozenset({"analyst"})
"""Roles that see what was accepted and nothing else."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A region (the six digits of its code, "" for all that one sees), a year, a day, a basis."""

    division: str
    year: int
    day: date
    basis: str
    measure: str = ""

    @classmethod
    def of(cls, actor: Actor, given: Mapping[str, Any]) -> Asked:
        """From the query of an address; what makes no sense is as if it had not been asked.

        Raises `Http404` for a division that is not the actor's.
        """
        division = str(given.get("division") or home(actor))
        if division and not within(actor, division):
            raise Http404
        basis = Standing.ACCEPTED if given.get("basis") == "accepted" else Standing.SUBMITTED
        if actor.role.id in _ACCEPTED_ALONE:
            basis = Standing.ACCEPTED
        made = cls(division, 0, _day(given.get("day")), basis, str(given.get("measure", ""))[:80])
        year = str(given.get("year", ""))
        known = year.isdecimal() and len(year) == 4
        return replace(made, year=int(year) if known else _newest(actor, made))

    @property
    def prefix(self) -> str:
        """What the codes of the region begin with."""
        return beginning(self.division)

    @property
    def level(self) -> int:
        """0 for the country, 1 for a province, 2 for a city, 3 for a county."""
        return level(self.division)

    @property
    def moment(self) -> datetime:
        """The end of the day, in China: what happens then comes too late."""
        after = datetime.combine(self.day + timedelta(days=1), time.min)
        return timezone.make_aware(after)

    @property
    def is_now(self) -> bool:
        """Whether it asks for what stands now: the day is not over."""
        return self.moment > timezone.now()

    @property
    def years(self) -> range:
        """The years of a trend."""
        return range(self.year - YEARS + 1, self.year + 1)

    @property
    def stands(self) -> Q:
        """The condition for rows with `since` and `until` that hold at the end of the day."""
        return Q(since__lt=self.moment) & (Q(until=None) | Q(until__gte=self.moment))

    def query(self, **changed: Any) -> str:
        """As the query of an address, with some of it changed."""
        said = {
            "division": self.division, "year": self.year, "day": self.day.isoformat(),
            "basis": self.basis, "measure": self.measure, **changed,
        }  # fmt: skip
        return urlencode({name: value for name, value in said.items() if value})


def home(actor: Actor) -> str:
    """The division that an authority is for; "" for the nation and for an enterprise."""
    return actor.division.ljust(6, "0") if actor.division else ""


def within(actor: Actor, division: str) -> bool:
    """Whether a division is one that an actor may ask for by name."""
    if actor.role.within != "division" or not division.startswith(actor.division):
        return False
    return Division.objects.filter(code=division).exists()


def _day(given: Any) -> date:
    today = timezone.localdate()
    try:
        return min(date.fromisoformat(str(given or "")), today)
    except ValueError:
        return today


def _newest(actor: Actor, asked: Asked) -> int:
    seen = Standing.objects.seen_by(actor).filter(asked.stands, basis=asked.basis)
    return seen.order_by("-year").values_list("year", flat=True).first() or last_year()


__all__ = ["YEARS", "Asked", "home", "within"]
