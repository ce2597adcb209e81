"""Which methods stand behind a run's numbers (所依据的方法).

A rule set requires methods for everything its sector may have; a report names those whose sheets
had records, and the one that adds them up.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tongjian.engine._duck import DuckEngine
from tongjian.engine._finished_run import RuleSetResult, Run
from tongjian.engine._leaf_rows import Row, within_classes
from tongjian.engine._unused import kinds_of_records
from tongjian.rules import FormulaPlan, Method, SheetPlan


@dataclass(frozen=True, slots=True)
class MethodUsed:
    """A method behind a run's numbers (所依据的方法), with its formulas, years and rule sets."""

    method: Method
    formulas: tuple[tuple[str, FormulaPlan], ...]
    """Name (``sheet.column``) and plan of each formula of the method that the run has."""
    years: tuple[int, ...]
    rulesets: tuple[str, ...]


@dataclass(slots=True)
class _Use:
    method: Method
    formulas: dict[str, FormulaPlan] = field(default_factory=dict)
    years: set[int] = field(default_factory=set)
    rulesets: set[str] = field(default_factory=set)


def methods_used(run: Run) -> list[MethodUsed]:
    """The methods of every sheet that had records, and of every sheet that gathers them."""
    with run.snapshot.connect() as connection:
        kinds = kinds_of_records(DuckEngine(connection))
    found: dict[tuple[str, str], _Use] = {}
    for result in run.results:
        for sheet in result.ruleset.program.sheets.values():
            if not _has_rows(sheet, result, kinds):
                continue
            for name, plan in sheet.formulas.items():
                mark = (plan.method.id, str(plan.method.validity))
                use = found.setdefault(mark, _Use(plan.method))
                use.formulas[f"{sheet.name}.{name}"] = plan
                use.years.update(result.years)
                use.rulesets.add(result.ruleset.id)
    return [
        MethodUsed(
            use.method,
            tuple(use.formulas.items()),
            tuple(sorted(use.years)),
            tuple(sorted(use.rulesets)),
        )
        for _, use in sorted(found.items())
    ]


def _has_rows(sheet: SheetPlan, result: RuleSetResult, kinds: list[Row]) -> bool:
    if not sheet.is_leaf:
        return bool(result.sheets.get(sheet.name))
    return any(
        item.doc.item == kind["item"]
        and item.doc.unit.text == kind["unit"]
        and item.doc.stream in (None, kind["stream"])
        and within_classes(kind["class"], sheet.doc.streams)
        for kind in kinds
        if kind["year"] in result.years
        for item in sheet.inputs.values()
    )


__all__ = ["MethodUsed", "methods_used"]
