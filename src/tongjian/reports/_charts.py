"""The charts of a report (图表): Vega-Lite specifications as plain data, and their SVG.

A chart must come out the same on a machine without any Chinese font, where text cannot be
measured. So every size is fixed here, from the number of characters, and nothing is left to an
automatic layout: space for labels, room behind the bars, height. The legend is HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tongjian.charts import (
    FONT,
    PALETTES,
    SCHEMA,
    SIZE,
    TOKEN,
    distinct,
    render_svg,
    series_token,
    text_width,
)
from tongjian.reports._html import Markup, el

_COLOURS = PALETTES["light"]
_INK, _MUTED, _GRID = (_COLOURS[name] for name in ("ink", "muted", "grid"))
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
    return _COLOURS[series_token(number).removeprefix(TOKEN)]


def bar_spec(chart: Chart, width: int, *, compact: bool = False) -> dict[str, Any]:
    """A chart of horizontal bars, stacked by series.

    `compact` writes each name above its bar, for screens too narrow to have it beside.
    """
    names = distinct(bar.name for bar in chart.bars)
    values = [
        {"at": name, "series": series, "part": number, "value": value}
        for name, bar in zip(names, chart.bars, strict=True)
        for number, (series, value) in enumerate(bar.parts)
    ]
    ends = [
        {"at": name, "text": bar.text, "name": bar.name, "end": _positive(bar)}
        for name, bar in zip(names, chart.bars, strict=True)
    ]
    margin = 4 if compact else 10 + max((text_width(bar.name) for bar in chart.bars), default=0)
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
                 "fontSize": SIZE, "color": _INK},
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
            "mark": {"type": "text", "align": "left", "dy": -9, "fontSize": SIZE, "color": _INK},
            "encoding": {"y": y, "x": {"value": 0}, "text": {"field": "name", "type": "nominal"}},
        }
        layers.append(above)
    return {
        "$schema": SCHEMA,
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
            "axis": {"labelFontSize": SIZE, "labelColor": _MUTED, "gridColor": _GRID},
            "axisY": {"labelColor": _INK, "grid": False},
        },
    }


def svg(spec: dict[str, Any], chart: Chart) -> Markup:
    """The drawing of a specification, to stand within a page."""
    drawn = render_svg(spec)
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
    widest = max((text_width(bar.text) for bar in chart.bars), default=0)
    room = max(widest + 10 - _RIGHT, 0)
    span = (high - low) or 1.0
    return [low, high + span * room / max(plot - room, 1)]


__all__ = ["Bar", "Chart", "bar_spec", "colour", "drawings", "svg"]
