"""Synergy on the sample province: across sectors, by city, with weights that were computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongjian.engine import Run, explain, run
from tongjian.records import Store
from tongjian.rules import load_rulebook
from tongjian.sample import write_sample
from tongjian.scores import Indicator, bind_weights, entropy_weights, matrix_of, rank_by_sum

EVALUATION, TABLE = "synergy.evaluation", "synergy.score-weights"
PLACES = ("z_pollution", "z_carbon", "z_energy", "z_pollution_cut", "z_carbon_cut")


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder: Path = tmp_path_factory.mktemp("province")
    assert not write_sample(folder, plants=24, months=24).problems
    return Store.open(folder)


@pytest.fixture(scope="module")
def judged(province: Store) -> Run:
    return run(load_rulebook(), province, boundary="synergy")


def test_cities_are_judged_across_sectors(judged: Run) -> None:
    accounts = judged.accounts
    assert accounts is not None
    boundaries = {one.ruleset.doc.boundary for one in accounts.results}
    assert boundaries == {"enterprise", "pollutants", "energy"}
    (city,) = [
        row for row in judged.sheet("synergy.change", "city")
        if (row["city"], row["year"]) == ("无锡市", 2025)
    ]  # fmt: skip
    inside = {name for name, row in judged.facilities.items() if row["city"] == "无锡市"}
    totals = [
        row["total"]
        for one in accounts.results
        if one.ruleset.doc.boundary == "enterprise"
        for row in one.sheets["facility"]
        if row["facility"] in inside and row["year"] == 2025
    ]
    assert len({judged.facilities[name]["sector"] for name in inside}) > 1
    assert city["ghg"] == pytest.approx(sum(totals))
    assert city["plants"] == len(inside)


def test_every_method_gives_something(judged: Run) -> None:
    def told(ruleset: str, sheet: str, column: str) -> set[object]:
        return {row[column] for row in judged.sheet(ruleset, sheet) if row["year"] == 2025}

    assert {"I", "III"} <= told("synergy.change", "plant_change", "quadrant")
    assert "both_fall_carbon_more" in told("synergy.change", "plant_elasticity_all", "meaning")
    assert told("synergy.coordination", "city_coordination", "direction") == {"high_is_good"}
    assert told("synergy.coordination", "city_coordination", "coordination") - {None}
    assert {"rising", "not_rising"} & told("synergy.coordination", "city_composite", "meaning")
    assert told(EVALUATION, "city_score", "score") - {None}
    assert {"I", "IV"} <= told("synergy.measures", "measure", "quadrant")
    assert told("synergy.profile", "profile", "part_level") - {None}
    assert told("synergy.tail-gas", "tail_synergy", "odp_cut") - {None}


def test_a_city_is_explained_down_to_a_plant(judged: Run) -> None:
    key = {"province": "Jiangsu", "city": "无锡市", "year": 2025}
    node = explain(judged, "synergy.change", "city_change", key, "ghg_cut")
    documents = {one.document for one in node.walk()}
    assert any("国家发展改革委" in document for document in documents)
    assert any(one.records for one in node.walk())


def test_entropy_weights_are_bound_and_give_the_same_score(judged: Run, province: Store) -> None:
    rows = [row for row in judged.sheet(EVALUATION, "city_score") if row["year"] == 2025]
    matrix = matrix_of(rows, ["city"], [Indicator(name) for name in PLACES])
    weights = entropy_weights(matrix, shift=1e-6, standardise=True)
    named = {name: name.removeprefix("z_") for name in PLACES}
    table = bind_weights(load_rulebook(), TABLE, weights, named=named)
    again = run(load_rulebook(), province, [EVALUATION], binds={"score_weights": table})
    assert again.manifest["binds"] == {"score_weights": table}
    found = {
        row["city"]: row["score"]
        for row in again.sheet(EVALUATION, "city_score")
        if row["year"] == 2025 and row["score"] is not None
    }
    # The columns are places from 0 to 1 already, so that both ways lead to one score.
    ranking = rank_by_sum(matrix, weights)
    assert found == pytest.approx({one.unit: one.score for one in ranking.scores})
