"""Files of checks: tables with their faults, what is none, the command."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner
from xlsxwriter import Workbook

from tongjian.cli import app
from tongjian.monitoring.quality import read_checks, read_csv, read_ecmps
from tongjian.problems import RecordError

HEAD = "检验编号,检验类型,规则,监测量,单位,满量程,时间,点位,参比值,测量值,采用,标准偏差"
TABLE = f"""{HEAD}
D1,漂移,,n2o,mg/m3,1000,2025/1/2 08:00,零点,0,24,,
D1,漂移,,氧化亚氮,mg/m3,1000,2025-01-02 08:10,量程,800,840,,

,drift,us.40cfr75,a21026,ppm,500,2025-01-02T09:00,span,450,480,,
Q1,控制图,eu.en14181,n2o,mg/m3,,20250102083000,zero,0,0.5,,2
Q1,控制图,eu.en14181,n2o,mg/m3,,2025-01-09,zero,0,7,,2
"""
RUNS = "\n".join(
    f"R1,比对,so2,mg/m3,800,{800 - d},{'否' if d > 3 else ''}" for d in [1, 2, 3] * 3 + [99]
)


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "checks.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_in_chinese_or_english(tmp_path: Path, encoding: str) -> None:
    found = read_checks(read_csv(write(tmp_path, TABLE, encoding)), "x.csv", "cn.hj75-2017")
    assert [(one.kind, one.verdict) for one in found] == [
        ("zero_drift", "passed"),  # 24 of 1000 are 2.4 %
        ("span_drift", "adjust"),  # 40 are 4 %
        ("span_drift", "out_of_control"),  # 30 of 500 are 6 %, 40 CFR 75 allows 5 %
        ("qal3", "out_of_control"),  # precision: (6.5)^2 / 2 - 7.4 = 13.7 < 27.6; drift 5.998 > 5.7
    ]
    assert str(found[0].begin) == "2025-01-02T08:00"
    assert found[3].end > found[3].begin
    assert found[2].subject.quantity == "so2"


def test_a_workbook_is_read_like_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "checks.xlsx"
    with Workbook(str(path)) as book:
        sheet = book.add_worksheet("漂移")
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(
            0, 0, ["kind", "quantity", "span", "level", "reference", "measured", "time"]
        )
        sheet.write_row(1, 0, ["漂移", "so2", 100, "零点", 0, 5.1])
        sheet.write_datetime(1, 6, datetime(2025, 1, 2, 8, 30), moment)
        book.add_worksheet("空")
    told = CliRunner().invoke(app, ["monitoring", "qa", str(path), "--json"])
    (found,) = json.loads(told.stdout)
    assert (found["verdict"], found["begin"]) == ("out_of_control", "2025-01-02T08:30")


def test_a_comparison_with_a_run_left_out(tmp_path: Path) -> None:
    text = f"test,kind,quantity,unit,reference,measured,used\n{RUNS}\n"
    (found,) = read_checks(read_csv(write(tmp_path, text)), "x.csv", "cn.hj75-2017")
    used = found.figure("runs_used")
    assert used is not None
    assert used.value == 9
    # (2 + 0.66568) / 800, see the checks.
    accuracy = found.figure("relative_accuracy")
    assert accuracy is not None
    assert accuracy.value == pytest.approx(2.66568 / 800, abs=1e-7)


def test_every_fault_with_its_cell(tmp_path: Path) -> None:
    text = """test,kind,rules,quantity,span,time,level,reference,measured,used,colour,deviation
a,drift,cn.hj75-2017,n2o,1000,2025-13-01,zero,1,2,,,
b,drift,cn.hj75-2017,n2o,-5,,middle,x,,perhaps,,
c,linear,nobody,argon,10,,low,1,2,,,
d,qal3,eu.en14181,n2o,,,zero,0,1,,,
e,linearity,us.40cfr75,so2,100,,low,50,50,,,
e,linearity,us.40cfr75,so2,200,,low,50,inf,,,
"""
    with pytest.raises(RecordError) as caught:
        read_checks(read_csv(write(tmp_path, text)), "x.csv")
    told = {(one.place.row, one.place.field) for one in caught.value.problems}
    assert told == {
        (1, "colour"),
        (2, "time"),
        *((3, name) for name in ("span", "level", "reference", "measured", "used")),
        *((4, "kind"), (4, "rules"), (4, "quantity")),
        (5, "deviation"),
        (7, "measured"),
    }
    assert all(one.place.file == "x.csv" for one in caught.value.problems)
    assert "argon" in str(caught.value)


def test_rows_of_one_test_say_the_same(tmp_path: Path) -> None:
    text = """test,kind,rules,quantity,span,level,reference,measured
e,linearity,us.40cfr75,so2,100,low,50,50
e,linearity,us.40cfr75,so2,200,low,50,50
"""
    with pytest.raises(RecordError) as caught:
        read_checks(read_csv(write(tmp_path, text)), "x.csv")
    assert [(one.place.row, one.place.field) for one in caught.value.problems] == [(3, "span")]


@pytest.mark.parametrize("text", ["", "\n\n", "test,kind,reference\n", "kind,reference,measured\n"])
def test_a_table_without_what_it_needs(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecordError):
        read_checks(read_csv(write(tmp_path, text)), "x.csv", "cn.hj75-2017")


def test_what_is_no_file_of_checks(tmp_path: Path) -> None:
    with pytest.raises(RecordError):
        read_csv(tmp_path / "nothing.csv")
    (tmp_path / "a.json").write_text("[]")
    with pytest.raises(RecordError):
        read_ecmps(tmp_path / "a.json", "us.40cfr75")
    (tmp_path / "a.json").write_text('{"testSummaryData": [{"testNumber": 1, "rataData": [{}]}]}')
    with pytest.raises(RecordError, match="rataSummaryData"):
        read_ecmps(tmp_path / "a.json", "us.40cfr75")


def test_the_command(tmp_path: Path) -> None:
    path = write(tmp_path, TABLE)
    told = CliRunner().invoke(app, ["monitoring", "qa", str(path), "--lang", "en"])
    assert told.exit_code == 0
    for text in ("zero drift", "2.4 %", "2.5 %", "recalled", "out of control", "4 checks"):
        assert text in told.output
    plain = CliRunner().invoke(app, ["monitoring", "qa", str(path), "--json"])
    assert [one["verdict"] for one in json.loads(plain.stdout)][:2] == ["passed", "adjust"]
    path.write_text("test,kind,reference,measured\na,drift,x,1\n")
    wrong = CliRunner().invoke(app, ["monitoring", "qa", str(path)])
    assert wrong.exit_code == 1
    assert "第2行" in wrong.output
