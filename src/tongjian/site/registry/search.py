"""Finding enterprises and plants by names and codes (检索): an index of beginnings.

Every name is kept from each of its characters on, so that "沙钢" finds "江苏沙钢集团" by an index
that knows beginnings only. What is found is what the one who asks may see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
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
    """The words to look for, longest first: as they are in the index."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    found = {one[:_LENGTH] for one in _PARTS.split(folded) if one}
    return sorted((one for one in found if len(one) >= SHORTEST), key=lambda one: (-len(one), one))


def matching(actor: Actor, text: str) -> models.QuerySet[SearchTerm, int] | None:
    """The ids of enterprises that have every word of `text`; None where there is no word."""
    found: models.QuerySet[SearchTerm] | None = None
    for word in words_of(text):
        if found is None:
            found = SearchTerm.objects.seen_by(actor).filter(**_begins(word))
        else:
            found = found.filter(enterprise__in=_having(actor, word))
    return None if found is None else found.values_list("enterprise_id", flat=True)


def find(actor: Actor, text: str, most: int = 20) -> list[Hit]:
    """The first enterprises and plants with every word of `text`, in the order of what matched."""
    words = words_of(text)
    if not words:
        return []
    found = SearchTerm.objects.seen_by(actor).filter(**_begins(words[0]))
    for word in words[1:]:
        found = found.filter(enterprise__in=_having(actor, word))
    pairs = found.order_by("term", "enterprise", "plant").values_list("enterprise", "plant")
    chosen = list(dict.fromkeys(pairs[:_READ]))[:most]
    enterprises = Enterprise.objects.seen_by(actor).in_bulk([one for one, _ in chosen])
    plants = Plant.objects.seen_by(actor).in_bulk([one for _, one in chosen if one])
    return [Hit(enterprises[one], plants.get(two) if two else None) for one, two in chosen]


def _begins(word: str) -> dict[str, str]:
    return {"term__begins": word}


def _having(actor: Actor, word: str) -> models.QuerySet[SearchTerm, int]:
    seen = SearchTerm.objects.seen_by(actor).filter(**_begins(word))
    return seen.values_list("enterprise_id", flat=True)


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
    found = {term for name in names for term in _beginnings(name)}
    for code in codes:
        folded = unicodedata.normalize("NFKC", code).casefold()
        parts = _PARTS.split(folded)
        found |= {"".join(parts)[:_LENGTH], *(one[:_LENGTH] for one in parts)}
    return sorted(one for one in found if len(one) >= SHORTEST)


def _beginnings(name: str) -> Iterator[str]:
    """A word of Chinese from each character on, a word of letters from its beginning."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    for word in _PARTS.split(folded):
        yield word[:_LENGTH]
        for at in range(1, len(word)):
            if not (word[at].isascii() and word[at - 1].isascii()):
                yield word[at : at + _LENGTH]


__all__ = ["SHORTEST", "Begins", "Hit", "find", "index", "matching", "terms_of", "words_of"]
