"""Zero input and directions: the contract tries rule sets out on a synthetic plant."""

from datetime import date

import pytest

from tests.support import formulas, inputs, says, sheet
from tongjian.contract._plausible import Plausible
from tongjian.contract._trial import Trial
from tongjian.records import Catalogue
from tongjian.rules import load_rulebook, rulebook_folder


def test_a_constant_term_is_found_by_zero_input(plant):
    plant.method["sheets"]["facility"]["formulas"]["fuel"]["is"] = "sum(fuel.co2) + 5 * tCO2"

    found = plant.found("error")["contract.zero_total"]

    assert {problem.values["column"] for problem in found} == {"facility.fuel", "facility.total"}
    says(found[0], "5 tCO2", "t.rules")


def test_a_division_by_an_amount_is_found_by_zero_input(plant):
    columns = plant.method["sheets"]["electricity"]["formulas"]
    columns["co2"]["is"] = (
        "coalesce(bought, 0) * factor * (coalesce(bought, 0) / coalesce(bought, 0))"
    )

    (problem,) = plant.found("error")["contract.zero_no_value"]

    says(problem, "electricity.co2", "bought", "factor")
    assert problem.place.file == "method.yaml"


def test_rows_that_a_check_refuses_at_zero_are_what_the_document_says(plant):
    plant.method["sheets"]["fuel"]["checks"].append(
        {"name": "none", "when": "mass == 0", "severity": "error", "zh": "零", "en": "zero"}
    )

    assert "contract.zero_no_value" not in plant.found("error")


@pytest.mark.parametrize(
    ("expression", "name", "way"),
    [
        ("(coalesce(sold, 0) - coalesce(bought, 0)) * factor", "electricity.bought", "down"),
        ("(coalesce(bought, 0) + coalesce(sold, 0)) * factor", "electricity.sold", "up"),
        (
            '(coalesce(bought, 0) - coalesce(sold, 0)) * (2 * unit("tCO2/MWh") - factor)',
            "electricity.factor",
            "down",
        ),
    ],
)
def test_a_total_that_goes_the_other_way(plant, expression, name, way):
    plant.method["sheets"]["electricity"]["formulas"]["co2"]["is"] = expression

    found = plant.found("error")["contract.direction"]

    problem = next(one for one in found if one.values["input"] == name)
    says(problem, "t.rules", way)


def test_an_input_that_moves_no_total(plant):
    plant.method["sheets"]["electricity"]["formulas"]["memo"] = {
        "unit": "MWh", "is": "coalesce(sold, 0)", "zh": "备查", "en": "memo",
    }  # fmt: skip
    plant.method["sheets"]["facility"]["formulas"]["memo"] = {
        "unit": "MWh", "is": "sum(electricity.memo)", "zh": "备查", "en": "memo",
    }  # fmt: skip
    plant.method["sheets"]["electricity"]["formulas"]["co2"]["is"] = "coalesce(bought, 0) * factor"

    says(plant.found("warning")["contract.no_effect"][0], "electricity.sold", "down")

    plant.method["sheets"]["electricity"]["inputs"]["sold"]["direction"] = "none"
    assert "contract.no_effect" not in plant.found("warning")


def test_an_input_that_is_said_to_move_nothing_and_does(plant):
    plant.method["sheets"]["electricity"]["inputs"]["sold"]["direction"] = "none"

    says(plant.found("error")["contract.direction"][0], "electricity.sold", "none", "down")


def test_either_way_is_fine_where_the_document_says_so(plant):
    plant.method["sheets"]["electricity"]["inputs"]["sold"]["direction"] = "either"

    assert "contract.direction" not in plant.found("error")


def test_directions_may_speak_of_another_outcome_than_the_total(plant):
    """A memo sheet: the total knows nothing of it, its own result does."""
    sheets = plant.method["sheets"]
    sheets["memo"] = sheet(
        "facility period process_unit",
        inputs(
            made={"unit": "MWh", "stream": "electricity", "item": "generated"},
            used={"unit": "MWh", "stream": "electricity", "item": "own_use"},
        ),
        formulas(left="MWh: coalesce(made, 0) - coalesce(used, 0)"),
    )
    sheets["facility"]["formulas"] |= formulas(left="MWh: sum(memo.left)")
    assert len(plant.found("warning")["contract.no_effect"]) == 2

    sheets["memo"]["outcome"] = "facility.left"
    (problem,) = plant.found("error")["contract.direction"]
    says(problem, "memo.used", "down")

    sheets["memo"]["inputs"]["used"]["direction"] = "down"
    assert plant.found("error") == {}
    assert "`facility.left`" in plant.check().pages["t.plant.md"]

    sheets["memo"]["outcome"] = "facility.lft"
    says(plant.found("error")["contract.unknown_outcome"][0], "memo", "facility.lft")


def test_an_input_that_never_gets_a_chance(plant):
    plant.method["sheets"]["electricity"]["checks"] = [
        {"name": "no", "when": "given(sold)", "severity": "error", "zh": "不", "en": "no"}
    ]

    says(plant.found("warning")["contract.not_tried"][0], "electricity.sold")


def test_a_content_is_judged_beside_what_comes_in(plant):
    """Beside exports the total falls with the factor of electricity, and that is no fault."""
    contract = plant.check()

    trial = contract.subject.trials()[0]
    (synthetic,) = trial.plants()
    entered = [row.entered for row in synthetic.rows if row.focus == "factor"]
    assert entered == [["bought", "factor"]]


def test_the_synthetic_plant_of_a_real_rule_set_reaches_every_input():
    book = load_rulebook()
    plausible = Plausible(book, Catalogue.load())
    ruleset = book.ruleset("cn.refining.ndrc-2014", 2025)
    trial = Trial.of(plausible, ruleset, 2025)

    tried = {(row.sheet, row.focus) for plant in trial.plants() for row in plant.rows}
    wanted = {(sheet.name, name) for sheet in trial.leaves for name in sheet.inputs}
    kinds = {plant.attributes["kind"] for plant in trial.plants()}

    assert tried == wanted
    assert {"hydrogen", "ethylene_oxide", "petrochemical_flare"} <= kinds
    assert ruleset.doc.validity.covers(date(2025, 12, 31))


def test_a_sum_that_takes_one_away_is_found_in_what_gathers(plant, tmp_path):
    """The method has no inputs of its own: those of others go the wrong way because of it."""
    shipped = rulebook_folder() / "methods/steel/enterprise.yaml"
    text = shipped.read_text(encoding="utf-8")
    changed = tmp_path / "enterprise.yaml"
    wrong = text.replace("+ flux + electrode + raw", "+ flux - electrode + raw")
    assert wrong != text
    changed.write_text(wrong, encoding="utf-8")

    contract = plant.on_top(changed)

    found = [one.problem for one in contract.findings if one.problem.code == "contract.direction"]
    assert {one.values["input"] for one in found} == {"material.consumed", "material.ef"}
    assert {one.values["stream"] for one in found} == {"electrode"}
    # Every rule set that gathers by this method; the first of them is named.
    gathering = {"cn.steel.ndrc-2013", "cn.steel.gbt32151-5", "product.steel"}
    assert {one.values["ruleset"] for one in found} <= gathering


@pytest.fixture(scope="module")
def energy_trial():
    book = load_rulebook()
    ruleset = book.ruleset("cn.energy.gbt2589-2020", 2025)
    return Trial.of(Plausible(book, Catalogue.load()), ruleset, 2025)


def test_a_stream_late_in_its_class_is_tried_where_the_first_tell_nothing(energy_trial):
    """Waters are bought by mass; coefficients by volume are those of air, oxygen and the like."""
    plant = next(energy_trial.plants())

    tried = {row.row["stream"] for row in plant.rows if row.focus == "bought_volume"}

    assert tried == {"compressed_air"}


def test_sectors_that_a_table_goes_by_are_tried(energy_trial):
    """Coke made counts in a coking plant and not in a steel works, which comes first."""
    sectors = {
        plant.attributes["sector"]
        for plant in energy_trial.plants()
        if any(row.focus == "coke_made" for row in plant.rows)
    }

    assert sectors == {"coking"}


def test_an_input_that_needs_more_company_than_sets_are_tried_with_is_reached_in_two_steps():
    """Hours of a treatment tell beside those of the outlet, a removal and what it acts on."""
    book = load_rulebook()
    ruleset = book.ruleset("cn.pollution.air", 2025)
    trial = Trial.of(Plausible(book, Catalogue.load()), ruleset, 2025)
    plant = next(trial.plants())

    rows = [row for row in plant.rows if row.focus == "treatment_hours"]

    assert rows
    for row in rows:
        assert len(row.entered) == 5
        assert {"treatment_hours", "operating_hours", "removal"} <= set(row.entered)
