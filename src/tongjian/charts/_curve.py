"""The efficiency curve (能效水平曲线): process units from the best to the worst.

Each unit is a step as high as its unit consumption and as wide as its output, so that the share
of a province's output that reaches the benchmark can be read off the axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tongjian.charts._bars import Tone
from tongjian.charts._chart import (
    Chart,
    Column,
    Said,
    Table,
    View,
    legend,
    measure,
    phrase,
    said,
    vega_lite,
)
from tongjian.charts._labels import HEIGHT, end_labels, end_layers
from tongjian.charts._text import axis_format, number, text_width, truncate
from tongjian.charts._theme import token
from tongjian.problems import LANGUAGES
from tongjian.rules import Words

_NAME = 160
_TONES: tuple[Tone, ...] = ("good", "warn", "bad", "none")


@dataclass(frozen=True, slots=True)
class ProcessUnit:
    """A process unit (装置): name, output, and its level (unit consumption), None if unknown."""

    name: Said
    output: float | None
    level: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A level to compare with: the benchmark (标杆), the baseline (基准), or another one."""

    name: Said
    value: float
    kind: str = "other"


def efficiency_curve(
    title: Said,
    units: Sequence[ProcessUnit],
    lines: Sequence[Line],
    *,
    level: Said,
    unit: Said,
    output_unit: Said,
    source: Said = "",
    lower_is_better: bool = True,
) -> Chart:
    """Process units by level, as wide as their output, with lines to compare with.

    A unit is coloured by whether it reaches the lines of kind "benchmark" and "baseline". Units
    without output or level are listed in the data table and not drawn.
    """
    sign = 1.0 if lower_is_better else -1.0
    drawn = sorted(
        (
            (one.level * sign, one)
            for one in units
            if one.level is not None and (one.output or 0) > 0
        ),
        key=lambda pair: pair[0],
    )
    ordered = [one for _, one in drawn]
    limits = {one.kind: one.value for one in lines}

    def tone(value: float) -> Tone:
        best, least = limits.get("benchmark"), limits.get("baseline")
        if best is not None and value * sign <= best * sign:
            return "good"
        if least is None:
            return "none" if best is None else "warn"
        return "warn" if value * sign <= least * sign else "bad"

    rest = [one for one in units if one not in ordered]
    table = Table(
        (
            Column(phrase("process_unit")), Column(phrase("output"), output_unit),
            Column(level, unit), Column(phrase("class")),
        ),
        tuple(
            (one.name, one.output, one.level,
             phrase(f"class_{'none' if one.level is None else tone(one.level)}"))
            for one in (*ordered, *rest)
        ) if ordered else (),
    )  # fmt: skip
    told = {
        lang: "".join(
            said(phrase("alt_line", name=one.name, value=one.value), lang) for one in lines
        )
        for lang in LANGUAGES
    }
    alt = (
        phrase(
            "alt_curve", count=len(ordered), level=level, unit=unit,
            best=ordered[0].level or 0.0, worst=ordered[-1].level or 0.0,
            lines=Words(told["zh"], told["en"]),
        )
        if ordered
        else phrase("alt_empty")
    )  # fmt: skip

    def draw(view: View) -> dict[str, Any]:
        return _drawn(view, ordered, lines, tone, level, unit, output_unit)

    return Chart("efficiency_curve", title, alt, source, table, draw)


def _drawn(
    view: View,
    units: Sequence[ProcessUnit],
    lines: Sequence[Line],
    tone: Any,
    level: Said,
    unit: Said,
    output_unit: Said,
) -> dict[str, Any]:
    levels = [one.level for one in units if one.level is not None]
    low, high = _domain([*levels, *(one.value for one in lines)])
    steps: list[dict[str, Any]] = []
    at = 0.0
    total = sum(one.output or 0.0 for one in units)
    for one in units:
        assert one.level is not None and one.output is not None
        name = truncate(view.say(one.name), _NAME)
        steps.append(
            {
                "x0": at, "x1": at + one.output, "middle": at + one.output / 2, "y": one.level,
                "class": view.phrase(f"class_{tone(one.level)}"), "label": name,
                "need": text_width(name) + 6, "name": view.say(one.name),
                "output": number(one.output), "level": number(one.level),
            }
        )  # fmt: skip
        at += one.output
    risers = [
        {"x": left["x1"], "y": left["y"], "y2": right["y"]} for left, right in pairwise(steps)
    ]
    tones = [one for one in _TONES if any(tone(value) == one for value in levels)]
    classes = [view.phrase(f"class_{one}") for one in tones]
    labels, room = end_labels(view, [(view.say(one.name), one.value) for one in lines], low, high)
    for made, line in zip(labels, lines, strict=True):
        made["colour"] = line.kind
    x = {
        "type": "quantitative", "scale": {"domain": [0, total], "nice": False},
        "axis": {"title": f"{view.phrase('cumulative')} / {view.say(output_unit)}", "grid": False,
                 "format": axis_format(total),
                 "tickCount": {"expr": "max(2, floor(width / 90))"}},
    }  # fmt: skip
    head = f"{view.say(level)} / {view.say(unit)}"
    y = {
        "type": "quantitative", "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {"title": None, "format": axis_format(high), "domain": False, "ticks": False,
                 "tickCount": 6},
    }  # fmt: skip
    fits = f"(datum.x1 - datum.x0) / {total} * width > datum.need"
    name_text = {
        "x": {"field": "middle", **x}, "y": {"field": "y", **y},
        "text": {"field": "label", "type": "nominal"},
        "opacity": {"condition": {"test": fits, "value": 1}, "value": 0},
    }  # fmt: skip
    halo = {"type": "text", "dy": -10, "stroke": token("surface"), "strokeWidth": 4,
            "strokeJoin": "round"}  # fmt: skip
    dash = {"benchmark": [6, 3], "baseline": [2, 3]}
    ruled = [
        {
            "data": {"values": [made]},
            "mark": {"type": "rule", "strokeDash": dash.get(line.kind, [8, 3, 2, 3]),
                     "strokeWidth": 1.5, "color": token("muted")},
            "encoding": {"y": {"field": "value", **y}},
        }
        for made, line in zip(labels, lines, strict=True)
    ]  # fmt: skip
    tooltip = [
        {"field": "name", "type": "nominal", "title": view.phrase("process_unit")},
        {"field": "level", "type": "nominal", "title": head},
        {"field": "output", "type": "nominal",
         "title": f"{view.phrase('output')} / {view.say(output_unit)}"},
        {"field": "class", "type": "nominal", "title": view.phrase("class")},
    ]  # fmt: skip
    layers: list[dict[str, Any]] = [
        *ruled,
        {
            "data": {"values": risers},
            "mark": {"type": "rule", "color": token("muted")},
            "encoding": {"x": {"field": "x", **x}, "y": {"field": "y", **y},
                         "y2": {"field": "y2"}},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 5},
            "encoding": {
                "x": {"field": "x0", **x}, "x2": {"field": "x1"}, "y": {"field": "y", **y},
                "tooltip": tooltip,
                "color": {"field": "class", "type": "nominal",
                          "legend": legend(classes, symbolType="stroke", symbolStrokeWidth=5),
                          "scale": {"domain": classes, "range": [token(one) for one in tones]}},
            },
        },
        {"mark": halo, "encoding": name_text},
        {"mark": {"type": "text", "dy": -10}, "encoding": name_text},
        *end_layers(labels, y),
    ]  # fmt: skip
    axis_room = text_width(f"{high:,.0f}") + 28
    return vega_lite(
        view,
        axis_room + room + 12,
        HEIGHT,
        title=measure(head),
        data={"values": steps},
        layer=layers,
    )


def _domain(values: Sequence[float]) -> tuple[float, float]:
    """The range of the axis: around the values, since steps have no foot to start from."""
    low, high = min(values), max(values)
    span = (high - low) or abs(high) * 0.2 or 1.0
    # Above the highest step stands its name; an axis of positive levels has no negative part.
    below = low - 0.12 * span
    return (max(below, 0.0) if low >= 0 else below), high + 0.14 * span


__all__ = ["Line", "ProcessUnit", "efficiency_curve"]
