"""The contract on sources, clauses and statuses, and on names that lead nowhere."""

import pytest

from tests.support import formulas, method, says, sheet, table


def test_a_number_that_was_not_found(plant):
    plant.fuel_rows[0][6] = "not-found"

    says(plant.found("error")["contract.found_or_not"][0], "coke ncv", "not-found")


def test_no_number_and_nothing_that_says_why(plant):
    plant.fuel_rows.append(["petcoke", "ncv", "", "GJ/t", "", "", "seen", "x", "1"])

    says(plant.found("warning")["contract.no_number"][0], "petcoke ncv")


def test_a_derived_value_says_how(plant):
    plant.fuel_rows[1][6] = "derived"

    says(plant.found("warning")["contract.derived_how"][0], "coke carbon")


def test_sources_clauses_and_recalled_values_are_counted(plant):
    plant.fuel["basis"] = {"document": "test"}
    plant.fuel_rows[0][6:9] = ["recalled", "", ""]

    found = plant.found("warning", "note")

    says(found["contract.no_source"][0], "t.fuel", "1", "2")
    says(found["contract.no_clause"][0], "t.fuel", "1", "2")
    says(found["contract.recalled"][0], "t.fuel", "1", "2")


def test_a_formula_without_any_clause(plant):
    plant.method["basis"] = {"document": "test"}

    assert len(plant.found("warning")["contract.formula_clause"]) == 6


def test_a_parameter_written_into_a_formula(plant):
    sheets = plant.method["sheets"]
    sheets["fuel"]["formulas"]["co2"]["is"] = "heat * fuel.carbon * 0.98 * (44/12) * (tCO2/tC)"
    plant.cases = []

    (problem,) = plant.found("note")["contract.number_in_formula"]

    says(problem, "co2", "0.98")
    assert "44" not in problem.message("en")


def test_what_nothing_leads_to(plant):
    plant.more["spare"] = table("t.fuel", [], {"x": "1"}) | {"table": "t.spare"}
    plant.more["spare"]["values"] = "t.gwp.csv"
    lonely = {
        "s": sheet(
            "facility period process_unit",
            plant.method["sheets"]["electricity"]["inputs"],
            formulas(co2="tCO2: coalesce(bought, 0) * factor"),
        )
    }
    plant.more["spare"] = {
        **plant.more["spare"],
        "columns": {"CO2": {"unit": "tCO2e/tCO2", "zh": "a", "en": "b"}},
    }
    plant.more["lonely"] = method("t.lonely", sheets=lonely)

    found = plant.found("error", "warning", "note")

    says(found["contract.unused_table"][0], "t.spare")
    says(found["contract.unreached_method"][0], "t.lonely")
    says(found["contract.unread_input"][0], "sold")


def test_an_input_that_nobody_can_enter(plant):
    plant.method["sheets"]["fuel"]["inputs"]["mass"]["item"] = "eaten"

    says(plant.found("error")["contract.not_enterable"][0], "mass", "eaten", "fuel.solid")


def test_a_class_that_the_catalogue_does_not_have(plant):
    plant.method["sheets"]["fuel"]["streams"] = "fuel.sollid"

    says(plant.found("error")["contract.unknown_class"][0], "fuel.sollid", "fuel.solid")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda plant: plant.ruleset.update(sectors=["steal"]), "steal"),
        (lambda plant: plant.fuel_rows.append(["cokes", *plant.fuel_rows[0][1:]]), "cokes"),
        (
            lambda plant: plant.method["sheets"]["facility"]["formulas"]["fuel"]["ledger"].update(
                category="fuels"
            ),
            "fuels",
        ),
        (
            lambda plant: plant.method["sheets"]["fuel"]["formulas"]["heat"].update(
                {"is": 'mass * ncv if stream != "cokee" else 0'}
            ),
            "cokee",
        ),
    ],
    ids=["sector", "key of a table", "category", "stream in a formula"],
)
def test_words_that_the_catalogue_does_not_have(plant, change, name):
    change(plant)

    found = plant.found("warning")["contract.unknown_term"]

    assert any(name in problem.message("en") for problem in found)


def test_a_table_that_no_formula_reads(plant):
    plant.method["uses"]["spare"] = "t.fuel"

    says(plant.found("warning")["contract.unread_alias"][0], "spare")


def test_a_rule_set_without_a_total(plant):
    del plant.ruleset["total"]

    says(plant.found("warning")["contract.no_total"][0], "t.rules")

    plant.method["sheets"]["fuel"]["outcome"] = "facility.fuel"
    assert "contract.no_total" in plant.found("warning")  # nothing could be said of electricity

    plant.method["sheets"]["electricity"]["outcome"] = "facility.power"
    assert "contract.no_total" not in plant.found("warning")


def test_a_value_that_was_not_found_needs_no_source(plant):
    plant.fuel_rows.append(["diesel", "ncv", "", "GJ/t", "", "", "not-found", "", ""])

    assert "contract.no_source" not in plant.found("warning")
