"""The check list asks for all that the total rests on, once, and for what the plan lacks."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tests.control_plan.plants import a_plan, log_in
from tests.verification.house import REPORT, House, codes_of
from tongjian.control_plan import revise
from tongjian.engine import factors_used
from tongjian.evidence import EvidenceLog
from tongjian.verification import answer, checklist, list_state, plan_view, sampling_plan


def groups(house: House) -> Counter[str]:
    return Counter(one.group for one in house.items)


def test_every_part_of_the_total_is_asked_about_once(house: House) -> None:
    items = house.items
    ids = [one.id for one in items]

    assert len(set(ids)) == len(ids)
    assert {one.removeprefix("streams/") for one in ids if one.startswith("streams/")} == {
        one.stream for one in house.engagement.data
    }
    assert groups(house)["input"] == len(house.engagement.data)
    factors = [one for one in factors_used(house.run) if house.engagement.ruleset in one.rulesets]
    assert groups(house)["factor"] == len(factors) > 5
    # Every line of the ledger is made by a formula of the list.
    made = {
        f"formula/{line.sheet}.{line.column}"
        for line in house.run.lines
        if line.ruleset == house.engagement.ruleset
    }
    assert made and made <= set(ids)


def test_formulas_and_factors_name_their_clause(house: House) -> None:
    named = [one for one in house.items if one.group in ("formula", "factor", "boundary")]

    assert all(one.document and one.status for one in named)
    assert {one.question["zh"] != one.question["en"] for one in house.items} == {True}


def test_the_inputs_are_named_in_both_languages(house: House) -> None:
    coke = next(one for one in house.items if one.id == "input//coke/consumed/tested")

    assert "焦炭" in coke.question.zh and "实测" in coke.question.zh
    assert "302,347 tCO2e" in coke.detail


def test_without_a_plan_its_lack_is_asked(house: House) -> None:
    (item,) = [one for one in house.items if one.group == "plan"]

    assert item.id == "plan" and "没有登记" in item.question.zh


@pytest.fixture
def planned(tmp_path: Path) -> EvidenceLog:
    """A log with the plan of the example, entered before its year began."""
    log = log_in(tmp_path / "planned")
    revise(log, a_plan(), "preparer")
    return log


def test_a_plan_brings_its_meters_and_what_is_wrong_with_it(
    house: House, planned: EvidenceLog
) -> None:
    view = plan_view(planned, house.engagement, date(2025, 3, 1))
    items = {one.id: one for one in checklist(house.engagement, view) if one.group == "plan"}

    # Electricity is no part of this total, but the rule set reads it for the process units.
    assert {one for one in items if one.startswith("plan/meter/")} == {
        "plan/meter/W1",
        "plan/meter/F1",
        "plan/meter/E1",
    }
    # The weighbridge was calibrated on 2023-08-15 for twelve months, the gas meter on 2023-12-10:
    # both fall due within 2024.
    late = {one.subject for one in view.findings if one.kind == "overdue"}
    assert late == {"meter:DEMO-STEEL/W1", "meter:DEMO-STEEL/F1"}
    asked = items["plan/overdue/meter:DEMO-STEEL/W1"]
    assert asked.detail == "nonconformity" and "W1" in asked.question.zh


def test_an_overdue_meter_raises_the_risk(house: House, planned: EvidenceLog) -> None:
    view = plan_view(planned, house.engagement, date(2025, 3, 1))
    plan = sampling_plan(house.engagement, "seed", view.links.links)

    found = {(one.datum.stream, one.datum.item): one for one in plan.sampled}
    coke, tested = found["coke", "consumed"], found["coke", "ncv"]
    # Coke: tested (1) x evidence (1) x as planned or better (1) x overdue (3).
    assert (coke.planned.meters, coke.planned.state, coke.risk) == (("W1",), "overdue", 3)
    assert (tested.planned.meters, tested.planned.state, tested.risk) == ((), "none", 1)


def test_answers_fold_and_a_no_needs_a_note(started: House) -> None:
    items = started.items
    wanted = [one.id for one in items]

    def say(names: list[str], said: str, note: str = "") -> object:
        return answer(started.log, REPORT, items, names, said, "verifier", note)

    assert codes_of(lambda: say(["boundary", "nothing"], "perhaps")) == [
        "no_note",
        "no_question",
        "outcome",
    ]
    say(wanted, "yes")
    assert list_state(started.log.entries(), REPORT, wanted).left == ()
    say(["boundary"], "no", "the lime kiln is not in it")
    state = list_state(started.log.entries(), REPORT, wanted)
    assert (state.refused, state.answers["boundary"]["by"]) == (("boundary",), "verifier")
