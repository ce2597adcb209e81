"""What contradictions between sources mean for a plant (来源冲突的影响)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tongjian.engine._finished_run import Run
from tongjian.engine._ledger import CO2E, from_micro
from tongjian.engine._one_plant import OnePlant
from tongjian.rules import Alternative, Conflict, replacements


@dataclass(frozen=True, slots=True)
class ConflictEffect:
    """One alternative of a conflict, for one rule set of a plant's year.

    `effect` is what the total would change by, in tCO2e; None where the alternative lacks a value
    that the plant needs. `binds` are the tables that a run would have to be bound to.
    """

    conflict: Conflict
    alternative: Alternative
    ruleset: str
    adopted: bool
    effect: float | None
    binds: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """The effect as plain data, for JSON."""
        return {
            "conflict": self.conflict.id,
            "alternative": self.alternative.id,
            "ruleset": self.ruleset,
            "adopted": self.adopted,
            "effect": self.effect,
            "binds": self.binds,
            "status": self.alternative.basis.status,
            "document": self.alternative.basis.document,
        }


def conflict_effects(run: Run, facility: str, year: int) -> list[ConflictEffect]:
    """Every alternative of every conflict that bears on the rule sets of a plant's year.

    Raises `EngineError` when the run holds nothing of that facility and year.
    """
    lines = [line for line in run.lines if line.facility == facility and line.year == year]
    names = dict.fromkeys(line.ruleset for line in lines) or {"": None}
    found = []
    for name in names:
        plant = OnePlant.of(run, facility, year, name)
        tables = plant.result.ruleset.program.tables
        base = plant.computed({})
        if not any(micro for micro in base.amounts.values()):
            continue  # energy and other lines without a GWP
        for conflict in run.rulebook.conflicts.values():
            answers = []
            for alternative in conflict.alternatives:
                other = replacements(conflict, alternative)
                binds = {a: other[t] for a, t in tables.items() if t is not None and t in other}
                answers.append((alternative, binds))
            if not any(binds for _, binds in answers):
                continue
            for alternative, binds in answers:
                changed = plant.try_computed(binds, base.missing)
                effect = None
                if changed is not None:
                    micro = sum(changed.amounts.values()) - sum(base.amounts.values())
                    effect = from_micro(micro, CO2E)
                adopted = alternative.id == conflict.adopted
                found.append(ConflictEffect(conflict, alternative, name, adopted, effect, binds))
    return found
