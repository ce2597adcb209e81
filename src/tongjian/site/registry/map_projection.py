"""Longitude and latitude to a picture (投影): equirectangular, true at the mean latitude.

A degree of longitude is cos(mean latitude) as long as one of latitude. Good for a map of a province
or a city, not for measuring. Lengths are in px, y downwards; degrees are decimal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Degrees = tuple[float, float]
"""Longitude and latitude."""
_SMALLEST = 0.2
"""A picture shows this many degrees of latitude at least."""


@dataclass(frozen=True, slots=True)
class Projection:
    """A picture of `width` by `height` px that shows `west` to the right and `north` downwards."""

    west: float
    north: float
    scale: float
    """px per degree of latitude."""
    stretch: float
    """cos of the mean latitude."""
    width: float
    height: float

    @classmethod
    def of(
        cls, points: Iterable[Degrees], width: float, tallest: float, margin: float
    ) -> Projection:
        """The picture that has all points with a margin; raises `ValueError` without points."""
        known = list(points)
        if not known:
            raise ValueError("no points")
        west, east = min(x for x, _ in known), max(x for x, _ in known)
        south, north = min(y for _, y in known), max(y for _, y in known)
        stretch = math.cos(math.radians((south + north) / 2))
        wide = max((east - west) * stretch, _SMALLEST)
        high = max(north - south, _SMALLEST)
        scale = min((width - 2 * margin) / wide, (tallest - 2 * margin) / high)
        height = high * scale + 2 * margin
        # What is narrower than the picture stands in its middle.
        left = (west + east) / 2 - width / 2 / scale / stretch
        top = (south + north) / 2 + height / 2 / scale
        return cls(left, top, scale, stretch, width, height)

    def xy(self, point: Degrees) -> tuple[float, float]:
        """Where a point is in the picture."""
        x, y = point
        return (x - self.west) * self.stretch * self.scale, (self.north - y) * self.scale

    def lines(self) -> tuple[Sequence[tuple[float, float]], Sequence[tuple[float, float]]]:
        """Meridians and parallels to draw: degrees and their x or y in px."""
        east = self.west + self.width / self.scale / self.stretch
        south = self.north - self.height / self.scale
        step = _step(min(east - self.west, self.north - south))
        return (
            [(one, self.xy((one, 0.0))[0]) for one in _multiples(self.west, east, step)],
            [(one, self.xy((0.0, one))[1]) for one in _multiples(south, self.north, step)],
        )


def _step(span: float) -> float:
    """Degrees from line to line, so that there are some three to eight."""
    return next((one for one in (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0) if span / one <= 6), 10.0)


def _multiples(low: float, high: float, step: float) -> list[float]:
    first = math.ceil(low / step)
    return [round(number * step, 6) for number in range(first, math.floor(high / step) + 1)]


__all__ = ["Degrees", "Projection"]
