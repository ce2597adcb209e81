"""Published verification cases: each row gives the total and the finding that the verifiers had.

Case A: electricity of a kitchen works in Ningbo, 2020 (report of 2021-04-12): 0.7921 was used, the
operating margin of reduction projects, where the regional average of 2012 was claimed. Case B: a
works in Ningbo, 2021 (report of 2022-04-09): the regional average where the city's guide has 0.64;
diesel adds 10.16 t. Case C: a works in Henan, 2024 (report of 2025-01-15): 0.5633 is printed and
called right, yet the total follows from the national 0.5366 of the claimed announcement. By hand:

    A1  8157 x 0.7921 = 6461.1597            A2  8157 x 0.7035 = 5738.4495
    B1  2129.4 x 0.7035 + 10.16 = 1508.1929  B2  2129.4 x 0.64 + 10.16 = 1372.976
    C   173.502 x 0.5633 = 97.7336766        C'  173.502 x 0.5366 = 93.1011732
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.verification.house import EXAMPLES
from tongjian.rules import Rulebook
from tongjian.verification import CheckedRow, check_factors, read_printed

FILE = EXAMPLES / "verification" / "printed-statements.csv"


@dataclass(frozen=True)
class Expected:
    """What has to come out of a row."""

    computed: float
    total: float
    verdict: str
    findings: tuple[str, ...]
    due: float
    effect: float


CASES = {
    "VR-ELEC-A1": Expected(
        *(6461.1597, 6461.16, "follows", ("factor_not_as_claimed",), 5738.4495, 722.7105)
    ),
    "VR-ELEC-A2": Expected(5738.4495, 5738.45, "follows", (), 5738.4495, 0),
    "VR-ELEC-B1": Expected(
        *(1508.1929, 1508.19, "follows", ("factor_not_as_claimed",), 1372.976, 135.214)
    ),
    "VR-ELEC-B2": Expected(1372.976, 1372.98, "follows", (), 1372.976, 0),
    "企业丙": Expected(
        97.7336766,
        93.1,
        "does_not_follow",
        ("total_not_from_factor", "factor_not_as_claimed"),
        93.1011732,
        0,  # the total is right, the printed factor is not
    ),
}


@pytest.fixture(scope="module")
def checked(rulebook: Rulebook) -> dict[str, CheckedRow]:
    """The rows of the example by their ids."""
    found = check_factors(read_printed(FILE), rulebook)
    return {one.row.name.partition(" ")[0]: one for one in found}


@pytest.mark.parametrize("case", CASES)
def test_the_worked_case(checked: dict[str, CheckedRow], case: str) -> None:
    row, expected = checked[case], CASES[case]

    assert float(row.computed) == pytest.approx(expected.computed, abs=1e-9)
    assert float(row.row.printed.value) == expected.total
    assert row.verdict == expected.verdict
    assert tuple(one.code.removeprefix("verification.") for one in row.findings) == (
        expected.findings
    )
    assert row.due_total is not None
    assert float(row.due_total) == pytest.approx(expected.due, abs=1e-9)
    assert float(row.effect) == pytest.approx(expected.effect, abs=0.005)


def test_every_row_of_the_example_is_expected(checked: dict[str, CheckedRow]) -> None:
    assert checked.keys() == CASES.keys()


def test_the_wrong_factor_is_named(checked: dict[str, CheckedRow]) -> None:
    known = checked["VR-ELEC-A1"].printed_as

    assert [(one.table.id, one.value.column, one.value.key) for one in known] == [
        ("grid.baseline.region", "operating_margin", ("East",))
    ]


def test_the_factor_that_was_used_is_found(checked: dict[str, CheckedRow]) -> None:
    row = checked["企业丙"]
    found = {(one.table.id, float(one.number)) for one in row.explained_by}

    assert ("grid.by_year.national", 0.5366) in found
    assert row.printed_as == ()
    assert "97.7" in row.findings[0].message("zh") and "93.1" in row.findings[0].message("en")
