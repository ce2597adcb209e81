"""Reading unit expressions, and refusing what is not one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import says
from tongjian.units import ONE, Unit, UnitError, parse_unit, unit_names


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (" t ", "t"),
        ("GJ / t", "GJ/t"),
        ("GJ/10^4Nm3", "GJ/万Nm3"),
        ("GJ/10^4 Nm3", "GJ/万Nm3"),
        ("10^4t", "万t"),
        ("吉焦/万标准立方米", "GJ/万Nm3"),
        ("百万千焦/吨", "GJ/t"),
        ("万千瓦时", "10^4kWh"),
        ("千克标准煤/千瓦时", "kgce/kWh"),
        ("元/吨", "CNY/t"),
        ("kgN2O/t  HNO3", "kgN2O/t HNO3"),
        ("t×h", "t*h"),
        ("t·h", "t*h"),
        ("t*h/d/d", "t*h/d^2"),
        ("kg/t/h", "kg/h/t"),
        ("GJ^1/t", "GJ/t"),
        ("1/t", "t^-1"),
        ("t/t", "1"),
        ("t^0", "1"),
        ("1000*t", "kt"),
        ("0.001*t", "kg"),
        ("10^3*kg", "t"),
        ("％", "%"),
        ("kW·h", "kWh"),
        ("t/万kWh", "t/10^4kWh"),
    ],
)
def test_spellings_of_the_same_unit(text: str, same: str) -> None:
    assert parse_unit(text) == parse_unit(same)


def test_each_slash_divides_by_one_factor() -> None:
    unit = parse_unit("tCO2/t/GJ*MWh")
    powers = dict(unit.dimension)
    assert powers == {"mass_CO2": 1, "mass": -1, "energy": -1, "electricity": 1}


def test_the_text_is_kept_as_written() -> None:
    unit = parse_unit(" GJ / 10^4 Nm3 ")
    assert str(unit) == unit.text == "GJ / 10^4 Nm3"


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("10^4Nm3", Fraction(10_000)),
        ("GJ/10^4Nm3", Fraction(1, 10_000)),
        ("kgC/GJ", Fraction(1, 1000)),
        ("kJ/kg", Fraction(1, 1000)),
        ("kcal/kg", Fraction(41868, 10**7)),
        ("Sm3", Fraction(27315, 29315)),
        ("GJ/Sm3", Fraction(29315, 27315)),
        ("万Sm3", Fraction(27315, 29315) * 10**4),
        ("kgce/kWh", Fraction(1)),
        ("亿kWh", Fraction(10**5)),
        ("mg/Nm3", Fraction(1, 10**9)),
        ("min/d", Fraction(1, 1440)),
        ("%", Fraction(1, 100)),
    ],
)
def test_scales_are_exact(text: str, scale: Fraction) -> None:
    assert parse_unit(text).scale == scale


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Gj/t", "GJ"),
        ("tco2", "tCO2"),
        ("tN20", "tN2O"),
        ("kwh", "kWh"),
        ("万标立方", "万标立方米"),
        ("t klinker", "t clinker"),
    ],
)
def test_an_error_suggests_the_nearest_spelling(text: str, hint: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse_unit(text)
    (problem,) = caught.value.problems
    assert problem.code == "units.unknown"
    says(problem, text, hint, "units.txt")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/",
        "/t",
        "t/",
        "t//GJ",
        "t GJ",
        "t+GJ",
        "(t)",
        "0",
        "0*t",
        "t^",
        "t^x",
        "t^10",
        "-1",
        "t\x00",
        "吨吨",
        "tCO22",
        "ktCO3",
        "Nm3³",
        "9" * 5000,
        "10^999999999*t",
        "t;DROP TABLE",
        "'t'",
    ],
)
def test_what_is_not_a_unit_is_refused(text: str) -> None:
    with pytest.raises(UnitError):
        parse_unit(text)


def test_a_unit_error_is_also_a_value_error() -> None:
    with pytest.raises(ValueError, match="未知单位"):
        parse_unit("furlong")


@given(st.text(max_size=12))
def test_any_text_is_a_unit_or_a_unit_error(text: str) -> None:
    try:
        unit = parse_unit(text)
    except UnitError as error:
        assert error.problems[0].message("zh") and error.problems[0].message("en")
    else:
        assert unit.scale > 0


NAMES = st.sampled_from([name for name in unit_names() if name != "1"])


@given(NAMES, NAMES, NAMES)
def test_algebra_agrees_with_parsing(a: str, b: str, c: str) -> None:
    left, above, below = parse_unit(a), parse_unit(b), parse_unit(c)
    assert left * above / below == parse_unit(f"{a}*{b}/{c}")
    assert left / left == ONE == Unit((), Fraction(1), "")
    assert (left * above) / above == left
    assert parse_unit(f"{a}^2") == left * left == left**2
    # What is printed for a computed unit can be read again.
    computed = left * above / below
    assert parse_unit(computed.base().text) == computed.base()
