"""What the first page shows to each (工作台): other packages add what there is to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tongjian.site.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Todo:
    """Something to do (待办): a text, where it is done, by when, and how pressing it is.

    `kind` is "due", "missing", "wrong" or "note".
    """

    text: str
    address: str
    kind: str = "due"
    due: str = ""


Source = Callable[[Actor], list[Todo]]
_sources: list[Source] = []


def adds_todos(source: Source) -> Source:
    """Register a function that tells what there is to do for an actor; apps do so when ready."""
    _sources.append(source)
    return source


@dataclass(frozen=True, slots=True)
class Badge:
    """Something at the top of every page (页首提示): a text, where it leads, and how many."""

    text: str
    address: str
    count: int


BadgeSource = Callable[[Actor], Badge | None]
_badges: list[BadgeSource] = []


def adds_badge(source: BadgeSource) -> BadgeSource:
    """Register what is told at the top of every page; it may cost one small query."""
    _badges.append(source)
    return source


def badges_of(actor: Actor) -> list[Badge]:
    """What is told at the top of every page to an actor."""
    found = [source(actor) for source in _badges] if actor.membership is not None else []
    return [one for one in found if one is not None]


def desk_of(actor: Actor) -> list[Todo]:
    """Everything there is to do for an actor, most pressing first."""
    if actor.membership is None:
        return []
    order = {"wrong": 0, "due": 1, "missing": 2, "note": 3}
    found = [todo for source in _sources for todo in source(actor)]
    return sorted(found, key=lambda one: (order[one.kind], one.due or "9999"))


__all__ = ["Badge", "Todo", "adds_badge", "adds_todos", "badges_of", "desk_of"]
