"""Registering and changing by the services: the log first, then rows, records and search."""

from __future__ import annotations

from datetime import date

import pytest

from tests.site.test_journey import submit
from tests.site.world import A, B, World
from tongjian.problems import TongjianError
from tongjian.site.access.actor import Actor
from tongjian.site.mrv.models import SubmittedRow, SubmittedVersion
from tongjian.site.registry.changes import CHANGE, act_of, settle
from tongjian.site.registry.models import (
    Contact,
    Enterprise,
    Meter,
    Outlet,
    Plant,
    ProcessUnit,
    Product,
    Station,
)
from tongjian.site.registry.plant_codes import is_given
from tongjian.site.registry.search import find
from tongjian.site.registry.services import change, register_plant, remove, sync


def unit(world: World, code: str = "BF", **more: object) -> ProcessUnit:
    return ProcessUnit(plant=world.plant(), code=code, name_zh="炼铁工序", **more)  # type: ignore[arg-type]


def test_a_process_unit_is_entered_in_the_log_the_rows_and_the_records(world: World) -> None:
    actor = world.actor("preparer")
    assert change(actor, unit(world, capacity=2.5e6, capacity_unit="t/a"))

    entry = world.workspace().log.entries(CHANGE)[-1]
    assert (entry.by, entry.subject) == (actor.signature, "process_unit:DEMO-STEEL/BF")
    assert entry.content["before"] is None and entry.content["after"]["capacity"] == 2.5e6
    row = ProcessUnit.objects.seen_by(actor).get(code="BF")
    stored = world.workspace().store.read_process_units()
    assert [(one["process_unit"], one["capacity"]) for one in stored] == [("BF", 2.5e6)]
    assert [one["facility"] for one in world.workspace().store.read_facilities()] == ["DEMO-STEEL"]

    row.capacity = 3.0e6
    assert change(actor, row) and not change(actor, row)

    last = world.workspace().log.entries(CHANGE)[-1].content
    assert (last["before"]["capacity"], last["after"]["capacity"]) == (2.5e6, 3.0e6)
    store = world.workspace().store
    assert store.read_process_units()[0]["capacity"] == 3.0e6
    said = store.imports()[-1]["correction"]
    assert said["by"] == actor.signature and said["reason"]
    assert not sync(world.workspace())


def test_what_a_crash_left_out_is_made_up_for_from_the_log(world: World) -> None:
    actor, row = world.actor("preparer"), unit(world)
    after = {"name_zh": "炼铁", "commissioned": "2004-06-30"}
    world.workspace().log.append([act_of(row, actor.signature, None, after)])
    assert not ProcessUnit.every.exists()

    assert settle(world.workspace()) == 1 and settle(world.workspace()) == 0
    assert ProcessUnit.every.get().commissioned == date(2004, 6, 30)


def test_an_outlet_has_one_code_in_permit_and_records(world: World) -> None:
    actor, plant = world.actor("preparer"), world.plant()
    change(actor, unit(world))
    change(
        actor,
        Outlet(
            plant=plant,
            process_unit=ProcessUnit.every.get(),
            code="DA001",
            name_zh="高炉出铁场排放口",
            permit="91320100MA1DEM0A0E001P",
        ),
    )
    change(actor, Outlet(plant=plant, code="DW001", name_zh="总排口"))

    rows = {one["process_unit"]: one for one in world.workspace().store.read_process_units()}
    assert set(rows) == {"BF", "DA001"} and rows["DA001"]["kind"] == "outlet"
    with pytest.raises(TongjianError) as caught:
        change(actor, unit(world, "DA001"))
    assert [one.code for one in caught.value.problems] == ["site.registry_taken"]


def test_all_that_is_wrong_is_told_at_once_in_both_languages(world: World) -> None:
    wrong = unit(
        world,
        "A B",
        capacity=-1.0,
        level="best",
        commissioned=date(2020, 1, 1),
        closed=date(2019, 1, 1),
    )
    with pytest.raises(TongjianError) as caught:
        change(world.actor("preparer"), wrong)

    codes = {one.code for one in caught.value.problems}
    assert codes == {
        "site.registry_unit_code",
        "site.registry_value",
        "site.registry_level",
        "site.registry_capacity_unit",
        "site.registry_closed",
    }
    for one in caught.value.problems:
        assert one.message("zh") != one.message("en")
    assert not world.workspace().log.entries(CHANGE)


def test_what_is_in_use_is_not_removed(world: World) -> None:
    actor, plant = world.actor("preparer"), world.plant()
    change(actor, unit(world))
    change(actor, unit(world, "BOF"))
    change(
        actor,
        Outlet(
            plant=plant, code="DA001", name_zh="口", process_unit=ProcessUnit.every.get(code="BF")
        ),
    )

    with pytest.raises(TongjianError) as caught:
        remove(actor, ProcessUnit.every.get(code="BF"))
    assert caught.value.problems[0].code == "site.registry_in_use"

    remove(actor, ProcessUnit.every.get(code="BOF"))
    assert [one.code for one in ProcessUnit.every.all()] == ["BF"]
    units = [one["process_unit"] for one in world.workspace().store.read_process_units()]
    assert units == ["BF", "DA001"]


def test_the_records_refuse_to_lose_a_unit_that_has_data(world: World) -> None:
    world.import_example()
    actor, store = world.actor("preparer"), world.workspace().store
    change(actor, unit(world))
    datum = dict(store.read_activity()[0]) | {"process_unit": "BF", "item": "capacity"}
    store.add([datum])

    with pytest.raises(TongjianError) as caught:
        remove(actor, ProcessUnit.every.get(code="BF"))
    assert caught.value.problems[0].code == "records.withdraw_in_use"
    assert ProcessUnit.every.exists()


def test_a_submitted_version_is_not_touched_by_what_changes_later(world: World) -> None:
    version = submit(world)
    before = list(SubmittedRow.every.values_list()), version.records
    plant = world.plant()
    plant.name_zh = "示例钢铁甲新厂"
    change(world.actor("province"), plant)

    version = SubmittedVersion.every.get()
    assert (list(SubmittedRow.every.values_list()), version.records) == before
    store = world.workspace().store
    assert store.read_facilities()[0]["name_zh"] == "示例钢铁甲新厂"
    assert (
        store.digest != version.records and store.as_of(store.number - 1).digest == version.records
    )


def test_an_enterprise_and_its_plant_are_registered(world: World) -> None:
    actor = world.actor("province")
    one = Enterprise(uscc="91320200MA1DEM0C0M", name_zh="示例水泥丙", division="320200")
    change(actor, one)
    plant = Plant(enterprise=one, name_zh="丙厂", sector="cement", division="320281")
    register_plant(actor, plant)

    assert is_given(plant.code) and plant.code.startswith("P320281")
    assert [(hit.enterprise.uscc, hit.plant) for hit in find(actor, "水泥丙")] == [(one.uscc, None)]
    assert find(actor, plant.code)[0].plant == plant
    assert find(world.actor("preparer"), "水泥丙") == find(world.actor("city"), "水泥丙") == []
    with pytest.raises(TongjianError) as caught:
        change(actor, Enterprise(uscc=one.uscc, name_zh="又一家", division="320200"))
    assert [problem.code for problem in caught.value.problems] == ["site.registry_taken"]


def test_meters_stations_products_and_their_days(world: World) -> None:
    actor, plant = world.actor("preparer"), world.plant()
    for row in (
        Meter(plant=plant, code="W1", name_zh="汽车衡", calibrated=date(2024, 8, 31), interval=6),
        Product(plant=plant, stream="crude_steel"),
        Station(plant=plant, mn="010000A8900016F000169DC0", name_zh="烧结机头"),
    ):
        assert change(actor, row)
    meter = Meter.every.get()
    assert meter.due == date(2025, 2, 28)
    assert find(actor, "010000a89")[0].plant == plant
    with pytest.raises(TongjianError) as caught:
        change(actor, Meter(plant=plant, code="F1", name_zh="流量计", low=5.0, high=1.0))
    assert [one.code for one in caught.value.problems] == ["site.registry_range"]


def test_the_age_of_a_unit_is_counted_in_whole_years(world: World) -> None:
    one = unit(world, commissioned=date(2004, 6, 30))
    assert one.age(date(2026, 6, 29)) == 21 and one.age(date(2026, 6, 30)) == 22
    one.closed = date(2014, 7, 1)
    assert one.age(date(2026, 1, 1)) == 10 and unit(world).age(date(2026, 1, 1)) is None


def test_telephone_numbers_do_not_enter_the_log(world: World) -> None:
    actor = world.actor("preparer")
    change(actor, Contact(enterprise=world.enterprise(), name="张三", phone="13800000000"))

    entry = world.workspace().log.entries(CHANGE)[-1]
    assert "13800000000" not in str(entry.content) and entry.content["fields"] == ["phone"]
    remove(actor, Contact.every.get())
    assert not Contact.every.exists()


def test_everything_is_seen_by_its_own_and_nobody_elses(world: World) -> None:
    plant, actor = world.plant(), world.actor("preparer")
    change(actor, unit(world))
    change(actor, Meter(plant=plant, code="W1", name_zh="汽车衡"))
    change(actor, Outlet(plant=plant, code="DA001", name_zh="口"))
    change(actor, Station(plant=plant, mn="A" * 14, name_zh="点"))
    change(actor, Product(plant=plant, stream="crude_steel"))
    change(actor, Contact(enterprise=world.enterprise(), name="张三"))

    def seen(actor: Actor) -> set[int]:
        models = (ProcessUnit, Meter, Outlet, Station, Product, Contact)
        return {model.objects.seen_by(actor).count() for model in models}

    for role in ("preparer", "approver", "verifier", "reviewer", "city", "province", "nation"):
        assert seen(world.actor(role, A)) == {1}, role
    for role in ("preparer", "approver", "verifier", "reviewer"):
        assert seen(world.actor(role, B)) == {0}, role
    assert seen(world.actor("public")) == {0} and seen(world.actor("admin")) == {0}


def test_meters_of_the_control_plan_are_taken_over_and_compared(world: World) -> None:
    from tests.site.world import EXAMPLE
    from tongjian.control_plan import read_plan, revise
    from tongjian.site.registry.planned import differences, planned_meters, take_over
    from tongjian.site.workspaces import catalogue

    actor, plant = world.actor("preparer"), world.plant()
    assert planned_meters(plant) == {} and take_over(actor, plant) == 0
    change(
        actor, Meter(plant=plant, code="E1", name_zh="电能表", accuracy_class="1.0", interval=60)
    )
    plan = read_plan(EXAMPLE / "plan.yaml", catalogue())
    revise(world.workspace().log, plan, actor.signature)

    assert take_over(actor, plant) == 2 and take_over(actor, plant) == 0
    made = {one.code: one for one in Meter.every.all()}
    assert set(made) == {"W1", "F1", "E1"}
    assert (made["W1"].low, made["W1"].high, made["W1"].range_unit) == (1.0, 100.0, "t")
    assert made["W1"].due == date(2024, 8, 15)
    planned = planned_meters(plant)
    assert differences(made["W1"], planned["W1"]) == []
    assert differences(made["E1"], planned["E1"]) == ["serial", "accuracy_class"]
    with pytest.raises(Meter.DoesNotExist):
        Meter.objects.seen_by(world.actor("preparer", B)).get(code="W1")
