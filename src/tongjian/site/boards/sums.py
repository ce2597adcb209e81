"""Exact sums over versions (合计): whole micro-units, added by the database.

A sum of many may be larger than an integer of the database: high and low halves are added apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.cache import cache
from django.db.models import Count, F, QuerySet, Value
from django.db.models import Sum as SumOf
from django.db.models.functions import Substr

from tongjian.engine import from_micro
from tongjian.site.access.actor import Actor
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.models import Stage, Stale, Standing, Sum, Total
from tongjian.site.registry.models import Enterprise
from tongjian.units import parse_unit

CO2E = "tCO2e"
Kept = TypeVar("Kept")
DETERMINED = "determined"
DETERMINED_WITHIN = "enterprise"
"""The boundary of what is determined: the whole of a plant's emission."""
_KEPT_S = 300
_HALF = 32
_MASK = (1 << _HALF) - 1


@dataclass(frozen=True, slots=True)
class Measure:
    """What is summed up (指标): within a boundary the CO2 equivalent of gases, or a substance."""

    boundary: str
    substance: str
    unit: str

    @property
    def key(self) -> str:
        """How an address names it."""
        return ":".join((self.boundary, self.substance, self.unit))

    @property
    def is_co2e(self) -> bool:
        """Whether it is the sum of gases in CO2 equivalent."""
        return not self.substance


@dataclass(frozen=True, slots=True)
class Group:
    """What versions have in common, and what they say together."""

    year: int
    part: str
    sector: str
    boundary: str
    substance: str
    unit: str
    amount: int
    co2e: int | None

    def says(self, measure: Measure) -> int | None:
        """What it has of a measure, in micro-units; None where it has nothing of it."""
        if self.boundary != measure.boundary:
            return None
        if measure.is_co2e:
            return self.co2e
        return (
            self.amount
            if (self.substance, self.unit) == (measure.substance, measure.unit)
            else None
        )


def standing(actor: Actor, asked: Asked, years: Iterable[int]) -> QuerySet[Standing]:
    """The versions that stood, of those that `actor` may see: one of each plant's year."""
    seen = Standing.objects.seen_by(actor).filter(asked.stands, basis=asked.basis)
    seen = seen.filter(year__in=list(years))
    return seen.filter(division__inside=asked.prefix) if asked.prefix else seen


def grouped(actor: Actor, asked: Asked, years: Iterable[int], digits: int) -> list[Group]:
    """The totals of what stood, by the first digits of the division, year, sector and substance.

    Without digits the region is one part, which has no name.
    """
    part: Any = Substr("division", 1, digits) if digits else Value("")
    if actor.role.within == "division" and asked.is_now and not Stale.every.exists():
        kept = Sum.objects.seen_by(actor).filter(basis=asked.basis, year__in=list(years))
        if asked.prefix:
            kept = kept.filter(division__inside=asked.prefix)
        return _grouped(kept, part, {name: SumOf(name) for name in _HALVES})
    return _grouped(_totals(actor, asked, years), part, _halves())


def grouped_plants(actor: Actor, asked: Asked, measure: Measure) -> list[Group]:
    """What the plants of a region, by code, say of a measure in the year that is asked for."""
    found = _totals(actor, asked, [asked.year]).filter(boundary=measure.boundary)
    if measure.is_co2e:
        found = found.exclude(co2e_micro=None)
    else:
        found = found.filter(substance=measure.substance, unit=measure.unit)
    return _grouped(found, F("version__plant_code"), _halves())


def _totals(actor: Actor, asked: Asked, years: Iterable[int]) -> QuerySet[Total]:
    years = list(years)
    stood = standing(actor, asked, years).values("version")
    return Total.objects.seen_by(actor).filter(version__in=stood, year__in=years)


def _grouped(found: QuerySet[Any], part: Any, added: dict[str, Any]) -> list[Group]:
    rows = (
        found.annotate(part=part)
        .order_by()
        .values_list("year", "part", "sector", "boundary", "substance", "unit")
        .annotate(**{f"whole_{name}": one for name, one in added.items()})
    )
    return [
        Group(year, said, sector, boundary, substance, unit, whole(*own) or 0, whole(*co2e))
        for year, said, sector, boundary, substance, unit, *own, co2e_high, co2e_low in rows
        for co2e in ((co2e_high, co2e_low),)
    ]


def kept_grouped(actor: Actor, asked: Asked, years: Iterable[int], digits: int) -> list[Group]:
    """As `grouped`; those of a past day are kept for some minutes, until any version stands anew.

    Of a nation there are some hundred thousand totals, and everybody asks for the same days.
    """
    years = list(years)
    if asked.is_now:
        return grouped(actor, asked, years, digits)
    return kept(actor, asked, (years, digits), lambda: grouped(actor, asked, years, digits))


def determined(actor: Actor, asked: Asked, years: Iterable[int]) -> QuerySet[Stage]:
    """What authorities have determined and stands: of plants that have no report of their own."""
    seen = Stage.objects.seen_by(actor).filter(asked.stands, year__in=list(years))
    seen = seen.filter(state=DETERMINED, co2e_micro__isnull=False)
    return seen.filter(division__inside=asked.prefix) if asked.prefix else seen


def determined_grouped(
    actor: Actor, asked: Asked, years: Iterable[int], digits: int
) -> list[Group]:
    """The determined emissions as groups of a substance of their own: a mark that stays on them."""
    part: Any = Substr("division", 1, digits) if digits else F("report__plant__code")
    rows = (
        determined(actor, asked, years)
        .annotate(part=part, sector=F("report__plant__sector"))
        .order_by()
        .values_list("year", "part", "sector")
        .annotate(**halves("co2e_micro", "co2e"))
    )
    return [
        Group(year, of, sector, DETERMINED_WITHIN, DETERMINED, CO2E, co2e or 0, co2e)
        for year, of, sector, high, low in rows
        for co2e in (whole(high, low),)
    ]


def kept(actor: Actor, asked: Asked, what: tuple[Any, ...], make: Callable[[], Kept]) -> Kept:
    """What `make` gives for one who sees as much as `actor`, kept until any version stands anew."""
    # Rows of what stands are only ever made, so that the newest tells whether anything has changed.
    newest = Standing.every.order_by("-pk").values_list("pk", flat=True).first()
    said = (actor.role.within, actor.division, actor.enterprise_id, asked.prefix, asked.moment,
            asked.basis, *what, newest, _seen(actor))  # fmt: skip
    key = f"boards:{hashlib.sha256(repr(said).encode()).hexdigest()}"
    found: Kept | None = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, _KEPT_S)
    return found


def _seen(actor: Actor) -> tuple[int, ...]:
    """What changes when an enterprise comes into, or leaves, what `actor` may see."""
    found = Enterprise.objects.seen_by(actor).order_by()
    told = found.aggregate(count=Count("pk"), one=SumOf("pk"), two=SumOf(F("pk") * F("pk")))
    return tuple(int(one or 0) for one in told.values())


_HALVES = ("amount_high", "amount_low", "co2e_high", "co2e_low")


def halves(column: str, name: str) -> dict[str, Any]:
    """The sums of the high and of the low half of a column."""
    return {
        f"{name}_high": SumOf(F(column).bitrightshift(_HALF)),
        f"{name}_low": SumOf(F(column).bitand(_MASK)),
    }


def _halves() -> dict[str, Any]:
    """The sums of the high and of the low halves of totals."""
    return halves("amount_micro", "amount") | halves("co2e_micro", "co2e")


def whole(high: Any, low: Any) -> int | None:
    """The sum that two halves make; None where nothing was there to add."""
    # PostgreSQL gives sums as decimal numbers without places.
    return None if high is None else (int(high) << _HALF) + int(low)


def measures(groups: Iterable[Group]) -> list[Measure]:
    """What can be summed up, of what there is: first CO2 equivalents, then the rest."""
    found: set[Measure] = set()
    for one in groups:
        if one.co2e is not None:
            found.add(Measure(one.boundary, "", CO2E))
        found.add(Measure(one.boundary, one.substance, one.unit))
    return sorted(found, key=_order)


def total(groups: Iterable[Group], measure: Measure) -> int | None:
    """The sum of a measure; None where nothing has it."""
    found = [said for one in groups if (said := one.says(measure)) is not None]
    return sum(found) if found else None


def by(groups: Iterable[Group], measure: Measure, name: str) -> dict[Any, int]:
    """The sums of a measure by one of what groups have in common, the largest first."""
    found: dict[Any, int] = {}
    for one in groups:
        said = one.says(measure)
        if said is not None:
            found[getattr(one, name)] = found.get(getattr(one, name), 0) + said
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], str(pair[0]))))


def amount(micro: int | None, measure: Measure) -> float | None:
    """Micro-units as a number in the unit of a measure."""
    return None if micro is None else from_micro(micro, parse_unit(measure.unit))


_BOUNDARIES = ("enterprise", "ets", "ets_power", "energy", "pollutants")


def _order(one: Measure) -> tuple[bool, int, bool, str]:
    at = _BOUNDARIES.index(one.boundary) if one.boundary in _BOUNDARIES else len(_BOUNDARIES)
    # What is in the ledger comes before columns that stand beside it.
    return not one.is_co2e, at, "." in one.substance, one.key


def parts_of(groups: Iterable[Group]) -> Iterator[str]:
    """The parts that have anything."""
    yield from dict.fromkeys(one.part for one in groups)


__all__ = [
    *("CO2E", "DETERMINED", "DETERMINED_WITHIN", "Group", "Measure", "amount", "by"),
    *("determined", "determined_grouped", "grouped", "grouped_plants", "halves"),
    *("kept", "kept_grouped"),
    *("measures", "parts_of", "standing", "total", "whole"),
]
