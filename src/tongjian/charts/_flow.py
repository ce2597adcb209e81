"""Flows of energy or carbon (能流图、碳流图): a Sankey diagram, as a Vega specification.

Vega-Lite has no such chart. Columns, heights and places are computed here; the specification only
stretches them over the width of the page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.charts._chart import (
    VEGA_SCHEMA,
    Chart,
    Column,
    Said,
    Table,
    View,
    phrase,
    said,
)
from tongjian.charts._text import LINE, number, text_width, truncate
from tongjian.charts._theme import FONT, series_token, token
from tongjian.problems import Problem, TongjianError

_GAP = 34.0
_NODE = 14
_LEAST = 1.5
# With less room names could not be read; a narrower page scrolls.
_NARROWEST = 600


@dataclass(frozen=True, slots=True)
class Node:
    """A node (环节) of a flow diagram."""

    key: str
    name: Said


@dataclass(frozen=True, slots=True)
class Link:
    """A flow from one node to another, in the unit of the chart."""

    source: str
    target: str
    value: float


@dataclass(slots=True)
class _Box:
    node: Node
    column: int
    value: float
    at: float = 0.0
    top: float = 0.0
    height: float = 0.0


def flow(
    title: Said, nodes: Sequence[Node], links: Sequence[Link], unit: Said, *, source: Said = ""
) -> Chart:
    """A flow diagram (桑基图) from left to right.

    Raises `TongjianError` for a node that is not defined, a negative flow, or flows that go round
    in a circle. Flows of zero are in the table and not drawn.
    """
    named = {one.key: one for one in nodes}
    problems = [
        Problem("charts.node", values={"node": key, "known": ", ".join(named)})
        for link in links
        for key in (link.source, link.target)
        if key not in named
    ] + [
        Problem(
            "charts.negative",
            values={"source": link.source, "target": link.target, "value": number(link.value)},
        )
        for link in links
        if link.value < 0
    ]
    if problems:
        raise TongjianError(problems)
    drawn = [link for link in links if link.value > 0]
    columns = _columns(drawn)
    table = Table(
        (Column(phrase("from")), Column(phrase("to")), Column(phrase("value"), unit)),
        tuple((named[one.source].name, named[one.target].name, one.value) for one in links)
        if drawn
        else (),
    )
    largest = max(drawn, key=lambda one: one.value, default=None)
    alt = (
        phrase("alt_empty")
        if largest is None
        else phrase(
            "alt_flow", count=len(drawn), unit=unit, source=named[largest.source].name,
            target=named[largest.target].name, value=largest.value,
        )
    )  # fmt: skip

    def draw(view: View) -> dict[str, Any]:
        return _sankey(view, [named[key] for key in columns], columns, drawn, unit)

    return Chart("flow", title, alt, source, table, draw, "vega")


def _columns(links: Sequence[Link]) -> dict[str, int]:
    """Each node's column: one to the right of the furthest node that flows into it."""
    inward: dict[str, list[str]] = defaultdict(list)
    for link in links:
        inward[link.source] += []
        inward[link.target].append(link.source)
    found: dict[str, int] = {}
    left = list(inward)
    while left:
        ready = [key for key in left if all(one in found for one in inward[key])]
        if not ready:
            values = {"nodes": ", ".join(left)}
            raise TongjianError(Problem("charts.cycle", values=values))
        for key in ready:
            found[key] = 1 + max((found[one] for one in inward[key]), default=-1)
        left = [key for key in left if key not in found]
    return found


def _layout(
    nodes: Sequence[Node], columns: dict[str, int], links: Sequence[Link], height: float
) -> dict[str, _Box]:
    """Place the nodes of each column under one another, near what they are linked with."""
    inward: dict[str, float] = defaultdict(float)
    outward: dict[str, float] = defaultdict(float)
    for link in links:
        outward[link.source] += link.value
        inward[link.target] += link.value
    boxes = {
        one.key: _Box(one, columns[one.key], max(inward[one.key], outward[one.key]))
        for one in nodes
    }
    stacks: dict[int, list[_Box]] = defaultdict(list)
    for box in boxes.values():
        stacks[box.column].append(box)
    scale = min(
        (height - _GAP * (len(stack) - 1)) / sum(box.value for box in stack)
        for stack in stacks.values()
    )
    for _, stack in sorted(stacks.items()):
        for box in stack:
            box.height = max(box.value * scale, _LEAST)
            came = [
                (link.value, boxes[link.source]) for link in links if link.target == box.node.key
            ]
            weight = sum(value for value, _ in came)
            # What comes in from above stands above; the first column is by size.
            box.at = (
                sum(value * (one.top + one.height / 2) for value, one in came) / weight
                if came
                else -box.value
            )
        stack.sort(key=lambda box: box.at)
        top = (height - sum(box.height for box in stack) - _GAP * (len(stack) - 1)) / 2
        for box in stack:
            box.top = top
            top += box.height + _GAP
    return boxes


def _sankey(
    view: View, nodes: Sequence[Node], columns: dict[str, int], links: Sequence[Link], unit: Said
) -> dict[str, Any]:
    most = max(
        sum(1 for key in columns if columns[key] == column) for column in set(columns.values())
    )
    height = max(260.0, most * 54.0)
    boxes = _layout(nodes, columns, links, height)
    last = max(columns.values())
    # Names of the last column stand right of it, all others between two columns.
    right = [box for box in boxes.values() if box.column == last]
    limit = round(max(view.width, _NARROWEST) * 0.22)
    texts = {
        key: [truncate(view.say(box.node.name), limit), number(box.value)]
        for key, box in boxes.items()
    }
    margin = max(text_width(line) for box in right for line in texts[box.node.key]) + 14
    width = max(view.width, _NARROWEST) - margin - 12
    between = (width - _NODE) / last - _NODE - 12
    colours = {key: series_token(at) for at, key in enumerate(columns)}
    rects = []
    for key, box in boxes.items():
        text = texts[key]
        if box.column != last:
            text = [truncate(view.say(box.node.name), max(round(between), 24)), text[1]]
        rects.append(
            {
                "part": box.column / last, "top": box.top, "height": box.height,
                "middle": box.top + box.height / 2, "text": text, "colour": key,
                "tip": {view.phrase("name"): view.say(box.node.name),
                        view.say(unit): number(box.value)},
            }
        )  # fmt: skip
    return {
        "$schema": VEGA_SCHEMA,
        "usermeta": {"margin": margin + 12, "least": _NARROWEST},
        "width": width,
        "height": round(height),
        # The bounds of thick ribbons would be far too large.
        "padding": {"left": 6, "right": margin + 6, "top": 34, "bottom": 20},
        "autosize": {"type": "none"},
        "background": token("surface"),
        "config": {"text": {"font": FONT, "fontSize": 12}},
        "data": [
            {"name": "nodes", "values": rects},
            {"name": "links", "values": _ribbons(view, boxes, links, last, unit)},
        ],
        "scales": [
            {
                "name": "colour", "type": "ordinal", "domain": list(colours),
                "range": list(colours.values()),
            }
        ],
        "marks": [_link_marks(), _node_marks(), *_text_marks(), _unit_mark(view.say(unit))],
    }  # fmt: skip


def _ribbons(
    view: View, boxes: dict[str, _Box], links: Sequence[Link], last: int, unit: Said
) -> list[dict[str, Any]]:
    """Where each flow leaves and arrives: flows of a node in the order of the other ends."""
    made: list[dict[str, Any]] = [{} for _ in links]
    for end, other, key in (("source", "target", "y0"), ("target", "source", "y1")):
        for name, box in boxes.items():
            mine = [at for at, link in enumerate(links) if getattr(link, end) == name]
            mine.sort(key=lambda at: boxes[getattr(links[at], other)].top)
            top = box.top
            for at in mine:
                thick = box.height * links[at].value / box.value
                made[at][key] = top + thick / 2
                made[at]["thick"] = max(thick, _LEAST)
                top += thick
    for row, link in zip(made, links, strict=True):
        begin, end_ = boxes[link.source], boxes[link.target]
        way = f"{said(begin.node.name, view.lang)} → {said(end_.node.name, view.lang)}"
        row |= {
            "from": begin.column / last, "to": end_.column / last, "colour": link.source,
            "tip": {view.phrase("name"): way, view.say(unit): number(link.value)},
        }  # fmt: skip
    return made


def _link_marks() -> dict[str, Any]:
    left = f"(datum.from * (width - {_NODE}) + {_NODE})"
    right = f"(datum.to * (width - {_NODE}))"
    middle = f"(({left} + {right}) / 2)"
    path = (
        f"'M' + {left} + ',' + datum.y0 + 'C' + {middle} + ',' + datum.y0 + ' ' + {middle}"
        f" + ',' + datum.y1 + ' ' + {right} + ',' + datum.y1"
    )
    return {
        "type": "path",
        "from": {"data": "links"},
        "encode": {
            "update": {
                "path": {"signal": path},
                "stroke": {"scale": "colour", "field": "colour"},
                "strokeWidth": {"field": "thick"},
                "strokeOpacity": {"value": 0.42},
                "tooltip": {"field": "tip"},
            },
            "hover": {"strokeOpacity": {"value": 0.7}},
        },
    }


def _node_marks() -> dict[str, Any]:
    return {
        "type": "rect",
        "from": {"data": "nodes"},
        "encode": {
            "update": {
                "x": {"signal": f"datum.part * (width - {_NODE})"},
                "width": {"value": _NODE},
                "y": {"field": "top"},
                "height": {"field": "height"},
                "fill": {"scale": "colour", "field": "colour"},
                "tooltip": {"field": "tip"},
            }
        },
    }


def _unit_mark(unit: str) -> dict[str, Any]:
    return {
        "type": "text",
        "interactive": False,
        "encode": {
            "enter": {
                "x": {"value": 0},
                "y": {"value": -16},
                "text": {"value": unit},
                "fill": {"value": token("muted")},
            }
        },
    }


def _text_marks() -> list[dict[str, Any]]:
    place = {
        "x": {"signal": f"datum.part * (width - {_NODE}) + {_NODE + 6}"},
        "y": {"field": "middle"},
        "text": {"field": "text"},
        "baseline": {"value": "middle"},
        "lineHeight": {"value": LINE},
    }
    halo = {
        "stroke": {"value": token("surface")}, "strokeWidth": {"value": 3},
        "strokeJoin": {"value": "round"}, "strokeOpacity": {"value": 0.85},
    }  # fmt: skip
    ink = {"fill": {"value": token("ink")}}
    return [
        {"type": "text", "from": {"data": "nodes"}, "interactive": False,
         "encode": {"update": {**place, **look}}}
        for look in (halo, ink)
    ]  # fmt: skip


__all__ = ["Link", "Node", "flow"]
