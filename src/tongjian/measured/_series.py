"""The hours of a point (点位小时): every channel on one grid, and the signals of its unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tongjian.measured._data import Recorded, columns, recorded
from tongjian.monitoring.hours import Hours, State
from tongjian.monitoring.profile import Channel, Point

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Series:
    """A channel and its validated hours (通道与有效性判定后的小时值)."""

    channel: Channel
    hours: Hours


@dataclass(frozen=True, slots=True)
class Signals:
    """Operation of a process unit (运行信号): shares of each hour, where there is a signal."""

    running: Hours | None = None
    abatement: Hours | None = None


@dataclass(frozen=True, slots=True)
class PointHours:
    """A point with its channels by quantity (点位与各通道小时值), all on the same hours."""

    point: Point
    series: Mapping[str, Series]
    signals: Signals = field(default_factory=Signals)

    @property
    def start(self) -> np.datetime64:
        """The first hour."""
        first: np.datetime64 = next(iter(self.series.values())).hours.times[0]
        return first

    def __len__(self) -> int:
        return len(next(iter(self.series.values())).hours)

    def gases(self) -> Iterator[Gas]:
        """The gases of the point that the rules know, in the order of the table."""
        known = columns()
        named = {known[name].gas for name in self.series if name in known and known[name].gas}
        for (quantity, position), record in recorded().items():
            if position == self.point.position and quantity in named:
                yield Gas(self, quantity, record)

    def unaccounted(self) -> list[str]:
        """Quantities of a gas of which nothing is accounted here."""
        known, taken = columns(), {one.quantity for one in self.gases()}
        return [
            name
            for name, one in self.series.items()
            if name in known and known[name].gas and known[name].gas not in taken
        ]


@dataclass(frozen=True, slots=True)
class Gas:
    """A gas at a point (点位的一种气体)."""

    at: PointHours
    quantity: str
    record: Recorded

    @property
    def parts(self) -> dict[str, Series]:
        """Its channels: its own, or those that it is the sum of where it has none of its own."""
        known = columns()
        own = self.at.series.get(self.quantity)
        if own is not None:
            return {self.quantity: own}
        return {
            name: one
            for name, one in self.at.series.items()
            if name in known and known[name].gas == self.quantity
        }

    @property
    def channels(self) -> dict[str, Series]:
        """Its channels and those of the stack gas that describe it."""
        known = columns()
        state = {
            name: one
            for name, one in self.at.series.items()
            if name in known and not known[name].gas
        }
        return {**self.parts, **state}

    @property
    def main(self) -> Series:
        """The first of its own channels."""
        return next(iter(self.parts.values()))

    def running(self) -> tuple[Floats, Marks]:
        """The share of each hour that the source ran, and the hours in which no signal says so.

        Without a signal an hour is stopped where a channel of the gas or its flow is marked so.
        """
        stopped = np.zeros(len(self.at), dtype=bool)
        for one in self.channels.values():
            stopped |= one.hours.state == State.STOPPED
        share = np.where(stopped, 0.0, 1.0)
        signal = self.at.signals.running
        if signal is None:
            return share, np.ones(len(share), dtype=bool)
        known = signal.state == State.VALID
        return np.where(known, np.clip(signal.value, 0.0, 1.0), share), ~known

    def span(self) -> slice:
        """The hours from the first to the last of which anything came (有数据的时段)."""
        came = np.zeros(len(self.at), dtype=bool)
        for one in self.channels.values():
            came |= one.hours.state != State.MISSING
        at = np.flatnonzero(came)
        return slice(int(at[0]), int(at[-1]) + 1) if len(at) else slice(0, 0)


__all__ = ["Floats", "Gas", "Marks", "PointHours", "Series", "Signals"]
