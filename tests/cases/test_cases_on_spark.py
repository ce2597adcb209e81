"""Worked examples on Spark, all of one rule set and year in the same statements.

One file in the ordinary run and four in the exhaustive one: a statement takes Spark seconds,
whatever it is about. Between them the four have every ability of the language; whole rule sets are
held against DuckDB in `test_whole_rulebook`, and `tongjian check cases/*.yaml --backend spark`
tries all of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.backends import Backends, needs_spark
from tests.conftest import Portion
from tongjian.cases import check_cases, read_cases
from tongjian.problems import RuleError
from tongjian.rules import CompiledRuleSet, Rulebook
from tongjian.rules import _ir as ir

FOLDER = Path(__file__).resolve().parents[2] / "cases"
NAMES = ("carbon-materials", "pollutants", "steam", "steel-process")
CASES = [FOLDER / f"{name}.yaml" for name in NAMES]
# Held against Python on small sheets: rows that read the coarser row above them in `test_above`,
# what only judging needs in `test_judging` and `test_semantics`.
ELSEWHERE = {
    ("Above", ""),
    ("Aggregate", "median"),
    *(("Call", name) for name in ("ceil", "floor", "power", "sqrt", "whole")),
}
pytestmark = [needs_spark, pytest.mark.spark]


def abilities(ruleset: CompiledRuleSet) -> set[tuple[str, str]]:
    """The kinds of expressions that a rule set is written with."""
    return {
        (type(part).__name__, str(getattr(part, "op", "") or _called(part)))
        for sheet in ruleset.program.sheets.values()
        for node in sheet.nodes()
        for part in node.walk()
    }


def _called(part: ir.Node) -> str:
    return part.name if isinstance(part, ir.Call | ir.Aggregate) else ""


def test_between_them_they_have_every_ability_of_the_language(rulebook: Rulebook) -> None:
    chosen = {(case.ruleset, case.year) for path in CASES for case in read_cases(path)}
    tried = set().union(*(abilities(rulebook.ruleset(name, year)) for name, year in chosen))
    wanted = {
        ability
        for editions in rulebook.rulesets.values()
        for edition in editions
        for ability in abilities(edition)
    }

    assert wanted - tried <= ELSEWHERE


def test_worked_examples_hold_on_spark(
    rulebook: Rulebook, backends: Backends, portion: Portion
) -> None:
    cases = [case for path in portion(CASES, 4, first=3) for case in read_cases(path)]
    session = backends.session("spark", compiles=False)

    results = check_cases(cases, rulebook, ["spark"], spark=session)

    assert [one for one in results if not one.holds] == []
    # Everything that DuckDB has to hold, and the problems that are expected.
    wanted = [
        (case.id, one.problem or f"{one.sheet}.{one.column}")
        for case in cases
        for one in case.expect
        if one.problem or "duckdb" in one.backends
    ]
    found = [(one.case, one.expected if one.what == "problem" else one.what) for one in results]
    assert sorted(found) == sorted(wanted)
    assert {one.backend for one in results} == {"spark", "-"}


def test_a_wrong_value_does_not_hold_on_spark(
    rulebook: Rulebook, backends: Backends, tmp_path: Path
) -> None:
    path = tmp_path / "c.yaml"
    row = "{stream: coke, item: consumed, quantity: 1000000, unit: t}"
    expect: dict[str, Any] = {"C1": 3006030.67, "C2": 3006030.69}
    path.write_text(
        "cases:\n"
        + "".join(
            f"- id: {name}\n  ruleset: cn.steel.mee-v01-2024\n  year: 2024\n  inputs: [{row}]\n"
            f"  expect: [{{sheet: fuel, column: co2, value: {value}, unit: tCO2,"
            f" tolerance: 0.01}}]\n  source: test\n"
            for name, value in expect.items()
        ),
        encoding="utf-8",
    )

    session = backends.session("spark", compiles=False)
    results = check_cases(read_cases(path), rulebook, ["spark"], spark=session)

    assert {one.case: one.holds for one in results} == {"C1": True, "C2": False}


def test_an_unknown_back_end(rulebook: Rulebook) -> None:
    with pytest.raises(RuleError) as caught:
        check_cases(read_cases(CASES[0]), rulebook, ["duckdb", "flink"])

    (problem,) = caught.value.problems
    assert problem.code == "cases.backend" and "flink" in problem.message("zh")
