"""Which opinion the log allows: every condition by itself, and looked at again later."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verification.house import COKE, REPORT, TOTAL, House, codes_of
from tongjian.evidence import Act
from tongjian.verification import (
    answer,
    assess,
    check_datum,
    close_finding,
    draw_sample,
    findings_of,
    give_opinion,
    ground_of,
    look_again,
    opinion_of,
    raise_finding,
    respond,
)

FIRST = "finding:DEMO-STEEL/2024/1"
COKE_ID = "DEMO-STEEL/2024//coke/consumed/t"


@pytest.fixture
def looked_at(started: House) -> House:
    """Everything was looked at and found in order."""
    started.look_at_everything()
    return started


def give(house: House, opinion: str, **more: str) -> object:
    return give_opinion(house.log, house.engagement, house.items, opinion, "verifier", **more)


def against(house: House, opinion: str, **more: str) -> list[str]:
    return codes_of(lambda: give(house, opinion, **more))


def possible(house: House, **more: str) -> tuple[str, ...]:
    ground = ground_of(house.engagement, house.items)
    return assess(house.log.entries(), REPORT, ground, **more).possible


def raised(house: House, kind: str, effect: float | None, about: str = "record:coke") -> None:
    raise_finding(house.log, REPORT, kind, about, "too much", "verifier", effect=effect)


def test_with_nothing_done_nothing_favourable_can_be_given(started: House) -> None:
    assert against(started, "unmodified") == ["list_left", "no_sample", "not_recomputed"]
    assert against(started, "qualified") == [
        "no_reasons",
        "no_sample",
        "not_recomputed",
        "nothing_to_qualify",
    ]
    assert against(started, "adverse") == ["no_reasons", "not_material"]
    assert against(started, "disclaimer") == ["no_limitation", "no_reasons"]
    assert against(started, "enthusiastic") == ["opinion_kind"]


def test_all_in_order(looked_at: House) -> None:
    assert possible(looked_at) == ("unmodified",)
    given = give(looked_at, "unmodified")
    found = opinion_of(looked_at.log.entries(), REPORT)

    assert found is not None and found.entry == given
    assert (found.version, found.favourable) == (f"{REPORT}/1", True)
    assert found.ground.total == pytest.approx(TOTAL, abs=1e-6)
    assert found.text.zh.startswith("我们认为") and found.text.en.startswith("In our opinion")
    assert found.entry.content["materiality"]["percent"] == "5.0"
    assert look_again(looked_at.log.entries(), found) == []


def test_limited_assurance_says_less(started: House) -> None:
    started.engagement = replace(started.engagement, assurance="limited")
    started.look_at_everything()
    give(started, "unmodified")
    found = opinion_of(started.log.entries(), REPORT)

    assert found is not None and found.text.en.startswith("Nothing has come to our attention")


@pytest.mark.parametrize(
    ("kind", "effect", "allowed", "against_unmodified"),
    [
        ("nonconformity", 1_000.0, ("qualified",), ["open_nonconformity"]),
        # 7 % of the total.
        ("nonconformity", 30_000.0, ("adverse",), ["is_material", "open_nonconformity"]),
        ("nonconformity", None, (), ["effect_unknown", "open_nonconformity"]),
        ("clarification", 1_000.0, (), ["open_clarification"]),
        ("observation", 90_000.0, ("unmodified",), None),
    ],
)
def test_open_findings(
    looked_at: House,
    kind: str,
    effect: float | None,
    allowed: tuple[str, ...],
    against_unmodified: list[str] | None,
) -> None:
    raised(looked_at, kind, effect)

    assert possible(looked_at, reasons="coke") == allowed
    if against_unmodified is not None:
        assert against(looked_at, "unmodified") == against_unmodified


def test_a_limitation_leaves_two_opinions(looked_at: House) -> None:
    told = {"limitation": "the weighbridge records of March are lost", "reasons": "March"}

    assert possible(looked_at, **told) == ("qualified", "disclaimer")
    assert against(looked_at, "unmodified", limitation="March") == ["limited_scope"]


def test_what_was_left_small_does_not_modify_the_opinion(looked_at: House) -> None:
    raised(looked_at, "nonconformity", 500.0)
    respond(looked_at.log, FIRST, "left as it is", "preparer")
    close_finding(looked_at.log, FIRST, "explained", "verifier", remaining=500.0)

    # It may be mentioned; it need not.
    assert possible(looked_at, reasons="coke") == ("unmodified", "qualified")


def test_a_datum_that_differs_needs_a_finding(looked_at: House) -> None:
    check_datum(looked_at.log, REPORT, COKE_ID, "differs", "verifier", "90 000 t")
    assert against(looked_at, "unmodified") == ["checks_without_finding"]

    raised(looked_at, "observation", 0.0, f"record:{COKE_ID}")
    assert possible(looked_at) == ("unmodified",)


def test_a_no_needs_a_finding(looked_at: House) -> None:
    items = looked_at.items
    answer(looked_at.log, REPORT, items, ["boundary"], "no", "verifier", "lime kiln left out")
    assert against(looked_at, "unmodified") == ["list_refused"]

    raise_finding(
        *(looked_at.log, REPORT, "observation", "method:kiln", "left out", "verifier"),
        rests_on=["boundary"],
    )
    assert possible(looked_at) == ("unmodified",)


def test_corrected_data_have_to_be_looked_at_again(looked_at: House) -> None:
    raised(looked_at, "nonconformity", COKE / 10, f"record:{COKE_ID}")
    looked_at.correct_coke()

    # The result is no longer that of the version, of the sample and of the re-computation.
    assert against(looked_at, "unmodified") == [
        "is_material",
        "not_recomputed",
        "not_the_version",
        "open_nonconformity",
        "sample_of_other_data",
    ]
    looked_at.version()
    respond(looked_at.log, FIRST, "corrected", "preparer")
    close_finding(looked_at.log, FIRST, "corrected", "verifier")
    looked_at.look_at_everything()
    give(looked_at, "unmodified")
    found = opinion_of(looked_at.log.entries(), REPORT)

    assert found is not None and found.version == f"{REPORT}/2"
    assert found.ground.total == pytest.approx(TOTAL - COKE / 10, abs=1e-5)


def test_the_terms_stay_as_agreed(looked_at: House) -> None:
    looked_at.engagement = replace(looked_at.engagement, assurance="limited")
    assert against(looked_at, "unmodified") == ["sample_of_other_terms"]

    looked_at.engagement = replace(looked_at.engagement, assurance="absolute")
    assert against(looked_at, "unmodified") == ["assurance_kind"]


def test_a_result_that_came_out_otherwise_stands_against_it(looked_at: House) -> None:
    last = looked_at.log.entries("recompute.make")[-1]
    looked_at.log.append([Act(last.act, "verifier", REPORT, {**last.content, "same": False})])

    assert against(looked_at, "unmodified") == ["recomputed_otherwise"]


def test_an_opinion_that_was_written_past_the_rules_is_found(looked_at: House) -> None:
    give(looked_at, "unmodified")
    entry = looked_at.log.entries("opinion.give")[-1]
    raised(looked_at, "nonconformity", 30_000.0)
    looked_at.log.append([Act(entry.act, "verifier", REPORT, entry.content)])
    found = opinion_of(looked_at.log.entries(), REPORT)

    assert found is not None
    told = [one.code for one in look_again(looked_at.log.entries(), found)]
    assert told == [
        "verification.opinion_off",
        "verification.open_nonconformity",
        "verification.is_material",
    ]


def test_the_assessment_is_plain_data(looked_at: House) -> None:
    raised(looked_at, "nonconformity", 1_000.0)
    ground = ground_of(looked_at.engagement, looked_at.items)
    plain = assess(looked_at.log.entries(), REPORT, ground).as_dict()

    assert plain["misstatements"]["net"] == 1_000.0
    assert plain["sample"]["left"] == [] and plain["checklist"]["left"] == []
    assert plain["recomputed"]["same"] is True
    assert [one["code"] for one in plain["against"]["qualified"]] == ["verification.no_reasons"]
    assert len(findings_of(looked_at.log.entries(), REPORT)) == 1
    draw_sample(looked_at.log, looked_at.engagement, "verifier")
