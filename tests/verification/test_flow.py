"""A report from draft to accepted, with everything that is refused on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.verification.house import COKE, REPORT, TOTAL, House, codes_of
from tongjian.evidence import Act
from tongjian.verification import (
    close_finding,
    give_opinion,
    opinion_of,
    raise_finding,
    report_guards,
    respond,
)
from tongjian.workflow import audit, grant, report_flow

FIRST = "finding:DEMO-STEEL/2024/1"
COKE_RECORD = "record:DEMO-STEEL/2024//coke/consumed/t"


def refused(house: House, transition: str, by: str, **more: Any) -> list[str]:
    """Codes with which a step is refused, without the note on what is open instead."""
    found = codes_of(lambda: house.go(transition, by, **more))
    return [one for one in found if one not in ("workflow.instead", "workflow.nothing_open")]


def test_from_draft_to_accepted(house: House) -> None:
    house.go("open", "preparer")
    assert refused(house, "submit", "approver") == ["no_version"]
    house.version()
    house.go("submit", "approver")
    assert house.state == "submitted"
    house.go("start", "verifier")
    assert house.state == "under_verification"

    # Nothing to notify of, no opinion to review.
    assert refused(house, "notify", "verifier") == ["no_open_finding"]
    assert refused(house, "verify", "reviewer") == ["no_opinion"]
    house.look_at_everything()
    raise_finding(
        *(house.log, REPORT, "nonconformity", COKE_RECORD),
        *("the weighbridge slips add up to 90 000 t", "verifier"),
        effect=COKE / 10,
    )
    house.go("notify", "verifier")
    assert house.state == "findings_open"

    assert refused(house, "correct", "approver") == ["unanswered"]
    respond(house.log, FIRST, "two slips were counted twice", "preparer")
    house.correct_coke()
    house.version()
    house.go("correct", "approver")
    assert house.state == "corrected"

    close_finding(house.log, FIRST, "corrected", "verifier")
    assert refused(house, "reopen", "verifier", reason="again") == ["no_open_finding"]
    house.look_at_everything()
    give_opinion(house.log, house.engagement, house.items, "unmodified", "verifier")
    # Whoever gave the opinion does not review it.
    assert "workflow.four_eyes" in refused(house, "verify", "verifier")
    house.go("verify", "reviewer")
    assert house.state == "verified"

    assert "workflow.wrong_state" in refused(house, "accept", "province")
    house.go("pass", "city")
    house.go("accept", "province")

    assert house.state == "accepted"
    opinion = opinion_of(house.log.entries(), REPORT)
    assert opinion is not None
    assert opinion.ground.total == pytest.approx(TOTAL - COKE / 10, abs=1e-5)
    assert audit(house.log, report_flow(), REPORT, report_guards()) == []


def test_an_opinion_grows_old(started: House) -> None:
    started.look_at_everything()
    give_opinion(started.log, started.engagement, started.items, "unmodified", "verifier")
    raise_finding(*(started.log, REPORT, "clarification", COKE_RECORD, "which coke?", "verifier"))
    assert refused(started, "verify", "reviewer") == ["open_clarification", "opinion_off"]

    close_finding(started.log, FIRST, "withdrawn", "verifier")
    started.version()
    assert refused(started, "verify", "reviewer") == ["opinion_of_other_version"]


def test_an_opinion_of_before_the_submission_does_not_count(started: House) -> None:
    started.look_at_everything()
    give_opinion(started.log, started.engagement, started.items, "unmodified", "verifier")
    started.go("verify", "reviewer")
    started.go("return", "city", reason="boundary")
    started.go("revise", "preparer")
    assert refused(started, "submit", "approver") == ["no_version"]
    started.version()
    started.go("submit", "approver")
    started.go("start", "verifier")

    assert refused(started, "verify", "reviewer") == ["no_opinion"]


def test_an_adverse_opinion_is_not_passed(started: House) -> None:
    started.look_at_everything()
    raise_finding(
        *(started.log, REPORT, "nonconformity", COKE_RECORD, "much too much", "verifier"),
        effect=COKE / 2,
    )
    give_opinion(
        *(started.log, started.engagement, started.items, "adverse", "verifier"),
        reasons="half of the coke was never burnt",
    )
    started.go("verify", "reviewer")

    assert refused(started, "pass", "city") == ["opinion_unfavourable"]


def test_observations_do_not_hold_up_the_flow(started: House) -> None:
    raise_finding(
        *(started.log, REPORT, "observation", "meter:W1", "a better place exists", "verifier")
    )
    assert refused(started, "notify", "verifier") == ["no_open_finding"]
    raise_finding(*(started.log, REPORT, "clarification", "meter:W1", "which class?", "verifier"))
    started.go("notify", "verifier")
    respond(started.log, "finding:DEMO-STEEL/2024/2", "class III", "preparer")
    started.go("correct", "approver")

    assert started.state == "corrected"


def test_one_person_acts_for_one_party(started: House) -> None:
    """Also in what is no step of the flow."""

    grant(started.log, report_flow(), "preparer", ["preparer", "verifier"], "admin")

    def raised() -> object:
        return raise_finding(
            started.log, REPORT, "observation", "meter:W1", "well placed", "preparer"
        )

    assert codes_of(raised) == ["other_party"]


# -- the authority determines --------------------------------------------------------------------

DETERMINED = {"emission_tco2e": 500_000, "method": "output of last year"}


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [("soon", ["deadline"]), ("2026-01-04", ["deadline_past"]), ("", ["workflow.not_filled_in"])],
)
def test_a_demand_leaves_time(house: House, deadline: str, expected: list[str]) -> None:
    content = {"deadline": deadline}

    assert refused(house, "demand", "city", reason="late", content=content) == expected


def test_an_emission_is_determined_after_the_deadline(house: House) -> None:
    def determine() -> Any:
        return house.go("determine", "province", reason="no report", content=DETERMINED)

    house.go("open", "preparer")
    house.go("demand", "city", reason="late", content={"deadline": "2026-01-31"})
    # 2026-01-31 15:59 in UTC is the last minute of the day in China.
    house.clock.now = datetime(2026, 1, 31, 15, 59, tzinfo=UTC)
    assert "deadline_not_passed" in codes_of(determine)
    house.clock.now = datetime(2026, 1, 31, 16, 0, tzinfo=UTC)
    determine()

    assert house.state == "determined"


def test_whoever_answered_the_demand_is_reviewed(house: House) -> None:
    house.go("open", "preparer")
    house.go("demand", "city", reason="late", content={"deadline": "2026-01-31"})
    house.version()
    house.go("submit", "approver")
    house.clock.now = datetime(2026, 2, 10, tzinfo=UTC)

    found = refused(house, "determine", "province", reason="late", content=DETERMINED)
    assert found == ["answered_meanwhile"]


def test_a_step_that_was_written_past_the_guards_is_found(started: House) -> None:
    content = {"from": "under_verification", "to": "verified", "role": "reviewer", "reason": ""}
    started.log.append([Act("report.verify", "reviewer", REPORT, {**content, "content": {}})])

    found = [one.code for one in audit(started.log, report_flow(), REPORT, report_guards())]
    assert found == ["workflow.broke_a_rule", "verification.no_opinion"]
