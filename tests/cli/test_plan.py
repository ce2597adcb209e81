"""``tongjian plan`` as a user types it, from the draft to the findings."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from tongjian.cli import app
from tongjian.evidence import EvidenceLog, FileStore

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/steel-works"
PLANT = "DEMO-STEEL"
MONTHLY = """设施,期间,工序,物料,项目,数量,单位,数据来源,凭证
DEMO-STEEL,2026-08,,焦炭,consumed,8300,t,实测,过磅单 8 月
DEMO-STEEL,2026-08,,焦炭,ncv,28.6,GJ/t,实测,化验报告 8 月
"""


def call(*arguments: object, code: int = 0):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert code == result.exit_code, result.output
    return result


def data(*arguments: object, code: int = 0):
    return json.loads(call(*arguments, "--json", code=code).output)


@pytest.fixture
def workspace(tmp_path):
    call("import", EXAMPLE / "facilities.csv", EXAMPLE / "activity.csv", "-w", tmp_path)
    return tmp_path


@pytest.fixture
def planned(workspace):
    call("plan", "revise", EXAMPLE / "plan.yaml", "-w", workspace, "--by", "张三")
    return workspace


def revised(folder, **changes):
    """The example as another file with lines replaced."""
    text = (EXAMPLE / "plan.yaml").read_text(encoding="utf-8")
    for old, new in {"revision: 1": "revision: 2", **changes}.items():
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / "second.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_draft_is_written_once_and_told_what_is_empty(workspace):
    made = data("plan", "draft", PLANT, "-w", workspace)

    file = Path(made["file"])
    assert made["parameters"] == file.read_text(encoding="utf-8").count('\n- id: "')
    again = data("plan", "draft", PLANT, "-w", workspace, code=1)
    assert [one["code"] for one in again["problems"]] == ["control_plan.exists"]
    problems = data("plan", "check", file, "-w", workspace, code=1)["problems"]
    assert {one["place"]["line"] for one in problems} > {12}  # the boundary, and more


def test_a_plan_is_checked_entered_shown_and_compared(workspace):
    checked = data("plan", "check", EXAMPLE / "plan.yaml", "-w", workspace)
    assert (checked["ok"], checked["problems"], checked["changes"]) == (True, [], [])

    made = data("plan", "revise", EXAMPLE / "plan.yaml", "-w", workspace, "--by", "张三")
    assert (made["revision"], made["entry"], made["by"]) == (1, 1, "张三")
    file = revised(
        workspace, **{"percent: 2.5": "percent: 1.5", "reason: 首次制定": "reason: 换表"}
    )
    assert len(data("plan", "check", file, "-w", workspace)["changes"]) == 1
    call("plan", "revise", file, "-w", workspace, "--by", "李四", "--file", EXAMPLE / "plan.yaml")

    shown = data("plan", "show", PLANT, "-w", workspace)
    assert [one["revision"] for one in shown["revisions"]] == [1, 2]
    assert shown["plan"]["meters"][1]["uncertainty"]["percent"] == 1.5
    then = data("plan", "show", PLANT, "-w", workspace, "--entry", 1)
    assert then["plan"]["meters"][1]["uncertainty"]["percent"] == 2.5
    [change] = data("plan", "diff", PLANT, "-w", workspace)["changes"]
    assert (change["part"], change["id"], change["field"]) == ("meters", "F1", "uncertainty")
    refused = data("plan", "check", file, "-w", workspace, code=1)
    assert refused["ok"] is False


def test_both_languages_show_the_same_plan(planned):
    zh = call("plan", "show", PLANT, "-w", planned).output
    en = call("plan", "show", PLANT, "-w", planned, "--lang", "en").output

    for text in ("焦炭", "净消耗量", "计量", "汽车衡", "逾期", "保守值"):
        assert text in zh
    for text in ("Coke", "metered", "overdue", "conservative"):
        assert text in en
    assert "（无变动）" not in zh


def test_the_workbook_is_filled_in_and_entered(workspace):
    file = workspace / "plan.xlsx"
    call("plan", "template", file, "--from", EXAMPLE / "plan.yaml")
    book = openpyxl.load_workbook(file)
    heads = {str(cell.value).split()[-1]: cell.column for cell in book["计量器具"][1]}
    book["计量器具"].cell(2, heads["location"]).value = "西门"
    book.save(file)

    call("plan", "revise", file, "-w", workspace, "--by", "张三")

    assert data("plan", "show", PLANT, "-w", workspace)["plan"]["meters"][0]["location"] == "西门"
    call("plan", "template", workspace / "empty.xlsx")
    assert openpyxl.load_workbook(workspace / "empty.xlsx").sheetnames[0] == "计划"


def test_findings_meters_and_months_of_a_year(planned):
    found = data("plan", "findings", PLANT, 2024, "-w", planned, "--on", "2025-03-01")

    kinds = [one["kind"] for one in found["findings"]]
    assert kinds == ["back_dated", "overdue", "overdue", "freeze_missing", "only_yearly"]
    assert len(found["links"]) == 6
    assert {one["state"] for one in found["months"]} == {"late missing"}
    widths = {one["parameter"]: one for one in found["half_widths"]}
    assert widths["coke-used"]["widened"] == pytest.approx(1 + 138 / 366)
    zh = call("plan", "findings", PLANT, 2024, "-w", planned).output
    en = call("plan", "findings", PLANT, 2024, "-w", planned, "--lang", "en").output
    assert "计量器具逾期未检定" in zh
    assert "calibration overdue" in en


def test_a_calibration_takes_an_overdue_meter_off_the_findings(planned):
    told = ("--day", "2024-08-12", "--certificate", "LZ-2024-0211", "--by", "王五")
    entry = data("plan", "calibrate", PLANT, "W1", *told, "-w", planned)
    assert (entry["act"], entry["content"]["next_due"]) == ("meter.calibrate", "2025-08-12")

    found = data("plan", "findings", PLANT, 2024, "-w", planned)["findings"]

    assert [one["meter"] for one in found if one["kind"] == "overdue"] == ["F1"]
    call(
        "plan", "calibrate", PLANT, "W1", "--day", "2024-08", "--by", "王五", "-w", planned, code=1
    )
    wrong = ("--day", "2024-08-12", "--by", "王五", "--result", "gut")
    call("plan", "calibrate", PLANT, "W1", *wrong, "-w", planned, code=1)


def test_a_month_is_frozen_and_a_record_changed_afterwards_is_found(planned):
    table = planned / "august.csv"
    table.write_text(MONTHLY, encoding="utf-8")
    call("import", table, "-w", planned)

    made = data("plan", "freeze", PLANT, "2026-08", "--by", "李四", "-w", planned)
    assert [one["parameter"] for one in made["values"]] == ["coke-used", "coke-ncv"]
    assert made["missing"] == ["bf-gas-used", "limestone-used", "power-bought"]
    assert made["deadline"] == "2026-10-10"

    # Somebody makes the records anew, with another figure.
    shutil.rmtree(planned / "records")
    table.write_text(MONTHLY.replace("8300", "8100"), encoding="utf-8")
    call("import", EXAMPLE / "facilities.csv", table, "-w", planned)
    found = data("plan", "findings", PLANT, 2026, "-w", planned)["findings"]
    [changed] = [one for one in found if one["kind"] == "changed_since"]
    assert "8300 t" in changed["zh"]
    assert "8100 t" in changed["en"]

    again = data("plan", "freeze", PLANT, "2026-08", "--by", "李四", "-w", planned, code=1)
    assert [one["code"] for one in again["problems"]] == ["control_plan.freeze_reason"]
    call(
        "plan", "freeze", PLANT, "2026-08", "--by", "李四", "--reason", "过磅单更正", "-w", planned
    )
    call("plan", "freeze", PLANT, "2026-13", "--by", "李四", "-w", planned, code=1)


def test_uncertainty_takes_what_the_plan_states(planned):
    def shares(*more):
        arguments = ("uncertainty", 2024, "cn.steel.ndrc-2013", PLANT, "-w", planned, *more)
        rows = data(*arguments, "--draws", 500)["contributions"]
        return {one["quantity"]: one["half_width"] for one in rows}

    with_plan, without = shares(), shares("--no-plan")

    name = next(name for name in with_plan if "/coke/consumed/" in name)
    assert with_plan[name] == pytest.approx(0.5657929 * (1 + 138 / 366), rel=1e-6)
    assert without[name] == 3.0  # the rulebook's default


def test_a_log_that_was_tampered_with_is_refused(planned):
    file = planned / "evidence" / "log.jsonl"
    text = file.read_text(encoding="utf-8")
    assert "LZ-2023-0211" in text
    file.write_text(text.replace("LZ-2023-0211", "LZ-2024-0211"), encoding="utf-8")

    for command in (("show", PLANT), ("findings", PLANT, 2024)):
        problems = data("plan", *command, "-w", planned, code=1)["problems"]
        assert [one["code"] for one in problems] == ["evidence.changed"]


def test_a_plan_that_nobody_entered_is_told(workspace):
    found = data("plan", "show", PLANT, "-w", workspace, code=1)
    assert [one["code"] for one in found["problems"]] == ["control_plan.none"]
    found = data("plan", "diff", PLANT, "-w", workspace, code=1)
    assert [one["code"] for one in found["problems"]] == ["control_plan.no_revision"]
    found = data("plan", "findings", "NOBODY", 2024, "-w", workspace, code=1)
    assert [one["code"] for one in found["problems"]] == ["records.unknown_facility"]


def test_the_log_is_the_only_state(planned):
    before = data("plan", "show", PLANT, "-w", planned)
    log = EvidenceLog(FileStore(planned / "evidence" / "log.jsonl"))
    assert [one.act for one in log.entries()] == ["plan.revise"]
    assert datetime.fromisoformat(log.entries()[0].time) <= datetime.now(UTC)

    for other in (planned / "evidence").iterdir():
        if other.suffix == ".lock":
            other.unlink()

    assert data("plan", "show", PLANT, "-w", planned) == before
