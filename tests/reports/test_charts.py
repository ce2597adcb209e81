"""Charts: the same drawing on any machine, no text over another, one colour per series."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from tongjian.reports._charts import Bar, Chart, bar_spec, drawings, svg

SVG = "{http://www.w3.org/2000/svg}"
LONG = Chart(
    "标题", "说明",
    (
        Bar("CO₂回收利用（扣减）等很长的名称", "\u22121,234.56", (("CO₂", -1234.56), ("N₂O", 0.0))),
        Bar("钢铁", "236,039.30", (("CO₂", 236_000.0), ("N₂O", 39.3))),
        Bar("<i>硝酸</i>", "0.00", (("CO₂", 0.0), ("N₂O", 0.0))),
        Bar("钢铁", "1.00", (("CO₂", 1.0), ("N₂O", 0.0))),
    ),
    ("CO₂", "N₂O"),
)  # fmt: skip


def texts(drawing: str) -> list[tuple[float, float, str, str]]:
    """Every text of a drawing: x, y, anchor, content."""
    found = []

    def walk(element, x, y):
        shift = re.match(r"translate\(([-\d.]+),\s*([-\d.]+)\)", element.get("transform", ""))
        if shift:
            x, y = x + float(shift[1]), y + float(shift[2])
        if element.tag == f"{SVG}text":
            found.append((x, y, element.get("text-anchor", "start"), element.text or ""))
        for child in element:
            walk(child, x, y)

    walk(ElementTree.fromstring(drawing), 0.0, 0.0)
    return found


def box(x: float, y: float, anchor: str, text: str) -> tuple[float, float, float, float]:
    width = sum(12 if ord(char) > 0x2E80 else 6.2 for char in text)
    left = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
    return left, y - 10, left + width, y + 2


@pytest.mark.parametrize(("width", "compact"), [(860, False), (350, True)])
def test_texts_neither_overlap_nor_leave_the_drawing(width, compact):
    drawing = svg(bar_spec(LONG, width, compact=compact), LONG)
    view_box = ElementTree.fromstring(drawing).get("viewBox")
    assert view_box is not None
    _, _, right, bottom = map(float, view_box.split())
    boxes = [box(*one) for one in texts(drawing)]

    assert right == width
    for left, top, end, low in boxes:
        assert left >= -1 and top >= -1 and end <= right + 1 and low <= bottom + 1
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = (
                one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            )
            assert apart, (texts(drawing)[number], other)


@pytest.mark.parametrize("compact", [False, True])
def test_names_and_values_are_text_in_the_order_given(compact):
    shown = [text for _, _, _, text in texts(svg(bar_spec(LONG, 860, compact=compact), LONG))]

    for bar in LONG.bars:
        assert bar.text in shown
        assert any(text.rstrip("\u200b") == bar.name for text in shown)
    steel = [text for text in shown if text.rstrip("\u200b") == "钢铁"]
    assert len(steel) == 2


def test_specification_is_plain_data():
    assert json.loads(json.dumps(bar_spec(LONG, 860))) == bar_spec(LONG, 860)


def test_drawing_says_its_title_once_and_nothing_in_english():
    drawing = svg(bar_spec(LONG, 860), LONG)

    assert drawing.count("aria-label") == 1
    assert "<title>标题</title>" in drawing and "<desc>说明</desc>" in drawing
    assert "graphics-" not in drawing
    assert "<i>" not in drawing


def test_two_drawings_of_the_same_chart_and_a_legend():
    wide, narrow = drawings(LONG)

    assert 'class="chart wide"' in wide and 'class="chart narrow"' in narrow
    assert len({colour for _, colour in LONG.legend()}) == 2
    for _, colour in LONG.legend():
        assert colour in wide and colour in narrow


def test_empty_and_zero_charts_can_be_drawn():
    for bars in ((), (Bar("零", "0.00", (("", 0.0),)),)):
        chart = Chart("空", "空", bars, ("",))
        assert "<svg" in svg(bar_spec(chart, 350, compact=True), chart)
