"""A method may expect a sheet that the rule set's own method brings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support import Document, formulas, inputs, method, only, ruleset, says, sheet
from tongjian.problems import RuleError
from tongjian.rules import Rulebook

Book = Callable[..., Rulebook]
LEAF = "facility period process_unit stream"
LEAF_SHEET = sheet(LEAF, inputs(mass="t"), formulas(x="t: coalesce(mass, 0)"), streams="any")
COMMON = method(
    "test.common",
    expects={"part": {"grain": ["facility", "year"], "columns": {"amount": "kg"}}},
    sheets={"whole": sheet("facility year", formulas=formulas(total="t: sum(part.amount)"))},
)


def own(**columns: object) -> Document:
    part = sheet("facility year", formulas=formulas(**columns))
    return method("test.own", requires=["test.common"], sheets={"s": LEAF_SHEET, "part": part})


def test_it_is_found_and_converted(book: Book) -> None:
    made = book(COMMON, own(amount="t: sum(s.x)"), ruleset(method="test.own"))
    compiled = made.rulesets["test.rules"][0]
    assert list(compiled.program.sheets) == ["s", "part", "whole"]


def test_a_method_that_expects_is_checked_by_itself(book: Book) -> None:
    wrong = dict(COMMON)
    wrong["sheets"] = {
        "whole": sheet("facility year", formulas=formulas(total="GJ: sum(part.amount)"))
    }
    with pytest.raises(RuleError) as caught:
        book(wrong)
    says(only(caught.value.problems, "rules.result_unit"), "GJ", "kg")


def test_a_rule_set_has_to_bring_it(book: Book) -> None:
    with pytest.raises(RuleError) as caught:
        book(COMMON, ruleset(method="test.common"))
    says(only(caught.value.problems, "rules.expected_sheet"), "part", "test.common")


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ({"amount": "MWh: sum(s.x) * (MWh/t)"}, ["amount", "kg", "MWh"]),
        ({"other": "t: sum(s.x)"}, ["amount", "kg", "-"]),
        ({"amount": {"unit": "t", "is": "sum(s.x) if year > 2020 else none", "optional": True}},
         ["amount", "t?"]),
    ],
)  # fmt: skip
def test_it_must_have_the_columns(book: Book, column: dict[str, object], said: list[str]) -> None:
    with pytest.raises(RuleError) as caught:
        book(COMMON, own(**column), ruleset(method="test.own"))
    found = [one for one in caught.value.problems if one.code == "rules.expected_column"]
    assert found
    says(found[0], *said)


def test_it_must_have_the_grain_and_be_computed(book: Book) -> None:
    for part in (
        sheet("facility year process_unit", formulas=formulas(amount="t: sum(s.x)")),
        sheet("facility period process_unit", inputs(amount={"unit": "t", "stream": "coke"})),
    ):
        wrong = method("test.own", requires=["test.common"], sheets={"s": LEAF_SHEET, "part": part})
        with pytest.raises(RuleError) as caught:
            book(COMMON, wrong, ruleset(method="test.own"))
        found = [one for one in caught.value.problems if one.code == "rules.expected_grain"]
        says(found[0], "part", "facility, year")
