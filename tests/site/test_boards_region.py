"""The board of a region: which versions count on a day, exact sums, and nobody else's numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.site.board_rows import carbon, day, hand_in, plant, stage, stand
from tests.site.world import A, B, World
from tongjian.records import Catalogue, import_files
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.models import Stage, Standing, Total
from tongjian.site.boards.region import Region
from tongjian.site.boards.standings import standings
from tongjian.site.mrv.models import Report
from tongjian.site.registry.models import Plant

MILLION = 10**6
OUTPUT = "facility,period,stream,item,quantity,unit,tier"
STEEL = 300_000


def board(world: World, role: str, of: str = A, **given: Any) -> Region:
    actor = world.actor(role, of)
    return Region(actor, Asked.of(actor, given))


def said(one: Region, key: str = "enterprise::tCO2e") -> float | None:
    found = [change.now for change in one.changes if change.measure.key == key]
    return found[0] if found else None


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return unescape(answer.content.decode())


@pytest.fixture
def told(world: World) -> World:
    """Two years of two enterprises in two cities; a supplementary report of A on 1 July 2025."""
    lines = [carbon(100 * MILLION), carbon(20 * MILLION, "lime")]
    first = hand_in(world.plant(A), 2024, 1, day("2025-03-01"), lines, until=day("2025-07-01"))
    second = hand_in(world.plant(A), 2024, 2, day("2025-07-01"), [carbon(150 * MILLION)])
    stand(first, Standing.ACCEPTED, day("2025-05-01"), day("2025-06-01"))
    stand(second, Standing.ACCEPTED, day("2025-08-01"))
    stage(first, "submitted", day("2025-03-01"), day("2025-05-01"))
    stage(first, "accepted", day("2025-05-01"), day("2025-06-01"))
    stage(first, "returned", day("2025-06-01"), day("2025-08-01"))
    stage(second, "accepted", day("2025-08-01"))
    hand_in(world.plant(A), 2023, 1, day("2024-03-01"), [carbon(80 * MILLION)])
    other = hand_in(world.plant(B), 2024, 1, day("2025-02-01"), [carbon(7 * MILLION)])
    stage(other, "submitted", day("2025-02-01"))
    return world


@pytest.mark.parametrize(
    ("asked", "basis", "wanted"),
    [
        ("2025-02-28", "submitted", 7.0),  # A has not handed in yet
        ("2025-03-01", "submitted", 127.0),  # on the day itself
        ("2025-06-30", "submitted", 127.0),  # the first version, its categories added up
        ("2025-07-01", "submitted", 157.0),  # the supplementary report
        ("2025-04-30", "accepted", None),
        ("2025-05-31", "accepted", 120.0),
        ("2025-06-15", "accepted", None),  # a supplement was asked for
        ("2025-08-01", "accepted", 150.0),
    ],
)
def test_a_board_says_what_was_known_on_its_day(told, asked, basis, wanted) -> None:
    assert said(board(told, "province", year="2024", day=asked, basis=basis)) == wanted


def test_a_city_has_its_own_plants_alone_and_others_change_nothing(told: World) -> None:
    address = "/boards/?year=2024&day=2025-09-01"
    before = page(told.client("city"), address)
    one = board(told, "city", year="2024", day="2025-09-01")
    assert said(one) == 150.0
    assert (one.plants, one.reported) == (1, 1)

    more = plant(told.enterprise(B), "OTHER-2", "320505")
    hand_in(more, 2024, 1, day("2025-04-01"), [carbon(10**9 * MILLION)])
    hand_in(told.plant(B), 2023, 1, day("2024-04-01"), [carbon(10**9 * MILLION)])

    def bare(text: str) -> str:
        return re.sub(r'(csrfmiddlewaretoken" value|X-CSRFToken":) ?=?"\w+"', "", text)

    assert bare(page(told.client("city"), address)) == bare(before)
    assert "OTHER" not in before and "320500" not in before
    for question in ("/boards/", "/boards/behind"):
        asked = f"{question}?division=320500&measure=enterprise::tCO2e"
        assert told.client("city").get(asked).status_code == 404
        assert (
            told.client("city").get(f"{question}?division=32&measure=a::tCO2e").status_code == 404
        )


def test_an_enterprise_has_its_own_and_no_division_to_choose(told: World) -> None:
    for of, wanted in ((A, 150.0), (B, 7.0)):
        one = board(told, "preparer", of, year="2024", day="2025-09-01")
        assert (said(one), one.plants) == (wanted, 1)
        assert [part.code for part in one.parts] == [told.plant(of).code]
    shown = page(told.client("approver", B), "/boards/?year=2024")
    assert "本企业看板" in shown and "DEMO-STEEL" not in shown and 'name="division"' not in shown
    assert told.client("preparer").get("/boards/?division=320100").status_code == 404


def test_an_analyst_sees_what_was_accepted(told: World) -> None:
    one = board(told, "analyst", year="2024", day="2025-06-15", basis="submitted")

    assert (one.asked.basis, said(one)) == ("accepted", None)
    assert said(board(told, "analyst", year="2024", day="2025-09-01")) == 150.0


def test_who_is_not_concerned_gets_no_board(told: World) -> None:
    for role in ("verifier", "reviewer", "admin"):
        assert told.client(role).get("/boards/").status_code == 403


def test_parts_go_down_from_provinces_to_plants(told: World) -> None:
    nation = board(told, "nation", year="2024", day="2025-09-01")
    province = board(told, "province", year="2024", day="2025-09-01")
    city = board(told, "province", year="2024", day="2025-09-01", division="320100")

    assert [(one.code, one.value) for one in nation.parts] == [("32", 157.0)]
    assert [(one.code, one.value) for one in province.parts] == [("3201", 150.0), ("3205", 7.0)]
    assert [(one.code, one.value) for one in city.parts] == [("DEMO-STEEL", 150.0)]


def test_changes_and_coverage(told: World) -> None:
    plant(told.enterprise(A), "SILENT", "320102")
    one = board(told, "province", year="2024", day="2025-07-15")
    (co2e, co2) = one.changes

    assert (co2e.now, co2e.before, co2e.moved, co2e.share) == (157.0, 80.0, 77.0, 96.25)
    assert (co2.measure.substance, co2.unit.zh) == ("CO2", "tCO₂")
    assert (one.plants, one.reported) == (3, 2)
    counts = {state: count for state, _, count in one.states}
    assert counts == {"unopened": 1, "submitted": 1, "returned": 1}
    silent = next(part for part in board(told, "city", year="2024").parts if part.code == "SILENT")
    assert (silent.reported, silent.value) == (0, None)


def test_sums_are_exact_and_may_be_larger_than_an_integer_of_the_database(world: World) -> None:
    most = 2**63 - 1
    for number, micro in enumerate((most, most, most - 2, -5)):
        of = plant(world.enterprise(A), f"BIG-{number}", "320102")
        hand_in(of, 2024, 1, day("2025-03-01"), [carbon(micro)])
    one = board(world, "province", year="2024")
    assert sum(group.amount for group in one.now) == 3 * most - 2 - 5
    assert sum(group.co2e or 0 for group in one.now) == 3 * most - 7


def test_rule_sets_on_request_account_for_nothing_twice(world: World) -> None:
    from tongjian.site.workspaces import rulebook

    asked_for = next(
        name
        for name, editions in sorted(rulebook().rulesets.items())
        if all(one.doc.selected != "by_default" for one in editions)
    )
    made = hand_in(
        world.plant(A), 2024, 1, day("2025-03-01"),
        [carbon(MILLION), (asked_for, "enterprise", "fuel", "CO2", "tCO2", MILLION, MILLION)],
    )  # fmt: skip
    assert [one.ruleset for one in Total.every.filter(version=made)] == ["cn.steel.ndrc-2013"]


def test_a_number_opens_into_its_reports_and_from_there_into_its_trace(told: World) -> None:
    shown = page(told.client("province"), "/boards/?year=2024&day=2025-09-01")
    address = re.search(r'href="(/boards/behind\?[^"]+)"', shown)
    assert address is not None
    behind = page(told.client("province"), address[1])

    assert "/reports/DEMO-STEEL/2024/versions/2/lineage?boundary=enterprise" in behind
    assert "/reports/OTHER-STEEL/2024/versions/1" in behind
    assert "157" in behind
    english = page(told.client("city", language="en"), address[1].replace("division=320000", ""))
    assert "OTHER-STEEL" not in english and "150" in english
    for wrong in ("", "x", "a:b", "enterprise::tce"):
        assert told.client("city").get(f"/boards/behind?measure={wrong}").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("role", ["preparer", "approver", "city", "province", "nation", "analyst"])
def test_pages_in_both_languages_for_all_who_may(told: World, role: str, language: str) -> None:
    shown = page(told.client(role, language=language), "/boards/?year=2024")

    assert ("Data coverage" if language == "en" else "数据覆盖") in shown
    assert shown.count('<figure class="chart"') == 5
    assert shown.count("<h1") == 1


def test_pages_without_anything_say_what_to_do(world: World) -> None:
    Report.every.all().delete()
    assert "由审定人提交后，数就出现在这里" in page(world.client("city"), "/boards/")
    Plant.every.all().delete()
    assert "还没有登记设施" in page(world.client("province"), "/boards/")


@pytest.mark.parametrize("name", ["parts", "years", "sectors", "states", "map"])
def test_charts_are_exported_with_what_the_page_shows(told: World, name: str) -> None:
    address = f"/boards/region/{name}.csv?year=2024&day=2025-09-01"
    table = told.client("province").get(address).content.decode()
    wanted = {
        "parts": "南京市,150.0", "years": "2024,157.0", "sectors": "钢铁,157.0",
        "states": "已接受,1", "map": "3201,南京市",
    }  # fmt: skip
    assert wanted[name] in table, table
    assert told.client("province").get(f"/boards/region/{name}.exe").status_code == 404
    assert told.client("province").get("/boards/region/other.csv").status_code == 404


# ---- from the log ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Taken:
    number: int
    name: str
    time: str

    def step(self) -> Any:
        entry = SimpleNamespace(number=self.number, time=self.time)
        return SimpleNamespace(entry=entry, transition=SimpleNamespace(name=self.name))


def told_by(*steps: tuple[int, str, str]) -> list[tuple[str, int, str, str]]:
    taken = [
        Taken(number, name, f"2025-{time}T04:00:00+00:00").step() for number, name, time in steps
    ]
    numbers = {2: 1, 12: 2}  # entry 2 handed in version 1, entry 12 version 2
    found = standings(taken, numbers)
    return [
        (one.what, one.number, f"{one.since:%m-%d}", f"{one.until:%m-%d}" if one.until else "")
        for one in found
    ]


def test_what_is_handed_in_stands_until_it_is_replaced_or_withdrawn() -> None:
    assert told_by((1, "open", "01-01"), (2, "submit", "02-01")) == [("submitted", 1, "02-01", "")]
    assert told_by((2, "submit", "02-01"), (3, "withdraw", "02-05"), (12, "submit", "03-01")) == [
        ("submitted", 1, "02-01", "02-05"),
        ("submitted", 2, "03-01", ""),
    ]


def test_what_is_accepted_stands_until_a_supplement_is_asked_for() -> None:
    found = told_by(
        (2, "submit", "02-01"), (5, "accept", "03-01"), (7, "recall", "04-01"),
        (12, "submit", "05-01"), (15, "accept", "06-01"),
    )  # fmt: skip
    assert found == [
        ("accepted", 1, "03-01", "04-01"),
        ("submitted", 1, "02-01", "05-01"),
        ("submitted", 2, "05-01", ""),
        ("accepted", 2, "06-01", ""),
    ]


def test_the_projection_makes_rows_that_a_second_time_change_nothing(world: World) -> None:
    from tests.site.test_mrv_versions import work_off
    from tongjian.site.mrv.projection import catch_up
    from tongjian.site.operations.models import AuditEntry, Job

    preparer, approver = world.client("preparer"), world.client("approver")
    preparer.post("/reports/begin", {"plant": "DEMO-STEEL", "year": "2024"})
    world.import_example()
    more = world.workspace().folder / "output.csv"
    more.write_text(f"{OUTPUT}\nDEMO-STEEL,2024,crude_steel,produced,{STEEL},t,monitored\n")
    assert import_files(world.workspace().store, [more], Catalogue.load()).ok
    preparer.post("/reports/DEMO-STEEL/2024/compute")
    work_off()
    run = Job.every.get(kind="mrv.run").result["run"]
    preparer.post("/reports/DEMO-STEEL/2024/make-version", {"run": run})
    work_off()
    approver.post("/reports/DEMO-STEEL/2024/act/submit")

    one = board(world, "city", year="2024")
    assert said(one) == pytest.approx(499_570.024)
    assert said(one, "ets::tCO2e") == pytest.approx(428_220.962667)
    assert said(one, "energy:tce:tce") == pytest.approx(131_452.609194)
    # Of the same run: energy by energy input, and energy per tonne of its crude steel.
    assert said(one, "energy:facility.total_equivalent:tce") is not None
    per_tonne = {level.kind.key: level.value for level in one.intensities}
    assert per_tonne["crude_steel.energy"] == pytest.approx(131_452.609194 / STEEL * 1000)
    assert per_tonne["crude_steel.co2e"] == pytest.approx(499_570.024 / STEEL)
    assert {state for state, _, _ in one.states} == {"submitted"}
    rows = [set(model.every.values_list("pk", flat=True)) for model in (Standing, Stage, Total)]
    AuditEntry.every.filter(log=world.enterprise().key).delete()
    catch_up(world.workspace())
    again = [set(model.every.values_list("pk", flat=True)) for model in (Standing, Stage, Total)]
    assert rows == again and all(rows)
    approver.post("/reports/DEMO-STEEL/2024/act/withdraw", {"reason": "有误"})
    assert said(board(world, "city", year="2024")) is None
