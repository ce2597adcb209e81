"""Rounding for display: as the document asks, and never used for anything else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tongjian.reports import round_reported
from tongjian.reports._numbers import change, grouped, reported, scale_for, significant
from tongjian.rules import Rounding

TWO = Rounding(places={"tCO2": 2, "tN2O": 4, "tce": 0})


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (5.0000004, "tCO2", "5.00"),
        (2.675, "tCO2", "2.68"),  # the double lies below 2.675: the number that was meant counts
        (0.125, "tCO2", "0.13"),
        (-0.125, "tCO2", "-0.13"),
        (1.00005, "tN2O", "1.0001"),
        (12.5, "tce", "13"),
        (3.14159, "an unknown unit", "3.14"),
        (236_039_302.8, "tCO2", "236039302.80"),
        (1e22, "tCO2", "10000000000000000000000.00"),
    ],
)
def test_half_up(value, unit, expected):
    assert round_reported(value, unit, TWO) == Decimal(expected)


def test_half_even_where_a_document_asks_for_it():
    assert round_reported(0.125, "t", Rounding("half_even", {"t": 2})) == Decimal("0.12")


def test_what_is_printed_as_five_may_be_more_than_five():
    """DISP-SEP: 5.0000004 is printed as 5.00 and is above a limit of 5.0."""
    value = 5.0000004

    assert reported(value, "tCO2", TWO) == "5.00"
    assert not value <= 5.0


@pytest.mark.parametrize(
    ("values", "lang", "headline", "expected"),
    [
        ([478_567_890.0], "zh", True, "47,856.79 万吨二氧化碳当量"),
        ([478_567_890.0], "en", True, "478.57 Mt CO₂e"),
        ([478_567_890.0], "en", False, "478,567.89 kt CO₂e"),
        ([9_999.0], "zh", False, "9,999.00 吨二氧化碳当量"),
        ([-20_000.0, 1.0], "zh", False, "\u22122.00 万吨二氧化碳当量"),
        ([0.0], "en", True, "0.00 t CO₂e"),
        ([None], "zh", True, "— 吨二氧化碳当量"),
    ],
)
def test_unit_of_readable_size(values, lang, headline, expected):
    scale = scale_for(values, lang, "co2e", headline=headline)

    assert f"{scale.text(values[0])} {scale.name}" == expected


def test_grouping_has_no_negative_zero():
    assert grouped(Decimal("-0.00")) == "0.00"
    assert grouped(Decimal("-1234.50")) == "\u22121,234.50"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (100.0, 101.5, "+1.50%"),
        (100.0, 98.0, "\u22122.00%"),
        (100.0, 100.0, "0.00%"),
        (0.0, 5.0, "—"),
        (None, 5.0, "—"),
        (5.0, None, "—"),
        (-5.0, -4.0, "—"),  # of a deduction nobody knows which way is up
        (5.0, -4.0, "—"),
    ],
)
def test_change_between_years(before, after, expected):
    assert change(before, after) == expected


def test_significant_digits_without_an_exponent():
    assert significant(0.000000123456) == "0.000000123456"
    assert significant(12_345_678_901.5) == "12,345,678,900"
