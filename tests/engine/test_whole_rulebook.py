"""The sample province under all rule sets: the same result on every back-end, to the last bit."""

from __future__ import annotations

import pytest

from tests.backends import RUNS, Backends, params
from tongjian.engine import Run
from tongjian.records import Store
from tongjian.rules import Rulebook
from tongjian.sample import SEED, write_sample

PLANTS, MONTHS = 24, 24


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("province")
    write_sample(folder, seed=SEED, plants=PLANTS, months=MONTHS)
    return Store.open(folder)


@pytest.fixture(scope="module")
def expected(province: Store, rulebook: Rulebook, backends: Backends) -> Run:
    return backends.run("python", rulebook, province)


def test_the_province_has_every_sector_and_both_boundaries(expected: Run) -> None:
    assert len({row["sector"] for row in expected.facilities.values()}) >= 6
    assert {line.boundary for line in expected.lines} >= {"enterprise", "ets", "energy"}
    assert len(expected.results) >= 9 and len(expected.lines) > 500 and expected.problems


@pytest.mark.parametrize("backend", params(tuple(one for one in RUNS if one != "python")))
def test_totals_are_bit_identical(
    province: Store, rulebook: Rulebook, backends: Backends, expected: Run, backend: str
) -> None:
    found = backends.run(backend, rulebook, province, compiles=True)

    assert found.manifest["result"] == expected.manifest["result"]
    assert found.manifest == expected.manifest
    assert found.lines == expected.lines
    assert [p.as_dict() for p in found.problems] == [p.as_dict() for p in expected.problems]
