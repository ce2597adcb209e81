"""Explanations: from a number to the formula with its values, the factors and the records."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.plant import DOCUMENTS, FILES
from tests.support import (
    ACTIVITY,
    Records,
    formulas,
    inputs,
    method,
    only,
    ruleset,
    says,
    sheet,
    table,
    values,
    write_parquet,
)
from tongjian.engine import Node, Run, explain, explain_total, run
from tongjian.problems import EngineError
from tongjian.rules import Rulebook

Book = Callable[..., Rulebook]
FUEL: dict[str, Any] = {"class": "fuel.solid"}
F1 = {"facility": "F1", "year": 2025}


@pytest.fixture
def plant(book: Book) -> Rulebook:
    return book(*DOCUMENTS, files=FILES)


def filled(records: Records) -> Records:
    """Coke by default values and one row measured as CO2, power, acid; another plant's power."""
    records.facility("F1").facility("F2", province="Hebei")
    records.unit("F1", "acid", technology="dual")
    for unit, mass in (("u1", 100), ("u2", 10), ("u3", 1)):
        records.add("coke", "consumed", mass, "t", process_unit=unit, evidence="bill", **FUEL)
    records.add("coke", "consumed", 5, "t", process_unit="u4", **FUEL)
    records.add("coke", "direct", 2, "tCO2", process_unit="u5", **FUEL)
    records.add("electricity", "purchased", 1000, "MWh")
    records.add("electricity", "purchased", 10, "MWh", facility="F2")
    return records.add("acid", "produced", 1000, "t HNO3", process_unit="acid")


def finished(plant: Rulebook, records: Records) -> Run:
    return run(plant, filled(records).snapshot())


# u1 to u4 hold 116 t of coke, u5 was measured as 2 tCO2.
COKE = 28.435 * 0.0295 * 44 / 12


def child(node: Node, *titles: str) -> Node:
    """The only child of each kind on the way down."""
    for kind in titles:
        node = next(one for one in node.children if one.kind == kind)
    return node


# -- the tree --------------------------------------------------------------------------------


def test_down_to_factors_and_records(plant: Rulebook, records: Records) -> None:
    """100 t of coke: 100 × 28.435 GJ/t = 2843.5 GJ; × 0.0295 tC/GJ × 44/12 = 307.571917 tCO2."""
    node = explain(finished(plant, records), "test.rules", "facility", F1, "fuel")
    whole = node.children[0]
    assert (node.kind, whole.kind) == ("formula", "aggregate")
    assert whole.title.en == "test: total of 5 rows" and whole.title.zh == "测试合计（5行）"
    assert node.value == whole.value == pytest.approx(116 * COKE + 2, abs=1e-5)
    largest = whole.children[0]
    assert largest.key == {
        "facility": "F1",
        "period": "2025",
        "process_unit": "u1",
        "stream": "coke",
    }
    assert largest.value == pytest.approx(307.571917, abs=1e-6)
    # Only the branch that was taken is shown, with its values.
    assert largest.formula.startswith("direct if given(direct) else")
    assert largest.substituted == "2843.5 GJ * 0.0295 tC/GJ * (44/12) * (tCO2/tC)"
    heat, carbon = largest.children
    assert heat.substituted == "100 t * 28.435 GJ/t"
    mass, ncv = heat.children
    assert [record["evidence"] for record in mass.records] == ["bill"]
    assert mass.records[0]["source"] == "plant.xlsx!活动数据!2"
    assert (mass.note, ncv.note, ncv.records) == ("", "default", ())
    parameter = ncv.children[0]
    assert (parameter.kind, parameter.value, parameter.formula) == (
        "parameter",
        28.435,
        "28.435 GJ/t",
    )
    assert parameter.key == {"table": "fuel", "stream": "coke"}
    assert carbon.children[0].formula == "29.5 kgC/GJ"  # as printed; the value is converted
    assert carbon.children[0].value == 0.0295


def test_the_largest_rows_are_shown_and_the_others_counted(
    plant: Rulebook, records: Records
) -> None:
    done = finished(plant, records)
    whole = explain(done, "test.rules", "facility", F1, "fuel", rows=2).children[0]
    assert [one.key["process_unit"] for one in whole.children] == ["u1", "u2"]
    assert whole.hidden == 3
    assert whole.hidden_value == pytest.approx((5 + 1) * COKE + 2)
    everything = explain(done, "test.rules", "facility", F1, "fuel").children[0]
    assert (everything.hidden, everything.hidden_value) == (0, None)


def test_what_is_missing_is_shown_as_such(plant: Rulebook, records: Records) -> None:
    node = explain(finished(plant, records), "test.rules", "facility", F1, "power")
    net = child(node, "aggregate", "formula", "formula")
    assert net.substituted == "coalesce(1000 MWh, 0) - coalesce(∅, 0)"
    # What was not entered has no part in the value.
    assert [one.value for one in net.children] == [1000]


def test_a_tree_as_plain_data_has_no_empty_parts(plant: Rulebook, records: Records) -> None:
    tree = explain(finished(plant, records), "test.rules", "facility", F1, "acid").as_dict()
    assert tree["value"] == 8.0 and tree["unit"] == "tN2O"
    leaf = tree["children"][0]["children"][0]
    assert "hidden" not in tree["children"][0] and "hidden_value" not in tree["children"][0]
    assert {one["kind"] for one in leaf["children"]} == {"input"}
    assert leaf["children"][1]["children"][0]["key"] == {"table": "nitric", "technology": "dual"}


# -- totals ----------------------------------------------------------------------------------


def test_one_substance_is_totalled_in_its_own_mass(plant: Rulebook, records: Records) -> None:
    node = explain_total(finished(plant, records), facility="F1", substance="N2O")
    assert (node.kind, node.value, node.unit) == ("total", 8.0, "tN2O")
    assert [one.value for one in node.children] == [8.0]


def test_several_substances_are_totalled_in_co2e(plant: Rulebook, records: Records) -> None:
    """N2O 8 t × 265 = 2120; power of F1 1000 × 0.4 and of F2 10 × 0.9; fuel as above."""
    done = finished(plant, records)
    node = explain_total(done, year=2025, rows=1)
    fuel = 116 * COKE + 2
    assert node.unit == "tCO2e"
    assert node.value == pytest.approx(2120 + 400 + 9 + fuel, abs=1e-5)
    # The largest line is that of N2O; the others are summed.
    assert [(one.value, one.unit) for one in node.children] == [(8.0, "tN2O")]
    assert node.hidden_value == pytest.approx(400 + 9 + fuel, abs=1e-5)
    assert node.hidden == len(done.lines) - 1


def test_a_total_of_nothing_names_the_rule_sets(plant: Rulebook, records: Records) -> None:
    with pytest.raises(EngineError) as caught:
        explain_total(finished(plant, records), facility="F9", year=2025)
    says(only(caught.value.problems, "engine.unknown_cell"), "facility=F9, year=2025", "test.rules")


# -- what there is not -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ruleset_id", "sheet_name", "key", "column", "what", "known"),
    [
        ("other.rules", "facility", F1, "fuel", "other.rules 2025", "test.rules [2025]"),
        ("test.rules", "facility", {**F1, "year": 2019}, "fuel", "test.rules 2019", "[2025]"),
        ("test.rules", "nowhere", F1, "fuel", "nowhere", "facility"),
        ("test.rules", "facility", F1, "nothing", "nothing", "fuel, power, acid, total"),
        ("test.rules", "facility", {**F1, "facility": "F9"}, "fuel", "F9", "F1 2025; F2 2025"),
    ],
)
def test_an_unknown_cell_is_refused_with_what_is_known(
    plant: Rulebook,
    records: Records,
    ruleset_id: str,
    sheet_name: str,
    key: dict[str, Any],
    column: str,
    what: str,
    known: str,
) -> None:
    with pytest.raises(EngineError) as caught:
        explain(finished(plant, records), ruleset_id, sheet_name, key, column)
    says(only(caught.value.problems, "engine.unknown_cell"), what, known)


def test_records_that_changed_since_the_run_are_noticed(plant: Rulebook, records: Records) -> None:
    done = finished(plant, records)
    other = [{**row} for row in records.activity]
    other[0]["quantity"] = 101.0
    write_parquet(done.snapshot.activity[0], ACTIVITY, other)
    with pytest.raises(EngineError) as caught:
        explain(done, "test.rules", "facility", F1, "fuel")
    says(only(caught.value.problems, "engine.changed"), "test.rules facility", "F1")


def test_a_row_that_is_gone_since_the_run_is_noticed(plant: Rulebook, records: Records) -> None:
    done = finished(plant, records)
    others = [row for row in records.activity if row["facility"] != "F2"]
    write_parquet(done.snapshot.activity[0], ACTIVITY, others)
    with pytest.raises(EngineError) as caught:
        explain(done, "test.rules", "facility", {"facility": "F2", "year": 2025}, "power")
    says(only(caught.value.problems, "engine.changed"), "F2")


# -- other shapes of a method ----------------------------------------------------------------

GRAIN = "facility period process_unit stream"
SHEETS = {
    "s": sheet(
        GRAIN,
        inputs(
            mass={"unit": "t", "item": "consumed", "required": True},
            share={"unit": "1", "item": "share", "default": "rate.constant"},
            green={"unit": "t", "item": "green"},
        ),
        formulas(
            far={"unit": "t", "is": "mass * 2 if province == 'Hebei' else mass"},
            proven={"unit": "t", "is": "mass if given(green) and evidenced(green) else 0"},
        ),
        streams="any",
    ),
    "month": sheet("facility period", formulas=formulas(mass="t: sum(s.mass)")),
    "facility": sheet(
        "facility year",
        formulas=formulas(
            mass={"unit": "t", "is": "sum(s.mass)"},
            part={"unit": "t", "is": "sum(s.mass * s.share)"},
            far={"unit": "t", "is": "sum(s.far)"},
            proven={"unit": "t", "is": "sum(s.proven)"},
            constant={"unit": "t", "is": "sum(s.mass) * rate.constant"},
            absent={"unit": "t", "is": "sum(s.mass) * rate.absent", "optional": True},
            rows={"unit": "1", "is": "count(s)"},
        ),
    ),
    "nation": sheet(
        "year",
        formulas=formulas(mass="t: sum(facility.mass)", quarter="t: mass * rate.constant"),
    ),
}
RATES = table("rate", [], {"constant": "1", "absent": "1"})
RATE_FILES = {
    "rate.csv": values(
        [],
        ["constant", "0.25", "1"],
        {"column": "absent", "unit": "1", "note": "2 to 3", "status": "not-found"},
    )
}


@pytest.fixture(params=["python", "duckdb"])
def shapes(book: Book, records: Records, request: pytest.FixtureRequest) -> Run:
    made = book(method(sheets=SHEETS, uses={"rate": "rate"}), ruleset(), RATES, files=RATE_FILES)
    records.facility("F1").facility("F2", province="Hebei")
    for facility, mass, evidence in (("F1", 8, "bill"), ("F2", 4, "")):
        for period in ("2025-01", "2025-02"):
            at = {"facility": facility, "period": period}
            records.add("coke", "consumed", mass, "t", **at)
            records.add("coke", "green", 1, "t", evidence=evidence, **at)
    records.add("coke", "share", 0.5, "1", facility="F1", period="2025-01")
    return run(made, records.snapshot(), backend=request.param)


def test_a_sum_of_entered_numbers_ends_at_their_records(shapes: Run) -> None:
    node = explain(shapes, "test.rules", "facility", F1, "mass")
    first = node.children[0].children[0]
    assert (first.kind, first.value, len(first.records)) == ("input", 8.0, 1)


def test_a_sum_of_an_expression_shows_what_it_is_made_of(shapes: Run) -> None:
    """F1: 8 t × 0.5 in January, 8 t × 0.25 (the default) in February."""
    node = explain(shapes, "test.rules", "facility", F1, "part")
    january, february = node.children[0].children
    assert (node.value, january.value, february.value) == (6.0, 4.0, 2.0)
    assert [one.value for one in january.children] == [8.0, 0.5]
    assert [one.note for one in february.children] == ["", "default"]


def test_texts_and_truths_are_printed_as_such(shapes: Run) -> None:
    f2 = {"facility": "F2", "year": 2025}
    far = child(explain(shapes, "test.rules", "facility", f2, "far"), "aggregate", "formula")
    assert (far.value, far.substituted) == (8.0, "4 t * 2")
    assert explain(shapes, "test.rules", "facility", F1, "proven").value == 16.0
    assert explain(shapes, "test.rules", "facility", f2, "proven").value == 0.0


def test_a_factor_without_a_value_says_why(shapes: Run) -> None:
    node = explain(shapes, "test.rules", "facility", F1, "absent")
    absent = next(one for one in node.children if one.kind == "parameter")
    assert (node.value, absent.value) == (None, None)
    assert "2 to 3" in absent.note
    assert node.substituted.endswith("* ∅")


def test_a_table_without_keys(shapes: Run) -> None:
    node = explain(shapes, "test.rules", "facility", F1, "constant")
    constant = next(one for one in node.children if one.kind == "parameter")
    assert (constant.title.en, constant.key) == ("test", {"table": "rate"})
    assert node.value == 4.0


def test_a_sheet_of_months_and_one_of_the_nation(shapes: Run) -> None:
    month = explain(shapes, "test.rules", "month", {"facility": "F2", "period": "2025-02"}, "mass")
    assert (month.value, month.key) == (4.0, {"facility": "F2", "period": "2025-02"})
    nation = explain(shapes, "test.rules", "nation", {"year": 2025}, "mass")
    assert nation.value == 24.0
    assert [one.key["facility"] for one in nation.children[0].children] == ["F1", "F2"]
    quarter = explain(shapes, "test.rules", "nation", {"year": 2025}, "quarter")
    assert (quarter.value, quarter.substituted) == (6.0, "24 t * 0.25")


def test_names_with_quotes_are_names(plant: Rulebook, records: Records, tmp_path: Path) -> None:
    records.facility("O'Hara")
    records.add("electricity", "purchased", 1, "MWh", facility="O'Hara")
    done = run(plant, records.snapshot())
    node = explain(done, "test.rules", "facility", {"facility": "O'Hara", "year": 2025}, "power")
    assert node.value == 0.4
