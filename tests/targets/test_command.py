"""``tongjian targets`` and ``tongjian tasks`` as a user types them, on a small sample province."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tongjian.cli import app
from tongjian.sample import write_sample

NEW = """\
targets: my.policy
title: {zh: 某省水泥行动方案, en: Cement plan of a province}
basis: {document: 某省文件, clause: 第三条, status: seen}
scope: province
list:
- id: MY-clinker
  title: {zh: 熟料综合能耗, en: Energy per tonne of clinker}
  sectors: [cement]
  year: 2025
  comparator: "<="
  value: 200
  unit: kgce/t clinker
  agencies: [MIIT]
  measure:
    of: cn.indicators.energy:indicator.clinker_energy
    per: cn.indicators.energy:indicator.clinker
"""


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some plants of every sector over two years."""
    folder = tmp_path_factory.mktemp("province")
    write_sample(folder, plants=16, months=24)
    return folder


def call(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": "120"})
    assert result.exit_code == code, result.output
    return result.output


def test_all_targets_are_listed(province: Path):
    page = call("targets", "--region", "江苏", "--year", 2025, "-w", province)
    listed = [line.split()[0] for line in page.splitlines() if line[2:5] in PREFIXES]
    assert len(listed) == len(set(listed)) == 136
    assert "共 136 项目标" in page
    # Every row is whole at 120 columns: it ends with its status and its coverage.
    rows = [line.rstrip() for line in page.splitlines() if line[2:5] in PREFIXES]
    assert max(map(width, rows)) <= 120
    assert all(re.search(r"(–|[0-9]+/[0-9]+!?)$", row) for row in rows)
    assert all(any(word in row for word in WORDS) for row in rows)
    assert "没有给江苏的份额" in page
    assert "无法判定，结论取决于它" in page


WORDS = ("达到", "按期", "有风险", "偏离", "条件", "无法评估")
PREFIXES = ("N2O", "SYN", "IND", "PK-", "JS-")


def width(line: str) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in line)


def test_in_english_and_as_json(province: Path):
    asked = ("targets", "--sector", "adipic_acid", "-w", province, "--lang", "en")
    page = call(*asked, "--region", "Jiangsu", "--year", 2025)
    assert "targets:" in page
    assert "N2O-adipic-intensity" in page
    assert "JS-steel-bf" not in page
    found = json.loads(
        call("targets", "--region", "Jiangsu", "--year", 2025, "-w", province, "--json")
    )
    assert (found["region"], found["year"], found["tolerance"]) == ("Jiangsu", 2025, 0.05)
    by_id = {one["id"]: one for one in found["targets"]}
    assert len(by_id) == 136
    shares = by_id["SYN-eaf-2025"]
    assert shares["status"] in ("met", "missed")
    assert 0 < shares["value"] < 100
    assert by_id["JS-steel-bf"]["missing"][0]["code"] == "targets.no_base"
    assert by_id["JS-steel-scrap"]["missing"][0]["code"] == "targets.no_share"
    assert by_id["IND-all-2015"]["status"] == "not_measurable"
    assert by_id["PK-clinker-2025"]["governed_by"] == "JS-cem-clinker"
    for one in found["targets"]:
        assert one["status"] != "not_measurable" or one["missing"], one["id"]


def test_one_target_in_full(province: Path, tmp_path: Path):
    entries = tmp_path / "entries.csv"
    entries.write_text(
        "target,region,kind,year,value,unit,source\n"
        "JS-cem-clinker,Jiangsu,base,2020,0.112,tce/t clinker,省统计年鉴2021第90页\n",
        encoding="utf-8",
    )
    asked = ("targets", "--region", "Jiangsu", "-y", 2025, "-w", province)
    page = call(*asked, "--explain", "JS-cem-clinker", "--references", entries)
    for part in ("附件4", "省统计年鉴2021第90页", "最能缩小差距的企业", "2020 年水平"):
        assert part in page
    assert "targets.no_base" in call(*asked, "--explain", "JS-cem-clinker")


def test_a_new_target_is_a_file(province: Path, tmp_path: Path):
    """No code: a document laid on the rulebook, by file or by folder."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "cement.yaml").write_text(NEW, encoding="utf-8")
    asked = ("targets", "--region", "Jiangsu", "-y", 2025, "-w", province, "--rules")
    found = json.loads(call(*asked, tmp_path / "mine", "--json"))["targets"]
    assert len(found) == 137
    mine = next(one for one in found if one["id"] == "MY-clinker")
    assert mine["status"] in ("met", "missed")
    assert 90 < mine["value"] < 140  # kgce/t of the sample's kilns
    assert mine["coverage"]["with_data"] > 0
    assert call("rules", "check", tmp_path / "mine" / "cement.yaml")
    faulty = NEW.replace("kgce/t clinker", "kgce/t")
    (tmp_path / "mine" / "cement.yaml").write_text(faulty, encoding="utf-8")
    assert "rules.target_unit" in call(*asked, tmp_path / "mine", code=1)


def test_a_city_and_a_sector(province: Path):
    asked = ("targets", "--region", "Jiangsu", "--city", "南京", "--sector", "adipic_acid")
    found = json.loads(call(*asked, "-w", province, "--json"))
    assert found["region"] == "Jiangsu/南京市"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--region", "Atlantis"), "Atlantis"),
        (("--region", "Jiangsu", "--city", "Atlantis"), "Atlantis"),
        (("--city", "南京"), "--region"),
        (("--tolerance", "101"), "0–100"),
        (("--explain", "XX"), "targets.unknown_target"),
        (("--rules", "/nowhere"), "/nowhere"),
    ],
)
def test_wrong_options(province: Path, options: tuple[str, ...], said: str):
    assert said in call("targets", "-w", province, *options, code=1)


def test_tasks_from_the_command_line(tmp_path: Path):
    where = ("-w", tmp_path)
    call(
        "tasks", "round", "Q1", "--due", "2020-03-31", "--by", "Zhang", "--task", "K-N2O-7", *where
    )
    said = (
        "--agency",
        "MEE",
        "--by",
        "Li",
        "--text",
        "制度已印发",
        "--state",
        "done",
        "--round",
        "Q1",
    )
    call("tasks", "report", "K-N2O-7", *said, *where)
    page = call("tasks", "list", "--round", "Q1", *where)
    assert "已过期" in page
    assert "工业和信息化部 1" in page
    found = json.loads(call("tasks", "list", "--round", "Q1", "--json", *where))
    assert found["tasks"][0]["not_answered"] == ["MIIT"]
    assert found["tasks"][0]["latest"]["state"] == "done"
    assert len(json.loads(call("tasks", "list", "--json", *where))["tasks"]) == 134
    mine = json.loads(call("tasks", "list", "--agency", "MARA", "--json", *where))["tasks"]
    assert 0 < len(mine) < 134
    assert "制度已印发" in call("tasks", "log", "--task", "K-N2O-7", *where)
    assert "cli.option" in call(
        "tasks", "round", "Q2", "--due", "soon", "--by", "Z", *where, code=1
    )
