"""The balance value of the national market: bound, solved, and what comes out with it."""

from __future__ import annotations

import pytest

from tests.support import Records, codes, only, says
from tongjian.engine import Place, Run, explain, run, seek
from tongjian.problems import EngineError, RuleError
from tongjian.rules import Rulebook

CEMENT, STEEL = "cn.market.cement", "cn.market.steel"
LINES = {"K1": (1_600_000, 2_000_000), "K2": (1_290_000, 1_500_000), "K3": (950_000, 1_000_000)}


def clinker(records: Records, year: str = "2025") -> None:
    if not records.facilities:
        records.facility("C1", sector="cement")
        for unit in LINES:
            records.unit("C1", unit, kind="kiln", technology="portland")
    for unit, (emission, output) in LINES.items():
        fact = {"process_unit": unit}
        records.add("market_facts", "verified_emission", emission, "tCO2e", "C1", year, **fact)
        records.add("market_facts", "verified_output", output, "t", "C1", year, **fact)


def balance(market: Run, ruleset: str, sector: str) -> dict[str, str]:
    row = {"sector": sector, "year": 2025}
    place = Place("balance", "balance", (sector,))
    found = seek(market, ruleset, ("sector", "adjustment"), row, place, ("lowest", "highest"))
    assert abs(found.left) <= 1e-3
    return found.binds


def test_three_lines_balance_at_their_emission_weighted_mean(
    rulebook: Rulebook, records: Records
) -> None:
    clinker(records)
    first = run(rulebook, records.snapshot(), [CEMENT])
    assert "engine.row_factor" in codes(first.problems)
    binds = balance(first, CEMENT, "cement")
    (name,) = binds.values()
    value = float(name.rpartition("=")[2])
    assert name.startswith("market.balance~balance[cement]@2025=")
    assert value == pytest.approx(0.857265625, rel=1e-8)
    for backend in ("python", "duckdb"):
        solved = run(rulebook, first.snapshot, [CEMENT], binds=binds, backend=backend)
        changes = [row["adjustment"] for row in solved.sheet(CEMENT, "line")]
        assert changes == pytest.approx([16_032.08, -617.20, -15_414.88], abs=0.005)
        assert solved.problems == []
        assert solved.manifest["binds"] == binds
    key = {"facility": "C1", "year": 2025, "process_unit": "K1"}
    node = explain(solved, CEMENT, "line", key, "gap")
    used = {(one.status, one.document) for one in node.walk()}
    assert ("derived", "代入值 / a value put in") in used


def test_two_sectors_are_solved_one_after_the_other(rulebook: Rulebook, records: Records) -> None:
    clinker(records)
    for name, emission in (("S1", 9_000_000), ("S2", 8_000_000)):
        records.facility(name, sector="steel")
        records.add("market_facts", "verified_emission", emission, "tCO2e", name, "2025")
        records.add("market_facts", "verified_output", 5_000_000, "t", name, "2025")
        records.add("market_facts", "steel_route", 1, "1", name, "2025")
    snapshot = records.snapshot()
    first = run(rulebook, snapshot, boundary="market")
    second = run(rulebook, snapshot, boundary="market", binds=balance(first, CEMENT, "cement"))
    both = run(rulebook, snapshot, boundary="market", binds=balance(second, STEEL, "steel"))
    (name,) = both.binds.values()
    assert name.startswith("market.balance~balance[cement]@2025=") and ";balance[steel]" in name
    for ruleset in (CEMENT, STEEL):
        (sector,) = both.sheet(ruleset, "sector")
        assert sector["adjustment"] == pytest.approx(0, abs=1e-3)
    assert "engine.row_factor" not in codes(both.problems)


def test_a_closed_line_takes_no_part(rulebook: Rulebook, records: Records) -> None:
    clinker(records)
    records.add("unit_facts", "closed_on", 20250101, "1", "C1", "2025", process_unit="K3")
    first = run(rulebook, records.snapshot(), [CEMENT])
    (name,) = balance(first, CEMENT, "cement").values()
    mean = (1.6 * 0.8 + 1.29 * 0.86) / (1.6 + 1.29)
    assert float(name.rpartition("=")[2]) == pytest.approx(mean, rel=1e-8)


def test_2024_has_nothing_to_solve(rulebook: Rulebook, records: Records) -> None:
    clinker(records, "2024")
    first = run(rulebook, records.snapshot(), [CEMENT])
    place, row = Place("balance", "balance", ("cement",)), {"sector": "cement", "year": 2024}
    with pytest.raises(EngineError) as caught:
        seek(first, CEMENT, ("sector", "adjustment"), row, place, (0.5, 1.5))
    says(only(caught.value.problems, "engine.seek_several"), "sector.adjustment")


def test_a_bind_that_fits_nothing_is_refused(rulebook: Rulebook, records: Records) -> None:
    clinker(records)
    with pytest.raises(RuleError) as caught:
        run(
            rulebook,
            records.snapshot(),
            [CEMENT],
            binds={"balance": "market.balance~balance[glass]=1"},
        )
    says(only(caught.value.problems, "rules.put_in_place"), "balance[steel]")
