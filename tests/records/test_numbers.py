"""Numbers as people type them, and exact scaling."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongjian.records._numbers import Number, parse_number, scaled
from tongjian.records._text import Fault

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12", 12.0),
        ("-5", -5.0),
        ("+5", 5.0),
        (" 3.5 ", 3.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1,234.5", 1234.5),
        ("12,345,678", 12345678.0),
        ("1 234.5", 1234.5),
        ("１２．５", 12.5),
        ("１，２３４", 1234.0),
        ("−5", -5.0),  # noqa: RUF100 the sign of mathematics, not the hyphen
        ("1\u00a0234", 1234.0),
        (7, 7.0),
        (2.5, 2.5),
        (Decimal("1234.50"), 1234.5),
    ],
)
def test_reads(typed: object, value: float) -> None:
    number = parse_number(typed)
    assert isinstance(number, Number)
    assert number.value == value


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("12,3a", "number_text"),
        ("十二", "number_text"),
        ("98%", "number_text"),
        ("12 t", "number_text"),
        ("=1+2", "number_text"),
        ("1.2.3e4", "number_text"),
        (True, "number_text"),
        ("1" * 100_000 + "x", "number_text"),
        ("1.234,5", "number_ambiguous"),
        ("12,5", "number_ambiguous"),
        ("0,123", "number_ambiguous"),
        ("1,23,456", "number_ambiguous"),
        ("1.234.567", "number_ambiguous"),
        ("12 3", "number_ambiguous"),
        ("1,234 567", "number_ambiguous"),
        ("NaN", "number_not_finite"),
        ("-inf", "number_not_finite"),
        (math.nan, "number_not_finite"),
        (Decimal("Infinity"), "number_not_finite"),
        ("1e999", "number_not_finite"),
        ("1e-999", "number_not_finite"),
    ],
)
def test_refuses(typed: object, code: str) -> None:
    fault = parse_number(typed)
    assert isinstance(fault, Fault)
    assert fault.code == f"records.{code}"
    assert fault.values["value"]


@given(FINITE)
def test_a_float_means_itself_as_cell_and_as_text(value: float) -> None:
    for cell in (value, repr(value)):
        number = parse_number(cell)
        assert isinstance(number, Number)
        assert number.value == value
        assert float(number.digits) == value


@given(st.integers(min_value=-(10**12), max_value=10**12), st.integers(0, 999))
def test_thousands_separators_change_nothing(whole: int, decimals: int) -> None:
    plain = parse_number(f"{whole}.{decimals:03d}")
    assert parse_number(f"{whole:,}.{decimals:03d}") == (
        plain if abs(whole) < 1000 else plain._replace(entered=f"{whole:,}.{decimals:03d}")
    )


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_fault(text: str) -> None:
    found = parse_number(text)
    assert isinstance(found, Fault) or math.isfinite(found.value)


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=4),
    st.sampled_from([Fraction(1, 1000), Fraction(10000), Fraction(27315, 29315)]),
)
def test_scaling_is_exact_and_rounds_once(typed: Decimal, factor: Fraction) -> None:
    number = parse_number(str(typed))
    assert isinstance(number, Number)
    assert scaled(number, factor) == float(Fraction(typed) * factor)


def test_the_digits_count_not_the_binary_float() -> None:
    # 0.0003 kg is 3e-07 t; the binary double 0.0003 scaled exactly would round elsewhere.
    for cell in ("0.0003", 0.0003):
        number = parse_number(cell)
        assert isinstance(number, Number)
        assert scaled(number, Fraction(1, 1000)) == 3e-07


def test_scaling_out_of_range_is_told() -> None:
    for typed, factor in (("1e308", Fraction(10**6)), ("1e-300", Fraction(1, 10**30))):
        number = parse_number(typed)
        assert isinstance(number, Number)
        with pytest.raises(OverflowError):
            scaled(number, factor)


def test_no_negative_zero() -> None:
    number = parse_number("-0")
    assert isinstance(number, Number)
    assert math.copysign(1, scaled(number, Fraction(1))) == 1
    assert math.copysign(1, scaled(number, Fraction(1, 1000))) == 1
