"""Finding enterprises and plants by names and codes (检索): an index of beginnings.

Every name is kept from each of its characters on, so that "沙钢" finds "江苏沙钢集团" by an index
that knows beginnings only. What is found is what the one who asks may see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from tongjian.site.access.actor import Actor
from tongjian.site.registry.models import Enterprise, Plant, SearchTerm, Station

SHORTEST = 2
"""Fewer characters than this are not looked for."""
_LENGTH = 40
_READ = 400
_LAST = "\U0010ffff"
_PARTS = re.compile(r"[\s\-_./#（）()，,]+")


@models.CharField.register_lookup
class Begins(models.Lookup[str]):
    """``term__begins``: as `startswith`, in words for which both databases use an index."""

    lookup_name = "begins"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """From the text to the last text that begins with it (SQLite compares by code point)."""
        left, values = self.process_lhs(compiler, connection)
        both = (*values, str(self.rhs), *values, f"{self.rhs}{_LAST}")
        return f"({left} >= %s AND {left} < %s)", both

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, values = self.process_lhs(compiler, connection)
        escaped = re.sub(r"([\\%_])", r"\\\1", str(self.rhs))
        return f"{left} LIKE %s", (*values, f"{escaped}%")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: an enterprise, or one of its plants."""

    enterprise: Enterprise
    plant: Plant | None


def words_of(text: str) -> list[str]:
    """What to look for, longest first, as it is in the index.

    Words may be anywhere; where one is too short for that, the text is looked for as it is.
    """
    found = [one for one in _PARTS.split(_folded(text)) if one]
    if any(len(one) < SHORTEST for one in found):
        found = [" ".join(found)]
    known = {one[:_LENGTH] for one in found if len(one) >= SHORTEST}
    return sorted(known, key=lambda one: (-len(one), one))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def matching(actor: Actor, words: Sequence[str]) -> models.QuerySet[SearchTerm, int]:
    """The ids of enterprises that have each of some words (of `words_of`, one at least)."""
    return _matching(actor, words).values_list("enterprise_id", flat=True)


def _matching(actor: Actor, words: Sequence[str]) -> models.QuerySet[SearchTerm]:
    found = SearchTerm.objects.seen_by(actor).filter(**_begins(words[0]))
    for word in words[1:]:
        found = found.filter(enterprise__in=matching(actor, [word]))
    return found


def find(actor: Actor, text: str, most: int = 20) -> list[Hit]:
    """The first enterprises and plants with every word of `text`, in the order of what matched."""
    words = words_of(text)
    if not words:
        return []
    pairs = (
        _matching(actor, words)
        .order_by("term", "enterprise_id", "plant_id")
        .values_list("enterprise_id", "plant_id")
    )
    chosen = list(dict.fromkeys(pairs[:_READ]))[:most]
    enterprises = Enterprise.objects.seen_by(actor).in_bulk([one for one, _ in chosen])
    plants = Plant.objects.seen_by(actor).in_bulk([one for _, one in chosen if one])
    return [Hit(enterprises[one], plants.get(two) if two else None) for one, two in chosen]


def _begins(word: str) -> dict[str, str]:
    return {"term__begins": word}


def index(enterprise: Enterprise) -> None:
    """Make the search terms of an enterprise anew."""
    SearchTerm.every.filter(enterprise=enterprise).delete()
    SearchTerm.every.bulk_create(terms_of(enterprise))


def terms_of(enterprise: Enterprise) -> list[SearchTerm]:
    """The search terms of an enterprise and its plants."""
    uscc = enterprise.uscc
    made = [
        (None, term) for term in _terms((enterprise.name_zh, enterprise.name_en), (uscc, uscc[8:]))
    ]
    stations = Station.every.filter(plant__enterprise=enterprise).values_list("plant", "mn")
    of: list[tuple[Plant | None, str]] = [*made]
    for plant in enterprise.plants.all():
        codes = (plant.code, *(mn for at, mn in stations if at == plant.pk))
        of += [(plant, term) for term in _terms((plant.name_zh, plant.name_en), codes)]
    return [SearchTerm(enterprise=enterprise, plant=plant, term=term) for plant, term in of]


def _terms(names: Iterable[str], codes: Iterable[str]) -> list[str]:
    found = {term for name in (*names, *codes) for term in _beginnings(name)}
    return sorted(one for one in found if len(one) >= SHORTEST)


def _beginnings(name: str) -> Iterator[str]:
    """A name from each of its words on, and from each character of Chinese on."""
    spaced = " ".join(one for one in _PARTS.split(_folded(name)) if one)
    for at, one in enumerate(spaced):
        before = spaced[at - 1 : at]
        if one != " " and (not before.isalnum() or not (one.isascii() and before.isascii())):
            yield spaced[at : at + _LENGTH]


__all__ = ["SHORTEST", "Begins", "Hit", "find", "index", "matching", "terms_of", "words_of"]
