"""Air pollutants on the page: each substance by itself, beside the greenhouse gases."""

from __future__ import annotations

import pytest

from tests.reports.conftest import Plants, facility, steel_rows
from tests.reports.pages import read_page
from tongjian.engine import run
from tongjian.reports import write_html
from tongjian.rules import load_rulebook


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    so2, nox = "pollutant.air.so2", "pollutant.air.nox"
    rows = [
        *steel_rows("S1", "2024", 1e6),
        ("S1", "2024", "DA001", "air_so2", so2, "monitored", "t", 12.3456),
        ("S1", "2024", "DA001", "air_nox", nox, "monitored", "t", 1234.5),
        ("C1", "2024", "DA001", "air_nox", nox, "monitored", "t", 0.25),
    ]
    plants = [
        facility("S1", "steel", "南京市", "320100"),
        facility("C1", "cement", "苏州市", "320500"),
    ]
    folder = tmp_path_factory.mktemp("substances")
    return run(load_rulebook(), Plants(folder, rows, plants, []).snapshot())


@pytest.mark.parametrize(
    ("lang", "names", "headings"),
    [
        (
            "zh",
            ["钢铁", "水泥"],
            ["行业", "温室气体 tCO₂e", "氮氧化物（NOₓ） tNOx", "二氧化硫（SO₂） tSO₂"],
        ),
        (
            "en",
            ["Iron and steel", "Cement"],
            [
                *("Sector", "Greenhouse gases tCO₂e"),
                *("Nitrogen oxides (NOₓ) tNOx", "Sulphur dioxide (SO₂) tSO₂"),
            ],
        ),
    ],
)
def test_pollution_and_carbon_of_a_sector_stand_in_one_row(
    finished, tmp_path, lang, names, headings
):
    path = tmp_path / "page.html"
    write_html(finished, path, lang)
    (chapter,) = read_page(path.read_text(encoding="utf-8")).all("section", id="pollutants")

    by_gas, by_sector, by_city, by_category = (one.rows() for one in chapter.all("table"))

    assert [row[-1] for row in by_gas[1:]] == ["1,234.750", "12.346"]
    assert by_sector[0] == headings
    (carbon,) = finished.inventory([], boundary="enterprise")
    assert by_sector[1:] == [
        [names[0], f"{carbon['co2e']:,.2f}", "1,234.500", "12.346"],
        [names[1], "—", "0.250", "—"],
    ]
    assert len(by_city) == 3
    # By category there is nothing to stand beside; pollutants are never added up.
    assert by_category[1][1:] == ["1,234.750", "12.346"]
    assert len(by_category) == 2
