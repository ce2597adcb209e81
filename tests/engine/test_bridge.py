"""The bridge between two rule sets: every step with its reason, and the steps add up."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest

from tests.engine.plant import BINDS, FILES, METHOD, RULESET, SHEETS, TABLES
from tests.support import Records, formulas, method, only, ruleset, says, table, values
from tongjian.engine import Bridge, BridgeStep, Run, bridge, run
from tongjian.problems import EngineError
from tongjian.rules import Rulebook

Book = Callable[..., Rulebook]
FUEL = {"process_unit": "u1", "class": "fuel.solid"}


def other_sheets() -> dict[str, object]:
    """Direct emissions only, with an oxidation rate that the first method does not know."""
    sheets = deepcopy(SHEETS)
    sheets["fuel"]["formulas"]["co2"]["is"] = "heat * carbon * 0.98 * (44/12) * (tCO2/tC)"
    del sheets["electricity"]
    yearly = sheets["facility"]["formulas"]
    del yearly["power"]
    yearly["total"]["is"] = "fuel * gwp.CO2 + acid * gwp.N2O"
    yearly["raw"] = {
        **formulas(raw="tCO2: 0.1 * sum(fuel.mass) * (tCO2/t)")["raw"],
        "ledger": {"category": "raw_material", "substance": "CO2"},
    }
    return sheets


@pytest.fixture
def finished(book: Book, records: Records) -> Run:
    uses = {key: value for key, value in METHOD["uses"].items() if key != "grid"}
    second = method("test.other", sheets=other_sheets(), uses=uses)
    binds = {key: value for key, value in BINDS.items() if key != "grid"}
    later = ruleset("more.rules", "test.other", binds={**binds, "gwp": "gwp.b"}, boundary="ets")
    made = book(METHOD, second, RULESET, later, *TABLES, files=FILES)
    records.unit("F1", "u1", technology="dual")
    records.add("coke", "consumed", 100, "t", **FUEL).add(
        "coke", "consumed", 9, "t", period="2024", **FUEL
    )
    records.add("tar", "consumed", 10, "t", **FUEL).add("tar", "ncv", 33, "GJ/t", **FUEL)
    records.add("tar", "carbon", 0.022, "tC/GJ", **FUEL)
    records.add("electricity", "purchased", 50, "MWh")
    records.add("acid", "produced", 1000, "t HNO3", process_unit="u1")
    return run(made, records.snapshot(), ["test.rules", "more.rules"])


def between(
    done: Run, left: str, right: str
) -> tuple[Bridge, dict[tuple[str, str, str], BridgeStep]]:
    found = bridge(done, "F1", 2025, left, right)
    return found, {(step.kind, step.category, step.stream): step for step in found.steps}


def test_every_reason_has_a_step_of_its_own(finished: Run) -> None:
    found, steps = between(finished, "test.rules", "more.rules")
    coke, tar = 100 * 28.435 * 0.0295 * 44 / 12, 10 * 33 * 0.022 * 44 / 12
    expected = {
        ("table", "nitric_acid", ""): 8 * (273 - 265),  # 1,000 t at 8 kg/t: 8 t N2O
        ("only_left", "electricity", ""): -50 * 0.4,
        ("only_right", "raw_material", ""): 0.1 * 110,
        ("formula", "fuel", "coke"): -0.02 * coke,
        ("formula", "fuel", "tar"): -0.02 * tar,
    }
    assert {key: step.effect for key, step in steps.items()} == {
        key: pytest.approx(effect, abs=2e-6) for key, effect in expected.items()
    }
    swap = steps["table", "nitric_acid", ""]
    assert (swap.alias, swap.left, swap.right) == ("gwp", "gwp.a", "gwp.b")
    assert found.left_total == pytest.approx(coke + tar + 20 + 8 * 265, abs=1e-5)
    sources = {source: pair for source, *pair in found.sources}
    assert sources["electricity", "CO2"] == [20.0, None]
    assert sources["raw_material", "CO2"] == [None, 11.0]


def test_the_steps_add_up_both_ways(finished: Run) -> None:
    for left, right in (("test.rules", "more.rules"), ("more.rules", "test.rules")):
        found, steps = between(finished, left, right)
        whole = found.left_total + sum(step.effect for step in steps.values())
        assert whole == pytest.approx(found.right_total, abs=1e-9)
        totals = finished.inventory(["ruleset"], year=2025)
        assert {row["ruleset"]: row["co2e"] for row in totals} == {
            left: found.left_total,
            right: found.right_total,
        }


def test_a_rule_set_differs_from_itself_by_nothing(finished: Run) -> None:
    found, steps = between(finished, "test.rules", "test.rules")
    assert steps == {}
    assert found.as_dict()["left"] == found.as_dict()["right"]


def test_a_table_of_another_form_stays_with_the_formulas(book: Book, records: Records) -> None:
    """The second method reads another column of its grid table: 50 MWh × (0.7 − 0.4)."""
    sheets = deepcopy(SHEETS)
    sheets["electricity"]["formulas"]["co2"]["is"] = "net * grid.average"
    uses = {**METHOD["uses"], "grid": {"keys": [], "columns": {"average": "tCO2/MWh"}}}
    second = method("test.other", sheets=sheets, uses=uses)
    later = ruleset("more.rules", "test.other", binds={**BINDS, "grid": "nation"}, boundary="ets")
    nation = table("nation", [], {"average": "tCO2/MWh"})
    files = {**FILES, "nation.csv": values([], ["average", "0.7", "tCO2/MWh"])}
    made = book(METHOD, second, RULESET, later, nation, *TABLES, files=files)
    records.add("electricity", "purchased", 50, "MWh")
    done = run(made, records.snapshot(), ["test.rules", "more.rules"])
    found, steps = between(done, "test.rules", "more.rules")
    assert {key: step.effect for key, step in steps.items()} == {
        ("formula", "electricity", ""): pytest.approx(15.0)
    }
    assert (found.left_total, found.right_total) == (20.0, 35.0)


def test_what_the_run_does_not_hold(finished: Run) -> None:
    for where in (("F2", 2025, "test.rules"), ("F1", 2023, "test.rules"), ("F1", 2025, "none")):
        with pytest.raises(EngineError) as caught:
            bridge(finished, *where, "more.rules")
        says(only(caught.value.problems, "engine.unknown_cell"), where[0], "F1")
