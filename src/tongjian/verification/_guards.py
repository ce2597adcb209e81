"""The conditions that the flow of a report names (报告流程的条件), from what the log says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tongjian.evidence import china_day
from tongjian.problems import Problem
from tongjian.verification._findings import VERSION, Finding, findings_of
from tongjian.verification._opinion import look_again, newest_version, opinion_of
from tongjian.verification._settings import Settings, default_settings
from tongjian.workflow import Guard, Situation


def report_guards(settings: Settings | None = None) -> Mapping[str, Guard]:
    """Every guard of the flow of a report, for `tongjian.workflow.advance`."""
    chosen = settings or default_settings()

    def blocking(situation: Situation) -> list[Finding]:
        found = findings_of(situation.entries, situation.subject)
        kinds = chosen.findings
        return [one for one in found if one.kind not in kinds or kinds[one.kind].blocks]

    def finding_open(situation: Situation) -> list[Problem]:
        if any(one.state != "closed" for one in blocking(situation)):
            return []
        return [Problem("verification.no_open_finding")]

    def findings_answered(situation: Situation) -> list[Problem]:
        left = [one.id for one in blocking(situation) if one.state == "open"]
        if not left:
            return []
        return [Problem("verification.unanswered", values={"findings": ", ".join(left)})]

    def opinion_given(situation: Situation) -> list[Problem]:
        opinion = opinion_of(situation.entries, situation.subject)
        since = situation.history.last("submit")
        if opinion is None or (since is not None and opinion.entry.number < since.entry.number):
            return [Problem("verification.no_opinion")]
        problems = []
        now = newest_version(situation.entries, situation.subject)
        if now != opinion.version:
            values = {"number": opinion.entry.number, "was": opinion.version or "-", "now": now}
            problems.append(Problem("verification.opinion_of_other_version", values=values))
        return [*problems, *look_again(situation.entries, opinion, chosen)]

    def opinion_favourable(situation: Situation) -> list[Problem]:
        opinion = opinion_of(situation.entries, situation.subject)
        if opinion is None:
            return [Problem("verification.no_opinion")]
        if opinion.favourable:
            return []
        values = {"title_zh": opinion.title.zh, "title_en": opinion.title.en}
        return [Problem("verification.opinion_unfavourable", values=values)]

    return {
        "version_pinned": _version_pinned,
        "finding_open": finding_open,
        "findings_answered": findings_answered,
        "opinion_given": opinion_given,
        "opinion_favourable": opinion_favourable,
        "deadline_ahead": _deadline_ahead,
        "deadline_passed": _deadline_passed,
    }


def _version_pinned(situation: Situation) -> list[Problem]:
    since = situation.history.last("open", "revise")
    made = situation.about(VERSION, since=since)
    return [] if made else [Problem("verification.no_version")]


def _deadline_ahead(situation: Situation) -> list[Problem]:
    """A demand has to leave time; whether a deadline is given at all, the flow asks itself."""
    said = situation.content.get("deadline")
    if said in (None, ""):
        return []
    day, today = _day(said), china_day(situation.now)
    if day is None:
        return [Problem("verification.deadline", values={"value": said})]
    if day < today:
        values = {"deadline": day, "today": today}
        return [Problem("verification.deadline_past", values=values)]
    return []


def _deadline_passed(situation: Situation) -> list[Problem]:
    """The deadline of the last demand is over, and the enterprise has done nothing since."""
    demand = situation.history.last("demand")
    if demand is None:
        return []  # the flow says by `after` that one has to come first
    said = demand.entry.content.get("content", {}).get("deadline", "")
    day, today = _day(said), china_day(situation.now)
    if day is None:
        return [Problem("verification.deadline", values={"value": said or "-"})]
    problems = []
    if today <= day:
        values: dict[str, object] = {"deadline": day, "today": today}
        problems.append(Problem("verification.deadline_not_passed", values=values))
    answer = situation.history.last("submit", "correct")
    if answer is not None and answer.entry.number > demand.entry.number:
        title = answer.transition.title
        values = {
            "number": demand.entry.number,
            "answer": answer.entry.number,
            "step_zh": title.zh,
            "step_en": title.en,
        }
        problems.append(Problem("verification.answered_meanwhile", values=values))
    return problems


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


__all__ = ["report_guards"]
