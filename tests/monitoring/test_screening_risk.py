"""The score: each kind once, never lower for one finding more, and every reason named."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.monitoring.plant import of, plant, with_series
from tongjian.cli import app
from tongjian.monitoring.screening import (
    Columns,
    Finding,
    Panel,
    read_conventions,
    read_panel,
    risk,
    screen_series,
)
from tongjian.problems import TongjianError, code_catalogue
from tongjian.rules import Rulebook

KNOWN = read_conventions()


def finding(test: str, severity: str = "notice", period: str = "2025-01") -> Finding:
    return Finding(test, severity, ("nox",), 0, 0, 1, 1.0, 1.0, periods=(period,))  # type: ignore[arg-type]


def test_kinds_are_taken_together() -> None:
    """flat 60 and missing 25: 100 x (1 - 0.4 x 0.75) = 70."""
    (one,) = risk([finding("flat", "serious"), finding("missing")], KNOWN)
    assert one.score == pytest.approx(70)
    assert [(it.test, it.points) for it in one.reasons] == [("flat", 60.0), ("missing", 25.0)]


def test_many_of_one_kind_count_once() -> None:
    assert risk([finding("shift")] * 9, KNOWN)[0].score == pytest.approx(10)


def test_one_more_never_lowers_a_score() -> None:
    listed = [finding(test, severity) for test, severity in sorted(KNOWN.points)]
    scores = [risk(listed[:count], KNOWN)[0].score for count in range(1, len(listed) + 1)]
    assert scores == sorted(scores) and scores[0] > 0 and scores[-1] < 100


def test_months_are_apart() -> None:
    scores = risk([finding("flat"), finding("shift", period="2025-02")], KNOWN)
    assert [(one.period, round(one.score)) for one in scores] == [("2025-01", 30), ("2025-02", 10)]


def test_every_kind_of_finding_has_its_points() -> None:
    kinds = {test for test, _ in KNOWN.points}
    coded = {code.partition("screen_")[2] for code in code_catalogue() if ".screen_" in code}
    about_tables = {"no_table", "empty", "column", "quantity", "number", "time", "grid"}
    assert kinds == coded - about_tables


def test_without_the_tables_nothing_is_screened() -> None:
    with pytest.raises(TongjianError) as caught:
        read_conventions(Rulebook("none", "none"))
    assert len(caught.value.problems) == 3


def write(path: Path, panel: Panel, rows: slice, *, times: bool = True) -> Path:
    names = [one.name for one in panel.channels]
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        table = csv.writer(file)
        table.writerow([*(["时间"] if times else []), *names, "nox_flag"])
        for row in range(*rows.indices(len(panel))):
            values = [one.value[row] for one in panel.channels]
            time = [str(panel.time(row)).replace("T", " ")] if times else []
            table.writerow([*time, *("" if np.isnan(it) else it for it in values), "N"])
    return path


def frozen() -> Panel:
    panel = plant(30)
    value = of(panel, "nox")
    value[300:360] = value[300]
    return with_series(panel, "nox", value)


def test_a_table_is_read_as_it_was(tmp_path: Path) -> None:
    panel = frozen()
    read = read_panel(write(tmp_path / "a.csv", panel, slice(None)), Columns({"nox": 80.0}))
    assert read.start == panel.start
    assert [(one.name, one.quantity) for one in read.channels] == [
        (one.name, one.name) for one in panel.channels
    ]
    assert read.channels[3].limit == 80.0
    for one, other in zip(read.channels, panel.channels, strict=True):
        assert np.array_equal(one.value, other.value)
    assert screen_series(read, KNOWN).findings == screen_series(panel, KNOWN).findings != ()


def test_rows_that_are_not_there_are_missing_values(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", plant(30), slice(0, 48))
    lines = path.read_text("utf-8-sig").splitlines()
    del lines[10:12]
    path.write_text("\n".join(lines), "utf-8")
    read = read_panel(path)
    assert len(read) == 48 and np.flatnonzero(np.isnan(read.channels[0].value)).tolist() == [9, 10]


def test_all_that_is_wrong_with_a_table_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,nox,so2\n2025-01-01 00:00,1,x\n2025-01-01 00:00,y,2\n", "utf-8")
    with pytest.raises(TongjianError) as caught:
        read_panel(path)
    codes = [one.code for one in caught.value.problems]
    assert codes == ["monitoring.screen_number"] * 2 + ["monitoring.screen_grid"]
    with pytest.raises(TongjianError) as caught:
        read_panel(path, Columns({"NO": 1.0}, {"nox": "smell"}))
    codes = [one.code for one in caught.value.problems]
    assert codes == ["monitoring.screen_column", "monitoring.screen_quantity"]


def test_the_command(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", frozen(), slice(None), times=False)
    run = CliRunner().invoke
    said = run(app, ["monitoring", "screen", str(path), "--limit", "nox=90"])
    assert said.exit_code == 0 and "[恒值] 重点核对  nox 第 301–360 行" in said.output
    assert "恒值 60" in said.output

    said = run(app, ["monitoring", "screen", str(path), "--json", "--lang", "en"])
    data = json.loads(said.output)
    assert data["rows"] == 720 and data["scores"][0]["score"] == 60
    assert data["findings"][0]["inputs"]["others_moved"].keys() >= {"load", "so2"}

    said = run(app, ["monitoring", "screen", str(path), "--limit", "nox"])
    assert said.exit_code == 1
    said = run(app, ["monitoring", "screen", str(tmp_path / "none.csv")])
    assert said.exit_code == 1
