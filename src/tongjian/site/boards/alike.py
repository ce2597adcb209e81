"""Two years compared over the same plants (同口径比较): those that reported in both.

A change of the sums alone is mostly that of coverage while more and more plants report. Here both
sides are the plants that stand in both years; how much of the year they are is told beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from tongjian.site.access.actor import Actor
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.models import Standing, Total
from tongjian.site.boards.sums import Measure, halves, kept, standing, whole

Key = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True)
class Alike:
    """Sums of two years over the plants that are in both, in micro-units."""

    plants: int
    amounts: Mapping[Key, int]
    co2e: Mapping[Key, int]

    def says(self, measure: Measure, year: int) -> int | None:
        """The sum of a measure in a year; None where none of those plants has it."""
        if measure.is_co2e:
            found = [
                said
                for (of, boundary, _, _), said in self.co2e.items()
                if (of, boundary) == (year, measure.boundary)
            ]
            return sum(found) if found else None
        return self.amounts.get((year, measure.boundary, measure.substance, measure.unit))


def both_years(actor: Actor, asked: Asked) -> QuerySet[Standing]:
    """What stands of the year and the year before, of plants that stand in both."""
    before = standing(actor, asked, [asked.year - 1]).values("report__plant")
    now = standing(actor, asked, [asked.year]).values("report__plant")
    two = standing(actor, asked, [asked.year - 1, asked.year])
    return two.filter(report__plant__in=before).filter(report__plant__in=now)


def alike(actor: Actor, asked: Asked) -> Alike:
    """The sums of the year and of the year before over the same plants."""
    return kept(actor, asked, ("alike", asked.year), lambda: _alike(actor, asked))


def _alike(actor: Actor, asked: Asked) -> Alike:
    pairs = both_years(actor, asked)
    years = [asked.year - 1, asked.year]
    rows = (
        Total.objects.seen_by(actor)
        .filter(version__in=pairs.values("version"), year__in=years)
        .order_by()
        .values_list("year", "boundary", "substance", "unit")
        .annotate(**halves("amount_micro", "amount"), **halves("co2e_micro", "co2e"))
    )
    amounts, co2e = dict[Key, int](), dict[Key, int]()
    for year, boundary, substance, unit, high, low, co2e_high, co2e_low in rows:
        of = (year, boundary, substance, unit)
        amounts[of] = whole(high, low) or 0
        said = whole(co2e_high, co2e_low)
        if said is not None:
            co2e[of] = said
    return Alike(pairs.filter(year=asked.year).count(), amounts, co2e)


__all__ = ["Alike", "alike", "both_years"]
