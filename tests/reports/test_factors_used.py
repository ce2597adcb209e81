"""Which factors a run has read, held against the traces of all its numbers."""

from __future__ import annotations

import pytest

from tests.reports.conftest import Plants, facility, steel_rows
from tongjian.engine import Run, Snapshot, explain, run
from tongjian.engine._factors import FactorUsed, factors_used
from tongjian.rules import load_rulebook


def keys(used: list[FactorUsed]) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(one.table.id, one.value.column, one.value.key) for one in used}


def traced(finished: Run) -> set[tuple[str, tuple[str, ...], str]]:
    """Table, key and printed value of every parameter in the trace of every ledger line."""
    found = set()
    for line in finished.lines:
        if line.amount_micro:
            key = {"facility": line.facility, "year": line.year}
            tree = explain(finished, line.ruleset, line.sheet, key, line.column, rows=1000)
            for node in tree.walk():
                if node.kind == "parameter" and node.value is not None:
                    table, *parts = node.key.values()
                    found.add((table, tuple(parts), node.formula))
    return found


@pytest.fixture(scope="module")
def used(finished: Run) -> list[FactorUsed]:
    """What the session's run has read; asking takes long, so that it is asked once."""
    return factors_used(finished)


def test_every_factor_in_a_trace_is_listed_and_nothing_else(finished, used):
    listed = {
        (one.table.id, one.value.key, f"{one.value.printed} {one.value.printed_unit}")
        for one in used
    }
    told = traced(finished)
    more = {table for table, _, _ in listed - told}

    assert told <= listed
    # Potentials state lines in CO2 equivalent; process electricity and energy by energy input
    # stand beside the ledger.
    assert more <= {"gwp.ar5", "gwp.sar", "grid.national", "energy.scalars"}


def test_keys_that_no_row_has_are_not_listed(used):
    read = keys(used)

    assert ("fuel.ndrc-steel-2013", "carbon", ("coke",)) in read
    assert not any(key == ("anthracite",) for _, _, key in read)
    # Gas entered by heat reads no calorific value.
    assert ("fuel.ndrc-steel-2013", "carbon", ("bfg",)) in read
    assert not any(column == "ncv_volume" for _, column, _ in read)


def test_a_factor_that_multiplies_nothing_is_not_listed(used):
    # No plant recovers CO2, so its density went into no number.
    assert not any(one.table.id == "chemicals.density" for one in used)


def test_years_tell_editions_apart(used):
    grid = [one for one in used if one.table.id == "grid.national"]

    assert [one.years for one in grid] == [(2024,), (2025,)]
    assert "cn.steel.ndrc-2013" in grid[0].rulesets


def measured(tmp_path, rows) -> Snapshot:
    steel = facility("S1", "steel", "南京市", "320100")
    return Plants(tmp_path, [*steel_rows("S1", "2025", 1e5), *rows], [steel], []).snapshot()


def test_a_measured_value_wins_and_the_default_is_not_listed(tmp_path):
    ncv = ("S1", "2025", "BF1", "coke", "fuel.solid.coke", "ncv", "GJ/t", 28.0)
    result = run(load_rulebook(), measured(tmp_path, [ncv]), ["cn.steel.ndrc-2013"])

    used = keys(factors_used(result))

    assert ("fuel.ndrc-steel-2013", "ncv_mass", ("coke",)) not in used
    assert ("fuel.ndrc-steel-2013", "carbon", ("coke",)) in used


def test_rows_that_a_check_refuses_read_nothing(tmp_path):
    by_volume = ("S1", "2025", "BF1", "diesel", "fuel.liquid", "consumed", "Nm3", 1.0)
    by_mass = ("S1", "2025", "BF1", "diesel", "fuel.liquid", "consumed", "t", 1.0)
    result = run(load_rulebook(), measured(tmp_path, [by_volume, by_mass]))

    assert any(problem.code == "engine.check_failed" for problem in result.problems)
    assert not any(key == ("diesel",) for _, _, key in keys(factors_used(result)))


@pytest.mark.parametrize("backend", ["python", "duckdb"])
def test_back_ends_agree(plants, used, backend):
    other = run(load_rulebook(), plants.snapshot(), backend=backend)

    assert factors_used(other) == used


def test_row_by_row_and_by_a_query_the_same_is_found(finished, used, monkeypatch):
    one = finished.lines[0].facility
    few = factors_used(finished, one)
    monkeypatch.setattr("tongjian.engine._factors.SMALL", 0)

    assert factors_used(finished) == used
    assert factors_used(finished, one) == few
    assert few and few != used


def test_a_replaced_table_is_the_one_listed(plants):
    other = run(load_rulebook(), plants.snapshot(), binds={"gwp": "gwp.ar6"})
    tables = {one.table.id for one in factors_used(other)}

    assert "gwp.ar6" in tables
    assert not tables & {"gwp.ar5", "gwp.sar"}
