"""Worked examples of the field: each is proven by a golden case or a test, or is out of scope.

The list holds the examples that were collected for this field (published reports, implementers'
test vectors, hand-made ones), with the value that each gives. An example that nothing proves makes
this test fail, so that none is forgotten.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tongjian.cases import Case, read_cases

ROOT = Path(__file__).resolve().parents[2]

# What each example gives; "problem" where it has to be refused or warned of.
EXAMPLES: dict[str, str] = {
    # Published verification reports and lists of factors.
    "VR-ELEC-A1": "6461.16",
    "VR-ELEC-B2": "1372.98",
    "NCSC-NG-b": "2.154",
    "NCSC-DIESEL": "3.171",
    "STEEL-TAR-FIX": "2.699",
    "TCE-ELEC": "2278.6",
    "TCE-GAS": "1554.3",
    "TCE-STEAM": "1471.1",
    "TAX-SO2": "1263.16",
    # Test vectors of an implementer of GB/T 32151.34-2024.
    "CAR-01": "0.1078",
    "CAR-02": "0.733333333333",
    "CAR-03": "0.733333333333",
    "CAR-07": "3.364166666667",
    "CAR-08": "1.439166666667",
    "CAR-09": "0.00051744",
    "CAR-12": "50",
    "CAR-13": "0.308",
    "CAR-13b": "0.2987886",
    "CAR-16": "64.5464",
    "STEAM-INT": "2794.45",
    "STEAM-IF97-1": "2777.1",
    "DEC-40": "3.666666666666666666666666666666666666667",
    "DISP-SEP": "5.00",
    "VAL-01": "problem",
    "VAL-02": "problem",
    "VAL-03": "problem",
    "VAL-05": "problem",
    "VAL-06": "problem",
    "VAL-07": "problem",
    "VAL-09": "problem",
    "VAL-10": "problem",
    # Computed from formulas and defaults.
    "FUEL-STEEL-1": "3006030.67",
    "FUEL-BFG": "1017735.84",
    "STEEL-PROC": "468424.50",
    "STEEL-FIX": "265970.00",
    "STEEL-ELEC-P1": "49345.80",
    "CEM-V01": "764000.00",
    "CEM-CAO": "791538.94",
    "CEM-IPCC": "0.5205",
    "AL-ANODE-V01": "607085.01",
    "AL-ANODE-NDRC": "601216.00",
    "AL-AE-SAR": "100912.00",
    "AL-AE-SLOPE": "88545.60",
    "AL-OVC": "976.8421",
    "HNO3-DP-NSCR-CO2e-SAR": "143220.0",
    "HNO3-DP-NSCR-CO2e-AR5": "122430.0",
    "HNO3-DP-NSCR-CO2e-AR6": "126126.0",
    "ADIPIC-THERMAL": "1336.5",
    "CAPRO": "1800.0",
    "CO2-RECOV": "28308.90",
    "REF-FCC": "539000.00",
    "REF-REFORM": "164.3490",
    "REF-FLARE-ACC": "1155.0000",
    "REF-CRACK-DECOKE": "72.3384",
    "REF-EO": "148133.33",
    "HEAT-WATER": "15.7005",
    # Uncertainty.
    "UNC-MULT": "6.244998",
    "UNC-SUM": "5.942526",
    "UNC-TREND": "1.978198",
    "MC-NORM": "3.92",
    "MC-RECT": "3.88",
}

# Proven by a test, which names the example.
PROVEN = {
    "DISP-SEP": "tests/reports/test_rounding.py",
    "UNC-MULT": "tests/uncertainty/test_propagate.py",
    "UNC-SUM": "tests/uncertainty/test_propagate.py",
    "UNC-TREND": "tests/uncertainty/test_propagate.py",
    "MC-NORM": "tests/uncertainty/test_propagate.py",
    "MC-RECT": "tests/uncertainty/test_propagate.py",
}

# Not in the rulebook yet, and why. An example that has been proven has to leave this list.
# What the cases of this rulebook add to the list, and always have to hold.
OURS = {"AMM-GAS-UREA", "UREA-OWN-CO2", "HNO3-INLET-OUTLET", "CHEM-CAPTIVE-POWER"}


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    paths = sorted((ROOT / "cases").glob("*.yaml"))
    return {case.id: case for path in paths for case in read_cases(path)}


def test_every_example_is_proven_or_named(cases: dict[str, Case]) -> None:
    nowhere = EXAMPLES.keys() - cases.keys() - PROVEN.keys()

    assert nowhere == set()
    assert cases.keys() >= OURS


def test_what_a_test_proves_is_an_example() -> None:
    assert PROVEN.keys() <= EXAMPLES.keys()


@pytest.mark.parametrize("name", PROVEN)
def test_the_test_that_proves_an_example_names_it(name: str) -> None:
    text = (ROOT / PROVEN[name]).read_text(encoding="utf-8")

    assert name in text
    assert EXAMPLES[name] in text


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - PROVEN.keys()))
def test_the_case_of_an_example_expects_what_it_gives(cases: dict[str, Case], name: str) -> None:
    expected = cases[name].expect
    if EXAMPLES[name] == "problem":
        assert any(one.problem for one in expected)
        return
    # A deduction is an amount in the example and a negative line in the ledger.
    assert Decimal(EXAMPLES[name]) in {one.value.copy_abs() for one in expected if not one.problem}
