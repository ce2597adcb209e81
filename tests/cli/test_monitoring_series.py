"""``tongjian monitoring ingest`` and ``series``: in a workspace, in both languages, as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.monitoring.station import MN, PASSWORD, minute
from tests.monitoring.test_series_ingest import journal
from tongjian.cli._monitoring_commands import group


def told(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(group, list(arguments))
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace whose gateway has kept two hours of one station and something of another."""
    folder = tmp_path / "monitoring"
    folder.mkdir()
    (folder / "monitoring.toml").write_text(
        f'[[station]]\nmn = "{MN}"\npassword = "{PASSWORD}"\nunits = {{ a21026 = "g/m3" }}\n',
        encoding="utf-8",
    )
    frames = [minute(number) for number in range(120)]
    journal(folder / "journal", *frames, minute(1, mn="9" * 24))
    return tmp_path


def test_a_workspace_is_taken_in_and_shown(workspace: Path) -> None:
    where = ("-w", str(workspace))
    first = told("ingest", *where)
    assert "121 条记录，121 条数据报文，121 个值" in first
    assert f"站点 {'9' * 24} 不在监测档案中" in first
    assert "0 records read" in told("ingest", *where, "--lang", "en")

    listed = told("series", *where)
    for word in (f"{MN}/a21026", "二氧化硫", "g/m3", "1 min", "2024-01-01 00:00", "120"):
        assert word in listed
    one, other = json.loads(told("series", *where, "--json"))
    assert (other["key"], other["quantity"]) == (f"{'9' * 24}/a21026", None)
    assert (one["count"], one["interval_s"], one["quantity"]) == (120, 60, "so2")

    # By hand: the mean of 0.5 … 59.5 g/m3 is 30 g/m3.
    shown = json.loads(told("series", f"{MN}/a21026", *where, "--step", "1h", "--json"))
    assert shown["unit"] == "mg/m3"
    assert [(it["mean"], it["count"]) for it in shown["steps"]] == [(30_000, 60), (90_000, 60)]
    english = told("series", f"{MN}/a21026", *where, "--from", "2024-01-01T01:00", "--lang", "en")
    assert "sulphur dioxide" in english
    assert "2024-01-01 01:00" in english
    assert "2024-01-01 00:00" not in english


def test_without_a_profile_values_are_shown_as_sent(workspace: Path) -> None:
    folder = workspace / "monitoring"
    told("ingest", "-w", str(workspace))
    options = ("--store", str(folder / "series"), "--profile", str(workspace / "none.toml"))
    shown = json.loads(told("series", f"{MN}/a21026", *options, "--step", "1y", "--json"))
    assert (shown["unit"], shown["steps"][0]["mean"]) == (None, 60)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["series", "A/b"], "A/b"),
        (["series", f"{MN}/a21026", "--step", "5x"], "15min"),
        (["series", f"{MN}/a21026", "--from", "May"], "2025-01-31"),
        (["ingest", "--journal", "nowhere"], "nowhere"),
        (["ingest", "--profile", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_what_cannot_be_done_is_said(workspace: Path, arguments: list[str], words: str) -> None:
    if arguments[0] == "series":
        told("ingest", "-w", str(workspace))
    told_json = json.loads(told(*arguments, "-w", str(workspace), "--json", code=1))
    assert words in json.dumps(told_json["problems"], ensure_ascii=False)
