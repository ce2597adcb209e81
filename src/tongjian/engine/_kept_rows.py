"""The rows that a run keeps of a rule set: coarser sheets, and the records that it is told by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tongjian.engine._leaf_rows import Row
from tongjian.engine._left_out import MISSING
from tongjian.rules import CompiledRuleSet


def coarse_rows(
    ruleset: CompiledRuleSet, sheets: Mapping[str, list[Row]], years: Sequence[int]
) -> dict[str, list[Row]]:
    """The coarser sheets, without years in which this edition is not in force."""
    return {
        name: [row for row in sheets[name] if row.get("year") in (None, *years)]
        for name, sheet in ruleset.program.sheets.items()
        if not sheet.is_leaf
    }


def shown_leaves(ruleset: CompiledRuleSet) -> list[str]:
    """The sheets of records that a judgement is told by."""
    sheets = ruleset.program.sheets
    return [one.sheet for one in ruleset.doc.shows if sheets[one.sheet].is_leaf]


def told_rows(
    ruleset: CompiledRuleSet, sheets: Mapping[str, list[Row]], years: Sequence[int]
) -> dict[str, list[Row]]:
    """Rows of the records that a judgement is told by, with what it says of each."""
    found = {}
    for name in shown_leaves(ruleset):
        plan = ruleset.program.sheets[name]
        names = dict.fromkeys([*plan.grain, "year", *plan.inputs, *plan.formulas])
        found[name] = [
            {column: row.get(column) for column in names} | {MISSING: 0}
            for row in sheets.get(name, ())
            if row["year"] in years and not row.get("@refused")
        ]
    return found
