"""Last digits and the resolution of values (末位数字与分辨力).

The last digit of a measured value is even over 0 to 9 where values spread over many units of it.
First digits are left alone: concentrations stay within a power of ten or two, so that honest series
depart from Benford's law as well.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.screening._chance import chi_squared_above
from tongjian.monitoring.screening._finding import Finding, Scene, screened
from tongjian.monitoring.screening._panel import Floats
from tongjian.monitoring.screening._rows import places

_NONE = -1


def last_digits(scene: Scene) -> Iterator[Finding]:
    """Series whose last digits are uneven (末位不均匀)."""
    known = scene.known
    for one in scene.panel.channels:
        value = one.usable
        digit = _digits(value)
        # Each value once: one that is kept for hours, or is a set point, says nothing of digits.
        _, once = np.unique(value, return_index=True)
        rows = np.sort(once[digit[once] != _NONE])
        if len(rows) < known["digit_least"] or not _spread(value, known["digit_spread"]):
            continue
        counts = np.bincount(digit[rows], minlength=10)
        due = len(rows) / 10
        chi = float(((counts - due) ** 2 / due).sum())
        chance = chi_squared_above(chi, 9)
        excess = float(counts.max() / len(rows) - 1 / 10)
        if chance > known["chance"] or excess < known["digit_excess"]:
            continue
        most = int(counts.argmax())
        yield screened(
            "screen_digit",
            scene,
            [one.name],
            (int(rows[0]), int(rows[-1])),
            (excess, known["digit_excess"], "digit_excess"),
            {"counts": counts.tolist(), "chi_squared": chi, "probability": chance},
            rows=len(rows),
            serious=excess > 4 * known["digit_excess"],
            digit=most,
            times=int(counts[most]),
            count=len(rows),
        )


def coarser(scene: Scene) -> Iterator[Finding]:
    """Months in which values have fewer digits than in others (分辨力变化)."""
    panel, known = scene.panel, scene.known
    for one in panel.channels:
        digit = _digits(one.usable)
        month = np.array([panel.period(at) for at in range(0, len(panel), panel.day)])
        month = np.repeat(month, panel.day)[: len(panel)]
        shares = {}
        for name in dict.fromkeys(month.tolist()):
            mine = np.flatnonzero((month == name) & (digit != _NONE))
            if len(mine) >= known["coarse_least"]:
                shares[name] = (float(np.mean(digit[mine] == 0)), mine)
        for name, (share, mine) in shares.items():
            others = [it for key, (it, _) in shares.items() if key != name]
            if not others or share < known["coarse_share"]:
                continue
            usual = float(np.median(others))
            if usual < known["coarse_other"]:
                yield screened(
                    "screen_coarse",
                    scene,
                    [one.name],
                    (int(mine[0]), int(mine[-1])),
                    (share, known["coarse_share"], "coarse_share"),
                    {"share_ending_in_zero": share, "other_months": usual},
                    rows=len(mine),
                    period=name,
                    share=f"{100 * share:.0f}",
                    usual=f"{100 * usual:.0f}",
                )


def _digits(value: Floats) -> NDArray[np.int64]:
    """The digit at the last place sent, of values of three digits or more; -1 elsewhere."""
    count = places(value)
    whole = np.zeros(len(value), dtype=np.int64)
    there = count >= 0
    whole[there] = np.round(np.abs(value[there]) * 10.0 ** count[there]).astype(np.int64)
    return np.where(there & (whole >= 100), whole % 10, _NONE)


def _spread(value: Floats, least: float) -> bool:
    there = value[np.isfinite(value)]
    unit = 10.0 ** -float(places(there).max())
    low, high = np.quantile(there, (0.25, 0.75))
    return bool(high - low >= least * unit)


__all__ = ["coarser", "last_digits"]
