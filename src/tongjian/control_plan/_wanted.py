"""What a plan has to speak of (计划应有的参数): what its rule sets read of a plant's streams."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tongjian.control_plan._link import Row, datum_of
from tongjian.control_plan._plan import Plan
from tongjian.control_plan._reads import Need, needs
from tongjian.records import TIERS, Catalogue
from tongjian.rules import CompiledRuleSet

Datum = tuple[str, str, str]
"""Process unit, stream and item."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item that a plan has to speak of (计划应有的参数): what is read, and what is recorded.

    `tier` is the best of its records, ``""`` where there are none; `needed` says that the method
    cannot do without it.
    """

    process_unit: str
    need: Need
    tier: str
    needed: bool

    @property
    def datum(self) -> Datum:
        """Process unit, stream and item."""
        return self.process_unit, self.need.stream, self.need.item

    @property
    def occurs(self) -> bool:
        """Whether it is recorded, needed or taken by default; what is neither does not occur."""
        return bool(self.tier) or self.needed or self.need.has_default


def wanted(
    rows: Iterable[Row], rulesets: Sequence[CompiledRuleSet], catalogue: Catalogue
) -> tuple[Wanted, ...]:
    """What is read of each stream of each process unit of one plant."""
    order = [tier.code for tier in TIERS]
    tiers: dict[Datum, str] = {}
    for row in rows:
        datum, tier = datum_of(row), str(row["tier"])
        tiers[datum] = min(tiers.get(datum, tier), tier, key=order.index)
    places = dict.fromkeys((unit, stream) for unit, stream, _ in sorted(tiers))
    known = {stream for _, stream in places}
    # What a rule set always asks for, by name, belongs to the plan although nobody entered it yet.
    named = _named_streams(rulesets)
    places |= dict.fromkeys(("", name) for name in named if name not in known)
    return tuple(
        Wanted(
            unit,
            need,
            tiers.get((unit, stream, need.item), ""),
            need.required and stream in named,
        )
        for unit, stream in places
        for need in needs(rulesets, stream, catalogue)
    )


def _named_streams(rulesets: Iterable[CompiledRuleSet]) -> list[str]:
    return sorted(
        {
            one.doc.stream
            for ruleset in rulesets
            for sheet in ruleset.program.sheets.values()
            for one in sheet.inputs.values()
            if sheet.is_leaf and one.doc.required and one.doc.stream is not None
        }
    )


def uncovered(
    plan: Plan,
    rows: Iterable[Row],
    rulesets: Sequence[CompiledRuleSet],
    catalogue: Catalogue,
) -> tuple[Wanted, ...]:
    """What the rule sets read of the plant's streams and the plan does not speak of (未覆盖).

    An item that is taken by default counts as well: the plan says so of it.
    """
    own = [row for row in rows if row["facility"] == plan.facility]
    return tuple(
        one
        for one in wanted(own, rulesets, catalogue)
        if one.occurs and plan.parameter_of(*one.datum) is None
    )


__all__ = ["Datum", "Wanted", "uncovered", "wanted"]
