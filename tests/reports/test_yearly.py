"""The report of one plant prints what stands beside its ledger: both totals, both conventions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.reports.conftest import Plants, facility
from tongjian.engine import Run, run
from tongjian.reports import annexes_of, write_html
from tongjian.rules import load_rulebook

COAL, POWER = "fuel.solid", "energy.electricity"


@pytest.fixture(scope="module")
def smelter(tmp_path_factory: pytest.TempPathFactory) -> Run:
    activity = [
        ("A1", "2024", "PP1", "raw_coal", COAL, "consumed", "t", 100_000.0),
        ("A1", "2024", "PP1", "electricity", POWER, "exported", "MWh", 200_000.0),
        ("A1", "2024", "PL1", "electricity", POWER, "purchased", "MWh", 300_000.0),
        ("A1", "2024", "PL1", "electricity", POWER, "nonfossil_purchased", "MWh", 50_000.0),
    ]
    units = [
        ("A1", "PP1", "电厂", "Power", "captive_power", "", "", None, None),
        ("A1", "PL1", "电解", "Potline", "potline", "", "", None, None),
    ]
    plants = Plants(
        tmp_path_factory.mktemp("smelter"),
        activity,
        [facility("A1", "aluminium", "南京市", "320100")],
        units,
    )
    return run(load_rulebook(), plants.snapshot(), ["cn.energy.gbt2589-2020"])


def words_of(run_: Run, path: Path, lang: str) -> list[str]:
    write_html(run_, path, lang, annexes_of(run_))
    text = path.read_text(encoding="utf-8")
    chapter = text.partition('id="yearly"')[2].partition('class="chapter"')[2]
    return [part for part in re.split(r"<[^>]+>|\n", chapter) if part.strip()]


@pytest.mark.parametrize(
    ("lang", "titles"),
    [
        ("zh", ("综合能耗（当量值，考核口径）", "综合能耗（等价值，实物口径）")),
        (
            "en",
            (
                "Total energy use (calorific, assessed)",
                "Total energy use (by energy input, physical)",
            ),
        ),
    ],
)
def test_both_totals_and_both_conventions(
    smelter: Run, tmp_path: Path, lang: str, titles: tuple[str, str]
) -> None:
    words = words_of(smelter, tmp_path / "report.html", lang)
    places = {title: words.index(title) + 1 for title in titles}
    figures = {title: words[at : at + 2] for title, at in places.items()}
    # Coal 71,430 tce; 100,000 MWh bought, of which 50,000 green: 12,290 - 6,145, or 30,240.
    assert figures == {titles[0]: ["tce", "77,575.00"], titles[1]: ["tce", "101,670.00"]}


def test_process_units_stand_side_by_side(smelter: Run, tmp_path: Path) -> None:
    words = words_of(smelter, tmp_path / "report.html", "zh")
    at = words.index("加工转换损失率")
    # (71,430 - 24,580) / 71,430 of the power plant; a potline converts nothing.
    assert words[at + 1 : at + 3] == ["—", "0.655887"]
    assert words[words.index("输入合计") + 2 : words.index("输入合计") + 4] == [
        "36,870.00",
        "71,430.00",
    ]


def test_no_total_by_energy_input_where_its_coefficient_is_unknown(tmp_path: Path) -> None:
    # The supply coal consumption of 2025 is not on record: nothing is guessed, nothing else lost.
    activity = [("A1", "2025", "", "electricity", POWER, "purchased", "MWh", 1000.0)]
    plants = Plants(tmp_path, activity, [facility("A1", "aluminium", "南京市", "320100")], [])
    result = run(load_rulebook(), plants.snapshot(), ["cn.energy.gbt2589-2020"])
    (row,) = result.sheet("cn.energy.gbt2589-2020", "facility")
    assert [row["total"], row["assessed"]] == pytest.approx([122.9, 122.9])
    assert (row["total_equivalent"], row["assessed_equivalent"]) == (None, None)
    assert result.problems == []
