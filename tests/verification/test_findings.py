"""Findings from raised to closed, and what of them stands as a misstatement."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests.verification.house import REPORT, THRESHOLD, House, codes_of
from tongjian.evidence import Entry
from tongjian.verification import (
    close_finding,
    default_settings,
    findings_of,
    give_opinion,
    misstatements,
    raise_finding,
    reopen_finding,
    report_of,
    respond,
)

FIRST = "finding:DEMO-STEEL/2024/1"


def raised(house: House, effect: float | None = 100.0, kind: str = "nonconformity") -> Entry:
    about = "record:DEMO-STEEL/2024//coke/consumed/t"
    return raise_finding(house.log, REPORT, kind, about, "too much", "verifier", effect=effect)


def states(house: House) -> list[str]:
    return [one.state for one in findings_of(house.log.entries(), REPORT)]


def close(house: House, outcome: str = "corrected", **more: float) -> Entry:
    return close_finding(house.log, FIRST, outcome, "verifier", **more)


def test_from_raised_to_closed(started: House) -> None:
    raised(started)
    assert states(started) == ["open"]
    respond(started.log, FIRST, "the weighbridge was read twice", "preparer", ["ab" * 32])
    assert states(started) == ["answered"]
    started.correct_coke()
    started.version()
    close(started)
    (one,) = findings_of(started.log.entries(), REPORT)

    assert (one.state, one.outcome, one.misstatement) == ("closed", "corrected", 0.0)
    assert one.response == "the weighbridge was read twice"
    assert one.files == ("ab" * 32,)
    assert len(one.entries) == 3 and report_of(one.id) == REPORT

    reopen_finding(started.log, FIRST, "February is still wrong", "verifier")
    (one,) = findings_of(started.log.entries(), REPORT)
    assert (one.state, one.misstatement) == ("open", 100.0)


def test_what_has_an_effect_is_corrected_by_a_version(started: House) -> None:
    raised(started)
    respond(started.log, FIRST, "we shall correct it", "preparer")

    assert codes_of(lambda: close(started)) == ["not_corrected"]
    # It may be left as it is, if that is said.
    close(started, remaining=100.0)
    assert misstatements(findings_of(started.log.entries(), REPORT), THRESHOLD).net == 100.0


def test_what_has_none_is_not(started: House) -> None:
    raised(started, effect=0.0)
    respond(started.log, FIRST, "the certificate is attached", "preparer")
    close(started)

    assert states(started) == ["closed"]


def test_a_finding_needs_kind_subject_words_and_a_number(started: House) -> None:
    def wrong() -> object:
        return raise_finding(
            started.log, REPORT, "complaint", "coke", " ", "verifier", effect=math.nan
        )

    assert codes_of(wrong) == [
        "finding_about",
        "finding_effect",
        "finding_kind",
        "finding_text",
    ]


def test_each_step_has_its_time_and_its_people(started: House) -> None:
    log = started.log
    assert codes_of(lambda: close(started)) == ["no_finding"]
    raised(started)
    assert codes_of(lambda: close(started)) == ["not_answered", "not_corrected"]
    assert codes_of(lambda: reopen_finding(log, FIRST, "again", "verifier")) == ["finding_state"]
    # The enterprise neither raises nor closes, the verifier does not answer for it.
    assert codes_of(lambda: respond(log, FIRST, "fine", "verifier")) == ["no_right"]
    assert codes_of(lambda: close_finding(log, FIRST, "withdrawn", "preparer")) == ["no_right"]
    close(started, "withdrawn")
    assert codes_of(lambda: respond(log, FIRST, "too late", "preparer")) == ["finding_state"]
    assert codes_of(lambda: close(started, "withdrawn")) == ["finding_state"]
    assert codes_of(lambda: close(started, "forgotten")) == ["finding_state", "outcome"]


def test_findings_end_with_verification(started: House) -> None:
    raised(started)
    started.go("notify", "verifier")
    respond(started.log, FIRST, "so it is", "preparer")
    close(started, "explained")
    started.look_at_everything()
    give_opinion(started.log, started.engagement, started.items, "unmodified", "verifier")
    started.go("verify", "reviewer")

    assert codes_of(lambda: raised(started)) == ["not_now"]


@pytest.mark.parametrize(
    ("effects", "aggregate", "material"),
    [
        ([20_000.0], "net", False),
        ([21_411.1], "net", True),
        # Two that cancel are not material together, though each stands.
        ([15_000.0, -15_000.0], "net", False),
        ([15_000.0, -15_000.0], "gross", True),
        ([15_000.0, 7_000.0], "net", True),
        # One that is material by itself is not made good by another.
        ([30_000.0, -30_000.0], "net", True),
        ([-21_411.1], "net", True),
    ],
)
def test_misstatements_against_materiality(
    started: House, effects: list[float], aggregate: str, material: bool
) -> None:
    for effect in effects:
        raised(started, effect)
    settings = replace(default_settings(), aggregate=aggregate)
    found = misstatements(findings_of(started.log.entries(), REPORT), THRESHOLD, settings)

    assert found.material is material
    assert found.net == pytest.approx(sum(effects))
    assert found.gross == pytest.approx(sum(map(abs, effects)))


def test_observations_and_clarifications_are_no_misstatements(started: House) -> None:
    raised(started, 90_000.0, "observation")
    raised(started, 90_000.0, "clarification")
    raised(started, None)
    found = misstatements(findings_of(started.log.entries(), REPORT), THRESHOLD)

    assert (found.net, found.material) == (0.0, False)
    assert found.unknown == ("finding:DEMO-STEEL/2024/3",)
