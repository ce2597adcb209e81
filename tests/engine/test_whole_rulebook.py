"""The sample province under all rule sets: the same result on every back-end, to the last bit."""

from __future__ import annotations

import pytest

from tests.backends import Backends, needs_spark
from tongjian.engine import Run
from tongjian.records import Store
from tongjian.rules import Rulebook
from tongjian.sample import SEED, write_sample

PLANTS, MONTHS = 24, 24
# Spark takes seconds for each statement: the last in the ordinary run, all in the exhaustive one.
# `tests.cases.test_cases_on_spark` has every ability of the language.
ON_SPARK = (
    pytest.param("cn.chemicals.ndrc-2013", marks=pytest.mark.exhaustive),
    "cn.steel.mee-v01-2024",
)


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


def assert_same(found: Run, expected: Run) -> None:
    assert found.lines
    assert found.manifest["result"] == expected.manifest["result"]
    assert found.manifest == expected.manifest
    assert found.lines == expected.lines
    assert [p.as_dict() for p in found.problems] == [p.as_dict() for p in expected.problems]


def test_totals_are_bit_identical_on_duckdb(
    province: Store, rulebook: Rulebook, backends: Backends, expected: Run
) -> None:
    assert_same(backends.run("duckdb", rulebook, province), expected)


@needs_spark
@pytest.mark.spark
@pytest.mark.parametrize("ruleset", ON_SPARK)
def test_totals_are_bit_identical_on_spark(
    province: Store, rulebook: Rulebook, backends: Backends, ruleset: str
) -> None:
    expected = backends.run("python", rulebook, province, [ruleset])
    assert_same(backends.run("spark", rulebook, province, [ruleset], compiles=True), expected)


@needs_spark
@pytest.mark.spark
@pytest.mark.exhaustive
def test_totals_of_the_whole_rulebook_are_bit_identical_on_spark(
    province: Store, rulebook: Rulebook, backends: Backends, expected: Run
) -> None:
    assert_same(backends.run("spark", rulebook, province, compiles=True), expected)
