"""Conversion: exact where it is possible, refused where a rule has to do it."""

from __future__ import annotations

import math
from fractions import Fraction

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import says
from tongjian.units import UnitError, convert, parse_unit

# Units that mean the same in pint; what is not here is Chinese, a substance or a convention.
PINT = {
    "t": "metric_ton",
    "kg": "kilogram",
    "g": "gram",
    "mg": "milligram",
    "kt": "1000 metric_ton",
    "Mt": "1e6 metric_ton",
    "m3": "meter**3",
    "L": "liter",
    "GJ": "gigajoule",
    "MJ": "megajoule",
    "kJ": "kilojoule",
    "TJ": "terajoule",
    # The registry means the international table calorie of the Chinese standards.
    "kcal": "1000 international_calorie",
    "MMBtu": "1000000 international_british_thermal_unit",
    "lb": "pound",
    "short_ton": "US_ton",
    "MWh": "megawatt_hour",
    "kWh": "kilowatt_hour",
    "GWh": "gigawatt_hour",
    "h": "hour",
    "min": "minute",
    "s": "second",
    "d": "day",
    "MPa": "megapascal",
    "kPa": "kilopascal",
    "Pa": "pascal",
    "mV": "millivolt",
    "1": "dimensionless",
    "%": "percent",
    "‰": "permille",
    "ppm": "ppm",
}


@pytest.fixture(scope="module")
def pint_registry() -> pint.UnitRegistry:
    return pint.UnitRegistry(non_int_type=Fraction)


def test_plain_units_agree_with_pint(pint_registry: pint.UnitRegistry) -> None:
    compared = 0
    for name, theirs in PINT.items():
        for other, others in PINT.items():
            ours, target = parse_unit(name), parse_unit(other)
            if not ours.same_dimension(target):
                continue
            quantity = pint_registry.Quantity(theirs)
            expected = (quantity / pint_registry.Quantity(others)).to_base_units()
            assert expected.dimensionless
            assert ours.scale / target.scale == expected.magnitude, (name, other)
            compared += 1
    assert compared > 80


@pytest.mark.parametrize(
    ("value", "source", "target", "result"),
    [
        (1.0, "t", "kg", 1000.0),
        (389.31, "GJ/10^4Nm3", "GJ/Nm3", 0.038931),
        (35.611, "MJ/Nm3", "GJ/10^4Nm3", 356.11),
        (15.3, "tC/TJ", "tC/GJ", 0.0153),
        (1.0, "万kWh", "MWh", 10.0),
        (0.5306, "kgCO2/kWh", "tCO2/MWh", 0.5306),
        (0.1229, "kgce/kWh", "tce/MWh", 0.1229),
        (7000.0, "kcal/kg", "GJ/t", 29.3076),
        (13.9, "kgN2O/t HNO3", "tN2O/t HNO3", 0.0139),
        (293.15, "Sm3", "Nm3", 273.15),
        (2.0, "万元", "元", 20000.0),
        (90.0, "min", "h", 1.5),
        (98.0, "%", "1", 0.98),
        (0.1, "t", "吨", 0.1),
    ],
)
def test_values(value: float, source: str, target: str, result: float) -> None:
    # `value` is the double nearest to the decimal, which can cost the last bit.
    converted = convert(value, parse_unit(source), parse_unit(target))
    assert abs(converted - result) <= math.ulp(result)


@given(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200),
    st.sampled_from(["kg", "g", "万t", "kt", "t", "吨", "mg", "Mt"]),
    st.sampled_from(["kg", "g", "万t", "kt", "t", "吨", "mg", "Mt"]),
)
def test_conversion_rounds_once(value: float, source: str, target: str) -> None:
    a, b = parse_unit(source), parse_unit(target)
    assert convert(value, a, b) == float(Fraction(value) * a.scale / b.scale)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("GJ", "kWh"),
        ("t", "t clinker"),
        ("t clinker", "t cement"),
        ("tCO2", "tN2O"),
        ("tCO2", "tCO2e"),
        ("tC", "tCO2"),
        ("t", "tCO2"),
        ("t", "tce"),
        ("Nm3", "m3"),
        ("Nm3", "t"),
        ("GJ/t", "GJ/Nm3"),
        ("degC", "1"),
        ("h", "pot_d"),
        ("1", "t"),
    ],
)
def test_another_quantity_is_refused(source: str, target: str) -> None:
    for one, other in ((source, target), (target, source)):
        with pytest.raises(UnitError) as caught:
            convert(1.0, parse_unit(one), parse_unit(other))
        (problem,) = caught.value.problems
        assert problem.code == "units.other_dimension"
        says(problem, one, other)


@pytest.mark.parametrize(
    ("text", "extensive", "resolution"),
    [
        ("t", True, 6),
        ("kg", True, 6),
        ("tCO2", True, 6),
        ("tN2O", True, 9),
        ("kgCF4", True, 9),
        ("t clinker", True, 6),
        ("Nm3", True, 3),
        ("CNY", True, 4),
        ("MWh", True, 6),
        ("pot_d", True, 6),
        ("t*h", True, 6),
        ("GJ/t", False, 6),
        ("1", False, 6),
        ("%", False, 6),
        ("degC", False, 6),
        ("MPa", False, 6),
        ("1/t", False, 6),
        ("t*degC", False, 6),
        ("t/t", False, 6),
    ],
)
def test_extensive_and_resolution(text: str, extensive: bool, resolution: int) -> None:
    unit = parse_unit(text)
    assert (unit.extensive, unit.resolution) == (extensive, resolution)
