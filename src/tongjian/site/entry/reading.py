"""What rule sets read, asked again and again by one page (规则集所读): kept for the process.

All of it follows from the rulebook and from what is given, and from nobody's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from tongjian.control_plan import needs
from tongjian.engine import DefaultValue, default_values
from tongjian.rules import CompiledRuleSet
from tongjian.site.workspaces import catalogue, rulebook

# A rule set is looked up as the object that it is, which is held here so that it stays so.
_read: dict[tuple[int, str], tuple[CompiledRuleSet, frozenset[str]]] = {}
_MOST = 20_000


def items_of(ruleset: CompiledRuleSet, stream: str) -> frozenset[str]:
    """The items of a stream that a rule set reads."""
    mark = (id(ruleset), stream)
    known = _read.get(mark)
    if known is None or known[0] is not ruleset:
        if len(_read) >= _MOST:
            _read.clear()
        found = frozenset(need.item for need in needs([ruleset], stream, catalogue()))
        known = _read[mark] = (ruleset, found)
    return known[1]


def feeds(rulesets: Iterable[CompiledRuleSet], stream: str, item: str) -> tuple[str, ...]:
    """The accounts that an item feeds (一数多用), by their boundary."""
    found = (one.doc.boundary for one in rulesets if item in items_of(one, stream))
    return tuple(dict.fromkeys(found))


Rows = tuple[tuple[tuple[str, Any], ...], ...]


def defaults(
    rulesets: Sequence[CompiledRuleSet],
    year: int,
    plant: Mapping[str, Any],
    units: Iterable[Mapping[str, Any]],
    streams: Iterable[tuple[str, str, str]],
) -> Mapping[tuple[str, str, str], DefaultValue]:
    """The first default of each item of (process unit, stream, class), by unit, stream, item."""
    chosen = _Chosen(tuple(rulesets))
    rows = tuple(tuple(one.items()) for one in units)
    return _defaults(rulebook().digest, chosen, year, tuple(plant.items()), rows, tuple(streams))


class _Chosen:
    """Rule sets, compared as the objects that they are."""

    __slots__ = ("rulesets",)

    def __init__(self, rulesets: tuple[CompiledRuleSet, ...]) -> None:
        self.rulesets = rulesets

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.rulesets)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Chosen) and [*map(id, self.rulesets)] == [
            *map(id, other.rulesets)
        ]


@lru_cache(maxsize=256)
def _defaults(
    _digest: str,
    chosen: _Chosen,
    year: int,
    plant: tuple[tuple[str, Any], ...],
    units: Rows,
    streams: tuple[tuple[str, str, str], ...],
) -> Mapping[tuple[str, str, str], DefaultValue]:
    found: dict[tuple[str, str, str], DefaultValue] = {}
    rows = [dict(one) for one in units]
    for one in default_values(rulebook(), chosen.rulesets, year, dict(plant), rows, streams):
        found.setdefault((one.process_unit, one.stream, one.item), one)
    return found


__all__ = ["defaults", "feeds", "items_of"]
