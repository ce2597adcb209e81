"""Drafts: everything that a rule set reads of a plant is in them, and a filled draft is a plan."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.control_plan.plants import EXAMPLE, a_plan, example
from tongjian.control_plan import accounts_of, draft, plan_of, reads, uncovered, wanted
from tongjian.control_plan._link import datum_of
from tongjian.problems import TongjianError
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import read_yaml
from tongjian.sample import SEED, write_sample


@pytest.fixture(scope="module")
def catalogue():
    return Catalogue.load()


@pytest.fixture(scope="module")
def store(tmp_path_factory, catalogue):
    made = Store.create(tmp_path_factory.mktemp("plant"))
    import_files(made, [EXAMPLE / "facilities.csv", EXAMPLE / "activity.csv"], catalogue)
    return made


@pytest.fixture(scope="module")
def rulesets(rulebook):
    return accounts_of(rulebook, "steel", 2024)


def drafted(store, rulesets, catalogue):
    [facility] = store.read_facilities()
    rows, units = store.read_activity(), store.read_process_units()
    return draft(facility, units, rows, rulesets, catalogue, date(2025, 1, 1))


def filled(text):
    """The draft as somebody would complete it."""
    for old, new in {
        "description:            #": "description: 全厂 #",
        "sources:\n": "sources:\n- {id: S1, name: 高炉, kind: combustion, streams: [焦炭]}\n",
        "meters: []                # 计量": (
            "meters:\n- {id: W1, name: 汽车衡, measures: 焦炭}\n#"
        ),
        "meters: []              #": "meters: [W1] #",
        "laboratories: []": "laboratories:\n- {id: L1, name: 质检中心, kind: own}",
        "laboratory:             #": "laboratory: L1 #",
        "standard:               #": "standard: GB/T 213-2008 #",
        "frequency:              #": "frequency: batch #",
        "rule: }": "rule: last_value }",
        "name: , duty: 填报": "name: 能源部, duty: 填报",
        "name: , duty: 审核": "name: 质量部, duty: 审核",
        "quality: []": "quality: [每月核对]",
    }.items():
        text = text.replace(old, new)
    return text


def test_the_accounts_of_a_sector_are_found(rulesets):
    assert {one.id for one in rulesets} == {
        "cn.steel.gbt32151-5",
        "cn.steel.mee-v01-2024",
        "cn.steel.ndrc-2013",
    }


def test_a_draft_asks_for_what_only_the_plant_knows(store, rulesets, catalogue):
    text = drafted(store, rulesets, catalogue)

    with pytest.raises(TongjianError) as error:
        plan_of(read_yaml(text, "plan.yaml"), catalogue)

    problems = error.value.problems
    assert {one.code for one in problems} == {"rules.bad_value"}
    lines = text.splitlines()
    asked = {lines[one.place.line - 1].split(":")[0].strip(" -{") for one in problems}
    assert {"description", "laboratory", "standard", "frequency", "quality"} <= asked


def test_a_filled_draft_is_a_plan_that_covers_what_is_read(store, rulesets, catalogue):
    text = filled(drafted(store, rulesets, catalogue))

    plan = plan_of(read_yaml(text, "plan.yaml"), catalogue)

    ways = {one.id: one.obtained for one in plan.parameters}
    assert ways["coke-consumed"] == "measured"
    assert ways["coke-ncv"] == "tested"
    assert ways["electricity-purchased"] == "statement"
    assert ways["coke-oxidation"] == "default"
    assert "coke-exported" not in ways  # nothing recorded, no default: it does not occur
    assert '# - {id: "coke-exported"' in text
    assert uncovered(plan, store.read_activity(), rulesets, catalogue) == ()


def test_every_item_that_is_read_is_named_even_if_it_does_not_occur(store, rulesets, catalogue):
    text = drafted(store, rulesets, catalogue)
    listed = wanted(store.read_activity(), rulesets, catalogue)

    named = re.findall(r'id: "([^"]+)"', text.replace("boundary", ""))

    assert sorted(named) == sorted("-".join(filter(None, one.datum)) for one in listed)


def test_a_process_unit_has_its_own_parameters(store, rulesets, catalogue):
    [facility] = store.read_facilities()
    rows = [{**one, "process_unit": "BF"} for one in store.read_activity()]
    units = [{"facility": "DEMO-STEEL", "process_unit": "BF", "name_zh": "炼铁"}]

    text = draft(facility, units, rows, rulesets, catalogue, date(2025, 1, 1))

    plan = plan_of(read_yaml(filled(text), "plan.yaml"), catalogue)
    assert plan.parameter("BF-coke-consumed").process_unit == "BF"
    assert [one.id for one in plan.boundary.process_units] == ["BF"]


def test_what_the_plan_leaves_out_is_told(store, rulesets, catalogue):
    data = example()
    data["parameters"] = [
        one for one in data["parameters"] if one["id"] not in ("coke-oxidation", "steel-out")
    ]

    left = uncovered(a_plan(data), store.read_activity(), rulesets, catalogue)

    assert [one.datum for one in left] == [
        ("", "coke", "oxidation"),
        ("", "crude_steel", "fixed_output"),
    ]
    assert [(one.tier, one.need.has_default) for one in left] == [("", True), ("tested", False)]


def test_the_example_covers_what_its_rule_sets_read(store, rulesets, catalogue):
    assert uncovered(a_plan(), store.read_activity(), rulesets, catalogue) == ()


def test_a_plant_of_every_sector_gets_a_draft_that_covers_what_is_read(
    tmp_path, rulebook, catalogue
):
    write_sample(tmp_path, seed=SEED, plants=60, months=1)
    store = Store.open(tmp_path)
    units = store.read_process_units()
    plants = {one["sector"]: one for one in store.read_facilities()}
    assert len(plants) == 8

    for sector, plant in plants.items():
        rows = store.read_activity(plant["facility"])
        year = max(one["year"] for one in rows)
        chosen = accounts_of(rulebook, sector, year)
        text = draft(plant, units, rows, chosen, catalogue, date(2025, 1, 1))
        text = re.sub(r"obtained: +#", "obtained: calculated #", text)  # nobody recorded it yet

        plan = plan_of(read_yaml(filled(text), "plan.yaml"), catalogue)

        read = reads(chosen, catalogue)
        planned = [plan.parameter_of(*datum_of(one)) for one in rows if read(one)]
        assert planned and None not in planned, sector
        assert uncovered(plan, rows, chosen, catalogue) == (), sector
