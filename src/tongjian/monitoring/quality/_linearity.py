"""Linearity, or error of indication (示值误差): gases of several levels, read several times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np

from tongjian.monitoring.quality._check import (
    Check,
    Figure,
    Subject,
    Verdict,
    graver,
    judge,
    recalled,
    word,
)
from tongjian.monitoring.quality._form import form
from tongjian.problems import Problem
from tongjian.rules import Rulebook

NO_TIME = np.datetime64("NaT", "m")


def linearity(
    subject: Subject,
    injections: Mapping[str, Sequence[tuple[float, float]]],
    begin: np.datetime64 = NO_TIME,
    end: np.datetime64 = NO_TIME,
    *,
    rulebook: Rulebook | None = None,
    name: str = "",
) -> Check:
    """Judge the levels of a linearity check (示值误差检验); every level has to pass.

    `injections` are pairs of (reference, measured) for each level (low, mid, high), in the unit of
    `subject`. The error of a level is |R - A| / R with R the mean reference and A the mean reading;
    the absolute |R - A| and the share of the span are judged where the rules have them for this
    span. 40 CFR 75 appendix A; HJ 75 error of indication (by the nominal value of the gas, or by
    the full scale where it is small). Fewer levels or injections than the rules ask for: not
    judged.
    """
    asked = form(subject, rulebook)
    figures: list[Figure] = []
    reasons: list[Problem] = []
    verdicts: list[Verdict] = []
    for level, pairs in injections.items():
        reference = fmean(one for one, _ in pairs)
        measured = fmean(one for _, one in pairs)
        gap = abs(reference - measured)
        figures += [
            Figure("mean_reference", reference, subject.unit, level),
            Figure("mean_measured", measured, subject.unit, level),
        ]
        own = [Figure("difference", gap, subject.unit, level)]
        if reference:
            own.append(Figure("share_of_reference", gap / abs(reference), "share", level))
        if subject.span:
            own.append(Figure("share_of_span", gap / subject.span, "share", level))
        found = judge(subject, "linearity", own, subject.span, rulebook)
        figures += found.figures
        reasons += [one for one in found.reasons if one not in reasons]
        verdicts.append(found.verdict)
    few = min((len(pairs) for pairs in injections.values()), default=0)
    for what, have in (("levels", len(injections)), ("injections", few)):
        needed = asked.get(what)
        if needed is not None and needed.number is not None and have < needed.number:
            reasons.append(too_few(what, have, needed.text))
            verdicts = ["not_judged"]
    return Check(
        "linearity",
        subject,
        graver(verdicts),
        tuple(figures),
        (*reasons, *recalled(figures)),
        {"injections": {level: [list(one) for one in of] for level, of in injections.items()}},
        begin,
        end,
        name,
    )


def too_few(what: str, have: int, needed: str) -> Problem:
    """A check that is no full one."""
    values = {
        "what_zh": word(what, "zh"),
        "what_en": word(what, "en"),
        "have": have,
        "needed": needed,
    }
    return Problem("monitoring.qa_too_few", values=values, severity="warning")
