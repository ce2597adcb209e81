"""Values cut off at a limit (限值处截断): too few above it, or one value at the top repeatedly.

A controlled plant keeps below its limit in all honesty; what is looked at is a density that ends
there instead of thinning out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from tongjian.monitoring.screening._chance import poisson_at_most
from tongjian.monitoring.screening._finding import Finding, Scene, screened
from tongjian.monitoring.screening._panel import Flags, Watched
from tongjian.monitoring.screening._rows import resolution, runs

_PLACES = 10
"""Places below a value among which its frequency is compared."""


def cut_at_limit(scene: Scene) -> Iterator[Finding]:
    """Fewer values above the limit than the bands below it let expect (限值以上骤减)."""
    panel, known = scene.panel, scene.known
    width = known["near_limit"]
    for one in panel.channels:
        if not one.limit:
            continue
        share = one.usable / one.limit
        near = (share > 1 - width) & (share <= 1)
        before = (share > 1 - 2 * width) & (share <= 1 - width)
        above = (share > 1) & (share <= 1 + width)
        count = {"above": int(above.sum()), "near": int(near.sum()), "before": int(before.sum())}
        days = _days(near, panel.day)
        if days < known["cut_least_days"]:
            continue
        # The thinning from band to band goes on, as that of a tail does; it never thickens.
        expected = count["near"] * min(1.0, count["near"] / max(1, count["before"]))
        # Neighbouring hours are one event: days are counted, not hours.
        expected_days = expected * days / count["near"]
        found_days = _days(above, panel.day)
        chance = poisson_at_most(found_days, expected_days)
        ratio = count["above"] / expected
        if ratio >= known["cut_ratio"] or chance > known["cut_level"]:
            continue
        rows = np.flatnonzero(near | above)
        yield screened(
            "screen_cut",
            scene,
            [one.name],
            (int(rows[0]), int(rows[-1])),
            (ratio, known["cut_ratio"], "cut_ratio"),
            {
                **count,
                "limit": one.limit,
                "expected": expected,
                "days_near": days,
                "days_above": found_days,
                "days_expected": expected_days,
                "probability": chance,
            },
            rows=len(rows),
            serious=chance < known["cut_level"] ** 2,
            near=count["near"],
            above=count["above"],
            expected=f"{expected:.3g}",
            limit=f"{one.limit:g}",
            low=f"{(1 - width) * one.limit:g}",
            high=f"{(1 + width) * one.limit:g}",
        )


def flat_tops(scene: Scene) -> Iterator[Finding]:
    """The same value at the top of a series, or just below its limit, in several runs (平顶)."""
    panel, known = scene.panel, scene.known
    for one in panel.channels:
        value = one.usable
        there = value[np.isfinite(value)]
        if not one.is_gas or not len(there):
            continue
        tops = {float(there.max())}
        if one.limit:
            band = there[(there > (1 - known["near_limit"]) * one.limit) & (there <= one.limit)]
            if len(band):
                tops.add(Counter(band.tolist()).most_common(1)[0][0])
        for top in sorted(tops):
            yield from _top(scene, one, top)


def _top(scene: Scene, one: Watched, top: float) -> Iterator[Finding]:
    known, value = scene.known, one.usable
    spans = runs(value == top)
    unit = float(resolution(value)[spans[0][0]])
    # Coarse digits repeat as well, but those below it just as often.
    below = (
        int(np.count_nonzero((value < top) & (value >= top - (_PLACES + 1 / 2) * unit))) / _PLACES
    )
    bound = max(known["top_least"], known["top_ratio"] * below)
    if len(spans) < bound:
        return
    count = int(np.count_nonzero(value == top))
    range_end = one.highest is not None and abs(top - one.highest) <= unit
    at_limit = one.limit is not None and 1 - known["near_limit"] < top / one.limit <= 1
    yield screened(
        "screen_top",
        scene,
        [one.name],
        (spans[0][0], spans[-1][1]),
        (len(spans), bound, "top_least"),
        {
            "value": top,
            "values": count,
            "per_place_below": below,
            "resolution": unit,
            "limit": one.limit,
            "highest": one.highest,
        },
        rows=count,
        serious=at_limit or range_end,
        value=f"{top:.9g}",
        count=len(spans),
        total=count,
    )


def _days(true: Flags, day: int) -> int:
    return len(np.unique(np.flatnonzero(true) // day))


__all__ = ["cut_at_limit", "flat_tops"]
