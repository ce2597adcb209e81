"""A map of places (位置图): points by longitude and latitude with their names, no boundaries.

It needs no tiles, no shapes and no network, and shows no boundary that would have to be approved.
The projection is equidistant along the middle latitude, good enough for a province.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.charts._chart import (
    Chart,
    Column,
    Said,
    Table,
    View,
    measure,
    phrase,
    vega_lite,
)
from tongjian.charts._text import number, text_width
from tongjian.charts._theme import series_token, token

_SIZE = 11
_TALLEST = 560.0
_BIGGEST = 26.0
_POINT = 4.0
_NARROWEST = 330
# On a narrower map a label is the name alone; the value is in the table.
_ROOMY = 520
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """A place (地点): code, name, longitude and latitude in degrees, and a value or none."""

    code: str
    name: Said
    longitude: float
    latitude: float
    value: float | None = None


def place_map(title: Said, places: Sequence[Place], unit: Said = "", *, source: Said = "") -> Chart:
    """Places with circles as large as their values; a place without one is an empty ring."""
    table = Table(
        (
            Column(phrase("code")), Column(phrase("name")), Column(phrase("longitude"), "°"),
            Column(phrase("latitude"), "°"), Column(phrase("value"), unit),
        ),
        tuple((one.code, one.name, one.longitude, one.latitude, one.value) for one in places),
    )  # fmt: skip
    largest = max(places, key=lambda one: one.value or 0.0, default=None)
    alt = (
        phrase("alt_empty")
        if largest is None
        else phrase(
            "alt_map", count=len(places), unit=unit or phrase("value"), name=largest.name,
            value=number(largest.value),
        )
    )  # fmt: skip

    def draw(view: View) -> dict[str, Any]:
        return _drawn(view, places, unit)

    return Chart("place_map", title, alt, source, table, draw, flexible=False)


def _drawn(view: View, places: Sequence[Place], unit: Said) -> dict[str, Any]:
    west, east = _range([one.longitude for one in places])
    south, north = _range([one.latitude for one in places])
    flat = math.cos(math.radians((south + north) / 2))
    width = max(view.width, _NARROWEST) - 60.0
    height = width * (north - south) / ((east - west) * flat)
    if height > _TALLEST:
        width, height = width * _TALLEST / height, _TALLEST
    scale = height / (north - south)
    largest = max((one.value or 0.0 for one in places), default=0.0)

    def radius(place: Place) -> float:
        if not largest or not place.value or place.value <= 0:
            return _POINT
        return max(_BIGGEST * math.sqrt(place.value / largest), _POINT)

    circles = [
        (
            (one.longitude - west) / (east - west) * width,
            (north - one.latitude) * scale,
            radius(one),
        )
        for one in places
    ]
    texts = [_label(view, one) for one in places]
    values, leaders = [], []
    order = sorted(range(len(places)), key=lambda at: -circles[at][2])
    boxes: list[Box] = []
    for at in order:
        x, y, r = circles[at]
        found = _free(circles[at], texts[at], boxes, circles, (width, height))
        one = places[at]
        row: dict[str, Any] = {
            "x": x, "y": y, "disc": math.pi * r * r, "known": one.value is not None,
            "name": view.say(one.name), "text": number(one.value),
        }  # fmt: skip
        if found is not None:
            boxes.append(found)
            left, top, right, bottom = found
            row |= {"label": texts[at], "labelX": left, "labelY": (top + bottom) / 2}
            near_x, near_y = min(max(x, left), right), min(max(y, top), bottom)
            if math.hypot(near_x - x, near_y - y) > r + 8:
                leaders.append({"x": x, "y": y, "x2": near_x, "y2": near_y})
        values.append(row)
    x_scale = {"domain": [0, width], "nice": False}
    y_scale = {"domain": [height, 0], "nice": False, "zero": False}
    x_ = {"type": "quantitative", "scale": x_scale, "axis": None}
    y_ = {"type": "quantitative", "scale": y_scale, "axis": None}
    tooltip = [
        {"field": "name", "type": "nominal", "title": view.phrase("name")},
        {"field": "text", "type": "nominal", "title": view.say(unit) or view.phrase("value")},
    ]
    note = view.phrase("map_note")
    head = f"{view.say(unit)} · {note}" if unit else note
    ring = {"type": "point", "filled": False, "color": token("none"), "strokeWidth": 2,
            "opacity": 1}  # fmt: skip
    disc = {"type": "point", "filled": True, "color": series_token(0), "opacity": 0.75,
            "stroke": token("surface"), "strokeWidth": 1}  # fmt: skip
    at_place = {"x": {"field": "x", **x_}, "y": {"field": "y", **y_}, "tooltip": tooltip,
                "size": {"field": "disc", "type": "quantitative", "scale": None}}  # fmt: skip
    label = {
        "x": {"field": "labelX", **x_}, "y": {"field": "labelY", **y_},
        "text": {"field": "label", "type": "nominal"},
    }  # fmt: skip
    text = {"type": "text", "align": "left", "fontSize": _SIZE}
    halo = {**text, "stroke": token("surface"), "strokeWidth": 3, "strokeJoin": "round"}
    labelled: list[dict[str, Any]] = [{"filter": "isValid(datum.label)"}]
    made = vega_lite(
        view,
        60,
        height,
        title=measure(head),
        data={"values": values},
        layer=[
            *_graticule((west, east, south, north), width, height, x_, y_),
            {"transform": [{"filter": "datum.known"}], "mark": disc, "encoding": at_place},
            {"transform": [{"filter": "!datum.known"}], "mark": ring, "encoding": at_place},
            {
                "data": {"values": leaders},
                "mark": {"type": "rule", "color": token("muted")},
                "encoding": {"x": {"field": "x", **x_}, "y": {"field": "y", **y_},
                             "x2": {"field": "x2"}, "y2": {"field": "y2"}},
            },
            {"transform": labelled, "mark": halo, "encoding": label},
            {"transform": labelled, "mark": text, "encoding": label},
        ],
    )  # fmt: skip
    return {**made, "width": round(width), "height": round(height)}


def _label(view: View, place: Place) -> str:
    name = view.say(place.name)
    told = place.value is not None and view.width >= _ROOMY
    return f"{name} {number(place.value)}" if told else name


def _free(
    circle: tuple[float, float, float],
    text: str,
    boxes: Sequence[Box],
    circles: Sequence[tuple[float, float, float]],
    size: tuple[float, float],
) -> Box | None:
    """A place for a label beside its circle that covers no other label and no circle."""
    wide = text_width(text, _SIZE) + 2
    for left, top in _candidates(circle, wide):
        box = (left, top, left + wide, top + _SIZE + 3)
        inside = left >= 0 and top >= 0 and box[2] <= size[0] and box[3] <= size[1]
        if (
            inside
            and not any(_meet(box, other) for other in boxes)
            and not any(_covers(box, other) for other in circles)
        ):
            return box
    return None


def _candidates(circle: tuple[float, float, float], wide: float) -> Iterator[tuple[float, float]]:
    x, y, r = circle
    tall = _SIZE + 3
    for far in (3.0, 12.0, 24.0, 38.0, 54.0):
        reach = r + far
        slant = reach * 0.75
        yield x + reach, y - tall / 2
        yield x - reach - wide, y - tall / 2
        yield x - wide / 2, y - reach - tall
        yield x - wide / 2, y + reach
        yield x + slant, y - slant - tall
        yield x + slant, y + slant
        yield x - slant - wide, y - slant - tall
        yield x - slant - wide, y + slant


def _meet(one: Box, other: Box) -> bool:
    apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    return not apart


def _covers(box: Box, circle: tuple[float, float, float]) -> bool:
    x, y, r = circle
    near_x, near_y = min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3])
    return math.hypot(near_x - x, near_y - y) < r


def _range(degrees: Sequence[float]) -> tuple[float, float]:
    low, high = min(degrees), max(degrees)
    rim = max((high - low) * 0.1, 0.15)
    return low - rim, high + rim


def _graticule(
    ends: tuple[float, float, float, float],
    width: float,
    height: float,
    x: dict[str, Any],
    y: dict[str, Any],
) -> Iterator[dict[str, Any]]:
    """Lines of longitude and latitude with their degrees along the lower and the left rim."""
    west, east, south, north = ends
    across = [
        {"x": (degree - west) / (east - west) * width, "text": f"{degree:g}°E"}
        for degree in _degrees(west, east)
    ]
    along = [
        {"y": (north - degree) / (north - south) * height, "text": f"{degree:g}°N"}
        for degree in _degrees(south, north)
    ]
    line = {"type": "rule", "color": token("grid")}
    text = {"type": "text", "color": token("muted"), "fontSize": _SIZE}
    said = {"field": "text", "type": "nominal"}
    yield {"data": {"values": across}, "mark": line, "encoding": {"x": {"field": "x", **x}}}
    yield {"data": {"values": along}, "mark": line, "encoding": {"y": {"field": "y", **y}}}
    yield {
        "data": {"values": across}, "mark": {**text, "baseline": "top", "dy": 6},
        "encoding": {"x": {"field": "x", **x}, "y": {"value": {"expr": "height"}}, "text": said},
    }  # fmt: skip
    yield {
        "data": {"values": along}, "mark": {**text, "align": "right", "dx": -6},
        "encoding": {"y": {"field": "y", **y}, "x": {"value": 0}, "text": said},
    }  # fmt: skip


def _degrees(low: float, high: float) -> list[float]:
    step = next(one for one in (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 90) if (high - low) / one <= 6)
    first = math.ceil(low / step)
    return [number_ * step for number_ in range(first, math.floor(high / step) + 1)]


__all__ = ["Place", "place_map"]
