"""``tongjian monitoring substitute`` and the rules it reads, in both languages and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.support import codes, says
from tongjian.cli import app
from tongjian.monitoring.hours import State
from tongjian.monitoring.substitution import read_hours
from tongjian.problems import RecordError

HOURS = """hour,value,state
2025-01-01 00:00,100,
2025-01-01 01:00,120,有效
2025-01-01 02:00,,missing
2025-01-01T03:00,,
2025/01/01 04:00,0,停运
2025-01-01 05:00,9,out_of_control
2025-01-01 06:00,90,VALID
2025-01-01 09:00,80,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hours.csv"
    path.write_text(HOURS, encoding="utf-8")
    return path


def run(*options: object, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, list(map(str, options)))
    assert result.exit_code == exit_code, result.output
    return result.output


def substituted(file: Path, *options: object, exit_code: int = 0) -> str:
    return run("monitoring", "substitute", file, *options, exit_code=exit_code)


def test_where_what_and_why(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    asked = ("--rule", "us.40cfr98", "--quantity", "n2o")
    zh, en = substituted(file, *asked), substituted(file, *asked, "--lang", "en")

    # (120 + 90) / 2 = 105 for three hours of operation, (90 + 80) / 2 = 85 for two.
    assert "10 小时：有效 4，替代 5，仍缺失 0，停运 1" in zh
    assert "10 hours: valid 4, substituted 5, still missing 0, stopped 1" in en
    for text in (zh, en):
        assert "105" in text and "85" in text and "98.325" in text and "before-and-after" in text
        assert "2025-01-01 01:00 – 2025-01-01 06:00" in text
    assert "前后最近有效小时的均值" in zh and "缺失 3 h" in zh and "失控" in zh
    assert "mean of the nearest valid hours" in en and "out_of_control" in en


def test_the_same_for_programs(file: Path) -> None:
    told = json.loads(
        substituted(file, "--rule", "cn.hj75-2017", "--quantity", "so2", "--role", "mass", "--json")
    )
    assert told["hours"] == {"valid": 4, "substituted": 0, "missing": 5, "stopped": 1}
    assert told["used"][:3] == [100.0, 120.0, None]
    first = told["substituted"][0]
    # Four of nine hours of operation are valid: below 75 %.
    assert (first["rule"], first["availability"]) == ("cn.hj75-2017/invalid.below-a75", 4 / 9)
    assert (first["from"], first["to"]) == ("2025-01-01 02:00", "2025-01-01 03:00")
    assert first["status"] == "recalled" and first["by_analogy"] is False
    assert {one["code"] for one in told["notices"]} == {"monitoring.substitution_none"}


def test_calibrations_and_the_highest_value(file: Path) -> None:
    told = json.loads(
        substituted(
            *(file, "--rule", "us.40cfr75-33", "--quantity", "co2", "--highest", "500", "--json"),
            *("--calibration", "2025-01-01T01:30"),
        )
    )
    assert told["used"][2] == 105.0


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--rule", "cn.hj75-2071", "--quantity", "so2"), "cn.hj75-2017"),
        (("--rule", "cn.hj75-2017", "--quantity", "so3"), "so2"),
        (("--rule", "cn.hj75-2017", "--quantity", "so2", "--role", "gass"), "mass"),
        (("--rule", "cn.hj75-2017", "--quantity", "so2", "--calibration", "noon"), "noon"),
    ],
)
def test_what_cannot_be_asked(file: Path, options: tuple[str, ...], word: str) -> None:
    told = json.loads(substituted(file, *options, "--json", exit_code=1))
    assert word in json.dumps(told, ensure_ascii=False)


def test_every_fault_of_a_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "faulty.csv"
    path.write_text(
        "hour,value,state\n"
        "2025-01-01 00:00,12x,\n"
        "2025-01-01 00:30,1,\n"
        "1 January,1,\n"
        "2025-01-01 02:00,1,asleep\n"
        "2025-01-01 03:00,,valid\n"
        "2025-01-01 04:00,inf,\n"
        "2025-01-01 05:00,7,\n"
        "\n"
        "2025-01-01 05:00,8,\n",
        encoding="utf-8",
    )
    with pytest.raises(RecordError) as caught:
        read_hours(path)
    found = caught.value.problems
    assert [(p.code.partition(".")[2], p.place.row, p.place.field) for p in found] == [
        ("hours_number", 2, "value"),
        ("hours_time", 3, "hour"),
        ("hours_time", 4, "hour"),
        ("hours_state", 5, "state"),
        ("hours_no_value", 6, "value"),
        ("hours_number", 7, "value"),
        ("hours_order", 10, "hour"),
    ]
    says(found[0], "12x", "faulty.csv")
    says(found[3], "asleep", "失控", "out_of_control")
    text = substituted(path, "--rule", "us.40cfr98", "--quantity", "so2", exit_code=1)
    assert text.count("[monitoring.hours_") == 7
    none = tmp_path / "none.csv"
    text = substituted(none, "--rule", "us.40cfr98", "--quantity", "so2", exit_code=1)
    assert "[cli.unreadable]" in text and "none.csv" in text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"time,value\n", "monitoring.hours_header"),
        (b"", "monitoring.hours_header"),
        (b"hour,value\n\n", "monitoring.hours_empty"),
        (b"hour,value\n2025-01-01 00:00,\xff\xff\n", "monitoring.hours_encoding"),
    ],
)
def test_no_file_of_hours(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(RecordError) as caught:
        read_hours(path)
    assert codes(caught.value.problems) == [code]


def test_hours_that_are_not_there_are_missing(file: Path) -> None:
    hours = read_hours(file)
    assert len(hours) == 10 and str(hours.start) == "2025-01-01T00"
    assert [State(one).name for one in hours.state.tolist()] == [
        *["VALID"] * 2,
        *["MISSING"] * 2,
        *["STOPPED", "OUT_OF_CONTROL", "VALID", "MISSING", "MISSING", "VALID"],
    ]
    assert hours.value[6] == 90
    file.write_bytes(HOURS.encode("gb18030"))  # as a Chinese spreadsheet saves it
    assert (read_hours(file).state == hours.state).all()


def test_rules_are_listed_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    listed = json.loads(run("rules", "list", "--kind", "substitutions", "--json"))
    assert [one["id"] for one in listed if one["status"] == "recalled"] == ["cn.hj75-2017"]
    zh = run("rules", "show", "cn.hj75-2017")
    assert "上次合格校准前 180 个有效小时的最大值" in zh and "捕集率 ≥ 75 % < 90 %" in zh
    en = run("rules", "show", "us.40cfr75-33", "--lang", "en")
    assert "90th percentile" in en and "75.33(b)(1)(ii)" in en and "recalled" in en
    mrr = json.loads(run("rules", "show", "eu.mrr-2018-2066", "--lang", "en", "--json"))
    assert mrr["bands"][0]["use"] == "mean and 2 standard deviations of the valid hours of the year"
