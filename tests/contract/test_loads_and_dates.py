"""The contract on documents that do not load, and on dates that do not fit together."""

import pytest

from tests.contract.plant import by_code
from tests.support import codes, says
from tongjian.contract import check_contract
from tongjian.problems import RuleError
from tongjian.rules import rulebook_folder


def test_a_sound_plant_has_no_findings(plant):
    contract = plant.check()

    assert [one.problem.text("en") for one in contract.findings] == []
    assert contract.ok
    assert contract.coverage[0].share == 1
    assert contract.as_dict()["counts"] == {"error": 0, "warning": 0, "note": 0}


def test_every_fault_is_told_and_sound_documents_are_checked_all_the_same(plant):
    plant.more["bad"] = {"method": "t.bad", "titel": {"zh": "a", "en": "b"}}
    plant.fuel_rows[0][3] = "GJ"  # GJ instead of GJ/t
    plant.cases.pop()

    found = plant.check()

    assert not found.ok
    loads = [one.problem.code for one in found.findings if one.check == "loads"]
    assert {"rules.unknown_key", "rules.missing_key", "rules.csv_unit"} <= set(loads)
    assert "contract.no_wrong_case" in by_code(found)


def test_a_method_that_ends_before_its_rule_set(plant):
    plant.method["in_force"] = {"from": "2000-01-01", "to": "2024-12-31"}

    (problem,) = plant.found("error")["contract.method_dates"]

    says(problem, "t.rules", "t.plant", "2024-12-31")


def test_years_in_which_a_key_has_no_value(plant):
    plant.ruleset["in_force"] = {"from": "2023-01-01"}
    plant.fuel_rows[0][4:6] = ["2024-01-01", "2024-12-31"]

    (problem,) = plant.found("warning")["contract.year_not_covered"]

    says(problem, "coke", "ncv", "2023, 2025")


def test_a_gap_between_two_values(plant):
    later = [*plant.fuel_rows[0]]
    plant.fuel_rows[0][5] = "2023-12-31"
    later[4] = "2024-03-01"
    plant.fuel_rows.append(later)

    (problem,) = plant.found("warning")["contract.value_gap"]

    says(problem, "2023-12-31", "2024-03-01")
    assert problem.place.file == "t.fuel.csv" and problem.place.line == 4


def test_a_value_that_no_rule_set_can_reach(plant):
    plant.fuel_rows.append(["petcoke", "ncv", "30", "GJ/t", "", "1999-12-31", "seen", "x", "1"])

    (problem,) = plant.found("note")["contract.value_expired"]

    says(problem, "petcoke", "1999-12-31", "2000-01-01")


def test_documents_of_a_third_party_are_checked_on_top_of_the_rulebook(plant):
    plant.ruleset |= {"selected": "on_request", "in_force": {"from": "2013-10-15"}}
    plant.method["in_force"] = {"from": "2013-10-15"}
    plant.method["requires"] = ["cn.carbonate"]
    plant.method["sheets"]["facility"]["formulas"]["total"]["is"] = (
        "(fuel + power + sum(carbonate.co2)) * gwp.CO2"
    )
    plant.ruleset["binds"]["carbonate"] = "carbonate.ndrc"

    contract = plant.on_top()

    # What is found in the shipped documents is not theirs to mend.
    assert by_code(contract) == {}
    assert [one.method.id for one in contract.coverage] == ["t.plant"]


def test_one_changed_document_takes_the_place_of_the_shipped_one(plant, tmp_path):
    shipped = rulebook_folder() / "methods/common/carbonate.yaml"
    text = shipped.read_text(encoding="utf-8").replace("* purity * ef", "* (2 - purity) * ef")
    changed = tmp_path / "carbonate.yaml"
    changed.write_text(text, encoding="utf-8")

    found = by_code(plant.on_top(changed))

    (problem,) = found["contract.direction"]
    says(problem, "carbonate.purity", "down")
    assert problem.place.file == changed.as_posix()
    assert "contract.year_not_covered" not in found


def test_nothing_to_check(tmp_path):
    with pytest.raises(RuleError) as caught:
        check_contract([tmp_path])
    assert codes(caught.value.problems) == ["contract.nothing"]
    with pytest.raises(RuleError) as caught:
        check_contract([tmp_path / "none.yaml"])
    assert codes(caught.value.problems) == ["contract.no_file"]
