"""Trends by year or month (趋势), and small lines for the rows of a table (行内折线)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.charts._bars import names_axis
from tongjian.charts._chart import Chart, Column, Said, Table, View, measure, phrase, vega_lite
from tongjian.charts._labels import HEIGHT, end_labels, end_layers
from tongjian.charts._text import axis_format, distinct, number, text_width
from tongjian.charts._theme import series_token, token

_DASHES: tuple[list[int], ...] = ([1, 0], [7, 3], [2, 2], [8, 3, 2, 3], [12, 3], [4, 4])
_ROW = 34


@dataclass(frozen=True, slots=True)
class Series:
    """A series (序列): its name, and its value for each period that has one."""

    name: Said
    values: Mapping[str, float | None]


def trend(
    title: Said,
    series: Sequence[Series],
    unit: Said,
    *,
    periods: Sequence[str] = (),
    source: Said = "",
    from_zero: bool = True,
) -> Chart:
    """Lines over periods ("2024", "2024-03"), one for each series (趋势图).

    `periods` lists all periods in order; without it they are those of the values, sorted. Where a
    value is missing the line is broken, never drawn through.
    """
    named = list(periods) or sorted({period for one in series for period in one.values})
    rows = tuple((period, *(one.values.get(period) for one in series)) for period in named)
    known = [one for one in series if any(value is not None for value in one.values.values())]
    table = Table(
        (Column(phrase("period")), *(Column(one.name, unit) for one in series)),
        rows if known else (),
    )
    alt = (
        phrase(
            "alt_trend", count=len(series), first=named[0], last=named[-1], unit=unit,
            name=known[0].name, value=_last(known[0], named)[1],
        )
        if known
        else phrase("alt_empty")
    )  # fmt: skip

    def draw(view: View) -> dict[str, Any]:
        return _lines(view, known, series, named, unit, from_zero)

    return Chart("trend", title, alt, source, table, draw)


def _lines(
    view: View,
    known: Sequence[Series],
    series: Sequence[Series],
    periods: list[str],
    unit: Said,
    from_zero: bool,
) -> dict[str, Any]:
    names = dict(zip(map(id, series), distinct(view.say(one.name) for one in series), strict=True))
    values = [
        {"period": period, "series": names[id(one)], "value": one.values.get(period),
         "text": number(one.values.get(period))}
        for one in series
        for period in periods
    ]  # fmt: skip
    numbers = [value for one in known for value in one.values.values() if value is not None]
    low, high = min(numbers), max(numbers)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or abs(high) * 0.2 or 1.0
    high += 0.06 * span
    low -= 0.0 if from_zero and low == 0 else 0.06 * span
    labels, room = end_labels(
        view, [(view.say(one.name), _last(one, periods)[1]) for one in known], low, high
    )
    for made, one in zip(labels, known, strict=True):
        made["period"] = _last(one, periods)[0]
    x = {
        "field": "period", "type": "ordinal", "scale": {"domain": periods, "padding": 0.2},
        "axis": {"title": None, "labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 8},
    }  # fmt: skip
    y = {
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {"title": None, "format": axis_format(max(abs(low), abs(high))),
                 "domain": False, "ticks": False, "tickCount": 5},
    }  # fmt: skip
    order = [names[id(one)] for one in series]
    colours = [series_token(at) for at in range(len(order))]
    colour = {
        "field": "series", "type": "nominal", "legend": None,
        "scale": {"domain": order, "range": colours},
    }  # fmt: skip
    dash = {
        "field": "series", "type": "nominal", "legend": None,
        "scale": {"domain": order, "range": [_DASHES[at % 6] for at in range(len(order))]},
    }  # fmt: skip
    tooltip = [
        {"field": "period", "type": "nominal", "title": view.phrase("period")},
        {"field": "series", "type": "nominal", "title": view.phrase("series")},
        {"field": "text", "type": "nominal", "title": view.say(unit)},
    ]
    points = {"type": "point", "filled": True, "size": 40, "opacity": 1}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {"x": x, "y": {"field": "value", **y}, "color": colour,
                         "strokeDash": dash},
        },
        {
            "transform": [{"filter": "isValid(datum.value)"}],
            "mark": points,
            "encoding": {"x": x, "y": {"field": "value", **y}, "color": colour,
                         "tooltip": tooltip},
        },
        *end_layers(labels, y),
    ]  # fmt: skip
    axis_room = text_width(number(high)) + 28
    return vega_lite(
        view,
        axis_room + room + 12,
        HEIGHT,
        title=measure(view.say(unit)),
        data={"values": values},
        layer=layers,
    )


def sparks(
    title: Said, rows: Sequence[Series], unit: Said, *, periods: Sequence[str] = (),
    source: Said = "",
) -> Chart:  # fmt: skip
    """A small line for each row (行内折线), each in its own scale: shape, not size.

    The last value stands behind its line; sizes are compared by the figures, never by the lines.
    """
    named = list(periods) or sorted({period for one in rows for period in one.values})
    known = [one for one in rows if any(value is not None for value in one.values.values())]
    table = Table(
        (Column(phrase("name")), *(Column(period, unit) for period in named)),
        tuple((one.name, *(one.values.get(period) for period in named)) for one in rows)
        if known
        else (),
    )
    alt = (
        phrase("alt_sparks", count=len(rows), first=named[0], last=named[-1])
        if known
        else phrase("alt_empty")
    )

    def draw(view: View) -> dict[str, Any]:
        return _small(view, rows, named, unit)

    return Chart("sparks", title, alt, source, table, draw)


def _small(view: View, rows: Sequence[Series], periods: list[str], unit: Said) -> dict[str, Any]:
    names, extent, _, _ = names_axis(view, [one.name for one in rows])
    values, ends = [], []
    for at, (key, one) in enumerate(zip(names, rows, strict=True)):
        found = [value for value in one.values.values() if value is not None]
        low, high = (min(found), max(found)) if found else (0.0, 0.0)
        for number_, period in enumerate(periods):
            value = one.values.get(period)
            share = None if value is None else (value - low) / (high - low) if high > low else 0.5
            values.append(
                {"row": key, "x": number_, "y": None if share is None else at + 0.8 - 0.6 * share}
            )
        if found:
            period, last = _last(one, periods)
            ends.append({**values[at * len(periods) + periods.index(period)], "text": number(last)})
        else:
            ends.append({"row": key, "x": 0, "y": at + 0.5, "text": "—"})
    x = {
        "type": "quantitative", "axis": None,
        "scale": {"domain": [0, max(len(periods) - 1, 1)], "nice": False},
    }  # fmt: skip
    y = {
        "type": "quantitative", "axis": None,
        "scale": {"domain": [len(rows), 0], "nice": False, "zero": False},
    }  # fmt: skip
    heads = [{"y": at + 0.5, "lines": name.split("\n")} for at, name in enumerate(names)]
    room = max(text_width(str(one["text"])) for one in ends) + 20
    return vega_lite(
        view,
        extent + room + 12,
        _ROW * len(rows),
        title=measure(f"{periods[0]} – {periods[-1]} · {view.say(unit)}"),
        data={"values": values},
        layer=[
            {
                "data": {"values": heads},
                "mark": {"type": "text", "align": "right", "dx": -12, "baseline": "middle",
                         "lineHeight": 14},
                "encoding": {"x": {"value": 0}, "y": {"field": "y", **y},
                             "text": {"field": "lines", "type": "nominal"}},
            },
            {
                "mark": {"type": "line", "strokeWidth": 1.5, "color": series_token(0)},
                "encoding": {"x": {"field": "x", **x}, "y": {"field": "y", **y},
                             "detail": {"field": "row", "type": "nominal"}},
            },
            {
                "data": {"values": [one for one in ends if one["text"] != "—"]},
                "mark": {"type": "point", "filled": True, "size": 36, "opacity": 1,
                         "color": series_token(0)},
                "encoding": {"x": {"field": "x", **x}, "y": {"field": "y", **y}},
            },
            {
                "data": {"values": ends},
                "mark": {"type": "text", "align": "left", "color": token("ink")},
                "encoding": {"x": {"value": {"expr": "width + 10"}}, "y": {"field": "y", **y},
                             "text": {"field": "text", "type": "nominal"}},
            },
        ],
    )  # fmt: skip


def _last(series: Series, periods: Sequence[str]) -> tuple[str, float]:
    """The last period that has a value, and the value."""
    for period in reversed(periods):
        value = series.values.get(period)
        if value is not None:
            return period, value
    raise AssertionError(series.name)


__all__ = ["Series", "sparks", "trend"]
