"""What a plan has to speak of (计划应有的参数): what its rule sets read of a plant's streams."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tongjian.control_plan._link import Row, datum_of
from tongjian.control_plan._plan import Plan
from tongjian.control_plan._reads import Need, needs
from tongjian.records import TIERS, Catalogue
from tongjian.rules import CompiledRuleSet

Datum = tuple[str, str, str]
"""Process unit, stream and item."""


def wanted(
    rows: Sequence[Row], rulesets: Sequence[CompiledRuleSet], catalogue: Catalogue
) -> dict[Datum, tuple[Need, str]]:
    """What is read of each stream of each process unit, with the best tier of its records."""
    order = [tier.code for tier in TIERS]
    tiers: dict[Datum, str] = {}
    for row in rows:
        datum, tier = datum_of(row), str(row["tier"])
        best = tiers.get(datum, tier)
        tiers[datum] = min(best, tier, key=order.index)
    places = dict.fromkeys((unit, stream) for unit, stream, _ in sorted(tiers))
    known = {stream for _, stream in places}
    # What a rule set always asks for, by name, belongs to the plan although nobody entered it yet.
    places |= dict.fromkeys(("", name) for name in named_streams(rulesets) if name not in known)
    found: dict[Datum, tuple[Need, str]] = {}
    for unit, stream in places:
        for need in needs(rulesets, stream, catalogue):
            datum = (unit, stream, need.item)
            found[datum] = (need, tiers.get(datum, ""))
    return found


def named_streams(rulesets: Iterable[CompiledRuleSet]) -> list[str]:
    """The streams that a rule set asks for by name, whatever a plant has recorded."""
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
) -> dict[Datum, Need]:
    """What the rule sets read of the plant's streams and the plan does not speak of (未覆盖).

    An item that was never recorded counts as well: the plan says of it that it is taken by default
    or does not occur.
    """
    own = [row for row in rows if row["facility"] == plan.facility]
    return {
        datum: need
        for datum, (need, _) in wanted(own, rulesets, catalogue).items()
        if plan.parameter_of(*datum) is None
    }


__all__ = ["Datum", "named_streams", "uncovered", "wanted"]
