"""Screening on the public gas-turbine series (在线监测筛查): what is found, and false alarms.

    TONGJIAN_REAL_DATA=FOLDER python -m benchmarks.screening [--times 40] [--seed 1]

Five files gt_2011.csv to gt_2015.csv (UCI data set 551), 36,733 hours without time stamps. First
the findings in them as they are, by test and per 1,000 channel-hours; then faults put in on purpose
at random places, and how often the test that is meant for each finds it there.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.screening import (
    TESTS,
    Columns,
    Conventions,
    Finding,
    Panel,
    Watched,
    read_conventions,
    read_panel,
)
from tongjian.monitoring.screening._finding import Scene

YEARS = range(2011, 2016)
GAS = "NOX"
ON_ALL = ("bounds", "flat", "hold", "straight", "replay", "digit", "coarse")
"""Tests of every channel; the others are of gases alone."""
Random = np.random.Generator
Values = NDArray[np.float64]


def read_files(folder: Path) -> dict[int, Panel]:
    """The five years, wherever they lie below the folder."""
    found = {}
    for year in YEARS:
        path = sorted(folder.rglob(f"gt_{year}.csv"))[0]
        found[year] = read_panel(path, Columns())
    return found


def tested(panel: Panel, known: Conventions, names: tuple[str, ...]) -> list[Finding]:
    """Findings of some of the tests."""
    scene = Scene(panel, known)
    return [finding for name in names for finding in TESTS[name](scene)]


def as_they_are(panels: dict[int, Panel], known: Conventions) -> list[tuple[int, Finding]]:
    """Every finding in the files, with its year."""
    names = tuple(TESTS)
    return [(year, one) for year, panel in panels.items() for one in tested(panel, known, names)]


def honest_limits(panels: dict[int, Panel], known: Conventions) -> tuple[int, int]:
    """Findings at limits that nobody kept: twenty quantiles of NOx in each year."""
    found = tried = 0
    for panel in panels.values():
        value = gas(panel)
        for share in np.linspace(0.8, 0.99, 20):
            limited = with_gas(panel, value, limit=float(np.quantile(value, share)))
            found += bool(tested(limited, known, ("cut", "top")))
            tried += 1
    return found, tried


def honest_gaps(
    panels: dict[int, Panel], known: Conventions, times: int, seed: int
) -> tuple[int, int]:
    """Findings where gaps of one to six hours fall at random, twenty-five in a year."""
    rng = np.random.default_rng(seed)
    found = 0
    for _ in range(times):
        panel = panels[int(rng.choice(list(panels)))]
        value = gas(panel).copy()
        for at in rng.integers(0, len(value) - 6, 25):
            value[at : at + int(rng.integers(1, 7))] = np.nan
        found += bool(tested(with_gas(panel, value), known, ("missing",)))
    return found, times


def gas(panel: Panel) -> Values:
    """The series into which faults are put."""
    return next(one.value for one in panel.channels if one.name == GAS)


def with_gas(panel: Panel, value: Values, limit: float | None = None) -> Panel:
    """The panel with another series of the gas, at the resolution of the file."""
    channels = [
        replace(one, value=value, limit=limit) if one.name == GAS else one for one in panel.channels
    ]
    return replace(panel, channels=channels)


def printed(value: Values) -> Values:
    """Values with five digits, as in the file."""
    power = np.floor(np.log10(np.maximum(np.abs(value), 1e-9)))
    return np.round(value * 10 ** (4 - power)) / 10 ** (4 - power)


@dataclass(frozen=True)
class Fault:
    """Something done to a series, and the tests that are meant to find it."""

    name: str
    tests: tuple[str, ...]
    put_in: Callable[[Panel, Random], tuple[Panel, int, int]]


def _frozen(hours: int) -> Fault:
    def put_in(panel: Panel, rng: Random) -> tuple[Panel, int, int]:
        value, at = gas(panel).copy(), _place(panel, rng, hours)
        value[at : at + hours] = value[at]
        return with_gas(panel, value), at, at + hours - 1

    return Fault(f"one value for {hours} h", ("flat",), put_in)


def _smoothed(window: int, days: int) -> Fault:
    def put_in(panel: Panel, rng: Random) -> tuple[Panel, int, int]:
        value, at = gas(panel).copy(), _place(panel, rng, 24 * days)
        whole = np.convolve(np.pad(value, window // 2, "edge"), np.ones(window) / window, "valid")
        value[at : at + 24 * days] = printed(whole[at : at + 24 * days])
        return with_gas(panel, value), at, at + 24 * days - 1

    return Fault(f"mean of {window} h for {days} d", ("quiet",), put_in)


def _bridged(hours: int) -> Fault:
    def put_in(panel: Panel, rng: Random) -> tuple[Panel, int, int]:
        value, at = gas(panel).copy(), _place(panel, rng, hours)
        value[at : at + hours] = printed(np.linspace(value[at], value[at + hours], hours))
        return with_gas(panel, value), at, at + hours - 1

    return Fault(f"straight line for {hours} h", ("straight",), put_in)


def _replayed(days: int, noise: float) -> Fault:
    def put_in(panel: Panel, rng: Random) -> tuple[Panel, int, int]:
        value, at, rows = gas(panel).copy(), _place(panel, rng, 24 * days), 24 * days
        source = _place(panel, rng, rows)
        while abs(source - at) < rows:
            source = _place(panel, rng, rows)
        copied = value[source : source + rows] * (1 + noise * rng.standard_normal(rows))
        value[at : at + rows] = printed(copied) if noise else copied
        first, last = (at, at + rows - 1) if at > source else (source, source + rows - 1)
        return with_gas(panel, value), first, last

    words = f", noise {100 * noise:g} %" if noise else ""
    return Fault(f"replay of {days} d{words}", ("replay",), put_in)


def _scaled(factor: float) -> Fault:
    def put_in(panel: Panel, rng: Random) -> tuple[Panel, int, int]:
        value = gas(panel).copy()
        at = int(rng.integers(20, len(value) // 24 - 20)) * 24
        value[at:] = printed(value[at:] * factor)
        # Said within two days of the change.
        return with_gas(panel, value), at - 48, at + 48

    return Fault(f"times {factor:g} from a day on", ("shift",), put_in)


def _clipped(share: float) -> Fault:
    def put_in(panel: Panel, rng: Random) -> tuple[Panel, int, int]:
        value = gas(panel)
        limit = float(printed(np.quantile(value, [_quantile(rng)]))[0])
        return with_gas(panel, np.minimum(value, share * limit), limit), 0, len(value) - 1

    return Fault(f"cut at {share:g} of the limit", ("cut", "top"), put_in)


def _squeezed(panel: Panel, rng: Random) -> tuple[Panel, int, int]:
    value = gas(panel).copy()
    limit = float(np.quantile(value, _quantile(rng)))
    above = value > limit
    value[above] = printed(limit * rng.uniform(0.93, 1.0, int(above.sum())))
    return with_gas(panel, value, limit), 0, len(value) - 1


def _blanked(panel: Panel, rng: Random) -> tuple[Panel, int, int]:
    value = gas(panel).copy()
    limit = float(np.quantile(value, rng.uniform(0.97, 0.999)))
    value[value > 0.9 * limit] = np.nan
    return with_gas(panel, value, limit), 0, len(value) - 1


def _held(panel: Panel, rng: Random) -> tuple[Panel, int, int]:
    at = _place(panel, rng, 6)
    channels = []
    for one in panel.channels:
        value = one.value.copy()
        value[at : at + 6] = value[at]
        channels.append(replace(one, value=value))
    return replace(panel, channels=channels), at, at + 5


def _copied(factor: float, noise: float) -> Fault:
    def put_in(panel: Panel, rng: Random) -> tuple[Panel, int, int]:
        value = gas(panel)
        other = printed(value * factor * (1 + noise * rng.standard_normal(len(value))))
        second = Watched("second", other, quantity="nox")
        return replace(panel, channels=[*panel.channels, second]), 0, len(value) - 1

    words = f", noise {100 * noise:g} %" if noise else ""
    return Fault(f"second stack = {factor:g} x first{words}", ("copy",), put_in)


def _coarse(panel: Panel, rng: Random) -> tuple[Panel, int, int]:
    value = gas(panel).copy()
    block = int(rng.integers(0, len(value) // 720)) * 720
    value[block : block + 720] = np.round(value[block : block + 720], 1)
    return with_gas(panel, value), block, block + 719


def _invented(panel: Panel, rng: Random) -> tuple[Panel, int, int]:
    """A third of the values end in 0 or 5, as people end what they make up."""
    value = gas(panel).copy()
    made = rng.random(len(value)) < 1 / 3
    value[made] = np.round(value[made] / 0.005) * 0.005
    return with_gas(panel, np.round(value, 3)), 0, len(value) - 1


def _quantile(rng: Random) -> float:
    return float(rng.uniform(0.85, 0.97))


def _place(panel: Panel, rng: Random, rows: int) -> int:
    return int(rng.integers(48, len(panel) - rows - 48))


FAULTS = (
    *(_frozen(hours) for hours in (12, 24, 48)),
    _bridged(12),
    _bridged(24),
    Fault("all channels held for 6 h", ("hold",), _held),
    *(_smoothed(window, days) for window, days in ((3, 7), (5, 7), (25, 3), (25, 7))),
    _clipped(1.0),
    _clipped(0.98),
    Fault("above the limit moved to 0.93-1.0 of it", ("cut", "top"), _squeezed),
    Fault("blank above 0.9 of the limit", ("missing",), _blanked),
    _replayed(1, 0.0),
    _replayed(3, 0.0),
    _replayed(3, 0.001),
    _scaled(0.8),
    _scaled(0.9),
    _scaled(0.95),
    _copied(1.0, 0.0),
    _copied(1.1, 0.0),
    _copied(1.1, 0.01),
    Fault("a month with one decimal", ("coarse",), _coarse),
    Fault("a third of values end in 0 or 5", ("digit",), _invented),
)


def detected(
    fault: Fault, panels: dict[int, Panel], known: Conventions, times: int, seed: int
) -> int:
    """How often of `times` a finding overlaps the fault that was not there without it."""
    rng = np.random.default_rng(seed)
    hits = 0
    for _ in range(times):
        panel = panels[int(rng.choice(list(panels)))]
        changed, first, last = fault.put_in(panel, rng)
        before = {_key(one) for one in tested(panel, known, fault.tests)}
        new = [one for one in tested(changed, known, fault.tests) if _key(one) not in before]
        hits += any(_hits(fault, one, first, last) for one in new)
    return hits


def _hits(fault: Fault, one: Finding, first: int, last: int) -> bool:
    """A shift is known by the day it names, everything else by the rows it covers."""
    end = one.first if "shift" in fault.tests else one.last
    return one.first <= last and end >= first


def _key(one: Finding) -> tuple[object, ...]:
    return (one.test, one.channels, one.first, one.last)


def lines(folder: Path, times: int, seed: int) -> Iterator[str]:
    """All figures in words."""
    known, panels = read_conventions(), read_files(folder)
    hours = sum(len(panel) for panel in panels.values())
    started = time.process_time()
    found = as_they_are(panels, known)
    seconds = time.process_time() - started
    yield f"{len(panels)} files, {hours:,} hours, 11 channels, screened in {seconds:.1f} CPU s"
    yield ""
    for year, one in found:
        yield f"{year}  {one.severity:8}{one.test:10}{one.where('en')[:90]}"
    yield ""
    counts = Counter(one.test for _, one in found)
    yield f"{'test':12}{'findings':>9}{'per 1,000 channel-hours':>26}"
    for name in TESTS:
        tests = ("stopped", "idle") if name == "running" else (name,)
        count = sum(counts[one] for one in tests)
        channel_hours = hours * (11 if name in ON_ALL else 2)
        yield f"{name:12}{count:9}{1000 * count / channel_hours:26.4f}"
    yield f"{'all':12}{len(found):9}{1000 * len(found) / (11 * hours):26.4f}"
    wrong, tried = honest_limits(panels, known)
    yield f"limits that nobody kept (cut, top): {wrong} of {tried}"
    wrong, tried = honest_gaps(panels, known, 5 * times, seed)
    yield f"years with gaps at random (missing): {wrong} of {tried}"
    yield ""
    yield f"faults put in, {times} times each (seed {seed})"
    for fault in FAULTS:
        hits = detected(fault, panels, known, times, seed)
        share = f"{100 * hits / times:6.0f} %"
        yield f"{fault.name:44}{'/'.join(fault.tests):10}{hits:4} of {times}{share}"


def main() -> None:
    """Read the files, screen them, put faults in, print."""
    parser = argparse.ArgumentParser(prog="benchmarks.screening", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the files")
    parser.add_argument("--times", type=int, default=40, help="how often each fault is put in")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = options.data or Path(os.environ.get("TONGJIAN_REAL_DATA", "."))
    for line in lines(folder, options.times, options.seed):
        print(line, flush=True)


if __name__ == "__main__":
    main()
