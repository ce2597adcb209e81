"""The GWP tables against an independent transcription of the IPCC reports."""

from __future__ import annotations

import globalwarmingpotentials
import pytest

from tongjian.rules import Rulebook

SETS = {
    "gwp.sar": "SARGWP100",
    "gwp.tar": "TARGWP100",
    "gwp.ar4": "AR4GWP100",
    "gwp.ar5": "AR5GWP100",
    "gwp.ar6": "AR6GWP100",
}
# Table, gas → (ours, theirs) and why; a difference that is not listed here is a mistake.
# AR6 is quoted by Chinese lists without rounding (CF4 7379, c-C4F8 13902): ours is the rounded
# column of the report, the conflict is in the note of the value.
DIFFERENT: dict[tuple[str, str], tuple[float, float]] = {}
# Gases that the older reports do not have in the comparison data.
NOT_THERE: dict[tuple[str, str], str] = {
    (table, "CO2"): "the reference gas is not listed" for table in SETS
}


def spelled(gas: str) -> str:
    return {"c_C4F8": "cC4F8"}.get(gas, gas.replace("_", ""))


@pytest.mark.parametrize("name", SETS)
def test_every_value_agrees_or_is_listed(rulebook: Rulebook, name: str) -> None:
    theirs = globalwarmingpotentials.data[SETS[name]]
    different, absent = {}, set()
    for value in rulebook.tables[name].values:
        other = theirs.get(spelled(value.column))
        assert value.number is not None
        if other is None:
            absent.add((name, value.column))
        elif float(value.number) != other:
            different[name, value.column] = (float(value.number), other)
    assert different == {key: pair for key, pair in DIFFERENT.items() if key[0] == name}
    assert absent == {key for key in NOT_THERE if key[0] == name}


@pytest.mark.parametrize("name", SETS)
def test_co2_is_the_reference_gas(rulebook: Rulebook, name: str) -> None:
    assert [v.number for v in rulebook.tables[name].values if v.column == "CO2"] == [1]


def test_all_gwp_tables_are_compared(rulebook: Rulebook) -> None:
    assert {name for name in rulebook.tables if name.startswith("gwp.")} == set(SETS)
