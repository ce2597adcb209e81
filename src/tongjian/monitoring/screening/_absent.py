"""Values that go missing, or calibrations that are made, when it is high (高值时缺失、校准)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.screening._chance import fisher, odds_ratio
from tongjian.monitoring.screening._finding import Finding, Scene, screened
from tongjian.monitoring.screening._panel import Flags, Floats, Watched


def missing_when_high(scene: Scene) -> Iterator[Finding]:
    """Gaps and flags that begin or end beside high or rising values more than others do."""
    for one in scene.panel.channels:
        if one.is_gas:
            gone = np.isnan(one.usable)
            if scene.panel.running is not None:
                gone &= scene.panel.running != 0
            yield from _beside(scene, one, gone, calibrations=False)


def calibrated_when_high(scene: Scene) -> Iterator[Finding]:
    """Calibrations and maintenance beside high values (校准集中于峰值)."""
    marks = scene.panel.calibrating
    if marks is None:
        return
    for one in scene.panel.channels:
        if one.is_gas:
            yield from _beside(scene, one, marks, calibrations=True)


def _beside(scene: Scene, one: Watched, gone: Flags, *, calibrations: bool) -> Iterator[Finding]:
    known = scene.known
    value = np.where(gone, np.nan, one.usable)
    there = np.isfinite(value)
    if not there.any():
        return
    starts = np.flatnonzero(there[:-1] & gone[1:])
    ends = np.flatnonzero(gone[:-1] & there[1:]) + 1
    if len(starts) < known["gap_least"]:
        return
    level = float(np.quantile(value[there], known["gap_high"]))
    rise = np.full(len(value), np.nan)
    rise[1:] = np.diff(value)
    known_rise = np.isfinite(rise)
    steep = float(np.quantile(rise[known_rise], known["gap_high"])) if known_rise.any() else np.inf
    # What is high is gone itself; the hours beside it are what is left to see.
    edges = np.unique(np.concatenate((starts, ends)))
    looked_at = (("level", value, level, edges), ("rise", rise, steep, starts))
    tables = [
        (name, bound, *_table(series, rows, bound)) for name, series, bound, rows in looked_at
    ]
    worst = min(tables, key=lambda it: fisher(*it[2:]))
    name, bound, *cells = worst
    chance, odds = fisher(*cells), odds_ratio(*cells)
    # Two tables were tried, so that each has half of the level.
    if chance > known["gap_level"] / 2 or odds < known["gap_odds"]:
        return
    names = ("beside_high", "beside_other", "elsewhere_high", "elsewhere_other")
    inputs = {
        **dict(zip(names, cells, strict=True)), "by": name, "high_from": bound,
        "gaps": len(starts), "probability": chance,
    }  # fmt: skip
    key = "screen_calibration" if calibrations else "screen_missing"
    yield screened(
        key,
        scene,
        [one.name],
        (int(starts[0]), int(ends[-1] if len(ends) else starts[-1])),
        (odds, known["gap_odds"], "gap_odds"),
        inputs,
        rows=sum(cells[:2]),
        serious=chance < known["gap_level"] ** 2,
        odds=f"{odds:.3g}",
        gaps=len(starts),
        high=cells[0],
        edges=sum(cells[:2]),
        share=f"{100 * cells[2] / max(1, sum(cells[2:])):.0f}",
        chance=f"{chance:.1g}",
    )


def _table(series: Floats, rows: NDArray[np.int64], bound: float) -> tuple[int, int, int, int]:
    """High and other, beside gaps and elsewhere."""
    beside = series[rows]
    beside = beside[np.isfinite(beside)]
    everywhere = series[np.isfinite(series)]
    high, all_high = (
        int(np.count_nonzero(beside > bound)),
        int(np.count_nonzero(everywhere > bound)),
    )
    other = len(beside) - high
    return high, other, all_high - high, len(everywhere) - len(beside) - (all_high - high)


__all__ = ["calibrated_when_high", "missing_when_high"]
