"""Transitions are checked, entered and explained; two who try at once do not both succeed."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from tests.support import codes
from tests.workflow.support import FACTS, SUBJECT, Clock, peopled
from tongjian.evidence import Act, EvidenceLog, FileStore
from tongjian.problems import Problem, TongjianError
from tongjian.workflow import (
    Situation,
    advance,
    audit,
    explain,
    grant,
    history,
    options,
    report_flow,
)

FLOW = report_flow()


def needs(act: str) -> Any:
    """A guard of the test: something was entered since the report was submitted."""

    def guard(situation: Situation) -> list[Problem]:
        since = situation.history.last("submit")
        found = situation.about(act, since=since)
        return [] if found else [Problem("workflow.not_filled_in", values=_VALUES)]

    return guard


_VALUES = {"transition_zh": "t", "transition_en": "t", "field": "f"}
GUARDS = {
    **{name: lambda situation: [] for name in FLOW.guards},
    "opinion_given": needs("opinion.give"),
    "opinion_favourable": needs("opinion.give"),
}


@pytest.fixture
def log(tmp_path: Path) -> EvidenceLog:
    return peopled(tmp_path / "log.jsonl")


def go(log: EvidenceLog, transition: str, by: str, **more: Any) -> Any:
    return advance(
        log, FLOW, SUBJECT, transition, by, guards=GUARDS, facts=FACTS, **{"reason": "r", **more}
    )


def refused(log: EvidenceLog, transition: str, by: str, **more: Any) -> list[Problem]:
    before = len(log.entries())
    with pytest.raises(TongjianError) as caught:
        go(log, transition, by, **more)
    assert len(log.entries()) == before
    return list(caught.value.problems)


def opinion(log: EvidenceLog, by: str = "verifier") -> None:
    log.append([Act("opinion.give", by, SUBJECT)])


def accepted(log: EvidenceLog) -> None:
    for transition, by in (
        ("open", "preparer"),
        ("submit", "approver"),
        ("start", "verifier"),
        ("notify", "verifier"),
        ("correct", "approver"),
    ):
        go(log, transition, by)
    opinion(log)
    for transition, by in (("verify", "reviewer"), ("pass", "city"), ("accept", "province")):
        go(log, transition, by)


def test_a_report_goes_from_draft_to_accepted_and_its_history_is_told(log: EvidenceLog) -> None:
    accepted(log)

    told = history(log, FLOW, SUBJECT)
    assert told.state == "accepted"
    assert [step.to for step in told.steps] == [
        *("draft", "submitted", "under_verification", "findings_open", "corrected"),
        *("verified", "city_reviewed", "accepted"),
    ]
    assert told.facts == FACTS
    zh, en = explain(told, "zh"), explain(told, "en")
    assert len(zh) == len(en) == 9
    assert "province（省级主管部门）省级审核接受，状态为“已接受”" in zh[-2]
    assert en[-1] == "It stands at 'accepted'"
    assert audit(log, FLOW, SUBJECT, GUARDS) == []


def test_what_is_not_possible_is_refused_with_what_is_instead(log: EvidenceLog) -> None:
    go(log, "open", "preparer")

    problems = refused(log, "accept", "province")

    # The guard is not asked where the state does not fit.
    assert codes(problems) == ["workflow.instead", "workflow.wrong_state"]
    note = next(one for one in problems if one.code == "workflow.instead")
    assert "责令限期改正（demand）" in note.message("zh")
    assert note.severity == "note"


def test_who_has_no_role_is_told_who_has(log: EvidenceLog) -> None:
    go(log, "open", "preparer")

    problems = refused(log, "submit", "nation")

    assert codes(problems) == ["workflow.no_role", "workflow.nothing_open"]
    assert problems[0].values["having"] == "approver, both, turncoat"


def test_four_eyes(log: EvidenceLog) -> None:
    go(log, "open", "both")

    assert codes(refused(log, "submit", "both")) == ["workflow.four_eyes", "workflow.nothing_open"]
    go(log, "submit", "approver")


def test_four_eyes_see_acts_of_other_packages(log: EvidenceLog) -> None:
    go(log, "open", "preparer")
    go(log, "submit", "approver")
    go(log, "start", "verifier")
    log.append([Act("finding.raise", "second", "finding:F1/2024/1", {"report": SUBJECT})])
    opinion(log)

    assert "workflow.four_eyes" in codes(refused(log, "verify", "second"))
    go(log, "verify", "reviewer")


def test_one_person_acts_for_one_party(log: EvidenceLog) -> None:
    go(log, "open", "preparer")
    go(log, "submit", "turncoat")

    assert "workflow.two_parties" in codes(refused(log, "start", "turncoat"))


def test_a_role_reaches_as_far_as_it_was_granted(log: EvidenceLog) -> None:
    go(log, "open", "preparer")

    problems = refused(log, "demand", "elsewhere", content={"deadline": "2026-02-01"})

    assert codes(problems) == ["workflow.nothing_open", "workflow.out_of_reach"]
    assert problems[0].values["facts"] == "division=320100"


def test_facts_hold_from_the_first_entry_on(log: EvidenceLog) -> None:
    go(log, "open", "preparer")

    with pytest.raises(TongjianError):
        advance(
            *(log, FLOW, SUBJECT, "demand", "elsewhere"),
            guards=GUARDS,
            reason="r",
            content={"deadline": "2026-02-01"},
            facts={"division": "330500"},
        )


def test_reason_and_content_are_asked_for(log: EvidenceLog) -> None:
    go(log, "open", "preparer")

    problems = refused(log, "demand", "city", reason=" ")

    assert codes(problems) == [
        "workflow.instead",
        "workflow.no_reason",
        "workflow.not_filled_in",
    ]


def test_determination_follows_a_demand(log: EvidenceLog) -> None:
    content = {"emission_tco2e": 500000, "method": "产品产量法"}

    assert "workflow.not_yet" in codes(refused(log, "determine", "province", content=content))
    go(log, "demand", "city", content={"deadline": "2026-02-01"})
    assert history(log, FLOW, SUBJECT).state == "unopened"
    go(log, "determine", "province", content=content)

    assert history(log, FLOW, SUBJECT).state == "determined"
    assert codes(refused(log, "revise", "preparer"))[-1] == "workflow.wrong_state"


def test_a_supplementary_report_starts_over_and_needs_its_own_opinion(log: EvidenceLog) -> None:
    accepted(log)
    go(log, "recall", "nation", reason="燃料热值复核")
    go(log, "revise", "preparer")
    go(log, "submit", "approver")
    go(log, "start", "verifier")

    assert "workflow.not_filled_in" in codes(refused(log, "verify", "reviewer"))


def test_options_tell_what_stands_in_the_way(log: EvidenceLog) -> None:
    go(log, "open", "preparer")

    found = {one.transition.name: one for one in options(log, FLOW, SUBJECT, "chief", GUARDS)}

    assert found.keys() == {"submit", "demand", "determine"}
    assert found["demand"].allowed and not found["submit"].allowed
    assert codes(found["determine"].problems) == ["workflow.not_yet"]
    assert found["demand"].as_dict()["allowed"] is True


def test_roles_are_given_by_grantors_only(log: EvidenceLog, tmp_path: Path) -> None:
    with pytest.raises(TongjianError) as caught:
        grant(log, FLOW, "city", ["province"], "city")
    assert codes(caught.value.problems) == ["workflow.no_grantor"]
    grant(log, FLOW, "preparer", [], "admin")
    assert "workflow.no_role" in codes(refused(log, "open", "preparer"))

    fresh = EvidenceLog(FileStore(tmp_path / "fresh.jsonl"), Clock())
    with pytest.raises(TongjianError) as caught:
        grant(fresh, FLOW, "", ["verifier", "king"], "x")
    assert codes(caught.value.problems) == [
        "workflow.first_grant",
        "workflow.nobody",
        "workflow.role",
    ]


def test_a_name_that_nobody_knows(log: EvidenceLog) -> None:
    assert codes(refused(log, "vanish", "city")) == ["workflow.no_transition"]
    with pytest.raises(TongjianError) as caught:
        go(log, "open", "preparer")
        advance(log, FLOW, SUBJECT, "submit", "approver", guards={})
    assert codes(caught.value.problems) == ["workflow.no_guard"]


def test_who_writes_past_the_workflow_is_found(log: EvidenceLog) -> None:
    go(log, "open", "both")
    content = {"from": "draft", "to": "submitted", "role": "approver", "reason": ""}
    log.append([Act("report.submit", "both", SUBJECT, content)])

    assert codes(audit(log, FLOW, SUBJECT, GUARDS)) == [
        "workflow.broke_a_rule",
        "workflow.four_eyes",
    ]
    log.append([Act("report.accept", "province", SUBJECT, {"from": "city_reviewed"})])
    with pytest.raises(TongjianError) as caught:
        history(log, FLOW, SUBJECT)
    assert codes(caught.value.problems) == ["workflow.impossible"]
    assert codes(audit(log, FLOW, SUBJECT, GUARDS)) == ["workflow.impossible"]


def _try(path: str, by: str, start: Any, said: Any) -> None:
    """In a process of its own: take the same transition as the others."""
    log = EvidenceLog(FileStore(Path(path)), Clock())
    start.wait()
    try:
        go(log, "submit", by)
        said.put((by, "done"))
    except TongjianError as error:
        said.put((by, codes(error.problems)[-1]))


def test_of_two_processes_one_wins(log: EvidenceLog) -> None:
    go(log, "open", "preparer")
    context = multiprocessing.get_context("fork")
    start, said = context.Barrier(4), context.Queue()
    who = ["approver", "both", "turncoat", "approver"]
    workers = [context.Process(target=_try, args=(log.store.place, by, start, said)) for by in who]
    for one in workers:
        one.start()
    results = [said.get(timeout=60)[1] for _ in workers]
    for one in workers:
        one.join()

    assert sorted(results) == ["done", *["workflow.wrong_state"] * 3]
    assert [step.to for step in history(log, FLOW, SUBJECT).steps] == ["draft", "submitted"]
    assert log.problems() == []
