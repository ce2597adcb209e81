"""``tongjian runs``, ``versions`` and ``records`` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.versions.works import power, small_works
from tongjian.cli import app

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "steel-works"
PLANT = ("DEMO-STEEL", 2024)
HEAD = "设施,期间,工序,物料,项目,数量,单位,数据来源,凭证"
WHO = ("--by", "张三")
WHY = (*WHO, "--reason", "磅单重复计入", "--evidence", "更正单2024-07")


def call(*arguments: object, code: int = 0) -> Any:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert code == result.exit_code, result.output
    return result


def data(*arguments: object, code: int = 0) -> Any:
    return json.loads(call(*arguments, "--json", code=code).stdout)


def correct(workspace: Path, *lines: str, option: str = "--correct", code: int = 0) -> Any:
    path = workspace / "fix.csv"
    path.write_text("\n".join([HEAD, *lines, ""]), encoding="utf-8")
    return call("import", path, "-w", workspace, option, *WHY, code=code)


COKE = "DEMO-STEEL,2024,,焦炭,consumed,90000,t,实测,过磅单更正"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, own_cache: Path) -> Path:
    """Version 1, a correction of coke, version 2."""
    folder = tmp_path_factory.mktemp("versions")
    call("import", EXAMPLE / "facilities.csv", EXAMPLE / "activity.csv", "-w", folder)
    run = data("runs", "keep", *WHO, "-w", folder)["id"]
    call("versions", "make", *PLANT, *WHO, "--run", run, "-w", folder)
    correct(folder, COKE)
    call("versions", "make", *PLANT, *WHO, "--reason", "磅单更正", "-w", folder)
    return folder


def test_kept_runs_are_listed_and_shown(workspace: Path) -> None:
    first, second = data("runs", "list", "-w", workspace)
    assert (first["by"], first["records"]["number"], second["records"]["number"]) == ("张三", 1, 2)
    assert second["asked"]["years"] == [2024]
    for lang, words in (("zh", ("存档的运行", "张三")), ("en", ("Kept runs", "all years"))):
        page = call("runs", "list", "-w", workspace, "--lang", lang).output
        assert all(word in page for word in (*words, first["id"][:12]))

    shown = data("runs", "show", first["id"][:8], "-w", workspace)
    assert shown["problems"] == []
    totals = {one["ruleset"]: one["amount"] for one in shown["totals"]}
    assert totals["cn.steel.ndrc-2013"] == 499_570.024
    assert "499,570.02" in call("runs", "show", first["id"], "-w", workspace).output


def test_a_run_is_reproduced_after_the_correction(workspace: Path) -> None:
    first, _ = data("runs", "list", "-w", workspace)
    said = data("runs", "reproduce", first["id"], "-w", workspace)
    assert said["identical"] is True and said["result_now"] == first["result"]
    for lang, word in (("zh", "逐字节相同"), ("en", "every one alike")):
        page = call("runs", "reproduce", first["id"], "-w", workspace, "--lang", lang).output
        assert word in page and first["result"][:16] in page


def test_versions_are_listed_shown_and_compared(workspace: Path) -> None:
    first, second = data("versions", "list", *PLANT, "-w", workspace)
    assert (first["kind"], second["kind"]) == ("original", "supplementary")
    assert (second["reason"], second["subject"]) == ("磅单更正", "report:DEMO-STEEL/2024/2")
    page = call("versions", "list", *PLANT, "-w", workspace).output
    assert "首次报告" in page and "补充报告" in page and "磅单更正" in page

    shown = data("versions", "show", *PLANT, "-n", 1, "-w", workspace)
    assert shown["changes"] is None and shown["root"]["size"] == 1
    page = call("versions", "show", *PLANT, "-w", workspace, "--lang", "en").output
    assert second["root"]["hash"] in page and "cn.steel.ndrc-2013" in page

    # Coke: −10,000 t × 28.6 GJ/t × 0.0294 tC/GJ × 0.93 × 44/12 = −28,672.644 t.
    compared = data("versions", "diff", *PLANT, "-w", workspace)
    (part,) = [one for one in compared["parts"] if one["boundary"] == "enterprise"]
    (change,) = part["changes"]
    (effect,) = change["effects"]
    assert (effect["unit"], effect["micro"]) == ("tCO2e", -28_672_644_000)
    assert compared == data("versions", "show", *PLANT, "-w", workspace)["changes"]
    for lang, words in (
        ("zh", ("焦炭", "100000 t", "90000 t", "-28,672.64", "更正单2024-07", "次序")),
        ("en", ("coke", "100000 t", "90000 t", "-28,672.64", "更正单2024-07", "In order")),
    ):
        page = call("versions", "diff", *PLANT, "-w", workspace, "--lang", lang).output
        assert all(word in page for word in words), page


def test_versions_that_do_not_follow_each_other_are_computed(workspace: Path) -> None:
    """From the newer back to the older: what was moved comes back."""
    back = data("versions", "diff", *PLANT, "--left", 2, "--right", 1, "-w", workspace)
    (part,) = [one for one in back["parts"] if one["boundary"] == "enterprise"]
    assert sum(e["micro"] for c in part["changes"] for e in c["effects"]) == 28_672_644_000
    same = call("versions", "diff", *PLANT, "--left", 2, "--right", 2, "-w", workspace).output
    assert "合计没有变动" in same


def test_factors_and_formulas_are_told_as_they_read(tmp_path: Path) -> None:
    """Under a rulebook of one's own: the grid's factor, then the formula of electricity."""
    works = small_works(tmp_path, [power(50)])
    where = ("-w", works.workspace, "--rulebook", works.rules)
    call("versions", "make", "F1", 2025, *WHO, *where)
    works.edit("grid.csv", "Jiangsu,ef,0.4,", "Jiangsu,ef,0.5,")
    works.edit("d0.yaml", "net * grid.ef", "1.1 * net * grid.ef")

    reason = ("--reason", "新因子")
    zh = call("versions", "make", "F1", 2025, *WHO, *reason, *where).output
    en = call("versions", "show", "F1", 2025, "-w", works.workspace, "--lang", "en").output

    # 20 t; 50 MWh × 0.1 t/MWh; a tenth of 25 t; 27.5 t.
    both = ("0.4 tCO2/MWh", "0.5 tCO2/MWh", "1.1 * net * grid.ef", "20.00", "5.00", "2.50", "27.50")
    for page, words in (
        (zh, (*both, "因子与取值", "公式与规则集", "购入电力")),
        (en, (*both, "factors and values", "formulas and rule sets", "electricity")),
    ):
        assert [word for word in words if word not in page] == [], page


def test_refusals_of_versions(workspace: Path) -> None:
    again = data("versions", "make", *PLANT, *WHO, "--reason", "再一次", "-w", workspace, code=1)
    assert [one["code"] for one in again["problems"]] == ["versions.same_runs"]
    for arguments, word in (
        (("versions", "make", *PLANT, *WHO, "--run", "0"), "tongjian runs list"),
        (("versions", "show", *PLANT, "-n", 9), "9"),
        (("versions", "diff", *PLANT, "--right", 1), "--left"),
        (("runs", "show", "0"), "tongjian runs list"),
    ):
        assert word in call(*arguments, "-w", workspace, code=1).output
    assert "还没有版本" in call("versions", "list", "NOBODY", 2024, "-w", workspace).output
    assert "--by" in call("runs", "keep", "-w", workspace, code=2).output


def test_the_history_of_a_datum(workspace: Path) -> None:
    first, second = data("records", "imports", "-w", workspace)
    assert "correction" not in first and second["correction"]["by"] == "张三"
    page = call("records", "imports", "-w", workspace).output
    assert "更正" in page and "磅单重复计入" in page

    where = ("facility=DEMO-STEEL", "stream=coke", "item=consumed")
    before, after = data("records", "history", *where, "-w", workspace)
    assert (before["quantity"], before["until"]) == (100_000.0, 2)
    assert (after["quantity"], after["until"], after["by"]) == (90_000.0, None, "张三")
    for lang, word in (("zh", "焦炭"), ("en", "Coke")):
        page = call("records", "history", *where, "-w", workspace, "--lang", lang).output
        assert word in page and "100,000" in page and "90,000" in page
    assert "没有符合" in call("records", "history", "facility=X", "-w", workspace).output
    assert "colour" in call("records", "history", "colour=red", "-w", workspace, code=1).output


def test_corrections_say_who_and_why(tmp_path: Path) -> None:
    call("import", EXAMPLE / "facilities.csv", EXAMPLE / "activity.csv", "-w", tmp_path)
    path = tmp_path / "fix.csv"
    path.write_text(f"{HEAD}\n{COKE}\n", encoding="utf-8")
    assert "--correct" in call("import", path, "-w", tmp_path, code=1).output
    page = call("import", path, "-w", tmp_path, "--correct", code=1).output
    assert "--by" in page and "--reason" in page
    both = call("import", path, "-w", tmp_path, "--correct", "--withdraw", *WHY, code=1)
    assert "--correct | --withdraw" in both.output
    page = call("import", path, "-w", tmp_path, "--by", "张三", code=1).output
    assert "cli.only_corrections" in page and "--by" in page

    dry = call("import", path, "-w", tmp_path, "--correct", *WHY, "--dry-run").output
    assert "更正 1 行" in dry and "未写入" in dry
    assert "更正 1 行" in correct(tmp_path, COKE).output
    assert "撤回 1 行" in correct(tmp_path, COKE, option="--withdraw").output
    rows = data("records", "history", "stream=coke", "item=consumed", "-w", tmp_path)
    assert [one["act"] for one in rows] == ["import", "correct", "withdraw"]
    said = call("records", "history", "stream=coke", "item=consumed", "-w", tmp_path).output
    assert "撤回" in said


def test_runs_on_what_was_known_earlier(workspace: Path) -> None:
    """As known after the first import, the run is that of version 1."""
    totals = []
    for moment in ("1", "2", "2100-01-01"):
        said = data("run", "-r", "cn.steel.ndrc-2013", "--as-of", moment, "-w", workspace)
        (row,) = [one for one in said["inventory"] if one["boundary"] == "enterprise"]
        totals.append(row["co2e"])
    assert totals == [499_570.024, 470_897.38, 470_897.38]
    first, _ = data("runs", "list", "-w", workspace)
    kept = data("runs", "keep", *WHO, "--as-of", 1, "-w", workspace)
    assert kept["id"] == first["id"]
    for moment, word in (("9", "tongjian records imports"), ("soon", "2026-03-31")):
        page = call("run", "--as-of", moment, "-w", workspace, code=1).output
        assert word in page


def test_damage_is_found_and_ends_with_an_error(tmp_path: Path) -> None:
    call("import", EXAMPLE / "facilities.csv", EXAMPLE / "activity.csv", "-w", tmp_path)
    assert "1 次导入" in call("records", "verify", "-w", tmp_path).output
    assert "runs keep" in call("runs", "list", "-w", tmp_path).output
    run = data("runs", "keep", *WHO, "-w", tmp_path)
    (path,) = (tmp_path / "records" / "activity").glob("*.parquet")
    path.write_bytes(path.read_bytes()[:-9])

    verified = data("records", "verify", "-w", tmp_path, code=1)
    assert verified["ok"] is False
    assert path.name in call("records", "verify", "-w", tmp_path, code=1).output
    shown = data("runs", "show", run["id"], "-w", tmp_path, code=1)
    assert [one["code"] for one in shown["problems"]] == ["records.store_damaged"]
    assert path.name in call("runs", "reproduce", run["id"], "-w", tmp_path, code=1).output

    results = tmp_path / "evidence" / "files" / run["stored"]["results.jsonl.gz"][:2]
    (kept,) = results.glob(run["stored"]["results.jsonl.gz"])
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes()[:-1])
    assert kept.name in call("runs", "show", run["id"], "-w", tmp_path, code=1).output
