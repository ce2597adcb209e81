"""Labels at the end of lines that do not lie on one another (线端标注避让)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tongjian.charts._chart import View
from tongjian.charts._text import number, text_width, truncate
from tongjian.charts._theme import token

GAP = 16.0
# The height of a chart with a vertical axis, in pixels.
HEIGHT = 300


def spread(wanted: Sequence[float], height: float, gap: float = GAP) -> list[float]:
    """Places for labels wanted at heights `wanted` (pixels from the top), `gap` apart.

    Each stays as near as it can; all lie within the height if there is room for them. The order
    of equal ones is the order given.
    """
    order = sorted(range(len(wanted)), key=lambda at: (wanted[at], at))
    # Blocks of labels that touch, each centred on what its members want.
    blocks: list[tuple[list[int], float]] = []
    for at in order:
        members, centre = [at], wanted[at]
        while True:
            reach = (len(members) - 1) * gap / 2
            centre = max(min(centre, height - reach), reach)
            if not blocks:
                break
            before, above = blocks[-1]
            if above + (len(before) - 1) * gap / 2 + gap <= centre - reach + 1e-9:
                break
            blocks.pop()
            members = before + members
            centre = sum(wanted[one] for one in members) / len(members)
        blocks.append((members, centre))
    placed = [0.0] * len(wanted)
    for members, centre in blocks:
        top = centre - (len(members) - 1) * gap / 2
        for order_, at in enumerate(members):
            placed[at] = top + order_ * gap
    return placed


def end_labels(
    view: View, ends: Sequence[tuple[str, float]], low: float, high: float
) -> tuple[list[dict[str, Any]], int]:
    """Labels right of the drawing, kept apart, and the room they take."""
    scale = HEIGHT / ((high - low) or 1.0)
    places = spread([(high - value) * scale for _, value in ends], HEIGHT)
    limit = round(max(view.width * 0.26, 128))
    made = []
    for (name, value), place in zip(ends, places, strict=True):
        figure = number(value)
        text = f"{truncate(name, limit - text_width(figure) - 6)} {figure}"
        made.append({"value": value, "text": text, "label": high - place / scale})
    return made, max((text_width(str(one["text"])) for one in made), default=0) + 24


def end_layers(labels: list[dict[str, Any]], y: dict[str, Any]) -> list[dict[str, Any]]:
    """The layers that draw `end_labels`: a short line to each, and the text."""
    right = {"value": {"expr": "width + 16"}}
    return [
        {
            "data": {"values": labels},
            "mark": {"type": "rule", "color": token("muted"), "clip": False},
            "encoding": {"x": {"value": {"expr": "width + 2"}}, "x2": right,
                         "y": {"field": "value", **y}, "y2": {"field": "label"}},
        },
        {
            "data": {"values": labels},
            "mark": {"type": "text", "align": "left", "dx": 4},
            "encoding": {"x": right, "y": {"field": "label", **y},
                         "text": {"field": "text", "type": "nominal"}},
        },
    ]  # fmt: skip


__all__ = ["GAP", "HEIGHT", "end_labels", "end_layers", "spread"]
