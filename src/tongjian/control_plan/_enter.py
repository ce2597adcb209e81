"""Enters a revision of the plan or a calibration in the log (计划修订、检定记录)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from tongjian.control_plan._history import (
    CALIBRATE,
    REVISE,
    History,
    Outcome,
    Revision,
    due_after,
    history,
    subject,
)
from tongjian.control_plan._plan import Plan, Spread
from tongjian.evidence import Act, Entry, EvidenceLog, china_day
from tongjian.problems import Place, Problem, TongjianError


def revise(log: EvidenceLog, plan: Plan, by: str, files: Sequence[str] = ()) -> Revision:
    """Enter a plan as the next revision; `files` are digests of attachments.

    Raises `TongjianError` when the number does not follow the last one, when it begins before the
    last one does, or when nothing has changed. A revision that is to be in force before the month
    of its entry is taken, and is a finding (`Revision.back_dated`).
    """
    with log.locked():
        known = history(log, plan.facility)
        problems = not_next(plan, known)
        if problems:
            raise TongjianError(problems)
        # Through JSON, so that what is returned is what will be read from the log.
        content = {"plan": json.loads(json.dumps(plan.data))}
        act = Act(REVISE, by, subject(REVISE, plan.facility), content, tuple(files))
        [entry] = log.append_locked([act])
    return Revision(plan, entry.number, by, china_day(entry.time))


def not_next(plan: Plan, known: History) -> list[Problem]:
    """Why a plan cannot be entered as the next revision; none where it can."""
    last = known.revisions[-1].plan if known.revisions else None
    values = {
        "facility": plan.facility,
        "revision": plan.revision,
        "expected": 1 if last is None else last.revision + 1,
    }
    problems = []
    if plan.revision != values["expected"]:
        problems.append(Problem("control_plan.revision", values=values))
    if last is not None and plan.in_force < last.in_force:
        days = {"day": plan.in_force, "before": last.in_force}
        problems.append(Problem("control_plan.in_force", values={**values, **days}))
    if last is not None and _content(plan) == _content(last):
        problems.append(Problem("control_plan.unchanged", values=values))
    return problems


def _content(plan: Plan) -> dict[str, object]:
    return {
        key: value
        for key, value in plan.data.items()
        if key not in ("revision", "in_force", "reason")
    }


def calibrate(
    log: EvidenceLog,
    facility: str,
    meter: str,
    by: str,
    *,
    day: date,
    result: Outcome,
    next_due: date | None = None,
    certificate: str = "",
    institution: str = "",
    uncertainty: Spread | None = None,
    files: Sequence[str] = (),
) -> Entry:
    """Enter that a meter was calibrated on `day`; `files` are digests of the certificate.

    Without `next_due` the interval of the plan says when it is due again; a failed calibration
    (``fail``) makes it due at once. Raises `TongjianError` for a meter that no plan lists, a day to
    come, or a next one that is not later.
    """
    with log.locked():
        known = history(log, facility)
        today = china_day(log.clock())
        problems = _not_calibrated(known, meter, day, next_due, today)
        if problems:
            raise TongjianError(problems)
        by_interval = due_after(known.meters.get(meter), day)
        next_due = None if result == "fail" else next_due or by_interval
        content = {
            "day": day.isoformat(),
            "result": result,
            "next_due": None if next_due is None else next_due.isoformat(),
            "certificate": certificate,
            "institution": institution,
            "uncertainty": None if uncertainty is None else asdict(uncertainty),
        }
        about = subject(CALIBRATE, facility, meter)
        [entry] = log.append_locked([Act(CALIBRATE, by, about, content, tuple(files))])
    return entry


def _not_calibrated(
    known: History, meter: str, day: date, next_due: date | None, today: date
) -> list[Problem]:
    values = {"facility": known.facility, "meter": meter, "day": day}
    problems = []
    if meter not in known.meters:
        listed = ", ".join(known.meters) or "—"
        problems.append(Problem("control_plan.no_meter", Place(), {**values, "known": listed}))
    if day > today:
        problems.append(Problem("control_plan.future", values={**values, "today": today}))
    if next_due is not None and next_due <= day:
        dates = {"id": meter, "due": next_due, "day": day}
        problems.append(Problem("control_plan.due_before", values=dates))
    return problems


__all__ = ["calibrate", "not_next", "revise"]
