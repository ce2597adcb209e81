"""A report beside last year's and beside its peers (比较): sums and ratios of what was reported.

Nothing is computed that was not handed in. Peers are the plants of the same sector and year within
what the authority may see, under the same rule set; fewer than `LEAST` other enterprises are not
shown, so that no figure of one of them can be told from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db.models import F, QuerySet, Sum

from tongjian.rules import Words
from tongjian.site.access.actor import Actor
from tongjian.site.mrv.models import SubmittedFigure, SubmittedVersion
from tongjian.site.mrv.services_review import HANDED_IN
from tongjian.site.registry.models import Plant
from tongjian.site.workspaces import rulebook

LEAST = 3
_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """A total or a category, this year and last (本年与上年), in tCO2e; `change` is a share."""

    name: str
    now: float
    before: float | None

    @property
    def change(self) -> float | None:
        """By which share it has changed."""
        return None if not self.before else self.now / self.before - 1


@dataclass(frozen=True, slots=True)
class Peers:
    """The other plants of the sector (同行业): how many, and how their totals lie, in tCO2e."""

    count: int
    least: float
    middle: float
    most: float
    share: float
    """This plant's share of all of them together with it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One rule set's total beside last year's and the peers'."""

    ruleset: str
    title: Words
    total: Line
    categories: tuple[Line, ...]
    peers: Peers | None


def newest(actor: Actor, year: int) -> QuerySet[SubmittedVersion]:
    """The newest version of each report of a year that was handed in and stands."""
    return SubmittedVersion.objects.seen_by(actor).filter(
        year=year, number=F("report__submitted"), report__state__in=HANDED_IN
    )


def compare(actor: Actor, plant: Plant, year: int) -> list[Comparison]:
    """The report of a plant's year held against what was reported before and by others."""
    mine = SubmittedVersion.objects.seen_by(actor).filter(
        report__plant=plant, number=F("report__submitted")
    )
    now, before = mine.filter(year=year).first(), mine.filter(year=year - 1).first()
    if now is None:
        return []
    these, those = _by_category(actor, now), _by_category(actor, before)
    rivals = _totals(
        actor,
        newest(actor, year).filter(sector=plant.sector).exclude(enterprise=plant.enterprise_id),
    )
    found = []
    for ruleset, categories in these.items():
        old = those.get(ruleset, {})
        total = Line("", sum(categories.values()), sum(old.values()) if old else None)
        lines = tuple(
            Line(name, categories.get(name, 0.0), old.get(name, 0.0) if old else None)
            for name in sorted({*categories, *old}, key=lambda one: -abs(categories.get(one, 0.0)))
            if categories.get(name) or old.get(name)
        )
        edition = rulebook().ruleset(ruleset, year)
        title = edition.doc.title if edition is not None else Words(ruleset, ruleset)
        peers = _peers(total.now, rivals.get(ruleset, {}))
        found.append(Comparison(ruleset, title, total, lines, peers))
    return found


def _by_category(actor: Actor, version: SubmittedVersion | None) -> dict[str, dict[str, float]]:
    if version is None:
        return {}
    sums = (
        SubmittedFigure.objects.seen_by(actor)
        .filter(version=version, co2e_micro__isnull=False)
        .values_list("ruleset", "category")
        .annotate(whole=Sum("co2e_micro"))
        .order_by("ruleset", "category")
    )
    found: dict[str, dict[str, float]] = {}
    for ruleset, category, whole in sums:
        found.setdefault(ruleset, {})[category] = whole / _MICRO
    return found


def _totals(
    actor: Actor, versions: QuerySet[SubmittedVersion]
) -> dict[str, dict[int, list[float]]]:
    """Totals of versions, by rule set and enterprise."""
    sums = (
        SubmittedFigure.objects.seen_by(actor)
        .filter(version__in=versions.values("pk"), co2e_micro__isnull=False)
        .values_list("ruleset", "version", "version__enterprise")
        .annotate(whole=Sum("co2e_micro"))
        .order_by()
    )
    found: dict[str, dict[int, list[float]]] = {}
    for ruleset, _, enterprise, whole in sums:
        found.setdefault(ruleset, {}).setdefault(enterprise, []).append(whole / _MICRO)
    return found


def _peers(mine: float, rivals: dict[int, list[float]]) -> Peers | None:
    if len(rivals) < LEAST:
        return None
    totals: list[Any] = [one for listed in rivals.values() for one in listed]
    whole = sum(totals) + mine
    return Peers(
        len(totals), min(totals), median(totals), max(totals), mine / whole if whole else 0.0
    )


__all__ = ["LEAST", "Comparison", "Line", "Peers", "compare", "newest"]
