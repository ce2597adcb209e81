"""Measured amounts against computed ones (平衡核对): carbon by months, flow by rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tongjian.monitoring.screening._chance import mann_whitney
from tongjian.monitoring.screening._conventions import Conventions, read_conventions
from tongjian.monitoring.screening._finding import Finding, Scene, screened
from tongjian.monitoring.screening._panel import Floats, Panel, Watched
from tongjian.monitoring.screening._rows import runs

_MONTH_S = 30 * 24 * 3600


def carbon_balance(
    name: str,
    months: Sequence[str],
    measured: Floats,
    computed: Floats,
    reference: Sequence[str] = (),
    known: Conventions | None = None,
) -> list[Finding]:
    """Months on end in which measured CO2 is more, or less, than activity data give (碳平衡).

    `measured` and `computed` are CO2 of consecutive `months` (2025-01) in one unit, NaN where one
    is missing. Against what the ratio is held: the median of the `reference` months, if there are
    any, else one. With reference months a Mann-Whitney test of all others is made as well.
    """
    known = known or read_conventions()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(
            np.asarray(computed) > 0, np.asarray(measured) / np.asarray(computed), np.nan
        )
    panel = Panel([Watched(name, ratio)], _MONTH_S)
    scene = Scene(panel, known)
    is_reference = np.array([month in set(reference) for month in months], dtype=np.bool_)
    usable = np.isfinite(ratio)
    base = float(np.median(ratio[is_reference & usable])) if (is_reference & usable).any() else 1.0
    off = ratio / base - 1
    found = []
    for beyond in (off > known["carbon_ratio"], off < -known["carbon_ratio"]):
        for first, last in runs(beyond & ~is_reference):
            if last - first + 1 < known["carbon_months"]:
                continue
            middle = float(np.median(ratio[first : last + 1]))
            found.append(
                screened(
                    "screen_carbon",
                    scene,
                    [name],
                    (first, last),
                    (middle / base - 1, known["carbon_ratio"], "carbon_ratio"),
                    {"ratios": ratio[first : last + 1].tolist(), "base": base},
                    serious=abs(middle / base - 1) > 2 * known["carbon_ratio"],
                    begins=months[first],
                    ends=months[last],
                    ratio=f"{middle:.3f}",
                    base=f"{base:.3f}",
                )
            )
    rest = ratio[~is_reference & usable].tolist()
    kept = ratio[is_reference & usable].tolist()
    if rest and kept:
        u, chance = mann_whitney(rest, kept)
        if chance < known["carbon_level"]:
            rows = np.flatnonzero(~is_reference & usable)
            middle = float(np.median(rest))
            found.append(
                screened(
                    "screen_carbon_rank",
                    scene,
                    [name],
                    (int(rows[0]), int(rows[-1])),
                    (chance, known["carbon_level"], "carbon_level"),
                    {"u": u, "ratios": rest, "reference": kept},
                    rows=len(rest),
                    ratio=f"{middle:.3f}",
                    base=f"{base:.3f}",
                    count=len(rest),
                    kept=len(kept),
                    chance=f"{chance:.2g}",
                )
            )
    return [_dated(one, months) for one in found]


def _dated(finding: Finding, months: Sequence[str]) -> Finding:
    """Rows of a balance are months and have names of their own."""
    first, last = finding.first, finding.last
    return replace(
        finding,
        begins=np.datetime64(months[first], "M").astype("datetime64[s]"),
        ends=np.datetime64(months[last], "M").astype("datetime64[s]"),
        periods=tuple(months[first : last + 1]),
    )


def flow_balance(
    flow: Watched, stoichiometric: Floats, panel: Panel, known: Conventions | None = None
) -> list[Finding]:
    """Rows on end in which the measured flow leaves the one that fuel and air give (流量核对)."""
    known = known or read_conventions()
    scene, least = Scene(panel, known), known.rows("flow_least", panel.step_s)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(stoichiometric > 0, flow.usable / stoichiometric, np.nan)
    found = []
    for beyond in (ratio - 1 > known["flow_ratio"], 1 - ratio > known["flow_ratio"]):
        for first, last in runs(beyond):
            if last - first + 1 < least:
                continue
            middle = float(np.median(ratio[first : last + 1]))
            found.append(
                screened(
                    "screen_flow",
                    scene,
                    [flow.name],
                    (first, last),
                    (middle - 1, known["flow_ratio"], "flow_ratio"),
                    {
                        "measured": float(flow.usable[first : last + 1].mean()),
                        "stoichiometric": float(stoichiometric[first : last + 1].mean()),
                    },
                    serious=abs(middle - 1) > 2 * known["flow_ratio"],
                    ratio=f"{middle:.3f}",
                    bound=f"{100 * known['flow_ratio']:g}",
                )
            )
    return found


__all__ = ["carbon_balance", "flow_balance"]
