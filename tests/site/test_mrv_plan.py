"""The control plan by its pages: drafted, filled in, entered, a meter and its calibration."""

from __future__ import annotations

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.site.world import EXAMPLE, World
from tongjian.control_plan import history, read_plan, write_plan_workbook
from tongjian.records import Limits, read_sheets

PLAN = "/reports/plan/DEMO-STEEL"


def example_workbook(folder: Path) -> bytes:
    path = folder / "plan.xlsx"
    write_plan_workbook(path, read_plan(EXAMPLE / "plan.yaml").data)
    return path.read_bytes()


def upload(world: World, content: bytes, role: str = "preparer", of: str = "A", code: str = PLAN):
    file = SimpleUploadedFile("计划.xlsx", content)
    return world.client(role, of).post(f"{code}/upload", {"file": file})


def test_the_draft_is_a_workbook_with_every_parameter(world: World, tmp_path: Path) -> None:
    world.import_example()
    answer = world.client("preparer").get(f"{PLAN}/workbook")
    path = tmp_path / "draft.xlsx"
    path.write_bytes(answer.content)

    sheets = read_sheets(path, Limits())
    assert len(sheets["参数"]) > 10
    # What only the plant can know is empty: entering it as it is lists every such place.
    refused = upload(world, answer.content)
    assert refused.status_code == 422
    assert (
        "工作表" in refused.content.decode()
        and not history(world.workspace().log, "DEMO-STEEL").revisions
    )


def test_a_plan_is_entered_shown_and_revised_by_a_meter(world: World, tmp_path: Path) -> None:
    world.import_example()
    assert upload(world, example_workbook(tmp_path)).status_code == 302
    known = history(world.workspace().log, "DEMO-STEEL")
    assert [one.plan.revision for one in known.revisions] == [1]
    assert known.revisions[0].by == world.actor("preparer").signature

    for role, language in (("preparer", "zh-hans"), ("city", "en"), ("verifier", "en")):
        page = world.client(role, language=language).get(f"{PLAN}?year=2024").content.decode()
        assert known.revisions[0].plan.parameters[0].id in page

    client = world.client("preparer")
    said = {"id": "W99", "name": "新汽车衡", "measures": "焦炭", "interval": "12"}
    more = {"in_force": "2027-01-01", "reason": "新增地磅"}
    assert client.post(f"{PLAN}/meter", {**said, **more}).status_code == 302
    changes = client.get(f"{PLAN}/revisions/2").content.decode()
    assert "W99" in changes and "增加" in changes
    wrong = client.post(f"{PLAN}/meter", {"id": "W1"})
    assert wrong.status_code == 422

    calibration = {"meter": "W99", "day": "2026-01-05", "result": "pass", "certificate": "J-7"}
    file = SimpleUploadedFile("证书.pdf", b"%PDF-1.4\n%%EOF\n")
    done = client.post(f"{PLAN}/calibration", {**calibration, "file": file})
    assert done.status_code == 302
    known = history(world.workspace().log, "DEMO-STEEL")
    assert known.calibrations[-1].next_due.isoformat() == "2027-01-05"  # type: ignore[union-attr]
    assert world.workspace().files.read(known.calibrations[-1].files[0]).startswith(b"%PDF")
    again = client.post(f"{PLAN}/calibration", {**calibration, "day": "2099-01-05"})
    assert again.status_code == 422


def test_a_month_is_frozen_once_its_plan_covers_it(world: World, tmp_path: Path) -> None:
    world.import_example()
    client = world.client("preparer")
    assert client.post(f"{PLAN}/freeze", {"month": "2024-03"}).status_code == 422
    upload(world, example_workbook(tmp_path))
    assert client.post(f"{PLAN}/freeze", {"month": "2024-13"}).status_code == 422
    done = client.post(f"{PLAN}/freeze", {"month": "2024-03"})
    frozen = history(world.workspace().log, "DEMO-STEEL").freezes
    assert (done.status_code == 302) == bool(frozen)


def test_others_neither_see_nor_change_it(world: World, tmp_path: Path) -> None:
    content = example_workbook(tmp_path)
    assert upload(world, content, of="B").status_code == 404
    assert upload(world, content, role="approver").status_code == 403
    assert upload(world, content, role="city").status_code == 403
    for role in ("preparer", "verifier"):
        assert world.client(role, "B").get(PLAN).status_code == 404
    # A plan of another plant does not get in by the page of one's own.
    own = upload(world, content, of="B", code="/reports/plan/OTHER-STEEL")
    assert own.status_code == 422 and "DEMO-STEEL" in own.content.decode()
