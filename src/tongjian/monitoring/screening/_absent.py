"""Values that go missing, or calibrations that are made, when it is high (高值时缺失、校准)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.screening._chance import fisher, odds_ratio
from tongjian.monitoring.screening._finding import Finding, Scene, screened
from tongjian.monitoring.screening._panel import Flags, Floats, Watched


def missing_when_high(scene: Scene) -> Iterator[Finding]:
    """Gaps and flags that come after high or rising values more than others do."""
    for one in scene.panel.channels:
        if one.is_gas:
            gone = np.isnan(one.usable)
            if scene.panel.running is not None:
                gone &= scene.panel.running != 0
            yield from _after(scene, one, gone, calibrations=False)


def calibrated_when_high(scene: Scene) -> Iterator[Finding]:
    """Calibrations and maintenance after high or rising values (校准集中于峰值)."""
    marks = scene.panel.calibrating
    if marks is None:
        return
    for one in scene.panel.channels:
        if one.is_gas:
            yield from _after(scene, one, marks, calibrations=True)


def _after(scene: Scene, one: Watched, gone: Flags, *, calibrations: bool) -> Iterator[Finding]:
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
    # What is high is gone itself: the hour before it is left to see. One hour for each gap, since
    # both sides of a gap go together and would count it twice.
    looked_at = (("level", value, level), ("rise", rise, steep))
    tables = [(name, bound, *_table(series, starts, bound)) for name, series, bound in looked_at]
    worst = min(tables, key=lambda it: fisher(*it[2:]))
    name, bound, *cells = worst
    chance, odds = fisher(*cells), odds_ratio(*cells)
    # Two tables were tried, so that each has half of the level.
    if chance > known["gap_level"] / 2 or odds < known["gap_odds"]:
        return
    names = ("before_high", "before_other", "elsewhere_high", "elsewhere_other")
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
        before=sum(cells[:2]),
        share=f"{100 * cells[2] / max(1, sum(cells[2:])):.0f}",
        chance=f"{chance:.1g}",
    )


def _table(series: Floats, rows: NDArray[np.int64], bound: float) -> tuple[int, int, int, int]:
    """High and other, before gaps and elsewhere."""
    before = series[rows]
    before = before[np.isfinite(before)]
    everywhere = series[np.isfinite(series)]
    high, all_high = (
        int(np.count_nonzero(before > bound)),
        int(np.count_nonzero(everywhere > bound)),
    )
    other = len(before) - high
    return high, other, all_high - high, len(everywhere) - len(before) - (all_high - high)


__all__ = ["calibrated_when_high", "missing_when_high"]
