"""Intensities of a region (强度): sums above over sums below, of the plants that have both.

Both halves are exact sums over the same plants; the quotient is that of the sums, so that a large
plant counts as much as it makes. Compared are plants that reported in both years.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from tongjian.engine import from_micro
from tongjian.rules import Words
from tongjian.site.access.actor import Actor
from tongjian.site.boards import names
from tongjian.site.boards.alike import both_years
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.measured import Kind, kinds
from tongjian.site.boards.models import Intensity, Standing
from tongjian.site.boards.sums import halves, kept, standing, whole
from tongjian.units import parse_unit

Halves = dict[tuple[int, str], tuple[int, int, int]]
"""By year and key: the sums above and below in micro-units, and of how many plants."""


@dataclass(frozen=True, slots=True)
class Level:
    """An intensity of the region in the year, and over the same plants in the year before."""

    kind: Kind
    value: float | None
    plants: int
    alike: float | None
    alike_before: float | None
    alike_plants: int

    @property
    def name(self) -> Words:
        """Of what, per what."""
        return names.of_intensity(self.kind)

    @property
    def unit(self) -> Words:
        """In which unit."""
        return names.unit(self.kind.unit)

    @property
    def share(self) -> float | None:
        """The change over the same plants in per cent."""
        if self.alike is None or not self.alike_before:
            return None
        return (self.alike - self.alike_before) / abs(self.alike_before) * 100


def levels(actor: Actor, asked: Asked) -> list[Level]:
    """The intensities of the region, in the order of ``measured.toml``."""
    year = asked.year

    def make() -> tuple[Halves, Halves]:
        now = standing(actor, asked, [year]).values("version")
        return _sums(actor, now), _sums(actor, both_years(actor, asked).values("version"))

    found, alike = kept(actor, asked, ("intensities", year), make)
    listed = []
    for key, kind in kinds().items():
        at, before = (year, key), (year - 1, key)
        if at not in found:
            continue
        above, below, plants = found[at]
        listed.append(
            Level(
                kind,
                kind.value(above, below),
                plants,
                kind.value(*alike[at][:2]) if at in alike else None,
                kind.value(*alike[before][:2]) if before in alike else None,
                alike[at][2] if at in alike and before in alike else 0,
            )
        )
    return listed


def _sums(actor: Actor, versions: QuerySet[Standing, Any]) -> Halves:
    rows = (
        Intensity.objects.seen_by(actor)
        .filter(version__in=versions)
        .order_by()
        .values_list("year", "key")
        .annotate(
            plants=Count("pk"), **halves("above_micro", "above"), **halves("below_micro", "below")
        )
    )
    return {
        (year, key): (whole(*row[:2]) or 0, whole(*row[2:]) or 0, plants)
        for year, key, plants, *row in rows
    }


def of_plants(actor: Actor, asked: Asked, kind: Kind) -> list[Intensity]:
    """The versions that make an intensity, with both halves: one of each plant."""
    now = standing(actor, asked, [asked.year]).values("version")
    seen = Intensity.objects.seen_by(actor).filter(version__in=now, key=kind.key)
    return list(seen.select_related("version__report__plant").order_by("-below_micro", "pk"))


def halves_in_units(one: Intensity, kind: Kind) -> tuple[float, float, float | None]:
    """Numerator and denominator of a version in their units, and the quotient as it is shown."""
    above, below = parse_unit(kind.above["unit"]), parse_unit(kind.below["unit"])
    return (
        from_micro(one.above_micro, above),
        from_micro(one.below_micro, below),
        kind.value(one.above_micro, one.below_micro),
    )


__all__ = ["Level", "halves_in_units", "levels", "of_plants"]
