"""The board of a region (区域看板): what was handed in or accepted by a day, and how it adds up.

Pages and exports share this; nothing but whole micro-units is added, and only where the same is
measured within the same boundary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count, F
from django.db.models.functions import Substr

from tongjian.rules import Words
from tongjian.site.access.actor import Actor
from tongjian.site.boards import names
from tongjian.site.boards.alike import Alike, alike
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.intensities import Level, levels
from tongjian.site.boards.models import Stage
from tongjian.site.boards.silent import Silent, registered, silent, unconfirmed
from tongjian.site.boards.sums import (
    Group,
    Measure,
    amount,
    by,
    determined,
    determined_grouped,
    grouped_plants,
    kept_grouped,
    measures,
    standing,
    total,
)
from tongjian.site.registry.models import Division, Plant
from tongjian.workflow import report_flow

UNOPENED = "unopened"


@dataclass(frozen=True, slots=True)
class Change:
    """A measure in the year and in the year before (较上年), in its unit."""

    measure: Measure
    now: float | None
    before: float | None
    moved: float | None
    alike: float | None = None
    """The sum of the plants that reported in both years, in the year and in the year before."""
    alike_before: float | None = None

    @property
    def name(self) -> Words:
        """What is measured."""
        return names.of_measure(self.measure)

    @property
    def unit(self) -> Words:
        """In which unit."""
        return names.unit(self.measure.unit)

    @property
    def share(self) -> float | None:
        """The change of the sums in per cent, that of coverage included."""
        if self.moved is None or not self.before:
            return None
        return self.moved / abs(self.before) * 100

    @property
    def alike_share(self) -> float | None:
        """The change in per cent over plants that reported in both years (同口径)."""
        if self.alike is None or not self.alike_before:
            return None
        return (self.alike - self.alike_before) / abs(self.alike_before) * 100

    @property
    def alike_of_now(self) -> float | None:
        """How much of the year's sum those plants are, in per cent."""
        return self.alike / self.now * 100 if self.alike is not None and self.now else None


class Spot(NamedTuple):
    """What a board shows of a plant (设施): of these there may be thousands."""

    code: str
    name_zh: str
    name_en: str
    longitude: float | None
    latitude: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the region: a division below it, or a plant (下级区划或设施)."""

    code: str
    name: Words
    division: Division | None
    plant: Spot | None
    plants: int
    reported: int
    value: float | None

    @property
    def place(self) -> tuple[float, float] | None:
        """Its longitude and latitude, where they are known."""
        row = self.plant or self.division
        if row is None or row.longitude is None or row.latitude is None:
            return None
        return row.longitude, row.latitude


@dataclass(frozen=True)
class Region:
    """The board of a region for one who looks."""

    actor: Actor
    asked: Asked

    @cached_property
    def division(self) -> Division | None:
        """The division that is shown; none for the country or an enterprise."""
        return Division.objects.filter(code=self.asked.division).first()

    @property
    def digits(self) -> int:
        """The digits by which parts are told apart; 0 where parts are plants."""
        by_plants = self.actor.enterprise_id is not None or self.asked.level >= 2
        return 0 if by_plants else 2 * (self.asked.level + 1)

    @cached_property
    def groups(self) -> list[Group]:
        """What stood in the years of the trend, and what was determined."""
        told = (self.actor, self.asked, self.asked.years, self.digits)
        return [*kept_grouped(*told), *determined_grouped(*told)]

    @cached_property
    def alike(self) -> Alike:
        """The year and the year before over the plants that reported in both."""
        return alike(self.actor, self.asked)

    @cached_property
    def intensities(self) -> list[Level]:
        """The intensities of the year."""
        return levels(self.actor, self.asked)

    @cached_property
    def determined(self) -> int:
        """Of how many plants the emission of the year was determined."""
        return determined(self.actor, self.asked, [self.asked.year]).count()

    @cached_property
    def in_parts(self) -> list[Group]:
        """What stood of the year, by part; of plants, which may be many, the measure alone."""
        if self.digits:
            return self.now
        if self.measure is None:
            return []
        stood = grouped_plants(self.actor, self.asked, self.measure)
        return [*stood, *determined_grouped(self.actor, self.asked, [self.asked.year], 0)]

    @cached_property
    def now(self) -> list[Group]:
        """What stood of the year."""
        return [one for one in self.groups if one.year == self.asked.year]

    @cached_property
    def before(self) -> list[Group]:
        """What stood of the year before."""
        return [one for one in self.groups if one.year == self.asked.year - 1]

    @cached_property
    def measures(self) -> list[Measure]:
        """What there is to choose from."""
        return measures(self.groups)

    @cached_property
    def measure(self) -> Measure | None:
        """What was chosen, or else the first that there is."""
        wanted = (one for one in self.measures if one.key == self.asked.measure)
        return next(wanted, self.measures[0] if self.measures else None)

    @cached_property
    def changes(self) -> list[Change]:
        """Every measure with its change to the year before."""
        found = []
        for one in self.measures:
            now, before = total(self.now, one), total(self.before, one)
            if now is None and before is None:
                continue
            moved = None if now is None or before is None else now - before
            same, same_before = (self.alike.says(one, year) for year in self._two_years)
            told = (now, before, moved, same, same_before)
            found.append(Change(one, *(amount(each, one) for each in told)))
        return found

    @property
    def _two_years(self) -> tuple[int, int]:
        return self.asked.year, self.asked.year - 1

    # ---- coverage ----

    @cached_property
    def registered(self) -> dict[str, int]:
        """How many plants are registered, by part; those closed before the year are not."""
        seen = registered(self.actor, self.asked)
        part = Substr("division", 1, self.digits) if self.digits else F("code")
        rows = seen.order_by().annotate(part=part).values_list("part")
        return dict(rows.annotate(count=Count("pk")))

    @cached_property
    def stages(self) -> dict[str, dict[str, int]]:
        """How many reports were in which state at the end of the day, by part."""
        seen = Stage.objects.seen_by(self.actor).filter(self.asked.stands, year=self.asked.year)
        if self.asked.prefix:
            seen = seen.filter(division__inside=self.asked.prefix)
        part = Substr("division", 1, self.digits) if self.digits else F("report__code")
        rows = seen.order_by().annotate(part=part).values_list("part", "state")
        found: dict[str, dict[str, int]] = {}
        for code, state, count in rows.annotate(count=Count("pk")):
            found.setdefault(code, {})[state] = count
        return found

    @cached_property
    def states(self) -> list[tuple[str, Words, int]]:
        """The states of the flow with how many reports are in each, those not begun included."""
        counts: dict[str, int] = {}
        for of in self.stages.values():
            for state, count in of.items():
                counts[state] = counts.get(state, 0) + count
        begun = sum(counts.values())
        counts[UNOPENED] = counts.get(UNOPENED, 0) + max(self.plants - begun, 0)
        flow = report_flow().states
        return [(one, flow[one].title, counts[one]) for one in flow if counts.get(one)]

    @cached_property
    def reported_by_part(self) -> dict[str, int]:
        """How many plants have data, by part."""
        stood = standing(self.actor, self.asked, [self.asked.year])
        part = Substr("division", 1, self.digits) if self.digits else F("version__plant_code")
        rows = stood.order_by().annotate(part=part).values_list("part")
        return dict(rows.annotate(count=Count("pk")))

    @cached_property
    def plants(self) -> int:
        """How many plants are registered."""
        return sum(self.registered.values())

    @cached_property
    def reported(self) -> int:
        """How many plants have data for the year."""
        return sum(self.reported_by_part.values())

    @property
    def coverage(self) -> float | None:
        """The share of plants with data, in per cent."""
        return self.reported / self.plants * 100 if self.plants else None

    @cached_property
    def silent(self) -> list[Silent]:
        """The first plants without data."""
        return silent(self.actor, self.asked) if self.without else []

    @property
    def without(self) -> int:
        """How many plants have neither data nor a determined emission."""
        return max(self.plants - self.reported - self.determined, 0)

    @cached_property
    def unconfirmed(self) -> int:
        """How many reports rest on values that are only recalled."""
        return unconfirmed(self.actor, self.asked)

    # ---- parts ----

    @cached_property
    def parts(self) -> list[Part]:
        """The parts by what they have of the measure, those without data last."""
        values = by(self.in_parts, self.measure, "part") if self.measure else {}
        codes = [*values, *sorted(self.registered.keys() - values.keys())]
        plants = self._plants(codes) if not self.digits else {}
        divisions = (
            Division.objects.in_bulk([one.ljust(6, "0") for one in codes]) if self.digits else {}
        )
        found = []
        for code in codes:
            division, plant = divisions.get(code.ljust(6, "0")), plants.get(code)
            row = plant or division
            found.append(
                Part(
                    code,
                    names.of_row(row) if row is not None else Words(code, code),
                    division,
                    plant,
                    self.registered.get(code, 0),
                    self.reported_by_part.get(code, 0),
                    amount(values.get(code), self.measure) if self.measure else None,
                )
            )
        return found

    def _plants(self, codes: Sequence[str]) -> dict[str, Spot]:
        seen = Plant.objects.seen_by(self.actor).filter(code__in=codes).order_by()
        return {row[0]: Spot(*row) for row in seen.values_list(*Spot._fields)}


__all__ = ["Change", "Part", "Region", "Spot"]
