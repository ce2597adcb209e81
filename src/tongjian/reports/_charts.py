"""The charts of a report (图表): Vega-Lite specifications as plain data, and their SVG.

A chart must come out the same on a machine without any Chinese font, where text cannot be
measured. So every size is fixed here, from the number of characters, and nothing is left to an
automatic layout: space for labels, room behind the bars, height. The legend is HTML.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tongjian.reports._html import Markup, el

FONT = "Noto Sans SC, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_VEGA_LITE = "5.20"
_INK, _MUTED, _GRID = "#1d2733", "#5a6572", "#e3e7ec"
# Told apart also in grey and by most colour-blind readers: dark, light, middle.
_COLOURS = ("#24507a", "#e0a23b", "#6f9a8d", "#a3484b", "#8c7bb0", "#9aa5b1", "#c4b28a", "#4b8f9f")
_SIZE = 12
_WIDE, _NARROW = 860, 350
# Half the width of the last number on the axis.
_RIGHT = 28
# The whole drawing is one image with one title; its parts say nothing more, and say it in English.
_REPEATED = re.compile(r' (?:role|aria-[a-z]+|font-family)="[^"]*"')


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, the text behind it and its parts as (series, value)."""

    name: str
    text: str
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart with what a reader who does not see it is told."""

    title: str
    description: str
    bars: tuple[Bar, ...]
    series: tuple[str, ...]

    def legend(self) -> list[tuple[str, str]]:
        """Series with their colours."""
        return [(name, colour(number)) for number, name in enumerate(self.series)]


def colour(number: int) -> str:
    """The colour of the n-th series."""
    return _COLOURS[number % len(_COLOURS)]


def bar_spec(chart: Chart, width: int, *, compact: bool = False) -> dict[str, Any]:
    """A chart of horizontal bars, stacked by series.

    `compact` writes each name above its bar, for screens too narrow to have it beside.
    """
    names = _distinct(bar.name for bar in chart.bars)
    values = [
        {"at": name, "series": series, "part": number, "value": value}
        for name, bar in zip(names, chart.bars, strict=True)
        for number, (series, value) in enumerate(bar.parts)
    ]
    ends = [
        {"at": name, "text": bar.text, "name": bar.name, "end": _positive(bar)}
        for name, bar in zip(names, chart.bars, strict=True)
    ]
    margin = 4 if compact else 10 + max((_text_width(bar.name) for bar in chart.bars), default=0)
    plot = width - margin - _RIGHT
    step = 44 if compact else 27
    scale = {"domain": _domain(chart, plot), "nice": False}
    y_axis = {
        "ticks": False, "domain": False, "labelPadding": 8, "labelLimit": 0,
        "minExtent": margin, "maxExtent": margin, "title": None,
    }  # fmt: skip
    y = {"field": "at", "type": "nominal", "sort": names, "axis": None if compact else y_axis}
    x_axis = {
        "title": None, "tickCount": 3 if compact else 6, "format": ",.3~f", "domain": False,
        "ticks": False, "labelPadding": 6, "labelFlush": False,
    }  # fmt: skip
    bars = {
        "mark": {"type": "bar", "height": 12 if compact else 16, "yOffset": 9 if compact else 0},
        "encoding": {
            "y": y,
            "x": {"field": "value", "type": "quantitative", "stack": "zero", "axis": x_axis,
                  "scale": scale},
            "color": {"field": "series", "type": "nominal", "legend": None,
                      "scale": {"domain": list(chart.series),
                                "range": [colour(n) for n in range(len(chart.series))]}},
            "order": {"field": "part", "type": "quantitative"},
        },
    }  # fmt: skip
    zero = {
        "data": {"values": [{}]},
        "mark": {"type": "rule", "color": _MUTED},
        "encoding": {"x": {"datum": 0}},
    }
    end = {
        "data": {"values": ends},
        "mark": {"type": "text", "align": "left", "dx": 6, "dy": 9 if compact else 0,
                 "fontSize": _SIZE, "color": _INK},
        "encoding": {"y": y, "x": {"field": "end", "type": "quantitative", "scale": scale},
                     "text": {"field": "text", "type": "nominal"}},
    }  # fmt: skip
    layers: list[dict[str, Any]] = [bars, end]
    if not compact:
        layers.append(zero)
    else:
        # No line at zero here: it would run through the names.
        above = {
            "data": {"values": ends},
            "mark": {"type": "text", "align": "left", "dy": -9, "fontSize": _SIZE, "color": _INK},
            "encoding": {"y": y, "x": {"value": 0}, "text": {"field": "name", "type": "nominal"}},
        }
        layers.append(above)
    return {
        "$schema": _SCHEMA,
        "width": plot,
        "height": step * len(chart.bars),
        "padding": {"left": margin, "right": _RIGHT, "top": 4, "bottom": 24},
        "autosize": "none",
        "background": None,
        "data": {"values": values},
        "layer": layers,
        "config": {
            "aria": False,
            "font": FONT,
            "view": {"stroke": None},
            "axis": {"labelFontSize": _SIZE, "labelColor": _MUTED, "gridColor": _GRID},
            "axisY": {"labelColor": _INK, "grid": False},
        },
    }


def svg(spec: dict[str, Any], chart: Chart) -> Markup:
    """The drawing of a specification, to stand within a page."""
    # Loading the JavaScript inside takes a second: only who draws pays for it.
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE)
    view_box = re.search(r'viewBox="([^"]*)"', drawn)
    body = re.fullmatch(r".*?<svg\b[^>]*>(.*)</svg>\s*", drawn, re.DOTALL)
    assert view_box is not None and body is not None
    return el(
        "svg",
        el("title", chart.title),
        el("desc", chart.description),
        Markup(_REPEATED.sub("", body[1])),
        xmlns="http://www.w3.org/2000/svg",
        font_family=FONT,
        viewBox=view_box[1],
        role="img",
        aria_label=chart.title,
    )


def drawings(chart: Chart) -> list[Markup]:
    """The chart for wide pages and paper, and for narrow ones; the style sheet shows one."""
    return [
        el("div", svg(bar_spec(chart, _WIDE), chart), class_="chart wide"),
        el("div", svg(bar_spec(chart, _NARROW, compact=True), chart), class_="chart narrow"),
    ]


def _positive(bar: Bar) -> float:
    """Where the bar ends on the right; a deduction reaches to the left of zero."""
    return sum(value for _, value in bar.parts if value > 0)


def _domain(chart: Chart, plot: int) -> list[float]:
    """The range of the axis, with room on the right for the text behind the longest bar."""
    high = max((_positive(bar) for bar in chart.bars), default=0.0)
    low = min(
        (sum(value for _, value in bar.parts if value < 0) for bar in chart.bars), default=0.0
    )
    widest = max((_text_width(bar.text) for bar in chart.bars), default=0)
    room = max(widest + 10 - _RIGHT, 0)
    span = (high - low) or 1.0
    return [low, high + span * room / max(plot - room, 1)]


def _text_width(text: str) -> int:
    """About how wide a text is in pixels, whatever fonts this machine has."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return round(wide * _SIZE + (len(text) - wide) * _SIZE * 0.56)


def _distinct(names: Iterable[str]) -> list[str]:
    """Names as keys of an axis: a name that comes twice gets an invisible mark."""
    found: dict[str, None] = {}
    for name in names:
        while name in found:
            name += "\u200b"
        found[name] = None
    return list(found)


__all__ = ["Bar", "Chart", "bar_spec", "colour", "drawings", "svg"]
