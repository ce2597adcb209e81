"""Records that no rule set of a run reads although they look as if they should count.

A row is suspicious when a rule set reads its item (``consumed``, ``exported`` …) for other
streams or in another unit, but no sheet takes this one in. Product output and other items that
accounting never reads are not mentioned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from tongjian.engine._leaf_rows import fetch, within_classes
from tongjian.engine._sources import place_of
from tongjian.problems import Problem
from tongjian.rules import CompiledRuleSet, SheetPlan

_QUERY = """
SELECT f.sector AS sector, a.class AS class, a.stream AS stream, a.item AS item, a.unit AS unit,
       count(*) AS count, min(a.source) AS source
FROM activity a LEFT JOIN facilities f ON f.facility = a.facility
GROUP BY ALL ORDER BY ALL
"""


def unused_records(
    connection: duckdb.DuckDBPyConnection, rulesets: Sequence[CompiledRuleSet], *, named: bool
) -> list[Problem]:
    """One warning per kind of record that is left aside; `named` rule sets serve every sector."""
    problems = []
    for row in fetch(connection, _QUERY):
        fitting = [one for one in rulesets if named or row["sector"] in one.doc.sectors]
        inputs = [
            (sheet, item.doc)
            for one in fitting
            for sheet in _leaves(one)
            for item in sheet.inputs.values()
        ]
        alike = [(sheet, doc) for sheet, doc in inputs if doc.item == row["item"]]
        taken = any(
            doc.unit.text == row["unit"]
            and doc.stream in (None, row["stream"])
            and within_classes(row["class"], sheet.doc.streams)
            for sheet, doc in alike
        )
        if alike and not taken:
            values = {
                "ruleset": ", ".join(dict.fromkeys(one.id for one in fitting)),
                "count": row["count"],
                "stream": row["stream"],
                "item": f"{row['item']} [{row['unit']}]",
            }
            place = place_of(row["source"])
            problems.append(Problem("engine.unused_rows", place, values, severity="warning"))
    return problems


def _leaves(ruleset: CompiledRuleSet) -> Iterable[SheetPlan]:
    return (sheet for sheet in ruleset.program.sheets.values() if sheet.is_leaf)
