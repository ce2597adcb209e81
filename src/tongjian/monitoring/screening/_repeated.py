"""Stretches of a series that come again (重复时段), in itself or at another point.

Every window of twelve hours is hashed by the exact bytes of its values; equal ones are grown to the
longest repetition. A copy whose values were changed at all is not found in this way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tongjian.monitoring.screening._finding import Finding, Scene, screened
from tongjian.monitoring.screening._panel import Flags, Floats, Watched

Match = tuple[int, int, int]
"""Position, position of what it repeats, rows."""


def replays(scene: Scene) -> Iterator[Finding]:
    """Days of a series that are earlier ones again (重放)."""
    found: dict[Match, list[str]] = {}
    for one in scene.panel.channels:
        value = one.usable
        for match in _matches(scene, value, value, same=True):
            found.setdefault(match, []).append(one.name)
    for (later, earlier, rows), names in found.items():
        yield _told(scene, names, (later, earlier, rows), "")


def copies(scene: Scene) -> Iterator[Finding]:
    """Channels of one quantity whose values, or changes, are those of another (两点位相同)."""
    channels = [one for one in scene.panel.channels if one.quantity]
    for place, left in enumerate(channels):
        for right in channels[place + 1 :]:
            if right.quantity != left.quantity:
                continue
            matches = list(_matches(scene, right.usable, left.usable, same=False))
            for match in matches:
                yield _told(scene, [right.name], match, left.name)
            if not matches:
                yield from _alike(scene, left, right)


def _told(scene: Scene, names: Sequence[str], match: Match, source: str) -> Finding:
    later, earlier, rows = match
    panel, known = scene.panel, scene.known
    least = known.rows("replay_least", panel.step_s)
    begins = panel.time(earlier)
    of = f"{earlier + 1}–{earlier + rows}" if begins is None else f"{begins}"
    inputs = {"repeats_first_row": earlier + 1, "repeats_last_row": earlier + rows}
    if source:
        return screened(
            "screen_copy",
            scene,
            [names[0], source],
            (later, later + rows - 1),
            (rows, least, "replay_least"),
            inputs,
            serious=rows >= panel.day,
            count=rows,
            source=source,
            of=of,
        )
    return screened(
        "screen_replay",
        scene,
        names,
        (later, later + rows - 1),
        (rows, least, "replay_least"),
        inputs,
        serious=rows >= panel.day,
        count=rows,
        of=of,
    )


def _alike(scene: Scene, left: Watched, right: Watched) -> Iterator[Finding]:
    """Changes at two points that go together too well: scaled copies."""
    known, panel = scene.known, scene.panel
    one, two = np.diff(left.usable), np.diff(right.usable)
    both = np.isfinite(one) & np.isfinite(two)
    if int(both.sum()) < known.rows("copy_least", panel.step_s):
        return
    one, two = one[both], two[both]
    if not one.std() > 0 or not two.std() > 0:
        return
    correlation = float(np.corrcoef(one, two)[0, 1])
    if correlation >= known["copy_correlation"]:
        rows = np.flatnonzero(both)
        yield screened(
            "screen_alike",
            scene,
            [left.name, right.name],
            (int(rows[0]), int(rows[-1]) + 1),
            (correlation, known["copy_correlation"], "copy_correlation"),
            {"ratio_of_spreads": float(two.std() / one.std())},
            rows=int(both.sum()),
            correlation=f"{correlation:.5f}",
            bound=f"{known['copy_correlation']:g}",
        )


def _matches(scene: Scene, value: Floats, source: Floats, *, same: bool) -> Iterator[Match]:
    """The longest stretches of `value` that stand in `source`, each told once."""
    panel, known = scene.panel, scene.known
    size = max(known.rows("replay_least", panel.step_s), _chance_length(value, known["chance"]))
    if len(value) < 2 * size:
        return
    windows = np.ascontiguousarray(sliding_window_view(source, size))
    mine = windows if same else np.ascontiguousarray(sliding_window_view(value, size))
    earlier: dict[bytes, int] = {}
    usable = _varied(windows)
    for at in np.flatnonzero(usable).tolist():
        earlier.setdefault(windows[at].tobytes(), at)
    next_free = 0
    for at in np.flatnonzero(_varied(mine)).tolist():
        if at < next_free:
            continue
        first = earlier.get(mine[at].tobytes())
        if first is None or (same and at - first < size):
            continue
        rows = size
        end = len(source) if not same else at
        while (
            at + rows < len(value)
            and first + rows < end
            and value[at + rows] == source[first + rows]
        ):
            rows += 1
        yield at, first, rows
        next_free = at + rows


def _varied(windows: Floats) -> Flags:
    """Windows without a gap in which half of the rows or more differ: a plateau repeats itself."""
    distinct = 1 + np.count_nonzero(np.diff(np.sort(windows, axis=1), axis=1), axis=1)
    return np.asarray(np.isfinite(windows).all(axis=1) & (distinct > windows.shape[1] / 2))


def _chance_length(value: Floats, chance: float) -> int:
    """Rows from which a repetition anywhere is no chance: n^2/2 pairs, each row equal by c."""
    step = np.diff(value[np.isfinite(value)])
    if len(step) < 2:
        return 1
    _, counts = np.unique(np.round(step, 9), return_counts=True)
    share = float(np.sum((counts / len(step)) ** 2))
    if share >= 1:
        return len(value)
    return 1 + math.ceil(math.log(chance / (len(value) ** 2 / 2)) / math.log(share))


__all__ = ["copies", "replays"]
