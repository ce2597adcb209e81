"""Series that stand still (数值不变): one channel, all channels, a straight line, too little noise.

A value held by its analyser while the plant goes on is one thing; all channels held together is the
logger; a straight line between two values is a gap that somebody or something bridged.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tongjian.monitoring.screening._finding import Finding, Scene, screened
from tongjian.monitoring.screening._panel import Flags, Floats
from tongjian.monitoring.screening._rows import bridged, least_run, resolution, runs

_FEW = 3
"""Channels from which 'all of them' means something."""


def _same(value: Floats) -> Flags:
    """Whether a value equals the one before it, to the last digit that was sent."""
    same = np.zeros(len(value), dtype=np.bool_)
    same[1:] = value[1:] == value[:-1]
    return same


def flat_lines(scene: Scene) -> Iterator[Finding]:
    """One channel holds a value while others move (恒值)."""
    panel, known = scene.panel, scene.known
    least, serious = (known.rows(name, panel.step_s) for name in ("flat_least", "flat_serious"))
    same = {one.name: _same(one.usable) for one in panel.channels}
    for one in panel.channels:
        mine = same[one.name]
        bound = least_run(mine, least, known["chance"])
        for first, last in runs(mine):
            begin, length = first - 1, last - first + 2
            if length < bound:
                continue
            others = [
                name
                for name, theirs in same.items()
                if name != one.name
                if np.mean(~theirs[first : last + 1]) >= known["companion_moves"]
                and np.isfinite(_value(scene, name)[first : last + 1]).mean() >= 0.5
            ]
            if len(panel.channels) > 1 and not others:
                continue  # told as a hold of all channels, or a plant that stands
            if _stands(scene, begin, last):
                continue
            value = float(one.value[begin])
            spread = {
                name: [float(np.nanmin(part)), float(np.nanmax(part))]
                for name in others
                if len(part := _value(scene, name)[begin : last + 1])
            }
            yield screened(
                "screen_flat",
                scene,
                [one.name],
                (begin, last),
                (length, bound, "flat_least"),
                {"value": value, "others_moved": spread, "step_s": panel.step_s},
                serious=length >= max(serious, bound),
                value=f"{value:.9g}",
                count=length,
                bound=bound,
                others=", ".join(others) or "–",
            )


def _value(scene: Scene, name: str) -> Floats:
    return next(one.usable for one in scene.panel.channels if one.name == name)


def _stands(scene: Scene, first: int, last: int) -> bool:
    """Whether production stands all the time, so that nothing has to move."""
    running = scene.panel.running
    return running is not None and bool(np.all(running[first : last + 1] == 0))


def holds(scene: Scene) -> Iterator[Finding]:
    """All channels stand still together (采集器保持)."""
    panel, known = scene.panel, scene.known
    if len(panel.channels) < _FEW:
        return
    same = np.array([_same(one.value) for one in panel.channels])
    share = same.mean(axis=0)
    still = share >= known["hold_share"]
    least = known.rows("hold_least", panel.step_s)
    for first, last in runs(still):
        length = last - first + 2
        if length < least or _stands(scene, first - 1, last):
            continue
        names = [
            one.name
            for one, mine in zip(panel.channels, same, strict=True)
            if mine[first : last + 1].all()
        ]
        yield screened(
            "screen_hold",
            scene,
            names,
            (first - 1, last),
            (length, least, "hold_least"),
            {"share_of_channels": float(share[first : last + 1].min()), "channels": len(same)},
            count=length,
            held=len(names),
            total=len(same),
        )


def straight_lines(scene: Scene) -> Iterator[Finding]:
    """Values that rise or fall by the same amount, to the last digit (等差直线)."""
    panel, known = scene.panel, scene.known
    least, serious = (
        known.rows(name, panel.step_s) for name in ("straight_least", "straight_serious")
    )
    found: dict[tuple[int, int], list[tuple[str, float, int]]] = {}
    for one in panel.channels:
        value = one.usable
        if len(value) < _FEW:
            continue
        step, unit = np.diff(value), resolution(value)
        # Three values, each off by half of its last digit: 0.5 + 2 x 0.5 + 0.5.
        bend = np.abs(np.diff(step)) <= 2 * unit[1:-1] * (1 + 1e-6)
        bend &= (step[1:] != 0) | (step[:-1] != 0)
        bound = max(_FEW, least_run(bend, least, known["chance"]))
        for first, last in runs(bend):
            line = _line(value, known["straight_units"] * unit, unit, (first, last + 2))
            if line is None or line[1] - line[0] - 1 < bound or _stands(scene, *line):
                continue
            moved = float(value[line[1]] - value[line[0]])
            found.setdefault(line, []).append((one.name, moved, bound))
    for (first, last), group in found.items():
        count = last - first + 1
        (_, moved, bound), names = group[0], [name for name, _, _ in group]
        each = moved / (count - 1)
        yield screened(
            "screen_straight",
            scene,
            names,
            (first, last),
            (count, bound + 2, "straight_least"),
            {"change_a_row": each, "moved": {name: change for name, change, _ in group}},
            serious=count >= serious,
            count=count,
            step=f"{each:.4g}",
        )


def _line(
    value: Floats, least: Floats, unit: Floats, span: tuple[int, int]
) -> tuple[int, int] | None:
    """The rows, an end left out where it belongs to what is beside, that lie on one line.

    A slow drift bends little as well; only a line stays within a unit of its last digit from end
    to end, while it moves by `least` or more from row to row.
    """
    first, last = span
    for begin, end in ((first, last), (first + 1, last), (first, last - 1), (first + 1, last - 1)):
        part = value[begin : end + 1]
        room = float(unit[begin : end + 1].max()) * (1 + 1e-6)
        steep = abs(part[-1] - part[0]) >= (len(part) - 1) * float(least[begin : end + 1].min())
        line = np.linspace(part[0], part[-1], len(part))
        if steep and bool(np.all(np.abs(part - line) <= room)):
            return begin, end
    return None


def quiet(scene: Scene) -> Iterator[Finding]:
    """Gases whose values vary far less than they otherwise do (波动过小)."""
    panel, known = scene.panel, scene.known
    window = known.rows("quiet_window", panel.step_s)
    for one in panel.channels:
        if not one.is_gas or len(one.value) < 4 * window:
            continue
        bend = np.abs(np.diff(one.usable, 2))
        usual = float(np.nanmedian(bend)) if np.isfinite(bend).any() else 0.0
        if not usual > 0:
            continue
        # A value that is held is another finding; it takes no part in how much the rest varies.
        gone = np.isnan(bend) | _same(one.usable)[2:]
        middle = np.median(sliding_window_view(np.where(gone, np.inf, bend), window - 2), axis=1)
        ratio = middle / usual
        spans = [(first, last + window - 1) for first, last in runs(ratio < known["quiet_ratio"])]
        for first, last in bridged(spans, 1):
            least = float(ratio[first : last - window + 2].min())
            if _stands(scene, first, last):
                continue
            yield screened(
                "screen_quiet",
                scene,
                [one.name],
                (first, last),
                (least, known["quiet_ratio"], "quiet_ratio"),
                {"median_second_difference": usual, "window_rows": window},
                serious=least < known["quiet_serious"],
                ratio=f"{least:.2g}",
                bound=f"{known['quiet_ratio']:g}",
                hours=_hours(window, panel.step_s),
            )


def _hours(rows: int, step_s: int) -> str:
    return f"{rows * step_s / 3600:g}"


__all__ = ["flat_lines", "holds", "quiet", "straight_lines"]
