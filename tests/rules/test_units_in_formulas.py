"""Units as types: what may be added, divided and summed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.rules.formulas import check, condition, refused
from tests.support import says
from tongjian.problems import RuleError
from tongjian.rules import _ir as ir


def test_n2o_is_not_added_to_co2_without_a_gwp() -> None:
    for text in ("co2 + n2o", "n2o + co2", "co2 - n2o", "max(co2, n2o)"):
        problem = refused(text, "unit_differs", "tCO2")
        says(problem, "GWP", "gwp.N2O", "tCO2e", "tN2O", "tCO2", text)
    problem = refused("co2 + n2o", "unit_differs", "tCO2e")
    assert "全球变暖潜势" in problem.repair("zh")


def test_with_a_gwp_it_is() -> None:
    assert check("co2 * gwp.CO2 + n2o * gwp.N2O", "tCO2e").kind.unit.text == "tCO2e"


def test_co2_is_not_co2e() -> None:
    says(refused("co2", "result_unit", "tCO2e"), "GWP", "tCO2e", "tCO2")
    says(refused("eq + co2", "unit_differs", "tCO2e"), "GWP", "gwp.CO2")


@pytest.mark.parametrize("text", ["n2o > co2", "co2 == n2o", "0 < n2o < co2"])
def test_different_gases_are_not_compared(text: str) -> None:
    with pytest.raises(RuleError) as caught:
        condition(text)
    says(caught.value.problems[0], "GWP")


def test_carbon_becomes_co2_by_44_over_12_only() -> None:
    says(refused("carbon", "result_unit", "tCO2"), "44/12")
    says(refused("carbon * 44 / 12", "result_unit", "tCO2"), "44/12", "tC")
    says(refused("co2 + carbon", "unit_differs", "tCO2"), "44/12")
    check("carbon * (44/12) * (tCO2/tC)", "tCO2")


@pytest.mark.parametrize(
    ("text", "unit", "code"),
    [
        ("co2 / clinker", "tCO2/t cement", "result_unit"),
        ("co2 / cement", "tCO2/t clinker", "result_unit"),
        ("clinker + cement", "t clinker", "unit_differs"),
        ("clinker + mass", "t clinker", "unit_differs"),
        ("heat + power", "GJ", "unit_differs"),
        ("power", "GJ", "result_unit"),
        ("mass", "GJ", "result_unit"),
        ("mass * ncv", "t", "result_unit"),
        ("mass * mass", "t", "result_unit"),
        ("mass + 1", "t", "unit_differs"),
        ("1 + mass", "t", "unit_differs"),
        ("temp - 20", "degC", "unit_differs"),
        ("1", "t", "result_unit"),
        ("coalesce(opt, 1)", "t", "unit_differs"),
        ("coalesce(opt, heat)", "t", "unit_differs"),
        ("clip(mass, 0, 1)", "t", "unit_differs"),
        ("min(mass, heat)", "t", "unit_differs"),
        ("mass if ratio > 0.5 else heat", "t", "unit_differs"),
        ("mass if mass > 1 else 0", "t", "unit_differs"),
        ("power * fuel.ncv", "GJ", "result_unit"),
    ],
)
def test_different_quantities(text: str, unit: str, code: str) -> None:
    refused(text, code, unit)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("mass * ncv", "GJ"),
        ("mass * ncv", "MJ"),
        ("heat / mass", "GJ/t"),
        ("heat / mass", "kJ/kg"),
        ("mass + wet", "t"),
        ("wet + mass", "g"),
        ("mass - 0", "t"),
        ("0", "t"),
        ("0 if mass > 0 * t else 5 * kg", "t"),
        ("max(0, mass, wet)", "t"),
        ("min(wet, 0)", "t"),
        ("clip(ratio, 0, 1)", "1"),
        ("abs(-mass)", "t"),
        ("coalesce(opt, opt_kg, 0)", "t"),
        ("(temp - 20 * degC) * (1/degC) * mass", "t"),
        ("co2 / clinker", "kgCO2/t clinker"),
        ("n2o_kg", "tN2O"),
        ("mass * 5 * unit('%')", "t"),
        ("power * unit('GJ/MWh') * 3.6", "GJ"),
        ("mass * fuel.share", "t"),
        ("power * grid.ef", "tCO2"),
        ("1 / mass", "1/t"),
    ],
)
def test_quantities_that_fit(text: str, unit: str) -> None:
    assert check(text, unit, nullable=True).kind.what == "number"


def test_the_unit_of_a_scaled_result_is_the_declared_one() -> None:
    node = check("wet", "t")
    assert isinstance(node, ir.Scale) and node.factor == Fraction(1, 1000)
    assert check("n2o_kg + n2o", "tN2O").kind.unit.text == "tN2O"


def test_a_unit_relabels_without_a_factor() -> None:
    node = check("carbon * (tCO2/tC)", "tCO2")
    assert not any(isinstance(part, ir.Binary) for part in node.walk())


def test_a_sum_keeps_the_resolution_of_what_is_summed() -> None:
    # A change of label outside of the sum must not change how its rows are rounded.
    plain = check("sum(s.n2o)", "tN2O", sheet="facility")
    relabelled = check("sum(s.n2o) * (t/tN2O)", "t", sheet="facility")
    kinds = [part.kind for part in relabelled.walk() if isinstance(part, ir.Aggregate)]
    assert kinds == [plain.kind]
    scaled = check("sum(s.mass) * (GJ/kg)", "GJ", sheet="facility")
    kinds = [part.kind for part in scaled.walk() if isinstance(part, ir.Aggregate)]
    assert [kind.unit.text for kind in kinds] == ["t"]


@pytest.mark.parametrize(
    ("text", "unit"),
    [("sum(s.ncv)", "GJ/t"), ("sum(s.ratio)", "1"), ("mean(s.temp)", "degC")],
)
def test_an_intensive_quantity_is_not_summed(text: str, unit: str) -> None:
    problem = refused(text, "intensive", unit, sheet="facility")
    says(problem, "weighted_mean", unit)


def test_averages_keep_their_unit() -> None:
    assert check("weighted_mean(s.ncv, s.mass)", "GJ/t", sheet="facility").kind.unit.text == "GJ/t"
    assert check("weighted_mean(s.temp, s.mass)", "degC", sheet="facility")
    assert check("mean(s.mass)", "kg", sheet="facility")
    assert check("share(s.mass, s.stream == 'coke')", "%", sheet="facility")
    refused("weighted_mean(s.ncv, s.ratio)", "intensive", "GJ/t", sheet="facility")


# -- numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Fraction(1, 10)),
        ("44/12", Fraction(11, 3)),
        ("44 / 12 * 3", Fraction(11)),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("1e-3", Fraction(1, 1000)),
        ("1_000.5", Fraction(2001, 2)),
        ("-0.5", Fraction(-1, 2)),
        ("--2", Fraction(2)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("0.1234567890123456789012345", Fraction("0.1234567890123456789012345")),
        ("44/56 - 11/14", Fraction(0)),
    ],
)
def test_constants_are_exact_and_folded(text: str, value: Fraction) -> None:
    node = check(text, "1")
    assert isinstance(node, ir.Number) and node.value == value


def test_a_folded_factor_is_one_constant() -> None:
    node = check("carbon * (44/12) * (tCO2/tC)", "tCO2")
    assert [part.value for part in node.walk() if isinstance(part, ir.Number)] == [Fraction(11, 3)]


@pytest.mark.parametrize("text", ["1 / 0", "mass / 0", "1 / (0.1 + 0.2 - 0.3)", "mass / (1 - 1)"])
def test_division_by_a_constant_zero(text: str) -> None:
    refused(text, "division_by_zero", "1" if text.startswith("1") else "t")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1e400",
            "1e999999999",
            "1e-400",
            "1e300 * 1e300",
            "1e-300 / 1e300",
            "0x10",
            "0b1",
            "0o7",
        ),
        # Each of the two can be held, what comes out cannot.
        *("1e60 * 1e60", "1e-60 / 1e60"),
    ],
)
def test_numbers_that_no_back_end_can_hold(text: str) -> None:
    refused(text, "number_range", "1")
