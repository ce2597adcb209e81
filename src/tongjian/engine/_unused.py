"""Records that no rule set of a run reads although they look as if they should count.

A row is suspicious when a rule set reads its item (``consumed``, ``exported`` …) for other
streams or in another unit, but no sheet takes this one in. Product output and other items that
accounting never reads are not mentioned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from tongjian.engine._backend import SqlEngine
from tongjian.engine._leaf_rows import Row, within_classes
from tongjian.engine._sources import place_of
from tongjian.problems import Problem
from tongjian.rules import CompiledRuleSet, SheetPlan

_KINDS = """
SELECT a.year AS year, f.sector AS sector, a.class AS class, a.stream AS stream, a.item AS item,
       a.unit AS unit, count(*) AS count, min(a.source) AS source
FROM activity a LEFT JOIN facilities f ON f.facility = a.facility
GROUP BY ALL
"""
_KEYS = ("sector", "class", "stream", "item", "unit")


def kinds_of_records(engine: SqlEngine) -> list[Row]:
    """What kinds of records there are in each year, how many of each, and where the first stands.

    One pass over the records that serves several questions.
    """
    return engine.fetch(_KINDS)


def unused_records(
    kinds: Iterable[Row],
    rulesets: Sequence[CompiledRuleSet],
    years: Collection[int],
    *,
    named: bool,
) -> list[Problem]:
    """One warning per kind of record that is left aside; `named` rule sets serve every sector."""
    problems = []
    for row in _over_years(kinds, years):
        # A judgement takes what it needs; what is left aside is for the accounts to say.
        accounts = [one for one in rulesets if one.doc.total is not None or not one.doc.shows]
        fitting = [one for one in accounts if named or row["sector"] in one.doc.sectors]
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


def _over_years(kinds: Iterable[Row], years: Collection[int]) -> list[Row]:
    """The kinds with counts and first places over all of `years`."""
    found: dict[tuple[str, ...], Row] = {}
    for kind in kinds:
        if kind["year"] in years:
            key = tuple(kind[name] or "" for name in _KEYS)
            other = found.setdefault(key, kind)
            if other is not kind:
                count = other["count"] + kind["count"]
                source = min(other["source"], kind["source"])
                found[key] = {**other, "count": count, "source": source}
    return [found[key] for key in sorted(found)]


def _leaves(ruleset: CompiledRuleSet) -> Iterable[SheetPlan]:
    return (sheet for sheet in ruleset.program.sheets.values() if sheet.is_leaf)
