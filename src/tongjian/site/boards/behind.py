"""What a number of a board is the sum of (数由何来): versions, with its trace in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Sum
from django.http import Http404

from tongjian.rules import Words
from tongjian.site.access.actor import Actor
from tongjian.site.boards import names
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.models import Stage, Total
from tongjian.site.boards.sums import (
    CO2E,
    DETERMINED,
    DETERMINED_WITHIN,
    Measure,
    amount,
    determined,
    standing,
)
from tongjian.site.mrv.models import SubmittedVersion


@dataclass(frozen=True, slots=True)
class Line:
    """A version and what it adds to the number."""

    version: SubmittedVersion
    value: float | None
    ruleset: str
    trace: str
    """The query of the page that shows where its number comes from."""


@dataclass(frozen=True)
class Behind:
    """The versions that make a number."""

    actor: Actor
    measure: Measure
    rows: Sequence[tuple[int, str, int]]
    """Version, rule set and micro-units, the largest first."""
    whole: float | None
    determined: Sequence[Stage] = ()
    """Emissions that authorities have determined, which are in the sum too."""

    def determined_lines(self) -> list[tuple[Stage, float | None]]:
        """What was determined, each with its amount."""
        return [(one, amount(one.co2e_micro, self.measure)) for one in self.determined]

    def lines(self, rows: Sequence[tuple[int, str, int]]) -> list[Line]:
        """Some of the rows with their versions."""
        seen = SubmittedVersion.objects.seen_by(self.actor).select_related("report__plant")
        known = seen.in_bulk([one for one, _, _ in rows])
        return [
            Line(known[one], amount(micro, self.measure), ruleset, _trace(self.measure, ruleset))
            for one, ruleset, micro in rows
        ]

    @property
    def name(self) -> Words:
        """What is measured."""
        return names.of_measure(self.measure)

    @property
    def unit(self) -> Words:
        """In which unit."""
        return names.unit(self.measure.unit)


def behind(actor: Actor, asked: Asked) -> Behind:
    """The versions behind the measure that is asked for, the largest first."""
    measure = _measure(asked.measure)
    stood = standing(actor, asked, [asked.year]).values("version")
    seen = Total.objects.seen_by(actor).filter(version__in=stood, boundary=measure.boundary)
    if measure.is_co2e:
        seen, column = seen.exclude(co2e_micro=None), "co2e_micro"
    else:
        seen, column = seen.filter(substance=measure.substance, unit=measure.unit), "amount_micro"
    # Within one version a sum is as large as a figure of it: no halves are needed.
    rows = list(
        seen.order_by()
        .values_list("version", "ruleset")
        .annotate(micro=Sum(column))
        .order_by("-micro", "version")
    )
    known = _determined(actor, asked, measure)
    told = [*(micro for _, _, micro in rows), *(one.co2e_micro or 0 for one in known)]
    whole = sum(told) if told else None
    return Behind(actor, measure, rows, amount(whole, measure), known)


def _determined(actor: Actor, asked: Asked, measure: Measure) -> list[Stage]:
    within = measure.boundary == DETERMINED_WITHIN
    if not within or (not measure.is_co2e and measure.substance != DETERMINED):
        return []
    found = determined(actor, asked, [asked.year]).select_related("report__plant")
    return list(found.order_by("-co2e_micro", "pk"))


def _trace(measure: Measure, ruleset: str) -> str:
    if "." in measure.substance:  # a column that is not in the ledger
        return urlencode({"ruleset": ruleset, "cell": measure.substance})
    said = {"boundary": measure.boundary, "ruleset": ruleset}
    if not measure.is_co2e and measure.substance != measure.unit:
        said["substance"] = measure.substance
    return urlencode(said)


def _measure(key: str) -> Measure:
    parts = key.split(":")
    if len(parts) != 3 or not parts[0] or not parts[2] or (not parts[1] and parts[2] != CO2E):
        raise Http404
    return Measure(*parts)


__all__ = ["Behind", "Line", "behind"]
