"""Horizontal bars, stacked by series, and bars counted by status (条形图、状态计数)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tongjian.charts._chart import Chart, Column, Said, Table, View, legend, phrase, said, vega_lite
from tongjian.charts._text import LINE, axis_format, distinct, number, text_width, wrap
from tongjian.charts._theme import series_token, token
from tongjian.problems import LANGUAGES, Problem, TongjianError
from tongjian.rules import Words

Tone = Literal["good", "warn", "bad", "none"]
# A name takes so much of the width at most.
_NAMES = 0.34


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name and a value for each series, None where there is none."""

    name: Said
    parts: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """A status that things are counted by, and what it means for the reader (good … none)."""

    name: Said
    tone: Tone


def bars(
    title: Said, rows: Sequence[Bar], series: Sequence[Said], unit: Said, *, source: Said = ""
) -> Chart:
    """Bars in the order given, stacked by series (条形图、堆叠条形图), e.g. by division and gas.

    Values are in `unit`; a negative part (a deduction) reaches to the left of zero. The total of
    each bar is written behind it. Raises `TongjianError` if a bar has too few or too many parts.
    """
    _check(rows, series)
    largest = max(rows, key=_total, default=None)
    alt = (
        phrase("alt_empty")
        if largest is None
        else phrase(
            "alt_bars", count=len(rows), unit=unit, name=largest.name, value=_total(largest)
        )
    )
    heads = [Column(one, unit) for one in series]
    table = Table((Column(phrase("name")), *heads), tuple((bar.name, *bar.parts) for bar in rows))

    def draw(view: View) -> dict[str, Any]:
        names = [view.say(one) for one in series]
        colours = [series_token(number_) for number_ in range(len(series))]
        ends = [number(_total(one)) for one in rows]
        return _stacked(view, rows, names, colours, unit, ends)

    return Chart("bars", title, alt, source, table, draw)


def tally(
    title: Said, rows: Sequence[Bar], statuses: Sequence[Status], *, source: Said = ""
) -> Chart:
    """How many are in which status (状态计数), a bar for each group; counts stand in the bars."""
    names = [one.name for one in statuses]
    _check(rows, names)
    sums = [sum(row.parts[at] or 0 for row in rows) for at in range(len(statuses))]
    parts = {
        lang: ("、" if lang == "zh" else ", ").join(
            f"{said(name, lang)} {number(count)}" for name, count in zip(names, sums, strict=True)
        )
        for lang in LANGUAGES
    }
    listed = phrase("alt_tally", count=sum(sums), parts=_words(parts))
    heads = [Column(one, phrase("count")) for one in names]
    table = Table((Column(phrase("name")), *heads), tuple((bar.name, *bar.parts) for bar in rows))

    def draw(view: View) -> dict[str, Any]:
        colours = [token(one.tone) for one in statuses]
        ends = [number(_total(one)) for one in rows]
        said_names = [view.say(one) for one in names]
        return _stacked(view, rows, said_names, colours, "", ends, counts=True)

    return Chart("tally", title, listed if rows else phrase("alt_empty"), source, table, draw)


def names_axis(view: View, names: Sequence[Said]) -> tuple[list[str], int, dict[str, Any], int]:
    """Names at the left of rows: their keys, the space they take, the axis, and lines of each."""
    limit = round(view.width * _NAMES)
    keys = distinct(wrap(view.say(one), limit) for one in names)
    lines = [line for key in keys for line in key.split("\n")]
    extent = max(map(text_width, lines), default=0) + 14
    axis = {
        "title": None, "ticks": False, "domain": False, "grid": False, "labelPadding": 8,
        "labelLimit": 0, "minExtent": extent, "maxExtent": extent, "labelColor": token("ink"),
        "labelExpr": "split(datum.label, '\\n')", "labelLineHeight": LINE,
        "labelBaseline": "middle",
    }  # fmt: skip
    most = max((key.count("\n") + 1 for key in keys), default=1)
    return keys, extent, axis, most


def _stacked(
    view: View,
    rows: Sequence[Bar],
    names: list[str],
    colours: list[str],
    unit: Said,
    ends: list[str],
    *,
    counts: bool = False,
) -> dict[str, Any]:
    keys, extent, axis, lines = names_axis(view, [one.name for one in rows])
    names = distinct(names)
    high = max((_positive(one) for one in rows), default=0.0)
    low = min((_negative(one) for one in rows), default=0.0)
    span = (high - low) or 1.0
    values = []
    for key, bar in zip(keys, rows, strict=True):
        up = down = 0.0
        for at, part in enumerate(bar.parts):
            if not part:
                continue
            start = up if part > 0 else down
            up, down = (up + part, down) if part > 0 else (up, down + part)
            values.append(
                {
                    "at": key, "series": names[at], "value": part, "from": start,
                    "to": start + part, "text": number(part), "name": view.say(bar.name),
                }
            )  # fmt: skip
    totals = [
        {"at": key, "to": _positive(bar), "text": end}
        for key, bar, end in zip(keys, rows, ends, strict=True)
    ]
    room = max(map(text_width, ends), default=0) + 14
    y = {"field": "at", "type": "nominal", "sort": keys, "axis": axis}
    x_axis = {
        "title": view.say(unit) or None, "tickCount": {"expr": "max(2, floor(width / 90))"},
        "format": axis_format(max(abs(high), abs(low))), "domain": False, "ticks": False,
        "tickMinStep": 1 if counts else 0,
    }  # fmt: skip
    x = {
        "field": "from", "type": "quantitative", "axis": None if counts else x_axis,
        "scale": {"domain": [low, high or (1.0 if low == 0 else 0.0)], "nice": False},
    }  # fmt: skip
    tooltip = [
        {"field": "name", "type": "nominal", "title": view.phrase("name")},
        {"field": "series", "type": "nominal", "title": view.phrase("series")},
        {"field": "text", "type": "nominal", "title": view.say(unit) or view.phrase("count")},
    ]
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "height": 18, "stroke": token("surface"), "strokeWidth": 1},
            "encoding": {
                "y": y, "x": x, "x2": {"field": "to"}, "tooltip": tooltip,
                "color": {"field": "series", "type": "nominal", "legend": legend(names),
                          "scale": {"domain": names, "range": colours}},
            },
        },
        {
            "data": {"values": totals},
            "mark": {"type": "text", "align": "left", "dx": 6},
            "encoding": {"y": y, "x": {"field": "to", "type": "quantitative"},
                         "text": {"field": "text", "type": "nominal"}},
        },
        {
            "data": {"values": [{}]},
            "mark": {"type": "rule", "color": token("muted")},
            "encoding": {"x": {"datum": 0}},
        },
    ]  # fmt: skip
    if counts:
        fits = f"(datum.to - datum.from) / {span} * width > length(datum.text) * 8 + 4"
        inside = {
            "mark": {"type": "text", "color": token("surface"), "fontWeight": "bold"},
            "transform": [{"calculate": "(datum.from + datum.to) / 2", "as": "middle"}],
            "encoding": {
                "y": y, "x": {"field": "middle", "type": "quantitative"},
                "text": {"field": "text", "type": "nominal"},
                "opacity": {"condition": {"test": fits, "value": 1}, "value": 0},
            },
        }  # fmt: skip
        layers.insert(1, inside)
    return vega_lite(
        view,
        extent + room + 12,
        (14 + lines * LINE) * len(rows),
        data={"values": values},
        # The figure behind the longest bar stands outside the axis.
        padding={"left": 6, "top": 6, "bottom": 6, "right": 6},
        layer=layers,
    )


def _check(rows: Sequence[Bar], series: Sequence[Said]) -> None:
    problems = [
        Problem(
            "charts.parts",
            values={"name": said(bar.name, "zh"), "given": len(bar.parts), "wanted": len(series)},
        )
        for bar in rows
        if len(bar.parts) != len(series)
    ]
    if problems:
        raise TongjianError(problems)


def _total(bar: Bar) -> float:
    return sum(part for part in bar.parts if part is not None)


def _positive(bar: Bar) -> float:
    return sum(part for part in bar.parts if part is not None and part > 0)


def _negative(bar: Bar) -> float:
    return sum(part for part in bar.parts if part is not None and part < 0)


def _words(texts: dict[str, str]) -> Words:
    return Words(texts["zh"], texts["en"])


__all__ = ["Bar", "Status", "Tone", "bars", "names_axis", "tally"]
