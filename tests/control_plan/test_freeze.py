"""Monthly evidence: what is frozen, by when, and that a record changed afterwards is found."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.control_plan.killing import kill_many
from tests.control_plan.plants import FACILITY, Clock, a_plan, example, log_in, parameter, row
from tongjian.control_plan import (
    freeze,
    history,
    key_parameters,
    month_states,
    read_guide,
    revise,
)
from tongjian.problems import TongjianError

KEY = ["coke-used", "coke-ncv", "bf-gas-used", "limestone-used", "power-bought"]


@pytest.fixture
def clock():
    return Clock("2023-12-20")


@pytest.fixture
def log(tmp_path, clock):
    made = log_in(tmp_path, clock)
    revise(made, a_plan(), by="张三")
    return made


@pytest.fixture(scope="module")
def guide(rulebook):
    return read_guide(rulebook, "steel")


def month(period="2024-03", coke=8300.0):
    return [
        row(period, "coke", "consumed", coke, evidence="过磅单 3 月"),
        row(period, "coke", "ncv", 28.6, unit="GJ/t"),
        row(period, "bfg", "consumed", 1000.0, unit="10^4 Nm3", tier="monitored"),
        row(period, "limestone", "consumed", 6600.0, tier="invoiced"),
        row(period, "electricity", "purchased", 12500.0, unit="MWh", tier="invoiced"),
        row(period, "crude_steel", "fixed_output", 25000.0),
    ]


def refused(function, *args, **more):
    with pytest.raises(TongjianError) as error:
        function(*args, **more)
    return [one.code for one in error.value.problems]


def state(log, rows, guide, clock, period="2024-03"):
    known = history(log, FACILITY)
    day = clock.now.date()
    return next(one for one in month_states(known, rows, 2024, guide, day) if one.month == period)


def test_key_parameters_are_those_of_the_guide_unless_the_plan_says_otherwise(log, clock, guide):
    [revision] = history(log, FACILITY).revisions
    assert [one.id for one in key_parameters(revision, "2024-03", guide)] == KEY

    data = example()
    parameter(data, "steel-out")["key"] = True
    parameter(data, "power-bought")["key"] = False
    clock.set("2024-01-10")
    made = revise(log, a_plan(data, revision=2, in_force="2024-02-01"), by="张三")

    found = [one.id for one in key_parameters(made, "2024-03", guide)]
    assert found == [*KEY[:-1], "steel-out"]


def test_a_month_is_frozen_with_its_values_and_the_digest_of_its_rows(log, clock, guide):
    clock.set("2024-04-08")

    made = freeze(log, FACILITY, "2024-03", month(), guide, "李四", files=["cd" * 32])

    entry = log.entries("month.freeze")[-1]
    assert (entry.subject, entry.by, entry.files) == (
        f"month:{FACILITY}/2024-03",
        "李四",
        ("cd" * 32,),
    )
    assert [one.parameter for one in made.values] == KEY
    assert made.values[0].values == (
        {
            "process_unit": "",
            "quantity": 8300.0,
            "unit": "t",
            "tier": "tested",
            "evidence": "过磅单 3 月",
        },
    )
    # 40 days after 31 March (recalled).
    assert (made.deadline, made.late, made.missing) == (date(2024, 5, 10), False, ())
    found = state(log, month(), guide, clock)
    assert (found.state, found.changes, found.missing) == ("frozen", (), ())


@pytest.mark.parametrize(
    ("day", "late", "expected"),
    [
        ("2024-05-10", False, ("due", "frozen")),
        ("2024-05-11", True, ("late missing", "frozen late")),
    ],
)
def test_the_day_after_the_deadline_is_late(log, clock, guide, day, late, expected):
    clock.set(day)
    before = state(log, month(), guide, clock).state

    made = freeze(log, FACILITY, "2024-03", month(), guide, "李四")

    assert made.late is late
    assert (before, state(log, month(), guide, clock).state) == expected


def test_a_deadline_is_a_day_in_china(log, clock, guide):
    # 16:30 UTC on 10 May is the 11th in China.
    clock.set("2024-05-10")
    clock.now = clock.now.replace(hour=16, minute=30)

    assert freeze(log, FACILITY, "2024-03", month(), guide, "李四").late


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[0].update(quantity=8200.0),
        lambda rows: rows[0].update(tier="estimated"),
        lambda rows: rows[0].update(evidence="另一份过磅单"),
        lambda rows: rows[1].update(unit="MJ/kg"),
        lambda rows: rows.pop(2),
        lambda rows: rows.append(row("2024-03", "coke", "consumed", 10.0, process_unit="BF")),
        lambda rows: rows[4].update(quantity=12500.0000001),
    ],
)
def test_a_record_that_changed_after_the_freeze_is_found(log, clock, guide, change):
    clock.set("2024-04-08")
    rows = month()
    freeze(log, FACILITY, "2024-03", rows, guide, "李四")
    assert state(log, rows, guide, clock).changes == ()

    change(rows)

    [found] = state(log, rows, guide, clock).changes
    assert found.entry == 2
    assert found.parameter in KEY


def test_rows_in_another_order_or_of_another_month_or_item_are_no_change(log, clock, guide):
    clock.set("2024-05-08")
    rows = month()
    freeze(log, FACILITY, "2024-03", rows, guide, "李四")

    more = [*reversed(rows), *month("2024-04", coke=1.0)]
    more[0] = {**more[0], "quantity": 1.0}  # crude steel is no key parameter

    assert state(log, more, guide, clock).changes == ()


def test_what_was_missing_is_told_and_filled_in_later_with_a_reason(log, clock, guide):
    clock.set("2024-04-08")
    rows = [one for one in month() if one["item"] != "ncv"]
    first = freeze(log, FACILITY, "2024-03", rows, guide, "李四")
    assert first.missing == ("coke-ncv",)

    # The value that came in since is a change, and needs a reason to be frozen.
    assert [one.parameter for one in state(log, month(), guide, clock).changes] == ["coke-ncv"]
    again = (log, FACILITY, "2024-03", month(), guide, "李四")
    assert refused(freeze, *again) == ["control_plan.freeze_reason"]
    freeze(*again, reason="化验报告补到")

    found = state(log, month(), guide, clock)
    assert [one.reason for one in found.freezes] == ["", "化验报告补到"]  # the first one stays
    assert (found.changes, found.missing) == ((), ())
    assert refused(freeze, *again, reason="再存") == ["control_plan.frozen_already"]


def test_what_cannot_be_frozen_leaves_no_entry(log, clock, guide):
    clock.set("2024-03-31")
    assert refused(freeze, log, FACILITY, "2024-03", month(), guide, "李四") == [
        "control_plan.month_running"
    ]
    clock.set("2024-05-01")
    assert refused(freeze, log, FACILITY, "2023-11", month("2023-11"), guide, "李四") == [
        "control_plan.freeze_no_plan"
    ]
    assert refused(freeze, log, FACILITY, "2024-03", month("2024"), guide, "李四") == [
        "control_plan.freeze_nothing"
    ]
    assert [one.act for one in log.entries()] == ["plan.revise"]


def test_no_deadline_is_made_up_for_a_sector_without_one(log, clock, rulebook):
    clock.set("2024-08-08")
    other = read_guide(rulebook, "ammonia")

    assert state(log, month(), other, clock).state == "no duty"


def test_a_frozen_month_that_is_tampered_with_is_found(log, clock, guide):
    clock.set("2024-04-08")
    freeze(log, FACILITY, "2024-03", month(), guide, "李四")
    file = Path(log.store.place)
    lines = file.read_text(encoding="utf-8").splitlines()
    entry = json.loads(lines[1])
    entry["content"]["values"][0]["values"][0]["quantity"] = 8000.0
    lines[1] = json.dumps(entry, ensure_ascii=False, sort_keys=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    with pytest.raises(TongjianError) as error:
        history(log, FACILITY)

    assert {one.place.line for one in error.value.problems} == {2}


def test_months_that_have_not_begun_or_have_no_plan_are_not_listed(log, clock, guide):
    clock.set("2024-04-08")
    known = history(log, FACILITY)

    found = month_states(known, month(), 2024, guide, clock.now.date())

    assert [(one.month, one.state) for one in found] == [
        ("2024-01", "late missing"),  # 40 days: 11 March
        ("2024-02", "due"),
        ("2024-03", "due"),
        ("2024-04", "running"),
    ]
    assert month_states(known, [], 2023, guide, clock.now.date()) == []


def test_kill_9_while_a_month_is_frozen_leaves_a_freeze_whole_or_not_there(tmp_path, exhaustive):
    kills = 200 if exhaustive else 10
    tally = kill_many(tmp_path, kills)

    assert tally.wrong == []
    assert tally.kills == kills
    assert tally.acknowledged <= tally.entries <= tally.acknowledged + tally.kills
