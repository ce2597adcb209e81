"""What there is in the rulebook, as one list to search (规则目录)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tongjian.rules import Basis, Rulebook, Validity, Words
from tongjian.site.workspaces import rulebook

KINDS = ("rulesets", "methods", "tables", "substitutions", "targets", "tasks", "conflicts")


@dataclass(frozen=True, slots=True)
class Listed:
    """A document, or a target or task of one, with its editions together (目录条目)."""

    kind: str
    id: str
    title: Words
    document: str
    in_force: tuple[Validity, ...]
    statuses: tuple[tuple[str, int], ...]
    """How many of its parts have which status, the weakest first."""

    @property
    def recalled(self) -> int:
        """How many of its parts are only recalled."""
        return dict(self.statuses).get("recalled", 0)

    def fits(self, words: Sequence[str]) -> bool:
        """Whether each of some words is in its names, whatever the case."""
        text = " ".join((self.id, self.title.zh, self.title.en, self.document)).casefold()
        return all(word in text for word in words)


@lru_cache(maxsize=1)
def listed() -> tuple[Listed, ...]:
    """Every entry, by kind and id."""
    book = rulebook()
    found = [*_rulesets(book), *_methods(book), *_tables(book), *_substitutions(book)]
    found += _others(book)
    return tuple(sorted(found, key=lambda one: (KINDS.index(one.kind), one.id)))


def search(kind: str, text: str, status: str) -> list[Listed]:
    """Entries of a kind (all where there is none) that have all words of `text`, and a status."""
    words = text.casefold().split()
    return [
        one
        for one in listed()
        if kind in ("", one.kind)
        and one.fits(words)
        and (not status or status in dict(one.statuses))
    ]


def _rulesets(book: Rulebook) -> Iterator[Listed]:
    for name in {*book.rulesets, *book.unavailable}:
        editions: list[Any] = [one.doc for one in book.rulesets.get(name, ())]
        editions += book.unavailable.get(name, ())
        yield _editions("rulesets", name, editions)


def _methods(book: Rulebook) -> Iterator[Listed]:
    for name, editions in book.methods.items():
        yield _editions("methods", name, editions)


def _editions(kind: str, name: str, editions: Sequence[Any]) -> Listed:
    ordered = sorted(editions, key=lambda one: str(one.validity.first or ""))
    last = ordered[-1]
    spans = tuple(one.validity for one in ordered)
    statuses = _counted(one.basis.status for one in ordered)
    return Listed(kind, name, last.title, last.basis.document, spans, statuses)


def _tables(book: Rulebook) -> Iterator[Listed]:
    for one in book.tables.values():
        statuses = _counted(value.status for value in one.values)
        yield Listed("tables", one.id, one.title, one.basis.document, (), statuses)


def _substitutions(book: Rulebook) -> Iterator[Listed]:
    """Rules on lost hours of monitoring; how well each of their bands is known."""
    for name, editions in book.substitutions.items():
        ordered = sorted(editions, key=lambda one: str(one.validity.first or ""))
        bands = (band for one in ordered for part in one.parts for band in part.bands)
        statuses = _counted(band.basis.status for band in bands)
        spans = tuple(one.validity for one in ordered)
        last = ordered[-1]
        yield Listed("substitutions", name, last.title, last.basis.document, spans, statuses)


def _others(book: Rulebook) -> Iterator[Listed]:
    for target in book.targets.values():
        yield _single("targets", target.id, target.title, target.basis)
    for task in book.tasks.values():
        yield _single("tasks", task.id, task.title, task.basis)
    for one in book.conflicts.values():
        statuses = _counted(answer.basis.status for answer in one.alternatives)
        document = "; ".join(answer.basis.document for answer in one.alternatives)
        yield Listed("conflicts", one.id, one.title, document, (), statuses)


def _single(kind: str, name: str, title: Words, basis: Basis) -> Listed:
    return Listed(kind, name, title, basis.document, (), ((basis.status, 1),))


def _counted(statuses: Iterable[str]) -> tuple[tuple[str, int], ...]:
    from tongjian.rules import STATUSES

    found = Counter(statuses)
    return tuple((name, found[name]) for name in reversed(STATUSES) if found[name])


__all__ = ["KINDS", "Listed", "listed", "search"]
