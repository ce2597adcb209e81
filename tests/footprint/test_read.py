"""Footprints as the rules give them; numbers as derived by hand in cases/product.yaml."""

from __future__ import annotations

import pytest

from tests.support import codes, only, says
from tongjian.engine import Run, explain
from tongjian.footprint import allocations_of, footprint_ruleset, footprints
from tongjian.problems import TongjianError
from tongjian.rules import Rulebook

PLANT = ("DEMO-COKE", 2024)


def test_the_parts_add_up_to_the_footprint(coke_works: Run) -> None:
    coke, tar = footprints(coke_works, *PLANT, ["coke", "tar"], "economic")
    assert (coke.net, tar.net) == (75000, 4000)
    assert coke.share == pytest.approx(150 / 180)
    # 20,500 t of the plant, of which coke has 150 and tar 14 of 180 million yuan.
    assert coke.total == pytest.approx(20500 * 150 / 180, abs=1e-6)
    assert tar.per_t == pytest.approx(1000 * 20500 * 14 / 180 / 4000, abs=1e-6)
    for one in (coke, tar):
        assert sum(part.amount for part in one.parts) == pytest.approx(one.total, abs=1e-6)
        assert sum(part.per_t for part in one.parts) == pytest.approx(one.per_t, abs=1e-6)
    names = [part.name for part in coke.parts]
    assert names == ["combustion", "process", "electricity", "heat", "upstream", "credit"]


@pytest.mark.parametrize("allocation", ["mass", "energy", "economic", "subdivision"])
def test_all_products_together_are_the_plant(coke_works: Run, allocation: str) -> None:
    found = footprints(coke_works, *PLANT, [], allocation)
    assert [one.product for one in found] == ["cog", "coke", "tar"]
    for name in ("total", "combustion", "process", "electricity", "upstream"):
        amounts = [
            one.total
            if name == "total"
            else next(part.amount for part in one.parts if part.name == name)
            for one in found
        ]
        # Each product's amount is rounded to grams at most once.
        assert sum(amounts) == pytest.approx(found[0].plant[name], abs=5e-6)


def test_gaps_are_listed_and_not_counted(coke_works: Run) -> None:
    (coke,) = footprints(coke_works, *PLANT, ["coke"], "mass")
    assert [(gap.stream, gap.amount, gap.unit) for gap in coke.gaps] == [
        ("electricity", 10000, "MWh")
    ]
    # Coal and electricity are bought; the gas that the plant burns is its own.
    assert coke.bought == 2
    assert coke.plant["upstream"] == 10000
    assert (coke.missing, coke.gwp) == (0, "gwp.ar6")
    assert coke.statuses == {"seen": 1}


def test_a_footprint_is_explained_down_to_the_records(coke_works: Run) -> None:
    key = {"facility": "DEMO-COKE", "year": 2024, "stream": "coke"}
    node = explain(coke_works, "product.coking", "by_economic", key, "total_per_t")
    texts = []

    def walk(one: object) -> None:
        texts.append(one.formula)  # type: ignore[attr-defined]
        for child in one.children:  # type: ignore[attr-defined]
            walk(child)

    walk(node)
    share = "value / plant_output.value if plant_output.value > 0"
    assert any(text.startswith(share) for text in texts)
    assert "volume * carbon_by_volume" in " ".join(texts)


def test_everything_that_is_wrong_is_said_at_once(coke_works: Run) -> None:
    with pytest.raises(TongjianError) as caught:
        footprints(coke_works, *PLANT, ["coke", "urea", "ammonia"], "mass")
    assert codes(caught.value.problems) == ["footprint.no_product"] * 2
    says(caught.value.problems[0], "urea", "coke")
    with pytest.raises(TongjianError) as caught:
        footprints(coke_works, *PLANT, [], "weight")
    says(only(caught.value.problems, "footprint.allocation"), "weight", "mass", "subdivision")
    with pytest.raises(TongjianError) as caught:
        footprints(coke_works, "DEMO-COKE", 2023, [], "mass")
    only(caught.value.problems, "footprint.no_ruleset")
    with pytest.raises(TongjianError) as caught:
        footprints(coke_works, "NOBODY", 2024, [], "mass")
    only(caught.value.problems, "footprint.no_products")


def test_the_rule_set_of_a_sector(rulebook: Rulebook) -> None:
    found = footprint_ruleset(rulebook, "ammonia", 2024)
    assert found.id == "product.chemicals"
    assert list(allocations_of(found)) == ["mass", "energy", "economic", "subdivision"]
    for sector, year in (("fishery", 2024), ("coking", 2010)):
        with pytest.raises(TongjianError) as caught:
            footprint_ruleset(rulebook, sector, year)
        says(only(caught.value.problems, "footprint.no_ruleset"), sector, str(year))
