"""How far targets are reached (目标进展), and values with their intervals (不确定区间)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.charts._bars import Tone, names_axis
from tongjian.charts._chart import (
    Chart,
    Column,
    Said,
    Table,
    View,
    legend,
    measure,
    phrase,
    vega_lite,
)
from tongjian.charts._text import LINE, axis_format, number, text_width, truncate
from tongjian.charts._theme import series_token, token

# Beyond this share of the way a bar is cut off: the text says how far it goes.
_MOST = 130.0
_TONES: tuple[Tone, ...] = ("good", "warn", "bad", "none")


@dataclass(frozen=True, slots=True)
class Progress:
    """A target (目标): share of the way from base to target in per cent, None if not known.

    `text` is the reading behind the bar ("58.2 / 60 μg/m³"), `expected` the share that would have
    been reached by now on a straight line, `status` the word for `tone`.
    """

    name: Said
    share: float | None
    text: Said
    status: Said
    tone: Tone
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with the ends of its interval, all in the unit of the chart."""

    name: Said
    value: float
    low: float
    high: float


def target_progress(title: Said, targets: Sequence[Progress], *, source: Said = "") -> Chart:
    """A bar for each target from its base (0 %) to the target (100 %), and where it ought to be."""
    table = Table(
        (
            Column(phrase("name")), Column(phrase("progress"), "%"),
            Column(phrase("expected"), "%"), Column(phrase("reading")), Column(phrase("status")),
        ),
        tuple((one.name, one.share, one.expected, one.text, one.status) for one in targets),
    )  # fmt: skip
    known = sum(one.share is not None for one in targets)
    alt = phrase("alt_progress", count=len(targets), known=known)

    def draw(view: View) -> dict[str, Any]:
        return _bullets(view, targets)

    alt = alt if targets else phrase("alt_empty")
    return Chart("target_progress", title, alt, source, table, draw)


def _bullets(view: View, targets: Sequence[Progress]) -> dict[str, Any]:
    keys, extent, axis, lines = names_axis(view, [one.name for one in targets])
    shares = [one.share for one in targets if one.share is not None]
    low = max(min([*shares, 0.0]), -30.0)
    high = min(max([*shares, 104.0]), _MOST)
    limit = round(view.width * 0.3)
    rows: list[dict[str, Any]] = []
    words = {one.tone: view.say(one.status) for one in reversed(targets)}
    for key, one in zip(keys, targets, strict=True):
        share = one.share
        rows.append(
            {
                "at": key, "zero": max(low, 0.0), "hundred": 100.0, "expected": one.expected,
                "share": None if share is None else min(max(share, low), high),
                "status": words[one.tone], "said": view.say(one.status),
                "name": view.say(one.name), "reading": view.say(one.text),
                "percent": number(share),
                "text": truncate(view.say(one.text), limit),
            }
        )  # fmt: skip
    tones = [one for one in _TONES if one in words]
    statuses = [words[one] for one in tones]
    room = max(text_width(row["text"]) for row in rows) + 16
    y = {"field": "at", "type": "nominal", "sort": keys, "axis": axis}
    x = {
        "type": "quantitative", "scale": {"domain": [low, high], "nice": False},
        "axis": {"title": view.phrase("way") if view.width > 500 else "%", "format": ",.0f",
                 "values": [0, 50, 100], "domain": False, "ticks": False},
    }  # fmt: skip
    bar = {"type": "bar", "height": 18}
    tick = {"type": "tick", "orient": "vertical", "thickness": 2.5, "size": 24}
    tooltip = [
        {"field": "name", "type": "nominal", "title": view.phrase("name")},
        {"field": "reading", "type": "nominal", "title": view.phrase("reading")},
        {"field": "percent", "type": "nominal", "title": f"{view.phrase('progress')} / %"},
        {"field": "said", "type": "nominal", "title": view.phrase("status")},
    ]
    return vega_lite(
        view,
        extent + room + 12,
        (16 + lines * LINE) * len(rows),
        title=measure(view.phrase("progress_key")),
        data={"values": rows},
        layer=[
            {
                "mark": {**bar, "color": token("track")},
                "encoding": {"y": y, "x": {"field": "zero", **x}, "x2": {"field": "hundred"}},
            },
            {
                "transform": [{"filter": "isValid(datum.share)"}],
                "mark": {**bar, "height": 10},
                "encoding": {
                    "y": y, "x": {"field": "zero", **x}, "x2": {"field": "share"},
                    "tooltip": tooltip,
                    "color": {"field": "status", "type": "nominal",
                              "legend": _one_too(statuses),
                              "scale": {"domain": statuses,
                                        "range": [token(one) for one in tones]}},
                },
            },
            {
                "transform": [{"filter": "isValid(datum.expected)"}],
                "mark": {"type": "point", "shape": "triangle-down", "size": 46, "filled": True,
                         "color": token("ink"), "opacity": 1, "yOffset": -13},
                "encoding": {"y": y, "x": {"field": "expected", **x}},
            },
            {
                "mark": {**tick, "color": token("ink")},
                "encoding": {"y": y, "x": {"field": "hundred", **x}},
            },
            {
                "mark": {"type": "text", "align": "left"},
                "encoding": {"y": y, "x": {"value": {"expr": "width + 8"}},
                             "text": {"field": "text", "type": "nominal"}},
            },
        ],
    )  # fmt: skip


def _one_too(statuses: list[str]) -> dict[str, Any] | None:
    """A legend also for a single status: it is not said anywhere else in the drawing."""
    return legend(statuses) or {"title": None}


def intervals(
    title: Said,
    rows: Sequence[Interval],
    unit: Said,
    *,
    level: Said = "",
    source: Said = "",
    from_zero: bool = False,
) -> Chart:
    """Values with their intervals (不确定区间图); `level` says which, e.g. "95 % interval"."""
    table = Table(
        (
            Column(phrase("name")), Column(phrase("value"), unit),
            Column(phrase("low"), unit), Column(phrase("high"), unit),
        ),
        tuple((one.name, one.value, one.low, one.high) for one in rows),
    )  # fmt: skip

    def draw(view: View) -> dict[str, Any]:
        keys, extent, axis, lines = names_axis(view, [one.name for one in rows])
        ends = [end for one in rows for end in (one.low, one.high)] + [0.0] * from_zero
        span = (max(ends) - min(ends)) or abs(max(ends)) or 1.0
        domain = [min(ends) - 0.03 * span * (min(ends) != 0), max(ends) + 0.03 * span]
        values = [
            {
                "at": key, "value": one.value, "low": one.low, "high": one.high,
                "name": view.say(one.name),
                "text": f"{number(one.value)} ({number(one.low)} – {number(one.high)})",
            }
            for key, one in zip(keys, rows, strict=True)
        ]  # fmt: skip
        y = {"field": "at", "type": "nominal", "sort": keys, "axis": axis}
        x = {
            "type": "quantitative", "scale": {"domain": domain, "nice": False, "zero": False},
            "axis": {"title": view.say(unit), "domain": False, "ticks": False,
                     "format": axis_format(max(map(abs, domain))),
                     "tickCount": {"expr": "max(2, floor(width / 90))"}},
        }  # fmt: skip
        beside = view.width >= 560
        room = max(text_width(str(one["text"])) for one in values) + 16 if beside else 8
        tooltip = [
            {"field": "name", "type": "nominal", "title": view.phrase("name")},
            {"field": "text", "type": "nominal", "title": view.say(unit)},
        ]
        whisker = {"type": "tick", "orient": "vertical", "thickness": 2, "size": 12,
                   "color": series_token(0)}  # fmt: skip
        layers: list[dict[str, Any]] = [
            {
                "mark": {"type": "rule", "strokeWidth": 2, "color": series_token(0)},
                "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}},
            },
            {"mark": whisker, "encoding": {"y": y, "x": {"field": "low", **x}}},
            {"mark": whisker, "encoding": {"y": y, "x": {"field": "high", **x}}},
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1,
                         "color": series_token(0)},
                "encoding": {"y": y, "x": {"field": "value", **x}, "tooltip": tooltip},
            },
        ]  # fmt: skip
        if beside:
            layers.append(
                {
                    "mark": {"type": "text", "align": "left"},
                    "encoding": {"y": y, "x": {"value": {"expr": "width + 8"}},
                                 "text": {"field": "text", "type": "nominal"}},
                }
            )  # fmt: skip
        head = {"title": measure(view.say(level))} if level else {}
        return vega_lite(
            view,
            extent + room + 12,
            (14 + lines * LINE) * len(rows),
            data={"values": values},
            layer=layers,
            **head,
        )

    alt = phrase("alt_intervals", count=len(rows), unit=unit) if rows else phrase("alt_empty")
    return Chart("intervals", title, alt, source, table, draw)


__all__ = ["Interval", "Progress", "intervals", "target_progress"]
