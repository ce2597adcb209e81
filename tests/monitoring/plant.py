"""A plant that never was: load, state of the flue gas and gases by the hour, from a seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.screening import Panel, Watched

Values = NDArray[np.float64]


def plant(days: int = 90, seed: int = 5) -> Panel:
    """Honest series: five digits, a daily course, noise that remembers the hour before."""
    rng = np.random.default_rng(seed)
    rows = 24 * days
    hour = np.arange(rows)
    load = 80 + 10 * np.sin(2 * np.pi * hour / 24) + remembering(rng, rows, 4.0)
    series = {
        "load": digits(load),
        "temperature": digits(90 + 0.4 * load + remembering(rng, rows, 1.0)),
        "oxygen": digits(11 - 0.03 * load + remembering(rng, rows, 0.2)),
        "nox": digits(20 + 0.5 * load + remembering(rng, rows, 4.0)),
        "so2": digits(10 + 0.1 * load + remembering(rng, rows, 2.0)),
    }
    channels = [Watched(name, value, quantity=name) for name, value in series.items()]
    return Panel(channels, start=np.datetime64("2025-01-01T00:00:00"))


def remembering(rng: np.random.Generator, rows: int, spread: float) -> Values:
    """Noise of which nine tenths stay from hour to hour."""
    found = rng.standard_normal(rows) * spread * (1 - 0.9**2) ** 0.5
    for row in range(1, rows):
        found[row] += 0.9 * found[row - 1]
    return found


def digits(value: Values, count: int = 5) -> Values:
    """Values as they are sent, with a number of digits."""
    power = np.floor(np.log10(np.abs(value)))
    return np.asarray(np.round(value * 10 ** (count - 1 - power)) / 10 ** (count - 1 - power))


def of(panel: Panel, name: str) -> Values:
    """A copy of a series, to put a fault into."""
    return next(one.value for one in panel.channels if one.name == name).copy()


def with_series(panel: Panel, name: str, value: Values, **changes: object) -> Panel:
    """The panel with another series in the place of one."""
    channels = [
        replace(one, value=value, **changes) if one.name == name else one  # type: ignore[arg-type]
        for one in panel.channels
    ]
    return replace(panel, channels=channels)
