"""Every worked example holds on every back-end; the checker itself notices what does not hold."""

from pathlib import Path

import pytest

from tongjian.cases import check_cases, check_files, read_cases
from tongjian.problems import RuleError
from tongjian.rules import load_rulebook

CASES = sorted((Path(__file__).resolve().parents[2] / "cases").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_worked_examples_hold(path, rulebook, exhaustive):
    """On every back-end; of cases that would each take statements of their own, some on DuckDB."""
    cases, left = read_cases(path), []
    if not exhaustive:
        editions = [rulebook.ruleset(one.ruleset, one.year) for one in cases]
        beyond = [edition.program.goes_beyond_plants for edition in editions]
        alone = [one for one, apart in zip(cases, beyond, strict=True) if apart]
        left = [one for place, one in enumerate(alone) if place % 4]
    results = check_cases([one for one in cases if one not in left], rulebook)
    results += check_cases(left, rulebook, ["python", "decimal"])

    assert {one.case for one in results} == {one.id for one in cases}
    assert [one for one in results if not one.holds] == []


def _write(path: Path, **changes: object) -> Path:
    values = {
        "ruleset": "cn.steel.mee-v01-2024",
        "year": 2024,
        "column": "co2",
        "value": 3006030.67,
        "unit": "tCO2",
        **changes,
    }
    path.write_text(
        f"""cases:
- id: C1
  ruleset: {values["ruleset"]}
  year: {values["year"]}
  inputs: [{{stream: coke, item: consumed, quantity: 1000000, unit: t}}]
  expect:
  - {{sheet: fuel, column: {values["column"]}, value: {values["value"]}, unit: {values["unit"]},
      tolerance: 0.01}}
  source: test
""",
        encoding="utf-8",
    )
    return path


def test_a_wrong_value_does_not_hold(tmp_path):
    results = check_files([_write(tmp_path / "c.yaml", value=3006030.69)], load_rulebook())

    assert [one.backend for one in results] == ["duckdb", "python", "decimal"]
    assert not any(one.holds for one in results)


def test_the_expected_value_may_be_in_another_unit(tmp_path):
    path = _write(tmp_path / "c.yaml", value=300.603067, unit="万tCO2")

    assert all(one.holds for one in check_files([path], load_rulebook()))


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ({"column": "co3"}, "cases.no_cell", "co3"),
        ({"unit": "tN2O"}, "cases.unit", "tN2O"),
        ({"year": 2020}, "cases.not_in_force", "2020"),
        ({"ruleset": "cn.steel"}, "rules.unknown_ruleset", "cn.steel"),
    ],
)
def test_a_case_that_names_what_is_not_there(tmp_path, changes, code, named):
    cases = read_cases(_write(tmp_path / "c.yaml", **changes))

    with pytest.raises(RuleError) as caught:
        check_cases(cases, load_rulebook())

    (problem,) = caught.value.problems
    assert code == problem.code
    assert all(named in problem.message(lang) for lang in ("zh", "en"))


def test_a_file_with_faults_lists_them_all(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("cases:\n- id: A\n  rulset: x\n- id: B\n  year: soon\n", encoding="utf-8")

    with pytest.raises(RuleError) as caught:
        read_cases(path)

    assert {"rules.unknown_key", "rules.missing_key", "rules.bad_value"} == {
        problem.code for problem in caught.value.problems
    }
    assert 3 in {problem.place.line for problem in caught.value.problems}
