"""Zero and span drift (零点和量程漂移): one reading of a reference, at zero or at span."""

from __future__ import annotations

from typing import Literal

import numpy as np

from tongjian.monitoring.quality._check import Check, Figure, Subject, judge, recalled
from tongjian.problems import Problem
from tongjian.rules import Rulebook

Point = Literal["zero", "span"]


def drift(
    subject: Subject,
    point: Point,
    reference: float,
    measured: float,
    time: np.datetime64 | None = None,
    *,
    rulebook: Rulebook | None = None,
    name: str = "",
) -> Check:
    """Judge one reading of a calibration, before anything is adjusted (漂移检验).

    `reference` is the value of the gas or of the zero, `measured` what the system showed, in the
    unit of `subject`, `time` when. The drift is their difference by the span. HJ 75: within the
    limit it passes, beyond it the system is adjusted, beyond the limit of control it is out of
    control; 40 CFR 75: likewise, with an absolute alternative for small spans. It is an error of
    calibration in the words of 40 CFR 75.
    """
    gap = measured - reference
    figures = [Figure("difference", gap, subject.unit)]
    reasons: tuple[Problem, ...] = ()
    if subject.span:
        figures.append(Figure("share_of_span", gap / subject.span, "share"))
    else:
        reasons = (Problem("monitoring.qa_no_span", severity="warning"),)
    found = judge(subject, f"{point}_drift", figures, subject.span, rulebook)
    moment = np.datetime64("NaT", "m") if time is None else time
    return Check(
        f"{point}_drift",
        subject,
        found.verdict,
        found.figures,
        (*found.reasons, *reasons, *recalled(found.figures)),
        {"reference": reference, "measured": measured},
        moment,
        moment,
        name,
    )
