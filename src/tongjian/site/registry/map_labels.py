"""Places labels so that none covers another (注记配置): greedy, most important first.

A label is tried right of its point, left, below, above and at the corners, then further away with
a line that leads to it. It is put where it covers no label that is there already and no point, and
lies within the picture; where nothing fits it is left out, and the table under the map has it.
Lengths are in px of the picture, y downwards.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HEIGHT = 15.0
"""Height of a label's box in px, for letters of 12 px."""
_EM = 12.0
_GAP = 3.0
_DISTANCES = (0.0, 14.0, 30.0)
# Where the box stands from its point: parts of its width and height, as a multiple of the radius.
_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        """Whether both share more than an edge."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def within(self, width: float, height: float) -> bool:
        """Whether it lies in a picture of that size."""
        return (
            self.x >= 0
            and self.y >= 0
            and self.x + self.width <= width
            and self.y + self.height <= height
        )


@dataclass(frozen=True, slots=True)
class Spot:
    """A point with its radius and the text that belongs to it; higher `weight` is placed first."""

    x: float
    y: float
    radius: float
    text: str
    weight: float = 0.0

    @property
    def box(self) -> Box:
        """The square about the point."""
        return Box(self.x - self.radius, self.y - self.radius, 2 * self.radius, 2 * self.radius)


@dataclass(frozen=True, slots=True)
class Label:
    """Where a text was put; `leads` if a line is to lead to it."""

    box: Box
    leads: bool


def text_width(text: str) -> float:
    """About how wide a text is: Chinese characters a full em, others 0.6."""
    wide = sum(unicodedata.east_asian_width(one) in "WF" for one in text)
    return _EM * (wide + 0.6 * (len(text) - wide))


def place(
    spots: Sequence[Spot], width: float, height: float, signs: Sequence[Box] = ()
) -> list[Label | None]:
    """The label of each spot, in the order of `spots`; None where there is no room for one.

    `signs` are kept free where that can be done, and covered rather than leaving a label out.
    """
    points = [one.box for one in spots]
    placed: list[Box] = []
    found: list[Label | None] = [None] * len(spots)
    order = sorted(range(len(spots)), key=lambda at: (-spots[at].weight, at))
    for at in order:
        others = [other for number, other in enumerate(points) if number != at]
        free = [
            label
            for label in _candidates(spots[at])
            if label.box.within(width, height)
            and not any(map(label.box.overlaps, placed))
            and not any(map(label.box.overlaps, others))
        ]
        clear = (label for label in free if not any(map(label.box.overlaps, signs)))
        chosen = next(clear, free[0] if free else None)
        if chosen is not None:
            placed.append(chosen.box)
            found[at] = chosen
    return found


def _candidates(spot: Spot) -> Iterator[Label]:
    wide = text_width(spot.text)
    for distance in _DISTANCES:
        away = spot.radius + _GAP + distance
        for right, down in _SIDES:
            x = spot.x + right * away - (0.0 if right > 0 else wide if right < 0 else wide / 2)
            middle = HEIGHT / 2 if down == 0 else 0.0 if down > 0 else HEIGHT
            y = spot.y + down * away - middle
            yield Label(Box(x, y, wide, HEIGHT), leads=distance > 0)


__all__ = ["HEIGHT", "Box", "Label", "Spot", "place", "text_width"]
