"""What charts show: classes of a curve, gaps, flows, counts; the table behind; the look."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import tomllib
from importlib.resources import files

import pytest

from tests.charts.examples import LEVEL, LINES, UNITS, curve, every_chart
from tongjian.charts import (
    PALETTES,
    SERIES,
    Bar,
    Line,
    Link,
    Node,
    ProcessUnit,
    bars,
    efficiency_curve,
    figure,
    flow,
    number,
    payload,
    text_width,
    truncate,
    wrap,
)
from tongjian.charts._labels import spread
from tongjian.problems import TongjianError
from tongjian.rules import Words

CHARTS = every_chart()


def steps(chart):
    return chart.tokens("zh")["data"]["values"]


def test_a_curve_goes_from_the_best_to_the_worst_and_is_as_wide_as_the_output():
    drawn = steps(curve())

    assert [one["y"] for one in drawn] == [358.0, 361.0, 401.0, 435.0, 450.0]
    assert [one["x1"] - one["x0"] for one in drawn] == [520.0, 310.0, 330.0, 400.0, 15.0]
    assert all(left["x1"] == right["x0"] for left, right in itertools.pairwise(drawn))


def test_a_level_that_just_reaches_a_line_reaches_it():
    # 361 is the benchmark itself, 435 the baseline itself.
    shown = {row[2]: row[3].zh for row in curve().table.rows}

    assert shown[358.0] == shown[361.0] == "达到标杆"
    assert shown[401.0] == shown[435.0] == "标杆与基准之间"
    assert shown[450.0] == "未达基准"
    assert shown[None] == "未判定"
    assert len(curve().table.rows) == len(UNITS)


def test_where_more_is_better_the_curve_is_turned_round():
    units = [
        ProcessUnit("低", 1.0, 20.0),
        ProcessUnit("高", 1.0, 60.0),
        ProcessUnit("中", 1.0, 40.0),
    ]
    lines = [Line("标杆", 50.0, "benchmark"), Line("基准", 30.0, "baseline")]
    chart = efficiency_curve(
        "t", units, lines, level=LEVEL, unit="%", output_unit="t", lower_is_better=False
    )

    assert [one["y"] for one in steps(chart)] == [60.0, 40.0, 20.0]
    assert [row[3].zh for row in chart.table.rows] == ["达到标杆", "标杆与基准之间", "未达基准"]


def test_without_lines_nothing_is_judged():
    shown = {row[3].zh for row in curve(lines=()).table.rows}
    assert shown == {"未判定"}


def test_only_a_benchmark_does_not_make_anyone_miss_a_baseline():
    shown = {row[2]: row[3].zh for row in curve(lines=LINES[:1]).table.rows}
    assert shown[450.0] == "标杆与基准之间"


def test_parts_of_a_bar_are_stacked_away_from_zero():
    rows = [Bar("甲", (5.0, -2.0, 3.0, None, -1.0))]
    values = bars("t", rows, list("abcde"), "t").tokens("zh")["data"]["values"]

    assert [(one["from"], one["to"]) for one in values] == [(0, 5), (0, -2), (5, 8), (-2, -3)]


def test_a_gap_of_a_trend_stays_a_gap():
    values = CHARTS["trend"].tokens("zh")["data"]["values"]
    gaps = [(one["series"], one["period"]) for one in values if one["value"] is None]

    assert ("甲市", "2022") in gaps


def test_what_flows_into_a_node_fills_it():
    spec = CHARTS["flow"].tokens("zh")
    nodes, links = (one["values"] for one in spec["data"])
    tops = {(one["part"], one["top"]): one for one in nodes}
    for node in tops.values():
        arriving = [
            one for one in links
            if one["to"] == node["part"]
            and node["top"] - 1e-6 <= one["y1"] <= node["top"] + node["height"] + 1e-6
        ]  # fmt: skip
        if arriving:
            assert sum(one["thick"] for one in arriving) == pytest.approx(node["height"])
    assert len(links) == 5  # the flow of zero is in the table only
    assert len(CHARTS["flow"].table.rows) == 6


@pytest.mark.parametrize(
    ("links", "code"),
    [
        ([Link("a", "b", 1.0), Link("b", "a", 1.0)], "charts.cycle"),
        ([Link("a", "a", 1.0)], "charts.cycle"),
        ([Link("a", "b", -1.0)], "charts.negative"),
        ([Link("a", "c", 1.0)], "charts.node"),
    ],
)
def test_flows_that_cannot_be_drawn_are_refused(links, code):
    with pytest.raises(TongjianError) as caught:
        flow("t", [Node("a", "甲"), Node("b", "乙")], links, "t")
    assert [one.code for one in caught.value.problems] == [code]


def test_every_bar_needs_a_value_for_every_series():
    with pytest.raises(TongjianError) as caught:
        bars("t", [Bar("甲", (1.0,)), Bar("乙", (1.0, 2.0, 3.0))], ["a", "b"], "t")
    assert [one.values["name"] for one in caught.value.problems] == ["甲", "乙"]


def test_the_table_has_units_and_full_precision():
    table = bars("t", [Bar(Words("甲", "A"), (1 / 3, None))], ["x", "y"], "kg").table
    rows = list(csv.reader(io.StringIO(table.csv("en"))))

    assert rows == [["Name", "x (kg)", "y (kg)"], ["A", repr(1 / 3), ""]]
    assert table.head("zh")[1] == "x（kg）"
    assert table.shown("zh") == [["甲", "0.3333", "—"]]


def test_a_spreadsheet_does_not_take_a_name_for_a_formula():
    table = bars("t", [Bar("=1+1", (-2.5,))], ["@x"], "").table

    assert list(csv.reader(io.StringIO(table.csv("zh")))) == [["名称", "'@x"], ["'=1+1", "-2.5"]]


def test_a_figure_holds_the_specification_and_cannot_be_broken_out_of():
    chart = bars("<b>", [Bar("</script><!--&", (1.0,))], ['"'], "t", source="<i>")
    page = figure(chart, "zh", image="/c.svg?a=1&b=2")
    block = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)

    assert block is not None
    assert json.loads(block[1]) == payload(chart, "zh")
    assert "<b>" not in page and "<i>" not in page and "<!--" not in page
    assert "style=" not in page and "onload" not in page
    assert page.count("<script") == 1
    assert '<img src="/c.svg?a=1&amp;b=2"' in page
    assert "&lt;/script&gt;" in page  # the name in the table


@pytest.mark.parametrize(
    ("wanted", "height"),
    [([10.0, 11.0, 12.0], 300.0), ([0.0, 0.0], 300.0), ([300.0] * 5, 300.0), ([150.0], 300.0),
     ([5.0, 290.0, 291.0, 6.0], 300.0), ([10.0, 40.0, 55.0, 60.0, 62.0], 100.0)],
)  # fmt: skip
def test_labels_are_spread_in_their_order_and_within_the_height(wanted, height):
    places = spread(wanted, height, 16.0)
    ordered = sorted(places)

    assert all(right - left >= 16.0 - 1e-9 for left, right in itertools.pairwise(ordered))
    assert ordered[0] >= -1e-9 and ordered[-1] <= height + 1e-9
    order = sorted(range(len(wanted)), key=lambda at: (wanted[at], at))
    assert [places[at] for at in order] == ordered


def test_labels_with_room_stay_where_they_are():
    assert spread([10.0, 100.0, 200.0], 300.0) == [10.0, 100.0, 200.0]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1234.5, "1,234"), (854.94, "854.9"), (0.03456, "0.03456"), (-2.5, "\u22122.5"), (0.0, "0"),
     (None, "—"), (-1e-12, "0"), (12.0, "12")],
)  # fmt: skip
def test_numbers_have_four_significant_digits(value, shown):
    assert number(value) == shown


def test_long_names_are_broken_and_then_cut():
    broken = wrap("连云港市徐圩新区石化产业基地综合管理委员会", 120)
    lines = broken.split("\n")

    assert len(lines) == 2 and lines[1].endswith("…")
    assert all(text_width(line) <= 120 for line in lines)
    assert wrap("Blast furnaces of the works", 100).split("\n")[0] == "Blast furnaces"
    assert truncate("短", 100) == "短"


def linear(colour: str) -> list[float]:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def luminance(rgb: list[float]) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, definition of contrast ratio."""
    low, high = sorted((luminance(linear(one)), luminance(linear(other))))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", PALETTES)
def test_marks_and_texts_stand_out_from_the_surface(theme):
    palette = PALETTES[theme]
    for name, colour in palette.items():
        if name in {"ink", "muted"}:
            assert contrast(colour, palette["surface"]) >= 4.5, name
        elif name not in {"surface", "grid", "track"}:
            assert contrast(colour, palette["surface"]) >= 3.0, name
    assert PALETTES["light"].keys() == PALETTES["dark"].keys()


# Simulation matrices of Machado, Oliveira and Fernandes (2009), full severity.
BLIND = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
               (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
               (-0.01182, 0.04294, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
               (0.004733, 0.691367, 0.3039)),
}  # fmt: skip


def lab(rgb: list[float]) -> tuple[float, float, float]:
    x = (0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.95047
    y = luminance(rgb)
    z = (0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.08883
    a, b, c = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * b - 16, 500 * (a - b), 200 * (b - c)


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("kind", BLIND)
@pytest.mark.parametrize("group", [[f"series-{n}" for n in range(SERIES)],
                                   ["good", "warn", "bad", "none"]])  # fmt: skip
def test_colours_are_told_apart_by_colour_blind_readers(theme, kind, group):
    def seen(name):
        rgb = linear(PALETTES[theme][name])
        made = [sum(f * c for f, c in zip(row, rgb, strict=True)) for row in BLIND[kind]]
        return lab([min(max(one, 0.0), 1.0) for one in made])

    for one, other in itertools.combinations(group, 2):
        apart = sum((a - b) ** 2 for a, b in zip(seen(one), seen(other), strict=True)) ** 0.5
        assert apart > 14, (one, other)


def test_every_phrase_is_in_both_languages_and_used():
    folder = files("tongjian") / "charts"
    phrases = tomllib.loads((folder / "phrases.toml").read_text(encoding="utf-8"))
    code = "".join(
        one.read_text(encoding="utf-8") for one in folder.iterdir() if one.name.endswith(".py")
    )
    for key, said in phrases.items():
        assert said.keys() == {"zh", "en"} and all(said.values()), key
        fields = [set(re.findall(r"{(\w+)}", text)) for text in said.values()]
        assert fields[0] == fields[1], key
        assert re.search(f"[\"']{key}[\"']", code) or key.startswith(("class_", "mark_")), key
