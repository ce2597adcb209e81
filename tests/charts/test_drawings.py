"""Every kind of chart in both languages, themes and widths: drawn, told, nothing overlapping."""

from __future__ import annotations

import json
import random
from xml.etree import ElementTree

import pytest

from tests.charts.examples import LINES, PLACES, curve, every_chart
from tests.charts.geometry import outside, overlapping, texts
from tongjian.charts import (
    PALETTES,
    THEMES,
    TOKEN,
    Line,
    ProcessUnit,
    bars,
    efficiency_curve,
    flow,
    intervals,
    monitored,
    place_map,
    png,
    size_of,
    sparks,
    svg,
    tally,
    target_progress,
    trend,
)
from tongjian.problems import TongjianError
from tongjian.rules import Words

CHARTS = every_chart()
EMPTY = {
    "bars": bars("空", [], ["甲"], "t"),
    "tally": tally("空", [], []),
    "curve": efficiency_curve("空", [], LINES, level="l", unit="u", output_unit="t"),
    "trend": trend("空", [], "t"),
    "sparks": sparks("空", [], "t"),
    "progress": target_progress("空", []),
    "intervals": intervals("空", [], "t"),
    "flow": flow("空", [], [], "t"),
    "map": place_map("空", []),
    "monitored": monitored("空", [], [], ticks={}),
}


@pytest.mark.parametrize("kind", CHARTS)
@pytest.mark.parametrize(("lang", "width"), [("zh", 720), ("en", 720), ("zh", 360), ("en", 360)])
def test_no_text_lies_on_another_or_leaves_the_drawing(kind, lang, width):
    drawing = svg(CHARTS[kind], lang, "light", width)

    assert len(texts(drawing)) > 3
    assert overlapping(drawing) == []
    assert outside(drawing) == []
    wide, _ = size_of(drawing)
    least = 600 if kind == "flow" else 0
    # Margins are estimated: never much more than the page has, never half of it empty.
    assert wide <= max(width, least) + 12
    assert wide >= 0.6 * width


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_labels_of_an_efficiency_curve_never_overlap(seed, lang):
    pick = random.Random(seed)
    units = tuple(
        ProcessUnit(Words(f"{n}号装置" * pick.randint(1, 4), f"Process unit {n}"),
                    pick.uniform(1, 500), pick.uniform(100, 130))
        for n in range(pick.randint(1, 40))
    )  # fmt: skip
    lines = tuple(
        Line(Words(f"第{n}档", f"Level {n}"), 110 + pick.uniform(0, 2) * (n % 3), "other")
        for n in range(8)
    )
    drawing = svg(curve(units, lines), lang, "light", pick.choice([360, 720, 1000]))

    shown = " ".join(one.text for one in texts(drawing))
    assert overlapping(drawing) == []
    for line in lines:
        assert line.name[lang] in shown  # type: ignore[index]


@pytest.mark.parametrize("kind", CHARTS)
def test_a_specification_is_plain_data_in_the_colours_of_the_theme(kind):
    chart = CHARTS[kind]
    for theme in THEMES:
        spec = chart.spec("zh", theme)
        assert json.loads(json.dumps(spec)) == spec
        assert TOKEN not in json.dumps(spec)
        drawing = svg(chart, "zh", theme)
        assert PALETTES[theme]["surface"] in drawing
    other = THEMES[1]
    used = {colour for name, colour in PALETTES[other].items() if colour in drawing}
    assert len(used) >= 3


@pytest.mark.parametrize("kind", CHARTS)
def test_title_description_and_table_are_told_in_both_languages(kind):
    chart = CHARTS[kind]
    told = [f"{chart.title[lang]} {chart.alt[lang]}" for lang in ("zh", "en")]  # type: ignore[index]

    assert told[0] != told[1]
    assert "{" not in "".join(told) and "None" not in "".join(told)
    assert any("\u4e00" <= char <= "\u9fff" for char in told[0])
    assert not any("\u4e00" <= char <= "\u9fff" for char in told[1])
    for lang in ("zh", "en"):
        assert all(chart.table.head(lang))
        assert all(len(row) == len(chart.table.columns) for row in chart.table.rows)
    english = " ".join(one.text for one in texts(svg(chart, "en")))
    if kind not in {"tally"}:
        assert not any("\u4e00" <= char <= "\u9fff" for char in english), english


@pytest.mark.parametrize("kind", EMPTY)
@pytest.mark.parametrize(("lang", "said"), [("zh", "没有"), ("en", "no data")])
def test_a_chart_without_data_says_so_and_has_no_axes(kind, lang, said):
    chart = EMPTY[kind]
    assert chart.empty and chart.language == "vega-lite"
    drawing = svg(chart, lang)

    assert [said in one.text for one in texts(drawing)] == [True]
    assert "role-axis" not in drawing
    assert said in chart.alt[lang]  # type: ignore[index]


def test_a_picture_has_the_size_of_the_drawing():
    drawn = png(CHARTS["bars"], "zh", "dark", 500, scale=2)
    wide, high = size_of(svg(CHARTS["bars"], "zh", "dark", 500))

    assert drawn[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(drawn[16:20], "big") == pytest.approx(2 * wide, abs=2)
    assert int.from_bytes(drawn[20:24], "big") == pytest.approx(2 * high, abs=2)


def test_drawings_have_no_lowered_digits_that_the_font_lacks():
    drawing = svg(CHARTS["bars"], "en")

    assert "CO2" in [one.text for one in texts(drawing)]
    assert not set("₀₁₂₃₄₅₆₇₈₉") & set(drawing)


def test_a_language_that_there_is_not_is_refused():
    with pytest.raises(TongjianError, match=r"charts\.language"):
        CHARTS["bars"].spec("fr")


def test_the_places_of_a_map_are_where_they_are():
    """Distances on the drawing are those of the ground, up to one scale."""
    spec = CHARTS["map"].spec("zh")
    row = {one["name"]: one for one in spec["data"]["values"]}
    a, e = row["甲市"], row["戊市"]
    north = (PLACES[4].latitude - PLACES[0].latitude) * 111.2
    west = (PLACES[0].longitude - PLACES[4].longitude) * 111.32 * 0.838  # cos 33.1°

    assert (a["x"] - e["x"]) / (a["y"] - e["y"]) == pytest.approx(west / north, rel=0.01)
    assert a["disc"] / e["disc"] == pytest.approx(602 / 480)
    assert row["乙市"]["known"] is False


def test_a_drawing_is_an_image_without_scripts():
    for chart in CHARTS.values():
        names = {one.tag.split("}")[1] for one in ElementTree.fromstring(svg(chart)).iter()}
        assert names <= {"svg", "g", "path", "text", "tspan", "rect", "line", "defs", "clipPath"}
