"""Values that cannot be (物理范围): oxygen above that of air, below zero, over range."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tongjian.monitoring.screening._finding import Finding, Scene, screened
from tongjian.monitoring.screening._panel import Watched
from tongjian.monitoring.screening._rows import resolution, runs


def outside(scene: Scene) -> Iterator[Finding]:
    """Runs of values beyond what the quantity can be, by more than one unit of the last place."""
    for one in scene.panel.channels:
        low, high = _bounds(scene, one)
        value = one.usable
        if not np.isfinite(value).any() or (low == -np.inf and high == np.inf):
            continue
        room = scene.known["digit_width"] * resolution(value)
        for bound, beyond in ((low, value < low - room), (high, value > high + room)):
            for first, last in runs(beyond):
                part = value[first : last + 1]
                worst = float(part[np.argmax(np.abs(part - bound))])
                yield screened(
                    "screen_bounds",
                    scene,
                    [one.name],
                    (first, last),
                    (worst, bound, "digit_width"),
                    {"lowest": low, "highest": high, "quantity": one.quantity},
                    serious=last - first + 1 >= scene.panel.day,
                    value=f"{worst:.9g}",
                    low=f"{low:g}",
                    high=f"{high:g}",
                )


def _bounds(scene: Scene, one: Watched) -> tuple[float, float]:
    """Physics and the measuring range; a concentration is not negative."""
    low, high = scene.known.physical.get(one.quantity, (0.0 if one.is_gas else -np.inf, np.inf))
    if one.highest is not None:
        high = min(high, one.highest)
    return low, high


__all__ = ["outside"]
