"""Where the texts of a drawing stand, read from its SVG."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

from tongjian.charts import text_width

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Text:
    """A text with the box it takes (left, top, right, bottom)."""

    text: str
    box: tuple[float, float, float, float]

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    def meets(self, other: Text) -> bool:
        one, two = self.box, other.box
        apart = one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
        return not apart


def texts(drawing: str) -> list[Text]:
    """Every visible text; the bright rim behind a text is not another one."""
    found: list[Text] = []

    def walk(element, x, y):
        place = re.match(r"translate\(([-\d.e]+),\s*([-\d.e]+)\)", element.get("transform", ""))
        if place:
            x, y = x + float(place[1]), y + float(place[2])
        if element.tag == f"{SVG}text" and element.get("opacity") != "0":
            lines = [one.text or "" for one in element] or [element.text or ""]
            size = float(element.get("font-size", "12").removesuffix("px"))
            anchor = element.get("text-anchor", "start")
            for number, line in enumerate(lines):
                if line and "stroke-width" not in element.attrib:
                    found.append(_text(line, x, y + number * 15, anchor, size))
        for child in element:
            walk(child, x, y)

    walk(ElementTree.fromstring(drawing), 0.0, 0.0)
    return found


def _text(line: str, x: float, y: float, anchor: str, size: float) -> Text:
    width = text_width(line, size) * 0.98
    left = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
    return Text(line, (left, y - size * 0.8, left + width, y + size * 0.15))


def overlapping(drawing: str) -> list[tuple[str, str]]:
    """Pairs of texts that lie on one another."""
    found = texts(drawing)
    return [
        (one.text, other.text)
        for number, one in enumerate(found)
        for other in found[number + 1 :]
        if one.meets(other)
    ]


def outside(drawing: str) -> list[str]:
    """Texts that leave the drawing."""
    view = ElementTree.fromstring(drawing).get("viewBox")
    assert view is not None
    _, _, right, bottom = map(float, view.split())
    return [
        one.text
        for one in texts(drawing)
        # Widths are estimated on the safe side: some of it is let pass.
        if one.box[0] < -6 - 0.2 * one.width
        or one.box[1] < -1
        or one.box[2] > right + 6 + 0.2 * one.width
        or one.box[3] > bottom + 1
    ]
