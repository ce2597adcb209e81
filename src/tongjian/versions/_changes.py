"""What can differ between two computations of a plant's year (差异项), as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tongjian.engine import LedgerLine, from_micro
from tongjian.rules import Words
from tongjian.units import parse_unit

Group = Literal["engine", "records", "tables", "methods"]
GROUPS: tuple[Group, ...] = ("records", "tables", "methods", "engine")
"""The order in which the new takes the place of the old; the engine's part is told apart."""
Source = tuple[str, str, str]
"""Unit of the total (``tCO2e``, or the mass of a substance), category and substance."""
Amounts = dict[Source, int]
CO2E = "tCO2e"


def amounts_of(lines: Iterable[LedgerLine]) -> Amounts:
    """Whole micro-units by source: in CO2 equivalent where the rule set has one."""
    found: Amounts = {}
    for line in lines:
        with_gwp = line.co2e_micro is not None
        mark = (CO2E if with_gwp else line.unit, line.category, line.substance)
        micro = line.co2e_micro if line.co2e_micro is not None else line.amount_micro
        found[mark] = found.get(mark, 0) + micro
    return found


def difference(after: Mapping[Source, int], before: Mapping[Source, int]) -> Amounts:
    """What `after` has more than `before`, where they differ."""
    found = {mark: after.get(mark, 0) - before.get(mark, 0) for mark in sorted({*after, *before})}
    return {mark: micro for mark, micro in found.items() if micro}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs, and what it moved (差异项).

    `kind` is "record", "unit" (a process unit's registration), "facility", "interaction" (what
    several changes of one group do only together), "value" (of a table), "table" (a whole table),
    "formula" (of a source that both count), "only_left", "only_right" (a source that one side
    alone counts) or "semantics" (the engine). `effects` are whole micro-units by source; `before`
    and `after` are what stood and what stands, with clause or evidence in `detail`.
    """

    group: Group
    kind: str
    title: Words
    effects: Mapping[Source, int]
    before: str = ""
    after: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    def moved(self, unit: str) -> int:
        """What it moved the total in `unit`, in whole micro-units."""
        return sum(micro for (measure, _, _), micro in self.effects.items() if measure == unit)

    def as_dict(self) -> dict[str, Any]:
        """It as plain data."""
        return {
            "group": self.group,
            "kind": self.kind,
            "title_zh": self.title.zh,
            "title_en": self.title.en,
            "before": self.before,
            "after": self.after,
            **{"detail": dict(self.detail)},
            "effects": [
                {
                    "unit": unit,
                    "category": category,
                    "substance": substance,
                    "micro": micro,
                    "amount": from_micro(micro, parse_unit(unit)),
                }
                for (unit, category, substance), micro in self.effects.items()
            ],
        }


__all__ = [
    "CO2E",
    "GROUPS",
    "Amounts",
    "Change",
    "Group",
    "Source",
    "amounts_of",
    "difference",
]
