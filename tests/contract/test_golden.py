"""Golden cases: how many, whether one goes wrong on purpose, and which formulas they reach."""

import pytest

from tests.contract.plant import CASES, by_code, case, cell, entry
from tests.support import says


def test_too_few_cases(plant):
    plant.cases = [plant.cases[0], plant.cases[3]]

    found = plant.found("error", "warning")

    says(found["contract.few_cases"][0], "t.plant", "1", "3")
    says(found["contract.unreached_formulas"][0], "67", "facility.power", "electricity.co2")


def test_no_case_that_goes_wrong(plant):
    plant.cases.pop()

    says(plant.found("error")["contract.no_wrong_case"][0], "t.plant")


def test_no_cases_at_all(plant):
    contract = plant.check()
    contract.cases = []

    assert by_code(contract, "warning").keys() == {"contract.no_cases"}


@pytest.mark.parametrize(
    ("wrong", "counts"),
    [
        ([entry("electricity", "purchased", 100, "MWh")], True),  # the factor is missing
        ([entry("coke", "consumed", 2e6, "t")], True),
        ([entry("coke", "consumed", 1, "t")], False),  # nothing goes wrong
    ],
)
def test_a_case_counts_as_wrong_where_it_leaves_its_mark(plant, wrong, counts):
    plant.cases[3] = case("WRONG", wrong, {"problem": "engine.missing_input"})

    assert ("contract.no_wrong_case" not in plant.found("error")) is counts


def test_what_the_records_refuse_counts_for_the_sheets_it_would_have_fed(plant):
    plant.cases[3] = case(
        "NEGATIVE", [entry("coke", "consumed", -1, "t")], {"problem": "records.below_min"}
    )

    assert plant.check().coverage[0].wrong == ["NEGATIVE"]


def test_only_branches_taken_are_reached(plant):
    formulas = plant.method["sheets"]["fuel"]["formulas"]
    formulas["small"] = {"unit": "GJ", "is": "mass * ncv", "zh": "小", "en": "small"}
    formulas["heat"]["is"] = "small if mass < 1 * t else mass * ncv"

    says(plant.found("warning")["contract.unreached_formulas"][0], "fuel.small", "86")


def test_a_sum_over_nothing_reaches_nothing(plant):
    plant.cases = [
        case("ZERO", [entry("coke", "consumed", 0, "t")], cell("facility", "total", 0, "tCO2e"))
    ]

    (coverage,) = plant.check().coverage

    # Only the value that was asked for; that it is zero shows nothing of what lies below.
    assert coverage.reached == {("facility", "total")}


def test_cases_that_do_not_hold_or_lead_nowhere(plant):
    plant.cases[0]["expect"][0]["value"] = 31
    plant.cases[1]["expect"][0]["column"] = "totl"
    plant.cases[2]["ruleset"] = "t.other"

    found = plant.found("error")

    says(found["contract.case_fails"][0], "COKE", "31", "30.757")
    says(found["contract.case_cell"][0], "POWER", "facility.totl")
    says(found["contract.case_ruleset"][0], "BOTH", "t.other")


def test_a_case_before_the_rule_set_is_in_force(plant):
    plant.cases[0]["year"] = 1995

    says(plant.found("error")["cases.not_in_force"][0], "COKE", "1995")


def test_cases_may_lie_among_the_documents(plant):
    import json

    plant.ruleset["selected"] = "on_request"
    rules = plant.write()
    text = json.dumps({"cases": CASES}, ensure_ascii=False)
    (rules / "golden.yaml").write_text(text, encoding="utf-8")
    plant.cases = [plant.cases[3]]

    assert by_code(plant.on_top()) == {}


def test_a_kind_by_its_name_is_the_kind(plant):
    """As in the import: a case may name the kind in Chinese, the formula knows its code."""
    co2 = plant.method["sheets"]["fuel"]["formulas"]["co2"]
    co2["is"] = f"{co2['is']} if kind == 'fugitive' else 0"
    for one in plant.cases:
        one["process_units"] = [{"process_unit": "U1", "kind": "无组织排放源"}]
        one["inputs"] = [{**row, "process_unit": "U1"} for row in one["inputs"]]

    assert "contract.case_fails" not in plant.found("error")
