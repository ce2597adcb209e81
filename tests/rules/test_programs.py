"""Methods and rule sets held against each other: names, circles, tables, ledgers, editions."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.support import (
    Document,
    codes,
    formulas,
    inputs,
    leaf_and_facility,
    method,
    only,
    ruleset,
    says,
    sheet,
    table,
    values,
    write_rulebook,
)
from tongjian.problems import Problem, RuleError
from tongjian.rules import Rulebook, load_rulebook

Book = Callable[..., Rulebook]
ROOT = Path(__file__).parents[2]
LEAF = "facility period process_unit stream"
YEAR = "facility year"
GWP = {"CO2": "tCO2e/tCO2", "N2O": "tCO2e/tN2O"}


def problems(book: Book, *documents: object, **more: object) -> tuple[Problem, ...]:
    with pytest.raises(RuleError) as caught:
        book(*documents, **more)
    return caught.value.problems


def plant(**changed: object) -> Document:
    """A method with a leaf sheet `s` and a yearly sheet `facility`."""
    parts: Document = {
        "leaf_inputs": inputs(mass="t"),
        "leaf_formulas": formulas(double="t: 2 * coalesce(mass, 0)"),
        "facility_formulas": formulas(total="t: sum(s.double)"),
    }
    method_keys = {key: changed.pop(key) for key in ("uses", "requires") if key in changed}
    return method(sheets=leaf_and_facility(**(parts | changed)), **method_keys)


# -- circles ---------------------------------------------------------------------------------


def test_formulas_in_a_circle(book: Book) -> None:
    circle = formulas(a="t: b + 1*t", b="t: c", c="t: a", d="t: 1*t")
    problem = only(problems(book, plant(leaf_formulas=circle | formulas(double="t: d"))), CIRCLE)
    says(problem, "a → b → c → a")
    assert problem.place.file == "d0.yaml" and problem.place.line is not None


CIRCLE = "rules.formula_circle"


def test_a_formula_that_names_itself(book: Book) -> None:
    problem = only(problems(book, plant(leaf_formulas=formulas(double="t: double"))), CIRCLE)
    says(problem, "double → double")


def test_formulas_may_stand_in_any_order(book: Book) -> None:
    made = book(plant(leaf_formulas=formulas(double="t: c", c="t: b", b="t: 1*t")), ruleset())
    assert list(made.ruleset("test.rules", 2025).program.sheets["s"].formulas) == [
        "b",
        "c",
        "double",
    ]


def test_sheets_in_a_circle(book: Book) -> None:
    found = problems(
        book,
        method(
            sheets={
                "leaf": sheet(LEAF, inputs(mass="t"), streams="any"),
                "a": sheet("facility year process_unit", formulas=formulas(x="t: sum(b.y)")),
                "b": sheet("facility process_unit year", formulas=formulas(y="t: sum(a.x)")),
            }
        ),
    )
    says(only(found, "rules.sheet_circle"), "a → b → a")


def test_a_sheet_that_sums_itself(book: Book) -> None:
    found = problems(book, plant(facility_formulas=formulas(total="t: sum(facility.total)")))
    only(found, "rules.not_finer")


def test_methods_in_a_circle(book: Book) -> None:
    one = plant(requires=["test.other"])
    other = method("test.other", requires=["test.plant"], sheets={"o": sheet(LEAF, streams="any")})
    found = problems(book, one, other)
    assert codes(found) == ["rules.method_circle"] * 2
    says(found[0], "test.plant → test.other → test.plant")


def test_an_unknown_method(book: Book) -> None:
    says(only(problems(book, plant(requires=["test.gone"])), "rules.unknown_method"), "test.gone")
    says(only(problems(book, plant(), ruleset(method="x.y")), "rules.unknown_method"), "x.y")


# -- sheets ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "code", "said"),
    [
        (sheet("facility period process_unit plant", inputs(mass={"unit": "t", "stream": "coke"})),
         "grain_key", ["plant", "process_unit"]),
        (sheet("facility year process_unit", inputs(mass={"unit": "t", "stream": "coke"})),
         "leaf_grain", ["x"]),
        (sheet("period process_unit", inputs(mass={"unit": "t", "stream": "coke"})),
         "leaf_grain", ["x"]),
        (sheet("facility period", inputs(mass={"unit": "t", "stream": "coke"})),
         "leaf_grain", ["x"]),
        (sheet("facility period month process_unit",
               inputs(mass={"unit": "t", "stream": "coke"})), "leaf_month", ["x"]),
        (sheet(LEAF, inputs(mass="t")), "streams_missing", ["x"]),
        (sheet(YEAR, formulas=formulas(y="1: 1")), "no_rows", ["x"]),
        (sheet(YEAR), "no_rows", ["x"]),
        (sheet(LEAF, inputs(mass={"unit": "t", "stream": "coke"}), streams="any"),
         "input_stream", ["mass", "x"]),
        (sheet("facility period process_unit", inputs(mass="t")), "input_stream", ["mass", "x"]),
        (sheet(LEAF, inputs(province="t"), streams="any"), "name_twice", ["province", "x"]),
        (sheet(LEAF, inputs(mass="t"), formulas(mass="t: 1*t"), streams="any"),
         "name_twice", ["mass", "x"]),
        (sheet(LEAF, inputs(mass="t"), formulas(year="1: 1"), streams="any"),
         "name_twice", ["year", "x"]),
        (sheet(LEAF, inputs(mass="furlong"), streams="any"), "unit", ["furlong"]),
        (sheet(LEAF, inputs(mass="t"), formulas(y="t"), streams="any"), "bad_value", ["y"]),
    ],
)  # fmt: skip
def test_sheets_that_cannot_be(book: Book, made: Document, code: str, said: list[str]) -> None:
    if code == "bad_value":
        del made["formulas"]["y"]["is"]
        code = "missing_key"
    problem = only(problems(book, method(sheets={"x": made})), f"rules.{code}")
    says(problem, *said)
    assert problem.place.line is not None


def test_a_sheet_twice_among_required_methods(book: Book) -> None:
    other = method("test.other", sheets={"s": sheet(LEAF, inputs(mass="t"), streams="any")})
    found = problems(book, plant(requires=["test.other"]), other)
    (problem,) = [one for one in found if one.code == "rules.sheet_twice"]
    says(problem, "s", "test.other")


def test_a_default_reads_tables_and_not_inputs(book: Book) -> None:
    bad = inputs(mass="t", ncv={"unit": "GJ/t", "default": "1 * GJ / mass"})
    says(only(problems(book, plant(leaf_inputs=bad)), "rules.unknown_name"), "mass")


def test_a_check_has_to_be_a_condition(book: Book) -> None:
    found = problems(book, plant(checks=[{"name": "c", "when": "coalesce(mass, 0)"}]))
    only(found, "rules.result_kind")


def test_every_fault_of_a_method_is_reported_once(book: Book) -> None:
    faulty = formulas(double="t: mass", other="t: nothing", third="GJ: coalesce(mass, 0)")
    found = problems(
        book, plant(leaf_formulas=faulty), ruleset(), ruleset("test.more", boundary="ets")
    )
    assert codes(found) == ["rules.may_be_missing", "rules.result_unit", "rules.unknown_name"]


def test_a_formula_over_several_lines_has_a_line_but_no_column(tmp_path: Path) -> None:
    text = (ROOT / "tests/rules/folded.txt").read_text(encoding="utf-8")
    folder = write_rulebook(tmp_path / "book", files={"m.yaml": text})
    with pytest.raises(RuleError) as caught:
        load_rulebook(folder, cache=False)
    place = only(caught.value.problems, "rules.unknown_name").place
    assert (place.line, place.column) == (13, None)


# -- tables ----------------------------------------------------------------------------------

USES = {"fuel": {"keys": ["stream", "province"], "columns": {"ncv": "GJ/t", "share": "1"}}}
BOUND = ruleset(binds={"fuel": "t"})


def with_table(keys: str, columns: dict[str, str]) -> tuple[Document, dict[str, str]]:
    made = table("t", keys.split(), columns)
    return made, {"t.csv": values(keys.split())}


@pytest.mark.parametrize(
    ("keys", "columns", "code", "said"),
    [
        ("stream city", {"ncv": "GJ/t", "share": "1"}, "table_keys", ["stream, city", "province"]),
        ("province stream", {"ncv": "GJ/t", "share": "1"}, "table_keys", ["province, stream"]),
        ("stream", {"ncv": "GJ/t"}, "table_column", ["share"]),
        ("stream", {"ncv": "GJ/Nm3", "share": "1"}, "table_unit", ["ncv", "GJ/Nm3", "GJ/t"]),
    ],
)
def test_a_table_has_to_fit_its_alias(
    book: Book, keys: str, columns: dict[str, str], code: str, said: list[str]
) -> None:
    made, files = with_table(keys, columns)
    problem = only(problems(book, plant(uses=USES), BOUND, made, files=files), f"rules.{code}")
    says(problem, *said)
    assert problem.place.file == "d1.yaml"


@pytest.mark.parametrize("keys", ["stream province", "stream", "province", ""])
def test_a_table_may_have_fewer_keys_and_other_units_of_the_same_quantity(
    book: Book, keys: str
) -> None:
    made, files = with_table(keys, {"ncv": "MJ/kg", "share": "%", "more": "t"})
    formula = formulas(double="GJ: coalesce(mass, 0) * fuel.ncv * fuel.share")
    total = formulas(total="GJ: sum(s.double)")
    one = plant(uses=USES, leaf_formulas=formula, facility_formulas=total)
    assert book(one, BOUND, made, files=files).rulesets


def test_tables_that_nobody_named(book: Book) -> None:
    says(only(problems(book, plant(uses=USES), ruleset()), "rules.not_bound"), "fuel", "test.plant")
    says(only(problems(book, plant(uses=USES), BOUND), "rules.unknown_table"), "fuel", "t")
    found = problems(book, plant(uses={"fuel": "t"}))
    says(only(found, "rules.unknown_table"), "fuel", "t")


def test_an_alias_that_no_method_uses(book: Book) -> None:
    made, files = with_table("stream", {"ncv": "GJ/t", "share": "1"})
    bound = ruleset(binds={"fuel": "t", "feul": "t"})
    problem = only(
        problems(book, plant(uses=USES), bound, made, files=files), "rules.unknown_alias"
    )
    says(problem, "feul", "fuel")


def test_an_alias_for_two_tables(book: Book) -> None:
    leaf = sheet(LEAF, inputs(mass="t"), streams="any")
    other = method("test.other", uses={"fuel": "u"}, sheets={"o": leaf})
    one = plant(requires=["test.other"], uses={"fuel": "t"})
    files = {"t.csv": values([]), "u.csv": values([])}
    found = problems(book, one, other, table("t"), table("u"), files=files)
    says(only(found, "rules.alias_twice"), "fuel", "t", "u")


def test_a_sheet_and_a_table_of_the_same_name(book: Book) -> None:
    # As in the outline of a method in CONTRIBUTING.md.
    leaf = sheet(
        LEAF,
        inputs(mass="t", ncv={"unit": "GJ/t", "default": "fuel.ncv"}),
        formulas(heat="GJ: coalesce(mass, 0) * ncv"),
        streams="any",
    )
    total = formulas(heat="GJ: sum(fuel.heat)", again="GJ: sum(fuel.heat * fuel.share)")
    made, files = with_table("stream", {"ncv": "GJ/t", "share": "1"})
    one = method(uses=USES, sheets={"fuel": leaf, "facility": sheet(YEAR, formulas=total)})
    assert book(one, BOUND, made, files=files).rulesets


def test_the_outline_in_contributing_can_be_loaded(tmp_path: Path) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    made = next(block for block in blocks if block.startswith("method:"))
    folder = write_rulebook(tmp_path / "book", files={"m.yaml": made})
    assert load_rulebook(folder, cache=False).methods


def test_a_table_is_read_for_a_year(book: Book) -> None:
    made, files = with_table("", {"ncv": "GJ/t", "share": "1"})
    formula = formulas(a="GJ: sum(s.double) * fuel.ncv")
    sheets = plant(uses=USES)["sheets"] | {"all": sheet("facility", formulas=formula)}
    found = problems(book, method(uses=USES, sheets=sheets), BOUND, made, files=files)
    says(only(found, "rules.no_year"), "fuel.ncv")
    formula = formulas(a="GJ: sum(s.double * fuel.ncv['coke', 'Jiangsu'])")
    sheets["all"] = sheet("facility", formulas=formula)
    assert book(method(uses=USES, sheets=sheets), files=files).methods


# -- ledger and total ------------------------------------------------------------------------


def test_the_total_has_to_exist(book: Book) -> None:
    for name in ("facility.nothing", "nothing.total", "facility.facility"):
        found = problems(book, plant(), ruleset(total=name))
        says(only(found, "rules.total_column"), name)
    book(plant(), ruleset(total="facility.total"))


@pytest.mark.parametrize(
    ("unit", "substance", "fits"),
    [
        ("t", "CO2", False),
        ("kgCO2", "CO2", False),
        ("tCO2e", "CO2", False),
        ("tCO2", "tCO2", False),
        ("tCO2", "nonsense", False),
        ("tCO2", "CO2", True),
        ("tce", "tce", True),
        ("kgce", "tce", False),
    ],
)
def test_a_ledger_line_is_in_tonnes_of_its_substance(
    book: Book, unit: str, substance: str, fits: bool
) -> None:
    entry = {"category": "fuel", "substance": substance}
    total = {"unit": unit, "is": f"sum(s.double) * ({unit}/t)", "ledger": entry}
    documents = plant(facility_formulas=formulas(total=total)), ruleset()
    if fits:
        book(*documents)
        return
    problem = only(problems(book, *documents), "rules.ledger_unit")
    says(problem, unit, substance, "total")
    assert problem.place.file == "d0.yaml" and problem.place.line


def test_a_ledger_line_stands_on_the_yearly_sheet(book: Book) -> None:
    entry = {"category": "fuel", "substance": "CO2"}
    leaf = formulas(double={"unit": "tCO2", "is": "coalesce(mass, 0) * (tCO2/t)", "ledger": entry})
    total = formulas(total="tCO2: sum(s.double)")
    found = problems(book, plant(leaf_formulas=leaf, facility_formulas=total), ruleset())
    says(only(found, "rules.ledger_grain"), "double")


# -- editions --------------------------------------------------------------------------------


def test_the_edition_in_force_at_the_end_of_a_year(book: Book) -> None:
    old = ruleset(in_force={"from": "2013-10-15", "to": "2023-06-30"}, boundary="ets")
    new = ruleset(in_force={"from": "2024-01-01"})
    made = book(plant(), new, old)
    assert made.ruleset("test.rules", 2012) is None
    assert made.ruleset("test.rules", 2013).doc.boundary == "ets"
    assert made.ruleset("test.rules", 2022).doc.boundary == "ets"
    assert made.ruleset("test.rules", 2023) is None
    assert made.ruleset("test.rules", 2024).doc.boundary == "enterprise"
    assert made.method("test.plant", date(1999, 1, 1)) is None


def test_an_unknown_rule_set_is_answered_with_the_nearest(book: Book) -> None:
    made = book(plant(), ruleset())
    with pytest.raises(RuleError) as caught:
        made.ruleset("test.rule", 2025)
    says(only(caught.value.problems, "rules.unknown_ruleset"), "test.rule", "test.rules")


def test_other_tables_for_a_rule_set(book: Book) -> None:
    one, files = with_table("stream", {"ncv": "GJ/t", "share": "1"})
    other = table("u", ["stream"], {"ncv": "MJ/t", "share": "1"})
    wrong = table("w", [], {"ncv": "t", "share": "1"})
    files |= {"u.csv": values(["stream"]), "w.csv": values([])}
    made = book(plant(uses=USES), BOUND, one, other, wrong, files=files)
    compiled = made.ruleset("test.rules", 2025)
    assert made.rebound(compiled, {}) is compiled
    assert made.rebound(compiled, {"nothing": "u"}) is compiled
    assert made.rebound(compiled, {"fuel": "u"}).program.tables == {"fuel": "u"}
    assert compiled.program.tables == {"fuel": "t"}
    for name, code in (("w", "rules.table_unit"), ("gone", "rules.unknown_table")):
        with pytest.raises(RuleError) as caught:
            made.rebound(compiled, {"fuel": name})
        only(caught.value.problems, code)


# -- defaults and editions without a text ----------------------------------------------------


def test_one_default_rule_set_for_a_sector_and_boundary(book: Book) -> None:
    found = only(problems(book, plant(), ruleset(), ruleset("test.more")), "rules.default_twice")
    says(found, "test.more", "test.rules", "enterprise")
    for more in ({"selected": "on_request"}, {"boundary": "ets"}, {"sectors": ["other"]}):
        assert len(book(plant(), ruleset(), ruleset("test.more", **more)).rulesets) == 2


def unavailable(**more: object) -> Document:
    words = {"zh": "公式", "en": "the formulas"}
    kept = {key: ruleset()[key] for key in ("title", "basis", "sectors", "boundary")}
    made = {"unavailable": "test.rules", "in_force": {"from": "2024-07-01"}, "missing": words}
    return {**kept, **made, "nearest": "test.rules", **more}


def test_an_edition_without_a_text_is_refused(book: Book) -> None:
    old = ruleset(in_force={"from": "2013-10-15", "to": "2024-06-30"})
    made = book(plant(), old, unavailable())
    assert made.ruleset("test.rules", 2023).id == "test.rules"
    assert made.without_text(2023) == []
    with pytest.raises(RuleError) as caught:
        made.ruleset("test.rules", 2024)
    problem = only(caught.value.problems, "rules.text_not_available")
    says(problem, "test.rules", "2024-07-01")
    assert "the formulas" in problem.message("en")
    assert "test.rules" in problem.repair("en")
    assert [one.id for one in made.without_text(2024)] == ["test.rules"]
    alone = book(plant(), ruleset("test.other"), unavailable(nearest="test.other"))
    assert alone.ruleset("test.rules", 2023) is None


def test_an_edition_without_a_text_must_fit_in(book: Book) -> None:
    found = problems(book, plant(), ruleset(), unavailable())
    says(only(found, "rules.edition_overlap"), "2024-07-01")
    lost = problems(book, plant(), unavailable())
    only(lost, "rules.unknown_ruleset")
    wrong = problems(book, plant(), unavailable(method="test.plant"))
    only(wrong, "rules.unknown_key")


def test_a_gathering_sheet_can_only_warn_about_its_own_columns(book: Book) -> None:
    def yearly(**check: object) -> Document:
        parts = formulas(total="t: sum(s.double)")
        coarse = sheet(YEAR, formulas=parts, checks=[{"name": "much", **check}])
        leaf = plant()["sheets"]["s"]
        return method(sheets={"s": leaf, "facility": coarse})

    book(yearly(severity="warning", when="total > 5 * t"), ruleset())
    for check in (
        {"when": "total > 5 * t"},
        {"severity": "warning", "when": "sum(s.double) > 5 * t"},
    ):
        says(only(problems(book, yearly(**check), ruleset()), "rules.gathering_check"), "much")
