"""Series held against series (序列自洽): order, means of minutes, sums of amounts.

The tolerance is what the digits of both series leave open, and a share of the value for what an
hour has from instants that the minutes have not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from tongjian.monitoring.screening._conventions import Conventions, read_conventions
from tongjian.monitoring.screening._finding import Finding, Scene, screened
from tongjian.monitoring.screening._panel import Floats, Panel, Watched
from tongjian.monitoring.screening._rows import resolution, runs


def check_order(
    lowest: Watched, mean: Watched, highest: Watched, panel: Panel, known: Conventions | None = None
) -> list[Finding]:
    """Rows in which a minimum is above the mean, or the mean above a maximum.

    The three series have the rows of `panel`, which says when they begin and how long a row is.
    """
    scene = Scene(panel, known or read_conventions())
    return list(_order(scene, (lowest, mean))) + list(_order(scene, (mean, highest)))


def _order(scene: Scene, pair: tuple[Watched, Watched]) -> Iterator[Finding]:
    lower, upper = pair
    width = scene.known["digit_width"]
    units = resolution(lower.usable), resolution(upper.usable)
    # Cutting digits keeps an order, if as many are cut from both.
    room = np.where(units[0] == units[1], 0.0, width * (units[0] + units[1]))
    wrong = lower.usable - upper.usable > room * (1 + 1e-6)
    for first, last in runs(wrong):
        span = slice(first, last + 1)
        at = first + int(np.argmax(lower.usable[span] - upper.usable[span]))
        low, high = float(lower.usable[at]), float(upper.usable[at])
        yield screened(
            "screen_order",
            scene,
            [lower.name, upper.name],
            (first, last),
            (low - high, float(room[at]), "digit_width"),
            {"row": at + 1, lower.name: low, upper.name: high},
            serious=True,
            lower=lower.name,
            upper=upper.name,
            low=f"{low:.9g}",
            high=f"{high:.9g}",
        )


def check_whole(
    whole: Watched,
    part: Floats,
    panel: Panel,
    kind: Literal["mean", "total"],
    known: Conventions | None = None,
) -> list[Finding]:
    """Rows of `whole` that are not the mean, or the sum, of the rows of `part` within them.

    `part` has a whole number of rows for each row of `panel` (60 minutes for an hour), NaN where
    a value is missing or flagged. Rows of which a part is missing are left out: the station may
    have had what did not arrive.
    """
    known = known or read_conventions()
    each = len(part) // max(1, len(whole.value))
    if not each:
        return []
    scene = Scene(panel, known)
    parts = part[: each * len(whole.value)].reshape(-1, each)
    unit = resolution(part[: each * len(whole.value)]).reshape(-1, each)
    width = known["digit_width"]
    due, room = parts.sum(axis=1), width * unit.sum(axis=1)
    if kind == "mean":
        due, room = due / each, room / each
    value = whole.usable
    room = room + width * resolution(value) + known["sum_data"] * np.abs(due)
    wrong = np.abs(value - due) > room * (1 + 1e-9)
    found = []
    for first, last in runs(wrong):
        at = first + int(np.nanargmax(np.abs(value - due)[first : last + 1]))
        span, inputs = (
            (first, last),
            {"row": at + 1, "sent": float(value[at]), "due": float(due[at])},
        )
        measure = (float(abs(value[at] - due[at])), float(room[at]), "sum_data")
        if kind == "mean":
            found.append(
                screened(
                    "screen_mean",
                    scene,
                    [whole.name],
                    span,
                    measure,
                    inputs,
                    serious=True,
                    sent=f"{value[at]:.9g}",
                    due=f"{due[at]:.6g}",
                    room=f"{room[at]:.3g}",
                    count=each,
                )
            )
        else:
            found.append(
                screened(
                    "screen_total",
                    scene,
                    [whole.name],
                    span,
                    measure,
                    inputs,
                    serious=True,
                    sent=f"{value[at]:.9g}",
                    due=f"{due[at]:.6g}",
                )
            )
    return found


__all__ = ["check_order", "check_whole"]
