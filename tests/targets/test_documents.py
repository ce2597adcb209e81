"""Documents of targets and tasks: what is in the rulebook, and what a faulty one is told."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support import codes, only, says, write_rulebook
from tests.targets.made import METHOD, RULES, B, policy, rules, target
from tongjian.problems import RuleError
from tongjian.records import Catalogue
from tongjian.rules import Rulebook, measured_unit, read_documents


def test_all_targets_and_tasks_are_in_the_rulebook(rulebook: Rulebook):
    """136 targets and 134 tasks of five policy documents, the last in five annexes."""
    by_policy = Counter(one.policy.id for one in rulebook.targets.values())
    assert by_policy == {
        "policy.n2o-2025": 4,
        "policy.synergy-2022": 16,
        "policy.industry-2012": 16,
        "policy.peaking-2022": 7,
        "policy.steel-2024": 25,
        "policy.refining-2024": 15,
        "policy.ammonia-2024": 14,
        "policy.cement-2024": 19,
        "policy.aluminium-2024": 20,
    }
    assert len(rulebook.targets) == 136
    assert len(rulebook.tasks) == 134


def test_every_target_says_where_it_comes_from_and_what_it_needs(rulebook: Rulebook):
    agencies = {one.code for one in Catalogue.load().terms_of("agency")}
    for one in rulebook.targets.values():
        assert one.basis.document, one.id
        assert one.basis.clause, one.id
        assert one.title.zh != one.title.en
        assert set(one.agencies) <= agencies
        assert one.measure.of is not None or one.measure.missing is not None, one.id
    for task in rulebook.tasks.values():
        assert task.basis.clause
        assert set(task.agencies) <= agencies


@pytest.mark.parametrize(
    ("name", "comparator", "value", "unit", "effort"),
    [
        ("JS-ref-bench", ">", 30, "%", ""),  # more than, unlike the other sectors
        ("JS-steel-bench", ">=", 30, "%", ""),
        ("JS-steel-eafshare", ">=", 15, "%", "力争"),
        ("SYN-eaf-2025", ">=", 15, "%", ""),
        ("JS-cem-clinker", ">=", 3.7, "%", ""),
        ("IND-gdp-2020", "range", 40, "%", ""),
        ("JS-steel-save", "about", 2000, "万tce", "约"),
    ],
)
def test_what_was_printed(
    rulebook: Rulebook, name: str, comparator: str, value: float, unit: str, effort: str
):
    one = rulebook.targets[name]
    found = (one.comparator, one.value, one.unit.text, one.effort)
    assert found == (comparator, value, unit, effort)


def test_documents_that_differ_show_both(rulebook: Rulebook):
    """3 % and 3.7 % for clinker: the later and stricter one governs, and both can be seen."""
    older = rulebook.targets["PK-clinker-2025"]
    assert older.governed_by == "JS-cem-clinker"
    assert (older.value, rulebook.targets["JS-cem-clinker"].value) == (3, 3.7)


def test_units_come_out_of_what_is_measured(rulebook: Rulebook):
    programs = rulebook.programs()
    one = rulebook.targets["N2O-nitric-intensity"]
    unit = measured_unit(one, programs)
    assert unit is not None
    assert unit.same_dimension(one.unit)
    assert one.unit.text == "kgN2O/t HNO3"


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"measure": {"of": "made.rules:year.z"}}, "rules.target_column", "year.z"),
        ({"measure": {"of": "made.rules:line.got"}}, "rules.target_column", "line.got"),
        ({"measure": {"of": "no.rules:year.a"}}, "rules.target_column", "no.rules"),
        ({"measure": {"of": "made.rules:year.ratio", "per": B}}, "rules.target_unit", "%"),
        ({"unit": "t"}, "rules.target_unit", "t"),
        ({"unit": "florins"}, "rules.unit", "florins"),
        ({"base_year": 2025}, "rules.target_years", "2025"),
        ({"measure": {"as": "cut", "of": "made.rules:year.a"}}, "rules.target_base", "cut"),
        ({"low": 3}, "rules.target_value", "low"),
        ({"comparator": "rule", "value": 3}, "rules.target_value", "rule"),
        ({"governed_by": "X"}, "rules.target_governed", "X"),
        ({"comparator": "=>"}, "rules.bad_value", "=>"),
        ({"measure": {}}, "rules.bad_value", "measure"),
        ({"colour": "red"}, "rules.unknown_key", "colour"),
    ],
)  # fmt: skip
def test_faulty_targets(tmp_path: Path, change: dict[str, Any], code: str, said: str):
    with pytest.raises(RuleError) as caught:
        rules(tmp_path, policy(target() | change))
    assert code in codes(caught.value.problems)
    says(next(one for one in caught.value.problems if one.code == code), said)


def test_a_word_that_the_column_does_not_say(tmp_path: Path):
    chosen = {
        "of": "made.rules:year.a",
        "where": {"column": "made.rules:year.region", "is": "north"},
    }
    with pytest.raises(RuleError) as caught:
        rules(tmp_path, policy(target(unit="t", measure=chosen)))
    says(only(caught.value.problems, "rules.target_column"), "north", "inside, outside")


def test_a_count_of_a_word_that_nobody_says(tmp_path: Path):
    counted = {"count": "made.rules:year.region", "is": "inside", "leave_out": ["unknown"]}
    with pytest.raises(RuleError) as caught:
        rules(tmp_path, policy(target(unit="count", measure={"of": counted})))
    says(only(caught.value.problems, "rules.target_column"), "unknown", "inside, outside")
    counted["leave_out"] = ["outside"]
    assert rules(tmp_path, policy(target(unit="count", measure={"of": counted})))


def test_quotients_of_plants_are_not_added_up(tmp_path: Path):
    """0.1 and 0.3 of two plants are not 0.4 of both, unless one reporter speaks for all."""
    made = {"of": "made.rules:year.b", "per": "made.rules:year.ratio"}
    assert rules(tmp_path, policy(target(unit="t", measure=made)))  # of no dimension: a number
    intensive = {"unit": "t/h", "is": "sum(line.got) / (1 * h)"}
    sheets = METHOD["sheets"]
    year = {**sheets["year"], "formulas": {**sheets["year"]["formulas"]}}
    year["formulas"]["pace"] = {"zh": "速率", "en": "pace", **intensive}
    method = {**METHOD, "sheets": {**sheets, "year": year}}
    one = target(unit="t/h", measure={"of": "made.rules:year.pace"})
    reading = read_documents(write_rulebook(tmp_path / "x", method, RULES, policy(one)))
    says(only(reading.problems, "rules.target_sums"), "year.pace", "t/h")
    one["measure"]["statistic"] = True
    reading = read_documents(write_rulebook(tmp_path / "y", method, RULES, policy(one)))
    assert reading.problems == ()


def test_the_same_id_twice(tmp_path: Path):
    with pytest.raises(RuleError) as caught:
        rules(tmp_path, policy(target()), policy(target(), name="second.policy"))
    says(only(caught.value.problems, "rules.id_twice"), "T", "d2.yaml")


def test_what_is_open_is_of_the_quantity_itself(tmp_path: Path):
    share = {"of": "made.rules:year.a", "per": B, "open": "made.rules:year.b"}
    one = rules(tmp_path, policy(target(measure=share))).targets["T"]
    assert str(one.measure.open) == "made.rules:year.b"
    assert one.measure.open in one.measure.columns()
    share["open"] = "made.rules:year.mark"
    with pytest.raises(RuleError) as caught:
        rules(tmp_path, policy(target(measure=share)))
    says(only(caught.value.problems, "rules.target_open"), "T", "t")


def test_every_measure_of_the_rulebook_reads_what_is_there(rulebook: Rulebook):
    """Nothing waits for rules that are to come; eight targets say why there are no records."""
    without = [one.id for one in rulebook.targets.values() if one.measure.of is None]
    assert sorted(without) == [
        *("IND-elec-2015", "IND-light-2015", "IND-mach-2015", "IND-park-intensity"),
        *("IND-text-2015", "JS-al-nopref", "JS-nh3-gasifier", "JS-nh3-petcoke"),
    ]
    read = {one.ruleset for t in rulebook.targets.values() for one in t.measure.columns()}
    assert read <= set(rulebook.rulesets)
    assert {rulebook.rulesets[name][-1].doc.boundary for name in read} == {
        *("admission", "energy", "indicators", "levels", "synergy", "tariff")
    }


def test_tasks_with_a_deadline(tmp_path: Path):
    words = {"zh": "任务", "en": "task"}
    one = {"id": "K1", "title": words, "agencies": ["MEE"], "due": "2026-06-30"}
    tasks = {"tasks": "made.tasks", "title": words, "basis": {"document": "d"}, "list": [one]}
    task = rules(tmp_path, tasks).tasks["K1"]
    assert task.due is not None
    assert task.due.isoformat() == "2026-06-30"
    one["due"] = "2026-02-30"
    with pytest.raises(RuleError) as caught:
        rules(tmp_path, tasks)
    only(caught.value.problems, "rules.date")
