"""Relative accuracy (相对准确度): pairs of a reference method and of the system."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import numpy as np

from tongjian.monitoring.quality._check import Check, Figure, Subject, judge, recalled
from tongjian.monitoring.quality._form import form
from tongjian.monitoring.quality._limits import UNKNOWN, Limit
from tongjian.monitoring.quality._linearity import NO_TIME, too_few
from tongjian.monitoring.quality._student import t_quantile
from tongjian.problems import Problem
from tongjian.rules import Rulebook

_FEWEST = 2  # a standard deviation takes two


@dataclass(frozen=True, slots=True)
class Run:
    """A pair of the same time (数据对): `reference` method and `measured` by the system.

    `used` is False for a run that the tester left out.
    """

    reference: float
    measured: float
    used: bool = True


def accuracy(
    subject: Subject,
    runs: Sequence[Run],
    begin: np.datetime64 = NO_TIME,
    end: np.datetime64 = NO_TIME,
    *,
    rulebook: Rulebook | None = None,
    name: str = "",
) -> Check:
    """Judge a relative accuracy test, or comparison (相对准确度检验, RATA).

    With d = reference - measured of the n runs used, s their standard deviation (n - 1) and t the
    value of Student's distribution that leaves half of 1 - confidence above it at n - 1 degrees of
    freedom::

        cc = t s / sqrt(n)        RA = (|mean d| + |cc|) / mean reference

    40 CFR 75 appendix A, 7.3; HJ 75 has the same family. Which statistic is judged (RA, the mean
    difference or the relative error of the means) depends on the mean of the reference, as the
    table of limits says. Where the rules have a test of bias and mean d > |cc|, data are multiplied
    by BAF = 1 + |mean d| / mean measured until the next test (7.6). Fewer runs than asked for, or
    more left out than allowed: not judged.
    """
    asked = form(subject, rulebook)
    used = [one for one in runs if one.used]
    figures = [Figure("runs_used", len(used))]
    reasons: list[Problem] = []
    needed = asked.get("runs", UNKNOWN)
    rejected = asked.get("rejected", UNKNOWN)
    if len(used) < max(needed.number or 0, _FEWEST):
        reasons.append(too_few("runs_used", len(used), needed.text or str(_FEWEST)))
    if rejected.number is not None and len(runs) - len(used) > rejected.number:
        values = {"have": len(runs) - len(used), "most": rejected.text}
        reasons.append(Problem("monitoring.qa_rejected", values=values, severity="warning"))
    verdict = "not_judged" if reasons else "passed"
    if len(used) >= _FEWEST:
        own = statistics(subject, used, asked["confidence"])
        reference = next(one.value for one in own if one.name == "mean_reference")
        found = judge(subject, "accuracy", own, reference, rulebook)
        figures += found.figures
        reasons += [*found.reasons, *recalled(found.figures)]
        verdict = found.verdict if verdict == "passed" else verdict
        if asked.get("bias", UNKNOWN).number:
            figures.append(_bias(own, reasons))
    return Check(
        "accuracy",
        subject,
        verdict,  # type: ignore[arg-type]
        tuple(figures),
        tuple(reasons),
        {"runs": [[one.reference, one.measured, one.used] for one in runs]},
        begin,
        end,
        name,
    )


def statistics(subject: Subject, used: Sequence[Run], confidence: Limit) -> list[Figure]:
    """The figures of the runs that are used, two or more (准确度统计量)."""
    gaps = [one.reference - one.measured for one in used]
    reference = fmean(one.reference for one in used)
    measured = fmean(one.measured for one in used)
    mean, spread = fmean(gaps), stdev(gaps)
    figures = [
        Figure("mean_reference", reference, subject.unit),
        Figure("mean_measured", measured, subject.unit),
        Figure("mean_difference", mean, subject.unit),
        Figure("standard_deviation", spread, subject.unit),
    ]
    if reference:
        figures.append(Figure("relative_error", (measured - reference) / abs(reference), "share"))
    if confidence.number is not None:
        t = t_quantile((1 + confidence.number) / 2, len(used) - 1)
        margin = t * spread / math.sqrt(len(used))
        figures += [
            Figure("t_value", t),
            Figure("confidence_coefficient", margin, subject.unit),
        ]
        if reference:
            share = (abs(mean) + abs(margin)) / abs(reference)
            figures.append(Figure("relative_accuracy", share, "share"))
    return figures


def _bias(figures: Sequence[Figure], reasons: list[Problem]) -> Figure:
    """The bias adjustment factor, 1 where the system does not read low."""
    value = {one.name: one.value for one in figures}
    mean, margin = value["mean_difference"], value.get("confidence_coefficient", math.inf)
    if mean <= abs(margin) or not value["mean_measured"]:
        return Figure("bias_factor", 1.0)
    factor = 1 + abs(mean) / value["mean_measured"]
    values = {"factor": f"{factor:.3f}", "mean": f"{mean:.4g}", "margin": f"{margin:.4g}"}
    reasons.append(Problem("monitoring.qa_bias", values=values, severity="warning"))
    return Figure("bias_factor", factor)
