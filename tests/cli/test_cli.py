"""The commands as a user types them: exit codes, both languages, JSON, files written."""

import json
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from tests.contract.plant import Plant
from tongjian.cli import app

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = [
    str(ROOT / "examples/steel-works/facilities.csv"),
    str(ROOT / "examples/steel-works/activity.csv"),
]


def call(*arguments: object, code: int = 0):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert code == result.exit_code, result.output
    return result


@pytest.fixture
def workspace(tmp_path):
    call("import", *EXAMPLE, "-w", tmp_path)
    return tmp_path


def test_help_is_a_manual():
    page = call("--help").output

    for command in (
        "demo",
        "import",
        "template",
        "run",
        "explain",
        "compare",
        "conflicts",
        "check",
        "confirm",
        "rules",
    ):
        assert command in page
        assert call(command, "--help").output


def test_import_again_changes_nothing(workspace):
    first = sorted((workspace / "records").rglob("*"))

    report = json.loads(call("import", *EXAMPLE, "-w", workspace, "--json").output)

    assert (report["rows_new"], report["rows_known"]) == (0, 7)
    assert first == sorted((workspace / "records").rglob("*"))


def test_dry_run_writes_nothing(tmp_path):
    result = call("import", *EXAMPLE, "-w", tmp_path, "--dry-run")

    assert "未写入" in result.output
    assert list(tmp_path.rglob("*.parquet")) == []


def test_import_with_faults_names_every_place_and_writes_nothing(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(
        "facility,period,process_unit,stream,item,quantity,unit,tier,evidence\n"
        "X,2024,,koks,consumed,1,t,,\nX,2024,,coke,consumed,-1,t,,\n",
        encoding="utf-8",
    )

    zh = call("import", path, "-w", tmp_path / "w", code=1).output
    en = call("import", path, "-w", tmp_path / "w", "--lang", "en", code=1).output

    assert "第2行" in zh and "第3行" in zh and "koks" in zh
    assert "row 2" in en and "row 3" in en and "koks" in en
    assert list((tmp_path / "w").rglob("*.parquet")) == []


def test_missing_file_and_missing_workspace(tmp_path):
    assert "nothing.csv" in call("import", tmp_path / "nothing.csv", code=1).output
    assert "tongjian import" in call("run", "-w", tmp_path, code=1).output


def test_run_prints_and_stores(workspace):
    result = call("run", "-w", workspace, "--by", "category")

    assert "388,500.02" in result.output
    (manifest,) = (workspace / "runs").glob("*/manifest.json")
    stored = json.loads(manifest.read_text(encoding="utf-8"))
    assert stored["result"].startswith(manifest.parent.name)
    ledger = (manifest.parent / "ledger.csv").read_text(encoding="utf-8-sig")
    assert "fuel_combustion" in ledger


def test_the_back_end_changes_nothing(workspace):
    found = [
        json.loads(call("run", "-w", workspace, "--backend", name, "--json").output)
        for name in ("auto", "duckdb", "python")
    ]

    assert found[0] == found[1] == found[2]


def test_an_unknown_back_end_is_refused(workspace):
    for command in (["run", "-w", workspace], ["check", ROOT / "cases/energy.yaml"]):
        said = call(*command, "--backend", "flink", "--lang", "en", code=1).output
        assert "flink" in said and "duckdb" in said and "spark" in said


def test_run_as_json_is_complete(workspace):
    result = json.loads(call("run", "-w", workspace, "--json").output)

    assert {"manifest", "folder", "reports", "inventory", "problems"} == set(result)
    assert {"enterprise", "ets", "energy"} == {row["boundary"] for row in result["inventory"]}


def test_what_if_is_written_into_the_manifest(workspace):
    plain = json.loads(call("run", "-w", workspace, "--json").output)["manifest"]
    other = json.loads(
        call("run", "-w", workspace, "--bind", "fuel=fuel.ndrc-chem-2013", "--json").output
    )["manifest"]

    assert plain["binds"] == {}
    assert other["binds"] == {"fuel": "fuel.ndrc-chem-2013"}
    assert plain["result"] != other["result"]


def test_explain_reaches_clause_status_and_record(workspace):
    page = call("explain", "-w", workspace, "facility=DEMO-STEEL", "year=2024", "column=total")

    for part in ("28.6 GJ/t", "fuel.ndrc-steel-2013", "凭记忆", "activity.csv 3", "过磅单汇总"):
        assert part in page.output


def test_explain_refuses_another_run_than_the_manifest(workspace, tmp_path):
    call("run", "-w", workspace)
    (manifest,) = (workspace / "runs").glob("*/manifest.json")
    good = ["explain", "-w", workspace, "year=2024", "boundary=enterprise", "--manifest"]
    call(*good, manifest)

    changed = json.loads(manifest.read_text(encoding="utf-8")) | {"result": "0" * 64}
    other = tmp_path / "other.json"
    other.write_text(json.dumps(changed), encoding="utf-8")

    assert "cli.other_result" in call(*good, other, code=1).output


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_unknown_cell_lists_what_there_is(workspace, lang):
    where = ["facility=DEMO-STEEL", "year=2024", "column=totl"]

    page = call("explain", "-w", workspace, *where, "--lang", lang, code=1).output

    assert "totl" in page and "combustion" in page


def test_rules_list_show_check():
    assert "cn.steel.ndrc-2013" in call("rules", "list").output
    assert "gwp.ar6" in call("rules", "list", "--kind", "tables").output
    shown = json.loads(call("rules", "show", "gwp.ar5", "--json").output)
    assert "265" in [row["value"] for row in shown["values"] if row["column"] == "N2O"]
    assert "sum(fuel.co2)" in call("rules", "show", "cn.steel.ndrc-2013").output
    assert "produced" in call("rules", "show", "cn.chemicals.n2o").output
    near = call("rules", "show", "cn.steel.ndrc2013", code=1).output
    assert "cn.steel.ndrc-2013" in near


def test_rules_check_points_at_the_fault(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_text("method: cn.x\ntitel: {zh: a, en: b}\n", encoding="utf-8")
    small = "--rulebook", Plant(tmp_path).write()

    page = call("rules", "check", path, *small, code=1).output

    assert "m.yaml" in page and "titel" in page and "第2行" in page
    assert "titel" in call("rules", "check", path, *small, "--lang", "en", code=1).output


def test_rules_check_and_page_of_somebodys_documents(tmp_path):
    plant = Plant(tmp_path)
    plant.fuel_rows[1][6:8] = ["recalled", ""]
    check = ["rules", "check", "--rulebook", plant.write(), "--cases", plant.cases_folder]
    docs = ["--docs", tmp_path / "pages"]

    done = json.loads(call(*check, "--json").output)
    assert done["ok"] and done["counts"] == {"error": 0, "warning": 1, "note": 1}
    (coverage,) = done["coverage"]
    assert coverage["share"] == 1 and coverage["wrong_on_purpose"] == ["TOO-MUCH"]
    assert {one["check"] for one in done["findings"]} == {"sources"}

    page = call(*check, "--lang", "en").output
    assert "contract.no_source" in page and "contract.recalled" not in page and "100 %" in page
    assert "contract.recalled" in call(*check, "--notes").output
    call(*check, "--strict", code=1)

    assert "contract.page_missing" in call(*check, *docs, code=1).output
    write = ["rules", "page", *check[2:]]
    assert "2 页" in call(*write, *docs).output
    call(*check, *docs)
    printed = call("rules", "page", "t.plant", *check[2:]).output
    assert printed.startswith("# 测试 / test") and "BOTH" in printed
    assert "t.plant" in call("rules", "page", "t.plnt", *check[2:], code=1).output


def test_check_cases(tmp_path):
    assert "0 次不符" in call("check", ROOT / "cases/energy.yaml").output
    text = (ROOT / "cases/energy.yaml").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(text.replace("2278.6", "2278.7"), encoding="utf-8")
    call("check", wrong, code=1)


def test_template_for_a_sector_imports_as_no_rows(tmp_path):
    path = tmp_path / "cement.xlsx"

    call("template", path, "--sector", "cement")

    assert path.is_file()
    assert "records.no_rows" in call("import", path, "-w", tmp_path / "w", code=1).output
    known = call("template", path, "--sector", "bakery", code=1).output
    assert "bakery" in known and "cement" in known


def test_wrong_options_say_what_is_expected(workspace):
    assert "alias=table" in call("run", "-w", workspace, "--bind", "gwp", code=1).output
    assert "name=value" in call("explain", "-w", workspace, "2024", code=1).output
    assert "sector" in call("run", "-w", workspace, "--by", "colour", code=1).output


STEEL = ("cn.steel.ndrc-2013", "cn.steel.mee-v01-2024")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_compare_bridges_two_rule_sets(workspace, lang):
    where = ["DEMO-STEEL", "2024", *STEEL, "-w", workspace, "--lang", lang]
    page = call("compare", *where).output
    assert ("仅前者计入" if lang == "zh" else "Counted by the first only") in page
    assert "electricity" in page or "电力" in page

    found = json.loads(call("compare", *where, "--json").output)
    steps = sum(step["effect"] for step in found["steps"])
    assert found["left"]["co2e"] + steps == pytest.approx(found["right"]["co2e"], abs=1e-6)


def test_compare_names_what_there_is(workspace):
    page = call("compare", "NOBODY", "2024", *STEEL, "-w", workspace, code=1).output
    assert "NOBODY" in page and "DEMO-STEEL" in page


def test_rule_sets_of_one_boundary_are_shown_apart(workspace):
    both = ["-r", "cn.steel.ndrc-2013", "-r", "cn.steel.gbt32151-5"]
    page = call("run", "-w", workspace, *both).output
    assert "cn.steel.ndrc-2013" in page and "cn.steel.gbt32151-5" in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_conflicts_show_what_each_answer_would_change(workspace, lang):
    page = call("conflicts", "DEMO-STEEL", "2024", "-w", workspace, "--lang", lang).output
    assert ("粗钢固碳因子" if lang == "zh" else "Carbon fixed in crude steel") in page
    # 300,000 t at 0.037 in place of 0.0154 tCO2/t fix 6,480 t more.
    assert "-6,480.00" in page and "6,480.00" in page


def test_conflicts_are_listed_and_shown():
    assert "steel.crude-steel-carbon" in call("rules", "list", "--kind", "conflicts").output
    page = call("rules", "show", "steel.crude-steel-carbon", "--json").output
    assert "steel.fixed.gbt2015~steel.crude-steel-carbon.high" in page
    assert (
        "0.037" in call("rules", "show", "steel.fixed.gbt2015~steel.crude-steel-carbon.high").output
    )


def test_a_statutory_run_wants_its_recalled_values_confirmed(workspace):
    report = workspace / "report"
    run = ["run", "-w", workspace, "--statutory", "--report", report]
    refused = json.loads(call(*run, "--json", code=1).output)
    assert {"statutory.unconfirmed_value"} <= {one["code"] for one in refused["problems"]}
    assert not report.exists() and not (workspace / "runs").exists()

    call("confirm", "grant", "张三", "--right", "confirm", "--by", "张三", "-w", workspace)
    by = ["--by", "张三", "-w", workspace]
    call("confirm", "values", "no-such-*", "--reference", "附录二 第8页", *by, code=1)
    page = call("confirm", "values", "*", "--reference", "附录二 第8页", *by).output
    assert "未确认" in page and "0.93" in page

    call(*run)
    page = (report / "report.zh.html").read_text(encoding="utf-8")
    assert "法定报送版" in page and "附录二 第8页" in page
    detail = openpyxl.load_workbook(report / "report.xlsx")["明细"]
    carbon = [row for row in detail.iter_rows() if row[5].value == "单位热值含碳量"]
    formats = {row[0].value: row[6].number_format for row in carbon if row[4].value == "焦炭"}
    # The carbon-market guide prints five decimals; the guideline of 2013 does not say.
    assert formats == {"cn.steel.mee-v01-2024": "#,##0.00000", "cn.steel.ndrc-2013": "General"}
    # One plant's report has its rule sets side by side, and what contradictions would change.
    assert "规则集并列与差异" in page and "来源冲突的影响" in page
    listed = json.loads(call("confirm", "list", "-w", workspace, "--json").output)
    assert all("张三" in one["confirmed"] for one in listed)
    assert "附录二" in call("confirm", "log", "-w", workspace, "--lang", "en").output

    call("confirm", "values", "fuel.*", "--withdraw", "--reference", "页码有误", *by)
    call(*run, code=1)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_confirm_begins_with_guidance(workspace, lang):
    page = call("confirm", "log", "-w", workspace, "--lang", lang).output
    assert "tongjian confirm grant" in page
    page = call("confirm", "list", "-w", workspace, "--lang", lang).output
    assert ("未确认" if lang == "zh" else "not confirmed") in page


def test_one_year_under_three_rule_sets_side_by_side(workspace):
    names = ["cn.steel.ndrc-2013", "cn.steel.gbt32151-5", "cn.steel.mee-v01-2024"]
    report = workspace / "report"
    chosen = [part for name in names for part in ("-r", name)]
    call("run", "-w", workspace, *chosen, "--year", "2024", "--report", report)

    sheet = openpyxl.load_workbook(report / "report.xlsx")["规则集并列"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    pairs = {(row[0], row[1]) for row in rows}
    assert len(pairs) == 2 and {name for pair in pairs for name in pair} == set(names)
    for left, right in pairs:
        steps = [row for row in rows if row[:2] == [left, right]]
        ends = {row[3]: row[5] for row in steps if row[4] == "合计"}
        moved = sum(row[5] for row in steps if row[4] != "合计")
        assert ends[left] + moved == pytest.approx(ends[right], abs=1e-6)
    for name in names:
        where = ["facility=DEMO-STEEL", "year=2024", "column=total"]
        page = call("explain", *where, "-r", name, "-w", workspace, "--json").output
        assert '"clause"' in page and '"records"' in page
