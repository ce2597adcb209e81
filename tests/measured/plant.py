"""An adipic acid line over two months: hours with a gap, a stop and the abatement off."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tongjian.measured import PointHours, Series, Signals
from tongjian.monitoring.hours import Hours, State
from tongjian.monitoring.profile import Channel, Point, Position

FACILITY, UNIT = "DEMO-ADIPIC", "AA1"
START = np.datetime64("2025-01-01T00", "h")
HOURS = 59 * 24  # January and February


def channel(quantity: str, position: Position = "stack", **more: object) -> Channel:
    """A channel of the line."""
    units = {
        "n2o": "ppm", "nox": "mg/m3", "flow": "m3/h", "temperature": "degC", "pressure": "Pa",
        "moisture": "%", "running": "1", "abatement": "1",
    }  # fmt: skip
    fields = {"dry": quantity == "n2o", **more}
    return Channel(
        "MN1", f"{quantity}-{position}", quantity, units[quantity], FACILITY, UNIT, position,
        **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def hours(value: np.ndarray, lost: dict[int, State] | None = None) -> Hours:
    """Hours of a channel; those that are lost have the state given."""
    state = np.zeros(len(value), dtype=np.uint8)
    value = value.astype(float).copy()
    for at, why in (lost or {}).items():
        state[at], value[at] = why, np.nan
    return Hours(START, value, state, np.full(len(value), 60, np.int16))


@dataclass
class Line:
    """What was measured of the line, in the units of the quantities; NaN never."""

    count: int = HOURS
    lost: dict[str, dict[int, State]] = field(default_factory=dict)
    product: str = "adipic_acid"

    def __post_init__(self) -> None:
        at = np.arange(self.count)
        self.n2o = 1200.0 + 200.0 * np.sin(at / 5.0)  # mg/Nm3 dry, as ppm become it
        self.n2o[100:110] = 90_000.0  # the abatement is off
        self.flow = 40_000.0 + 10.0 * (at % 97)
        self.temperature = 90.0 + (at % 7)
        self.pressure = -300.0 - (at % 11)
        self.moisture = 6.0 + (at % 3)
        self.running = np.ones(self.count)
        self.running[200:205] = 0.0
        self.running[205] = 0.25  # it starts in the last quarter of the hour
        self.abatement = np.ones(self.count)
        self.abatement[100:110] = 0.0

    def point(self) -> PointHours:
        """The stack of the line."""
        names = ("n2o", "flow", "temperature", "pressure", "moisture")
        series = {
            name: Series(channel(name), hours(getattr(self, name), self.lost.get(name)))
            for name in names
        }
        signals = Signals(
            hours(self.running, self.lost.get("running")),
            hours(self.abatement, self.lost.get("abatement")),
        )
        return PointHours(Point(FACILITY, UNIT, stream=self.product), series, signals)

    def rate(self, at: int) -> float:
        """kg/h of an hour by HJ 212-2017 Annex D (31) and (33), worked anew."""
        kelvin = 273.0 + self.temperature[at]
        normal = self.flow[at] * 273.0 / kelvin
        normal *= (101_325.0 + self.pressure[at]) / 101_325.0 * (1.0 - self.moisture[at] / 100.0)
        return float(self.n2o[at] * normal * 1e-6)
