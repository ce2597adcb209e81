"""Emission while production stands, none while it runs (生产与排放不符)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tongjian.monitoring.screening._finding import Finding, Scene, screened
from tongjian.monitoring.screening._rows import runs


def load_consistency(scene: Scene) -> Iterator[Finding]:
    """Runs of hours in which a gas and the signal of running contradict each other."""
    panel, known = scene.panel, scene.known
    running = panel.running
    if running is None or not (running == 0).any():
        stopped = np.zeros(len(panel), dtype=np.bool_)
    else:
        stopped = running == 0
    if running is None:
        return
    least = known.rows("running_least", panel.step_s)
    for one in panel.channels:
        value = one.usable
        at_work = value[(running > 0) & np.isfinite(value)]
        if not one.is_gas or not len(at_work):
            continue
        middle = float(np.median(at_work))
        bounds = (known["stopped_share"] * middle, known["idle_share"] * middle)
        for first, last in runs(stopped & (value > bounds[0])):
            if last - first + 1 > least and middle > 0:
                mean = float(value[first : last + 1].mean())
                yield screened(
                    "screen_stopped",
                    scene,
                    [one.name],
                    (first, last),
                    (mean / middle, known["stopped_share"], "stopped_share"),
                    {"mean": mean, "running_median": middle},
                    serious=mean > middle,
                    mean=f"{mean:.4g}",
                    middle=f"{middle:.4g}",
                )
        for first, last in runs((running > 0) & (value <= bounds[1])):
            if last - first + 1 > least and middle > 0:
                mean = float(value[first : last + 1].mean())
                yield screened(
                    "screen_idle",
                    scene,
                    [one.name],
                    (first, last),
                    (mean / middle, known["idle_share"], "idle_share"),
                    {"mean": mean, "running_median": middle},
                    serious=last - first + 1 > panel.day,
                    mean=f"{mean:.4g}",
                    middle=f"{middle:.4g}",
                )


__all__ = ["load_consistency"]
