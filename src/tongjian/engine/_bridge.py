"""Why two rule sets give one plant different totals (口径差异桥接), line by line.

From the left rule set's lines, one table of values after the other is replaced by the right one's
(fuel table, factors, GWP); what each replacement changes is a step. What then still differs lies
in the formulas: a source that only one of them counts, or one that both count differently. The
steps add up to the difference of the totals exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tongjian.engine._finished_run import RuleSetResult, Run
from tongjian.engine._ledger import CO2E, GWP_ALIAS, from_micro
from tongjian.engine._one_plant import Amounts, Computed, OnePlant, Source


@dataclass(frozen=True, slots=True)
class BridgeStep:
    """One reason for a difference, for one source of emissions.

    `kind` is "table" (both read the same kind of value, from the tables `left` and `right`),
    "only_left" or "only_right" (a source that one rule set alone counts), or "formula" (both count
    it, by different formulas; by `stream` where the source is a sum over streams). `effect` is in
    tCO2e, what it adds on the way from left to right.
    """

    kind: Literal["table", "only_left", "only_right", "formula"]
    category: str
    substance: str
    effect: float
    alias: str = ""
    left: str = ""
    right: str = ""
    stream: str = ""


@dataclass(frozen=True, slots=True)
class Bridge:
    """The totals of one facility and year under two rule sets, in tCO2e, and the steps between."""

    facility: str
    year: int
    left: str
    right: str
    left_total: float
    right_total: float
    steps: tuple[BridgeStep, ...]
    sources: tuple[tuple[Source, float | None, float | None], ...]
    """Every source with what each rule set has for it; None where it does not count it."""

    def as_dict(self) -> dict[str, Any]:
        """The bridge as plain data, for JSON."""
        return {
            "facility": self.facility,
            "year": self.year,
            "left": {"ruleset": self.left, "co2e": self.left_total},
            "right": {"ruleset": self.right, "co2e": self.right_total},
            "sources": [
                {"category": category, "substance": substance, "left": left, "right": right}
                for (category, substance), left, right in self.sources
            ],
            "steps": [
                {name: getattr(step, name) for name in BridgeStep.__slots__} for step in self.steps
            ],
        }


def bridge(run: Run, facility: str, year: int, left: str, right: str) -> Bridge:
    """Explain the difference between two rule sets of a run for one facility and year.

    Raises `EngineError` when the run does not hold both.
    """
    first, second = (OnePlant.of(run, facility, year, name) for name in (left, right))
    before, after = first.computed({}), second.computed({})
    steps: list[BridgeStep] = []
    reached, binds = before, dict[str, str]()
    for alias in _swaps(first.result, second.result):
        tables = [side.result.ruleset.program.tables[alias] or "" for side in (first, second)]
        changed = first.try_computed({**binds, alias: tables[1]}, before.missing)
        if changed is None:
            continue  # a table of another form: its effect stays with the formulas
        binds[alias] = tables[1]
        for source in sorted({*reached.amounts, *changed.amounts}):
            effect = changed.amounts.get(source, 0) - reached.amounts.get(source, 0)
            steps += _step("table", source, effect, alias=alias, left=tables[0], right=tables[1])
        reached = changed
    for source in sorted({*reached.amounts, *after.amounts}):
        steps += _formula_steps(source, reached, after)
    return Bridge(
        facility=facility,
        year=year,
        left=left,
        right=right,
        left_total=from_micro(sum(before.amounts.values()), CO2E),
        right_total=from_micro(sum(after.amounts.values()), CO2E),
        steps=tuple(steps),
        sources=tuple(
            (source, _tonnes(before.amounts, source), _tonnes(after.amounts, source))
            for source in sorted({*before.amounts, *after.amounts})
        ),
    )


def _formula_steps(source: Source, left: Computed, right: Computed) -> Iterator[BridgeStep]:
    """What is left of a difference when all values that can be are the same."""
    effect = right.amounts.get(source, 0) - left.amounts.get(source, 0)
    if source not in right.amounts:
        yield from _step("only_left", source, effect)
    elif source not in left.amounts:
        yield from _step("only_right", source, effect)
    elif source in left.by_stream and source in right.by_stream:
        before, after = left.by_stream[source], right.by_stream[source]
        effects = {name: after.get(name, 0) - before.get(name, 0) for name in {*before, *after}}
        # The sums of a source are rounded once, its streams one by one.
        largest = max(effects, key=lambda name: (abs(effects[name]), name), default="")
        effects[largest] = effects.get(largest, 0) + effect - sum(effects.values())
        for name in sorted(effects, key=lambda one: (-abs(effects[one]), one)):
            yield from _step("formula", source, effects[name], stream=name)
    else:
        yield from _step("formula", source, effect)


def _step(kind: Any, source: Source, effect: int, **more: str) -> Iterator[BridgeStep]:
    if effect:
        yield BridgeStep(kind, *source, effect=from_micro(effect, CO2E), **more)


def _tonnes(amounts: Amounts, source: Source) -> float | None:
    return from_micro(amounts[source], CO2E) if source in amounts else None


def _swaps(first: RuleSetResult, second: RuleSetResult) -> list[str]:
    """The aliases that both have, bound to different tables; GWP last, it touches everything."""
    left, right = first.ruleset.program.tables, second.ruleset.program.tables
    differing = [a for a in left if a in right and left[a] != right[a] and right[a] is not None]
    return sorted(differing, key=lambda alias: (alias == GWP_ALIAS, alias))
