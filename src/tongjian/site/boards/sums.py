"""Exact sums over versions (合计): whole micro-units, added by the database.

A sum of many may be larger than an integer of the database: high and low halves are added apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.cache import cache
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Substr

from tongjian.engine import from_micro
from tongjian.site.access.actor import Actor
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.models import Stage, Standing, Total
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
    return seen.filter(division__begins=asked.prefix) if asked.prefix else seen


def grouped(actor: Actor, asked: Asked, years: Iterable[int], digits: int) -> list[Group]:
    """The totals of what stood, by the first digits of the division, year, sector and substance.

    Without digits the parts are plants, by code.
    """
    years = list(years)
    stood = standing(actor, asked, years).values("version")
    part: Any = Substr("division", 1, digits) if digits else F("version__plant_code")
    names = ("year", "part", "sector", "boundary", "substance", "unit")
    rows = (
        Total.objects.seen_by(actor)
        .filter(version__in=stood, year__in=years)
        .annotate(part=part)
        .order_by()
        .values(*names)
        .annotate(**halves("amount_micro", "amount"), **halves("co2e_micro", "co2e"))
    )
    return [
        Group(
            row["year"],
            row["part"],
            row["sector"],
            row["boundary"],
            row["substance"],
            row["unit"],
            whole(row, "amount") or 0,
            whole(row, "co2e"),
        )
        for row in rows
    ]


def kept_grouped(actor: Actor, asked: Asked, years: Iterable[int], digits: int) -> list[Group]:
    """As `grouped`; sums over divisions are kept for some minutes, until any version stands anew.

    Of a nation there are some hundred thousand totals, and everybody asks for the same sums.
    """
    years = list(years)
    if not digits:
        return grouped(actor, asked, years, digits)
    return kept(actor, asked, (years, digits), lambda: grouped(actor, asked, years, digits))


def determined(actor: Actor, asked: Asked, years: Iterable[int]) -> QuerySet[Stage]:
    """What authorities have determined and stands: of plants that have no report of their own."""
    seen = Stage.objects.seen_by(actor).filter(asked.stands, year__in=list(years))
    seen = seen.filter(state=DETERMINED).exclude(co2e_micro=None)
    return seen.filter(division__begins=asked.prefix) if asked.prefix else seen


def determined_grouped(
    actor: Actor, asked: Asked, years: Iterable[int], digits: int
) -> list[Group]:
    """The determined emissions as groups of a substance of their own: a mark that stays on them."""
    part: Any = Substr("division", 1, digits) if digits else F("report__plant__code")
    rows = (
        determined(actor, asked, years)
        .annotate(part=part, sector=F("report__plant__sector"))
        .order_by()
        .values("year", "part", "sector")
        .annotate(**halves("co2e_micro", "co2e"))
    )
    return [
        Group(row["year"], row["part"], row["sector"], DETERMINED_WITHIN, DETERMINED, CO2E,
              whole(row, "co2e") or 0, whole(row, "co2e"))
        for row in rows
    ]  # fmt: skip


def kept(actor: Actor, asked: Asked, what: tuple[Any, ...], make: Callable[[], Kept]) -> Kept:
    """What `make` gives for one who sees as much as `actor`, kept until any version stands anew."""
    # Rows of what stands are only ever made, so that the newest tells whether anything has changed.
    newest = Standing.every.order_by("-pk").values_list("pk", flat=True).first()
    said = (actor.role.within, actor.division, actor.enterprise_id, asked.prefix, asked.moment,
            asked.basis, *what, newest)  # fmt: skip
    key = f"boards:{hashlib.sha256(repr(said).encode()).hexdigest()}"
    found: Kept | None = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, _KEPT_S)
    return found


def halves(column: str, name: str) -> dict[str, Any]:
    """The sums of the high and of the low half of a column."""
    return {
        f"{name}_high": Sum(F(column).bitrightshift(_HALF)),
        f"{name}_low": Sum(F(column).bitand(_MASK)),
    }


def whole(row: Any, name: str) -> int | None:
    """The sum that two halves make; None where nothing was there to add."""
    high, low = row[f"{name}_high"], row[f"{name}_low"]
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
    *(
        "CO2E",
        "DETERMINED",
        "DETERMINED_WITHIN",
        "Group",
        "determined",
        "determined_grouped",
        "Measure",
        "amount",
        "by",
        "grouped",
        "halves",
        "kept",
        "kept_grouped",
    ),
    *("measures", "parts_of", "standing", "total", "whole"),
]
