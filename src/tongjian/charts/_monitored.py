"""What monitors sent over time (监测过程线): lanes over one axis, each in a scale of its own.

Gases of one stack lie in ranges that have nothing in common, so each has a lane. What was measured
is a line; what stands in the place of a missing value is never drawn as if it had been measured.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, get_args

from tongjian.charts._chart import Chart, Column, Said, Table, View, measure, phrase, vega_lite
from tongjian.charts._text import number, text_width, truncate
from tongjian.charts._theme import series_token, token

Mark = Literal["measured", "substituted", "missing", "stopped"]
"""实测、含替代值、缺失、停运."""
MARKS: tuple[Mark, ...] = get_args(Mark)

_LANE = 120
_HEAD, _FOOT = 0.24, 0.95
"""Where in its lane a drawing begins and ends: above it stands the name."""
_DENSE = 62
"""More periods than this have no point of their own, but still tell what they are."""
_SHRUNK = 0.72
"""A page may draw a specification this much narrower than it was made for."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One quantity (泳道): for each period a value or None, and what it is; `limit` is a line.

    Lanes of the same `family` have the same colour.
    """

    name: Said
    unit: Said
    values: Sequence[float | None]
    marks: Sequence[Mark]
    family: int = 0
    limit: float | None = None


def monitored(
    title: Said,
    periods: Sequence[str],
    lanes: Sequence[Lane],
    *,
    ticks: Mapping[int, Said],
    period: Said = "",
    source: Said = "",
) -> Chart:
    """Lanes over `periods`; `ticks` are labels of the axis by the number of their period.

    A stretch of substituted values has a ground of its own, a broken line and open marks; a missing
    one a cross on the floor; while the source stopped there is a bar, and nothing is missing.
    """
    columns = [Column(period or phrase("period"))]
    for one in lanes:
        columns += [Column(one.name, one.unit), Column(phrase("monitored_as", name=one.name))]
    said = {mark: phrase(f"mark_{mark}") for mark in MARKS}
    rows = tuple(
        (
            name,
            *(
                cell
                for one in lanes
                for cell in (one.values[at], said[one.marks[at]])
            ),
        )
        for at, name in enumerate(periods)
    ) if lanes else ()  # fmt: skip
    counts = {
        mark: sum(one == mark for lane in lanes for one in lane.marks) for mark in MARKS
    }  # fmt: skip
    alt = (
        phrase(
            "alt_monitored", count=len(lanes), first=periods[0], last=periods[-1],
            **{name: float(count) for name, count in counts.items()},
        )
        if rows
        else phrase("alt_empty")
    )  # fmt: skip

    def draw(view: View) -> dict[str, Any]:
        return _drawn(view, periods, lanes, ticks)

    return Chart("monitored", title, alt, source, Table(tuple(columns), rows), draw)


def _drawn(
    view: View, periods: Sequence[str], lanes: Sequence[Lane], ticks: Mapping[int, Said]
) -> dict[str, Any]:
    scales = [_scale(one) for one in lanes]
    steps = [number(value) for top in scales for value in (0.0, top / 2, top)]
    left = max(map(text_width, steps)) + 14
    room = (view.width - left - 12) * _SHRUNK
    x = _quantitative([-0.5, len(periods) - 0.5])
    y = {**_quantitative([len(lanes), 0]), "scale": {
        "domain": [len(lanes), 0], "nice": False, "zero": False}}  # fmt: skip
    values = [
        one
        for at, (lane, top) in enumerate(zip(lanes, scales, strict=True))
        for one in _points(at, lane, top, periods)
    ]
    families = sorted({one.family for one in lanes})
    colour = {
        "field": "f", "type": "nominal", "legend": None,
        "scale": {"domain": families, "range": [series_token(one) for one in families]},
    }  # fmt: skip
    where = {"x": {"field": "x", **x}, "y": {"field": "y", **y}}
    tooltip = [
        {"field": "p", "type": "nominal", "title": view.phrase("period")},
        {"field": "said", "type": "nominal", "title": view.phrase("value")},
        {"field": "m", "type": "nominal", "title": view.phrase("status")},
    ]
    size = 34 if len(periods) <= _DENSE else 12
    shown = 1 if len(periods) <= _DENSE else 0
    line = {"type": "line", "strokeWidth": 1.6, "invalid": "break-paths-show-domains"}
    names = _names(view, lanes, scales, left)
    edges = [
        {"x": -0.5, "x2": len(periods) - 0.5, "y": at + place}
        for at in range(len(lanes))
        for place in (_HEAD, (_HEAD + _FOOT) / 2, _FOOT)
    ]
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": list(_grounds(lanes))},
            "mark": {"type": "rect", "color": token("warn"), "opacity": 0.2},
            "encoding": {"x": {"field": "x", **x}, "x2": {"field": "x2"},
                         "y": {"field": "y", **y}, "y2": {"field": "y2"}},
        },
        {
            "data": {"values": edges},
            "mark": {"type": "rule", "color": token("grid")},
            "encoding": {"x": {"field": "x", **x}, "x2": {"field": "x2"},
                         "y": {"field": "y", **y}},
        },
        {
            "data": {"values": names["limits"]},
            "mark": {"type": "rule", "color": token("bad"), "strokeDash": [6, 3]},
            "encoding": {"x": {"field": "x", **x}, "x2": {"field": "x2"},
                         "y": {"field": "y", **y}},
        },
        {
            "data": {"values": list(_floors(lanes))},
            "mark": {"type": "rule", "strokeWidth": 5, "color": token("none")},
            "encoding": {"x": {"field": "x", **x}, "x2": {"field": "x2"},
                         "y": {"field": "y", **y}},
        },
        {
            "transform": [{"filter": "datum.k == 2"}],
            "mark": {"type": "point", "shape": "cross", "angle": 45, "filled": True, "size": 40,
                     "opacity": 1, "color": token("bad")},
            "encoding": {**where, "tooltip": tooltip},
        },
        {
            "transform": [{"calculate": "datum.k == 0 ? datum.y : null", "as": "own"}],
            "mark": line,
            "encoding": {"x": where["x"], "y": {"field": "own", **y}, "color": colour,
                         "detail": {"field": "l", "type": "nominal"}},
        },
        {
            "transform": [{"calculate": "datum.k == 1 ? datum.y : null", "as": "put"}],
            "mark": {**line, "strokeDash": [3, 2]},
            "encoding": {"x": where["x"], "y": {"field": "put", **y}, "color": colour,
                         "detail": {"field": "l", "type": "nominal"}},
        },
        {
            "transform": [{"filter": "datum.k == 0"}],
            "mark": {"type": "point", "filled": True, "size": size, "opacity": shown},
            "encoding": {**where, "color": colour, "tooltip": tooltip},
        },
        {
            "transform": [{"filter": "datum.k == 1"}],
            "mark": {"type": "point", "shape": "diamond", "filled": True, "size": 44,
                     "strokeWidth": 1.4, "fill": token("surface"), "opacity": 1},
            "encoding": {**where, "stroke": colour, "tooltip": tooltip},
        },
        {
            "data": {"values": names["names"]},
            "mark": {"type": "text", "align": "left", "baseline": "bottom", "dy": -5,
                     "fontWeight": 600},
            "encoding": {"x": {"value": 0}, "y": {"field": "y", **y},
                         "text": {"field": "text", "type": "nominal"}},
        },
        {
            "data": {"values": names["steps"]},
            "mark": {"type": "text", "align": "right", "baseline": "middle", "dx": -8,
                     "color": token("muted")},
            "encoding": {"x": {"value": 0}, "y": {"field": "y", **y},
                         "text": {"field": "text", "type": "nominal"}},
        },
        {
            "data": {"values": _labels(view, ticks, len(periods), room)},
            "mark": {"type": "text", "align": "left", "baseline": "top", "dy": 4,
                     "color": token("muted")},
            "encoding": {"x": {"field": "x", **x}, "y": {"value": {"expr": "height"}},
                         "text": {"field": "text", "type": "nominal"}},
        },
    ]  # fmt: skip
    return vega_lite(
        view,
        left + 12,
        _LANE * len(lanes),
        title=measure(view.phrase("monitored_key")),
        data={"values": values},
        transform=_told(view, lanes),
        layer=layers,
    )


def _quantitative(domain: list[float] | list[int]) -> dict[str, Any]:
    return {
        "type": "quantitative", "axis": None,
        "scale": {"domain": domain, "nice": False, "zero": False},
    }  # fmt: skip


def _scale(lane: Lane) -> float:
    """The top of a lane: a round number, with the limit below it."""
    known = [value for value in lane.values if value is not None]
    highest = max([*known, lane.limit or 0.0], default=0.0)
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(
        step * power for step in (1.0, 1.2, 1.6, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)
        if step * power >= highest
    )  # fmt: skip


def _place(at: int, value: float, top: float) -> float:
    return round(at + _FOOT - (_FOOT - _HEAD) * value / top, 4)


def _points(at: int, lane: Lane, top: float, periods: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A row for each period, short: a year of days is told twice in a page."""
    floor = round(at + _FOOT - 0.04, 4)
    for number_, (value, mark) in enumerate(zip(lane.values, lane.marks, strict=True)):
        y = floor if mark == "missing" else None
        if value is not None and mark not in ("stopped", "missing"):
            y = _place(at, value, top)
        yield {"l": at, "x": number_, "y": y, "k": MARKS.index(mark), "p": periods[number_],
               "t": number(value)}  # fmt: skip


def _told(view: View, lanes: Sequence[Lane]) -> list[dict[str, Any]]:
    """What a row leaves to be said by the specification."""
    lists = {
        "f": [one.family for one in lanes],
        "n": [view.say(one.name) for one in lanes],
        "u": [view.say(one.unit) for one in lanes],
    }
    words = [view.phrase(f"mark_{mark}") for mark in MARKS]
    made = [{"calculate": f"{json.dumps(found, ensure_ascii=False)}[datum.l]", "as": name}
            for name, found in lists.items()]  # fmt: skip
    made.append({"calculate": f"{json.dumps(words, ensure_ascii=False)}[datum.k]", "as": "m"})
    return [*made, {"calculate": "datum.n + ' ' + datum.t + ' ' + datum.u", "as": "said"}]


def _stretches(lanes: Sequence[Lane], mark: Mark) -> Iterator[tuple[int, int, int]]:
    """Lane, first and last period of each stretch of a mark."""
    for at, lane in enumerate(lanes):
        for key, found in groupby(enumerate(lane.marks), key=lambda one: one[1]):
            if key == mark:
                numbers = [number_ for number_, _ in found]
                yield at, numbers[0], numbers[-1]


def _grounds(lanes: Sequence[Lane]) -> Iterator[dict[str, float]]:
    for at, first, last in _stretches(lanes, "substituted"):
        yield {"x": first - 0.5, "x2": last + 0.5, "y": at + _HEAD, "y2": at + _FOOT}


def _floors(lanes: Sequence[Lane]) -> Iterator[dict[str, float]]:
    for at, first, last in _stretches(lanes, "stopped"):
        yield {"x": first - 0.5, "x2": last + 0.5, "y": at + _FOOT}


def _names(
    view: View, lanes: Sequence[Lane], scales: Sequence[float], left: int
) -> dict[str, list[dict[str, Any]]]:
    room = round((view.width - left) * _SHRUNK)
    names, steps, limits = [], [], []
    for at, (lane, top) in enumerate(zip(lanes, scales, strict=True)):
        text = f"{view.say(lane.name)} · {view.say(lane.unit)}"
        if lane.limit is not None:
            text += f" · {view.phrase('monitored_limit', value=number(lane.limit))}"
            limits.append({"x": -0.5, "x2": len(lane.values) - 0.5,
                           "y": _place(at, lane.limit, top)})  # fmt: skip
        names.append({"y": at + _HEAD, "text": truncate(text, room)})
        steps += [
            {"y": _place(at, value, top), "text": number(value)} for value in (0.0, top / 2, top)
        ]
    return {"names": names, "steps": steps, "limits": limits}


def _labels(view: View, ticks: Mapping[int, Said], count: int, room: float) -> list[dict[str, Any]]:
    """Labels of the axis, those left out that would lie on another."""
    made: list[dict[str, Any]] = []
    free = -math.inf
    for at, text in sorted(ticks.items()):
        said, place = view.say(text), at / max(count, 1) * room
        if place >= free and place + text_width(said) <= room + 12:
            made.append({"x": at - 0.5, "text": said})
            free = place + text_width(said) + 10
    return made


__all__ = ["MARKS", "Lane", "Mark", "monitored"]
