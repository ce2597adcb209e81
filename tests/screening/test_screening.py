"""Screening of series: each test on both sides of its limit, and what it finds in the sample."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pytest

from tongjian.records import Catalogue
from tongjian.sample import generate, planted_faults
from tongjian.screening import Finding, Limits, monthly_series, screen

CATALOGUE = Catalogue.load()
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]


def rows(
    values: Iterable[tuple[str, str]], item: str = "purchased", facility: str = "F1"
) -> list[dict[str, Any]]:
    """Rows of one series, typed as given."""
    return [
        {
            "facility": facility, "period": period, "process_unit": "u", "stream": "electricity",
            "item": item, "unit": "MWh", "quantity": float(text), "entered_quantity": text,
        }
        for period, text in values
    ]  # fmt: skip


def found(values: Iterable[tuple[str, str]], limits: Limits | None = None) -> list[Finding]:
    return screen(rows(values), CATALOGUE, limits)


def plain(factor: float = 1.0) -> list[tuple[str, str]]:
    """Two years that differ a little from month to month and never repeat."""
    return [
        (period, f"{(100 + 3 * math.sin(at * 1.7 + 1) + at * 0.013) * factor:.4f}")
        for at, period in enumerate(MONTHS)
    ]


def test_a_quiet_series_says_nothing() -> None:
    assert found(plain()) == []


def test_a_step_is_a_month_three_times_the_others() -> None:
    values = plain()
    values[5] = (values[5][0], "1037.21")
    (one,) = found(values)
    assert (one.test, one.severity, one.periods) == ("step", "serious", ("2024-06",))
    assert one.evidence["ratio"] == pytest.approx(10.37, abs=0.4)
    assert "2024-06" in one.text("zh") and "overhaul" in one.text("en")
    assert one.as_dict()["process_unit"] == "u"
    values[5] = (values[5][0], "310.37")
    assert [one.severity for one in found(values)] == ["notice"]
    values[5] = (values[5][0], "280.37")  # less than three times the median of about 100
    assert found(values) == []
    values[5] = (values[5][0], "30.371")
    assert [one.test for one in found(values)] == ["step"]


def test_a_season_is_no_step() -> None:
    values = plain()
    values[1], values[13] = ("2024-02", "20.123"), ("2025-02", "21.457")
    assert found(values) == []
    values[13] = ("2025-02", "99.457")
    assert [one.periods for one in found(values)] == [("2024-02",)]


def test_few_months_have_no_median() -> None:
    assert found([*plain()[:4], ("2024-05", "9999.87")]) == []


def test_repeated_values() -> None:
    values = plain()
    for at in (2, 7, 15):
        values[at] = (values[at][0], "101.37")
    (one,) = found(values)
    assert (one.test, one.severity) == ("repeated", "notice")
    assert one.periods == ("2024-03", "2024-08", "2025-04")
    values[15] = (values[15][0], "101.38")
    assert found(values) == []
    # A round number is an estimate, not a repetition of a reading.
    assert found([(period, "100") for period in MONTHS]) == []
    (one,) = found([(period, "101.37") for period in MONTHS[:12]])
    assert one.severity == "serious"


def test_a_copied_year_is_told_once() -> None:
    values = plain()
    for at in range(12, 24):
        values[at] = (values[at][0], values[at - 12][1])
    (one,) = found(values)
    assert (one.test, one.severity, len(one.periods)) == ("copied_year", "serious", 12)
    values[12:19] = plain()[12:19]  # five of twelve are less than half
    assert found(values) == []


def test_jumps_between_years() -> None:
    values = [(p, text if p < "2025" else f"{float(text) * 3.05:.4f}") for p, text in plain()]
    assert [one.test for one in found(values, Limits(step_ratio=100))] == ["jump"]
    values = [(p, text if p < "2025" else f"{float(text) * 2.9:.4f}") for p, text in plain()]
    assert found(values, Limits(step_ratio=100)) == []


def test_last_digits_only_where_there_are_enough() -> None:
    uneven = [(f"{2000 + at // 12}-{at % 12 + 1:02d}", f"{1000 + at}.5") for at in range(120)]
    limits = Limits(step_ratio=100, jump_ratio=100)
    (one,) = found(uneven, limits)
    assert (one.test, one.evidence["digit"], one.evidence["times"]) == ("last_digit", 5, 120)
    assert one.evidence["chi_squared"] == pytest.approx(1080)  # 9 x 12 + 108^2 / 12
    assert found(uneven[:99], limits) == []
    even = [(period, f"{1000 + at}.{at % 10}") for at, (period, _) in enumerate(uneven)]
    assert found(even, limits) == []  # dropped zeros count as zeros


def test_first_digits_only_over_three_orders_of_magnitude() -> None:
    def plants(values: list[float]) -> list[dict[str, Any]]:
        return [
            row
            for at, value in enumerate(values)
            for row in rows([("2024-01", repr(value))], facility=f"F{at}")
        ]

    benford = [10 ** (4 * at / 400) for at in range(400)]  # even in the logarithm
    assert screen(plants(benford), CATALOGUE) == []
    nines = [9 * 10 ** (at % 4) + at / 1000 for at in range(400)]
    (one,) = screen(plants(nines), CATALOGUE)
    assert one.test == "first_digit"
    assert screen(plants([900 + at / 1000 for at in range(400)]), CATALOGUE) == []  # no span
    assert screen(plants(nines[:299]), CATALOGUE) == []  # too few


def test_properties_and_whole_years_are_left_out() -> None:
    steady = rows([(period, "0.5811") for period in MONTHS], item="factor")
    assert monthly_series(steady, CATALOGUE) == []
    assert monthly_series(rows([("2024", "100.5")]), CATALOGUE) == []


def test_faults_of_the_sample_are_found_and_what_else_is_told() -> None:
    """The figures of docs/checks.md: detection and false alarms on the planted faults."""
    data = generate()
    listed = [{**row, "entered_quantity": repr(row["quantity"])} for row in data.activity]
    series = monthly_series(listed, CATALOGUE)
    findings = screen(listed, CATALOGUE)
    planted = {
        (one["facility"], one["process_unit"], one["stream"], one["item"]): one["severity"]
        for one in planted_faults()
    }
    hits = [
        one for one in findings if (one.facility, one.process_unit, one.stream, one.item) in planted
    ]
    serious = [one for one in findings if one.severity == "serious"]
    suspicious = {where for where, severity in planted.items() if severity == "suspicious"}
    # Both faults that no rule refuses, and nothing else is serious.
    assert {(o.facility, o.process_unit, o.stream, o.item) for o in serious} == suspicious
    assert len(serious) == 2
    false = [one for one in findings if one not in hits and one.test != "first_digit"]
    assert len(false) <= 2 and all(one.severity == "notice" for one in false)
    assert len(series) > 5000
    assert len(false) / len(series) < 0.001
    # The sample is invented, and its first digits say so.
    assert [one.test for one in findings if not one.facility] == ["first_digit"]
