"""A level that changes from one day on (阶跃), at equal state of the plant.

The logarithm of a gas is fitted, over two weeks on each side of a day, by the other channels that
describe the plant and a step at that day. The step over its standard error, with days as clusters
because neighbouring hours are alike, is what is looked at. Every day is tried, and plants do change
on a day: this test asks for a reason more than any other, and is never more than that.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tongjian.monitoring.screening._finding import Finding, Scene, screened
from tongjian.monitoring.screening._panel import Flags, Floats, Watched

_RIDGE = 1e-9


def shifts(scene: Scene) -> Iterator[Finding]:
    """Days from which a gas is higher or lower than its companions let expect."""
    panel, known = scene.panel, scene.known
    companions = [one for one in panel.channels if not one.is_gas]
    if not companions:
        return
    whole, day = len(panel) // panel.day * panel.day, panel.day
    table = np.array([one.usable[:whole] for one in companions]).T
    # Companions that are hardly ever there would leave nothing to fit.
    table = table[:, np.isfinite(table).mean(axis=0) > 1 / 2]
    for one in panel.channels:
        if not one.is_gas or not table.shape[1]:
            continue
        value = one.usable[:whole]
        good = np.isfinite(table).all(axis=1) & (value > 0)
        if panel.running is not None:
            good &= panel.running[:whole] > 0
        side = int(known["step_window"])
        tried = [
            (at, *_step(table, value, good, at * day, side, day))
            for at in range(side, whole // day - side + 1)
        ]
        yield from _peaks(scene, one, tried)


def _peaks(scene: Scene, one: Watched, tried: list[tuple[int, float, float]]) -> Iterator[Finding]:
    """The largest of each group of days that stand out, its neighbours left alone."""
    known, day = scene.known, scene.panel.day
    side = int(known["step_window"])
    out = [it for it in tried if abs(it[1]) >= known["step_least"]]
    out = sorted(
        (it for it in out if abs(it[2]) >= known["step_score"]), key=lambda it: -abs(it[2])
    )
    taken: list[int] = []
    for at, step, score in out:
        if any(abs(at - other) < side for other in taken):
            continue
        taken.append(at)
        ratio = float(np.exp(step))
        yield screened(
            "screen_shift",
            scene,
            [one.name],
            (at * day, min((at + side) * day, len(scene.panel)) - 1),
            (abs(score), known["step_score"], "step_score"),
            {"ratio": ratio, "log_step": step, "standard_error": step / score, "days": 2 * side},
            rows=2 * side * day,
            serious=abs(score) >= known["step_serious"],
            ratio=f"{ratio:.3f}",
            score=f"{abs(score):.1f}",
            days=side,
        )


def _step(
    table: Floats, value: Floats, good: Flags, at: int, side: int, day: int
) -> tuple[float, float]:
    """Step of the logarithm at row `at` and the step over its standard error; zeros if unknown."""
    rows = np.arange(at - side * day, at + side * day)
    rows = rows[good[rows]]
    after = rows >= at
    # Half of each side has to be there.
    if min(int(after.sum()), int((~after).sum())) < side * day / 2:
        return 0.0, 0.0
    x = table[rows]
    spread = x.std(axis=0)
    x = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    x = np.column_stack((np.ones(len(rows)), x))
    y = np.log(value[rows])
    gram = x.T @ x
    gram[np.diag_indices_from(gram)] += _RIDGE * len(rows)
    # Frisch, Waugh and Lovell: what of the step the companions do not explain.
    both = np.linalg.solve(gram, x.T @ np.column_stack((after.astype(np.float64), y)))
    z, rest = after - x @ both[:, 0], y - x @ both[:, 1]
    size = float(z @ z)
    if size < 1:
        return 0.0, 0.0
    step = float(z @ rest) / size
    days = rows // day
    sums = np.bincount(days - days[0], weights=z * (rest - step * z))
    count = len(np.unique(days))
    error = float(np.sqrt((sums**2).sum() * count / (count - 2))) / size
    return (step, step / error) if error > 0 else (0.0, 0.0)


__all__ = ["shifts"]
