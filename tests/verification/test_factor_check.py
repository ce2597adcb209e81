"""Printed statements: what follows, what only rounding explains, slips of ten, and bad files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verification.house import codes_of
from tongjian.rules import Rulebook
from tongjian.verification import check_factors, printed_rows, read_printed

ROW = {
    "row": "r",
    "activity": "1000",
    "activity_unit": "MWh",
    "factor": "0.5366",
    "factor_unit": "tCO2/MWh",
    "printed": "536.60",
    "unit": "tCO2",
}


def verdict(rulebook: Rulebook, **cells: str) -> tuple[str, list[str]]:
    (found,) = check_factors(printed_rows([{**ROW, **cells}]), rulebook)
    return found.verdict, [one.code.removeprefix("verification.") for one in found.findings]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, ("follows", [])),
        # 536.6 is printed to one place: anything from 536.55 to 536.65 follows.
        ({"printed": "536.6"}, ("follows", [])),
        # 1000 may have been 999.5 to 1000.5, so 536.7 (off by 0.1) is explained by rounding ...
        ({"printed": "536.70"}, ("follows_by_rounding", ["total_by_rounding"])),
        # ... which no longer holds where the activity is printed to a thousandth: the factor alone
        # may be off by 0.00005 x 1000 = 0.05.
        (
            {"printed": "536.70", "activity": "1000.000"},
            ("does_not_follow", ["total_not_from_factor"]),
        ),
        # kWh and kg: 1000 MWh in kWh, result in kg.
        (
            {
                "activity": "1000000",
                "activity_unit": "kWh",
                "factor_unit": "kgCO2/kWh",
                "printed": "536600",
                "unit": "kgCO2",
            },
            ("follows", []),
        ),
        ({"printed": "5366.00"}, ("does_not_follow", ["total_not_from_factor"])),
        ({"factor": "0.5377", "printed": "537.70"}, ("follows", ["factor_unknown"])),
    ],
)
def test_the_verdict(rulebook: Rulebook, cells: dict[str, str], expected: Any) -> None:
    assert verdict(rulebook, **cells) == expected


def test_a_slip_of_ten_is_named(rulebook: Rulebook) -> None:
    (found,) = check_factors(
        printed_rows([{**ROW, "factor": "0.4711", "printed": "471100.00"}]), rulebook
    )

    assert "10^3" in found.findings[0].message("en")


def test_a_factor_that_nobody_has_is_told(rulebook: Rulebook) -> None:
    rows = printed_rows([{**ROW, "activity": "1000.000", "printed": "123.45"}])
    (found,) = check_factors(rows, rulebook)

    assert found.explained_by == ()
    assert "0.12345" in found.findings[0].message("en")


@given(
    activity=st.decimals(1, 10**6, places=2),
    factor=st.decimals("0.01", 3, places=4),
    other=st.decimals(0, 1000, places=2),
)
def test_an_honest_total_always_follows(
    rulebook: Rulebook, activity: Any, factor: Any, other: Any
) -> None:
    """However it is rounded to two places, half up."""
    printed = (activity * factor + other).quantize(other.__class__("0.01"))
    cells = {
        **{"activity": str(activity), "factor": str(factor)},
        **{"other": str(other), "printed": str(printed)},
    }
    said, _ = verdict(rulebook, **cells)

    # Half of a place of `other` widens what is allowed, never narrows it.
    assert said == "follows"


def test_every_fault_of_a_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_text(
        "row,activity,activity_unit,factor,factor_unit,other,printed,unit,claims,claims_key,"
        "claims_year\n"
        "a,1e3,MWh,0.5,tCO2/MWh,,500,tCO2,,,\n"
        "b,1000,MWh,0.5,tCO2/MWh,,500,t,,,\n"
        "c,1000,MWh,0.5,tCO2/MMM,,500,tCO2,,,\n"
        "d,1000,MWh,0.5,tCO2/MWh,,500,tCO2,grid.by_year.national,,soon\n",
        encoding="utf-8",
    )

    found = codes_of(lambda: read_printed(file))

    assert found == ["printed_number", "printed_units", "printed_year", "units.unknown"]


def test_a_file_without_columns_or_at_all(tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    assert codes_of(lambda: read_printed(file)) == ["printed_file"]
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    assert codes_of(lambda: read_printed(file)) == ["printed_columns"]


def test_a_claim_has_to_exist(rulebook: Rulebook) -> None:
    rows = printed_rows(
        [
            {**ROW, "claims": "grid.nowhere", "claims_year": "2022"},
            {**ROW, "claims": "grid.by_year.national", "claims_year": "1999"},
        ]
    )

    found = codes_of(lambda: check_factors(rows, rulebook))

    assert found == ["claims_no_table", "claims_no_value"]
