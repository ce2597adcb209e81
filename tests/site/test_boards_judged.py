"""Levels and targets of a region: calculated by a job from what was handed in, read by pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from tests.site.board_rows import day
from tests.site.conftest import _leave, _use
from tests.site.test_mrv_versions import work_off
from tests.site.world import EXAMPLE, World
from tongjian.records import Catalogue, import_files
from tongjian.site.boards.models import BoardRun
from tongjian.site.operations.models import Job

# Two furnaces with verified values: 355 is better than the benchmark 361, 440 worse than the
# baseline 435 (发改产业〔2023〕723号, 高炉工序). Capacities are the widths of the curve.
LEVELS = """facility,period,process_unit,stream,item,quantity,unit,tier
DEMO-STEEL,2024,BF1,lv_blast_furnace,verified_energy,355,kgce/t,monitored
DEMO-STEEL,2024,BF1,unit_facts,capacity,1500000,t,monitored
DEMO-STEEL,2024,BF2,lv_blast_furnace,verified_energy,440,kgce/t,monitored
DEMO-STEEL,2024,BF2,unit_facts,capacity,900000,t,monitored
"""
UNITS = """facility,process_unit,name_zh,kind
DEMO-STEEL,BF1,一号高炉,blast_furnace
DEMO-STEEL,BF2,二号高炉,blast_furnace
DEMO-STEEL,LATE1,三号高炉,blast_furnace
DEMO-STEEL,LATE2,四号高炉,blast_furnace
"""


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return unescape(answer.content.decode())


@pytest.fixture(scope="module")
def told(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site on which A has submitted a year with levels, and the province had it calculated."""
    folder = tmp_path_factory.mktemp("judged") / "site"
    shutil.copytree(template, folder)
    _use(folder)
    world = World()
    preparer, approver = world.client("preparer"), world.client("approver")
    preparer.post("/reports/begin", {"plant": "DEMO-STEEL", "year": "2024"})
    more = folder / "levels.csv"
    more.write_text(LEVELS, encoding="utf-8")
    units = folder / "process_units.csv"
    units.write_text(UNITS, encoding="utf-8")
    files = [EXAMPLE / "facilities.csv", units, EXAMPLE / "activity.csv", more]
    report = import_files(world.workspace().store, files, Catalogue.load())
    assert report.ok, report.problems
    preparer.post("/reports/DEMO-STEEL/2024/compute")
    work_off()
    run = Job.every.get(kind="mrv.run").result["run"]
    preparer.post("/reports/DEMO-STEEL/2024/make-version", {"run": run})
    work_off()
    approver.post("/reports/DEMO-STEEL/2024/act/submit")
    # What is entered afterwards is in no report, and so in no calculation.
    late = folder / "late.csv"
    late.write_text(LEVELS.replace("BF", "LATE"), encoding="utf-8")
    assert import_files(world.workspace().store, [late], Catalogue.load()).ok
    answer = world.client("province").post("/boards/calculate", {"year": "2024"})
    again = world.client("province").post("/boards/calculate", {"year": "2024"})
    assert answer.status_code == 302 and answer["Location"] == again["Location"]
    work_off()
    _leave()
    return folder


@pytest.fixture
def judged(told: Path, tmp_path: Path) -> Iterator[World]:
    """A copy of it for each test."""
    folder = tmp_path / "site"
    shutil.copytree(told, folder)
    _use(folder)
    yield World()
    _leave()


def test_a_curve_has_the_units_of_what_was_handed_in_with_its_lines(judged: World) -> None:
    (curve,) = BoardRun.objects.get().judged["curves"]
    told = {one["process_unit"]: (one["value"], one["width"]) for one in curve["units"]}

    assert told == {"BF1": (355.0, 1_500_000.0), "BF2": (440.0, 900_000.0)}
    assert [value for value, _ in curve["lines"]["benchmark"]] == [361.0]
    assert [value for value, _ in curve["lines"]["baseline"]] == [435.0]
    assert curve["unit"] == "kgce/t"
    shown = page(judged.client("province"), "/boards/curve?year=2024")
    assert "示例钢铁甲厂 BF1" in shown and "LATE" not in shown
    assert shown.count('data-chart="efficiency_curve"') == 1
    assert "标杆水平" in shown
    english = page(judged.client("province", language="en"), "/boards/curve?year=2024")
    assert "Sample Steel A works BF1" in english and "Benchmark" in english
    table = judged.client("province").get(
        f"/boards/curve/curve.csv?year=2024&product={curve['key']}"
    )
    assert "355" in table.content.decode()
    assert judged.client("province").get("/boards/curve/curve.csv?year=2024").status_code == 404


def test_every_target_has_a_status_and_what_is_missing(judged: World) -> None:
    from tongjian.site.workspaces import rulebook

    listed = BoardRun.objects.get().targets["list"]
    assert {one["id"] for one in listed} == set(rulebook().targets)
    assert all(one["missing"] for one in listed if one["status"] == "not_measurable")
    at_benchmark = next(one for one in listed if one["id"] == "JS-steel-bench")
    assert at_benchmark["region"] == "Jiangsu"
    # 1.5 of 2.4 Mt of capacity is at the benchmark.
    assert at_benchmark["value"] == pytest.approx(62.5)
    client = judged.client("province")
    whole = page(client, "/boards/targets?year=2024")
    assert "无法评估" in whole and "/rulebook/document/" in whole
    one = page(client, f"/boards/targets?year=2024&status={at_benchmark['status']}&sector=steel")
    assert at_benchmark["title"]["zh"] in one
    none = page(client, "/boards/targets?year=2024&policy=no.such.policy")
    assert "没有符合筛选条件的目标" in none
    csv = client.get("/boards/targets/statuses.csv?year=2024&status=rule").content.decode()
    assert "条件" in csv and "无法评估" not in csv


def test_a_result_is_for_the_authority_it_was_made_for(judged: World) -> None:
    for role in ("city", "nation"):
        shown = page(judged.client(role), "/boards/targets?year=2024&division=320000"
                     if role == "nation" else "/boards/targets?year=2024")  # fmt: skip
        assert "还没有测算" in shown, role
        assert "BF1" not in page(judged.client(role), "/boards/curve?year=2024")
    # An analyst reads what was accepted; nothing was.
    assert "还没有测算" in page(judged.client("analyst"), "/boards/curve?year=2024")
    for role in ("preparer", "approver", "verifier", "reviewer", "admin"):
        for address in ("curve", "targets"):
            assert judged.client(role).get(f"/boards/{address}").status_code == 403
        assert judged.client(role).post("/boards/calculate").status_code == 403


def test_a_result_is_of_its_day(judged: World) -> None:
    BoardRun.objects.update(as_of=day("2025-07-01", 0))
    client = judged.client("province")
    assert "还没有测算" in page(client, "/boards/curve?year=2024&day=2025-06-29")
    shown = page(client, "/boards/curve?year=2024&day=2025-07-05")
    assert "数据截至 2025-06-30" in shown and "还没有测算" not in shown


def test_where_nothing_was_handed_in_the_job_says_so(world: World) -> None:
    from tongjian.site.operations.jobs import work

    world.client("city").post("/boards/calculate", {"year": "2024"})
    made = Job.every.get(kind="boards.judge")
    work.call(made.pk)
    made.refresh_from_db()
    assert made.state == Job.FAILED and made.problems[0]["code"] == "site.board_nothing"
    assert world.client("city").post("/boards/calculate", {"division": "320500"}).status_code == 404
