"""Revisions and calibrations as entries: what was in force when, and what was known when."""

from __future__ import annotations

from datetime import date

import pytest

from tests.control_plan.plants import FACILITY, Clock, a_plan, example, log_in, meter
from tongjian.control_plan import calibrate, facilities, history, meter_state, plan_at, revise
from tongjian.problems import TongjianError


@pytest.fixture
def clock():
    return Clock("2023-12-20")


@pytest.fixture
def log(tmp_path, clock):
    """The example's plan, entered before it is in force."""
    made = log_in(tmp_path, clock)
    revise(made, a_plan(), by="张三")
    return made


def second(day: str = "2024-07-01", **changes):
    data = example()
    meter(data, "W1")["uncertainty"]["percent"] = 0.3
    return a_plan(data, revision=2, in_force=day, reason="更换汽车衡", **changes)


def refused(function, *args, **more):
    with pytest.raises(TongjianError) as error:
        function(*args, **more)
    return [one.code for one in error.value.problems]


def test_a_revision_rules_from_its_day_and_the_one_before_until_then(log, clock):
    clock.set("2024-06-10")
    revise(log, second(), by="李四", files=["ab" * 32])

    known = history(log, FACILITY)

    found = {day: known.at(date.fromisoformat(day)) for day in ("2024-06-30", "2024-07-01")}
    assert [one.plan.revision for one in found.values()] == [1, 2]
    assert [known.for_period(month).plan.revision for month in ("2024-06", "2024-07")] == [1, 2]
    # A figure of the whole year belongs to the revision with which the year began.
    assert known.for_period("2024").plan.revision == 1
    assert known.for_period("2025").plan.revision == 2
    assert known.for_period("2023-11") is None
    assert facilities(log) == [FACILITY]


def test_what_was_known_at_an_entry_can_be_told(log, clock):
    clock.set("2024-06-10")
    made = revise(log, second(), by="李四")

    before = plan_at(log, FACILITY, date(2024, 8, 1), entry=made.entry - 1)

    assert before.plan.revision == 1
    assert plan_at(log, FACILITY, date(2024, 8, 1)).plan.revision == 2


def test_a_revision_that_is_back_dated_never_replaces_what_ruled_then(log, clock):
    clock.set("2024-09-05")
    made = revise(log, second("2024-03-01"), by="李四")

    known = history(log, FACILITY)

    assert (made.back_dated, made.effective) == (True, date(2024, 9, 1))
    assert [known.for_period(month).plan.revision for month in ("2024-08", "2024-09")] == [1, 2]


def test_a_first_plan_that_comes_late_serves_for_want_of_a_better(tmp_path):
    log = log_in(tmp_path, Clock("2025-02-01"))
    revise(log, a_plan(), by="张三")

    found = history(log, FACILITY).for_period("2024-05")

    assert found.back_dated
    assert found.plan.revision == 1


def test_what_does_not_follow_is_refused_and_leaves_no_entry(log):
    count = len(log.entries())

    assert refused(revise, log, a_plan(), by="张三") == [
        "control_plan.revision",
        "control_plan.unchanged",
    ]
    assert refused(revise, log, second("2023-06-01"), by="张三") == ["control_plan.in_force"]
    assert refused(revise, log, a_plan(second().data, revision=4), by="张三") == [
        "control_plan.revision"
    ]
    assert len(log.entries()) == count


def test_facilities_whose_names_begin_alike_are_kept_apart(log, clock):
    revise(log, a_plan(plan="DEMO"), by="张三")
    revise(log, a_plan(plan=f"{FACILITY}/2"), by="张三")
    clock.set("2024-01-10")
    calibrate(log, f"{FACILITY}/2", "W1", "王五", day=date(2024, 1, 9), result="fail")

    known = history(log, FACILITY)

    assert [one.plan.facility for one in known.revisions] == [FACILITY]
    assert known.calibrations == ()
    assert len(history(log, f"{FACILITY}/2").calibrations) == 1


def test_a_calibration_holds_by_the_interval_of_the_plan(log, clock):
    clock.set("2024-08-20")

    entry = calibrate(
        log, FACILITY, "W1", "王五", day=date(2024, 8, 10), result="adjusted", certificate="LZ-1"
    )

    [found] = history(log, FACILITY).calibrations
    assert entry.subject == f"meter:{FACILITY}/W1"
    assert (found.next_due, found.certificate) == (date(2025, 8, 10), "LZ-1")


def test_what_cannot_have_been_calibrated_is_refused(log, clock):
    clock.set("2024-08-20")
    count = len(log.entries())

    def attempt(meter, day, **more):
        return refused(calibrate, log, FACILITY, meter, "王五", day=day, result="pass", **more)

    assert attempt("W9", date(2024, 8, 10)) == ["control_plan.no_meter"]
    assert attempt("W1", date(2024, 8, 21)) == ["control_plan.future"]
    early = date(2024, 8, 10)
    assert attempt("W1", early, next_due=early) == ["control_plan.due_before"]
    assert len(log.entries()) == count


# The plan says that W1 was calibrated on 2023-08-15 and has an interval of 12 months: due on
# 2024-08-15, overdue from the day after until somebody calibrates it.
@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2024-07", ("valid", None, None)),
        ("2024-08", ("overdue", date(2024, 8, 16), date(2024, 8, 31))),
        ("2024-10", ("overdue", date(2024, 8, 16), date(2024, 10, 9))),
        ("2024-11", ("valid", None, None)),
        ("2024", ("overdue", date(2024, 8, 16), date(2024, 10, 9))),
        ("2023-08", ("unknown", date(2023, 8, 1), date(2023, 8, 14))),
        ("2025-12", ("overdue", date(2025, 10, 11), date(2025, 12, 31))),
    ],
)
def test_when_a_meter_was_overdue(log, clock, period, expected):
    clock.set("2026-02-01")
    calibrate(log, FACILITY, "W1", "王五", day=date(2024, 10, 10), result="pass")

    found = meter_state(history(log, FACILITY), "W1", period, date(2026, 2, 1))

    assert (found.state, found.since, found.until) == expected


def test_a_meter_that_failed_is_in_doubt_until_it_passes(log, clock):
    clock.set("2024-09-01")
    calibrate(log, FACILITY, "W1", "王五", day=date(2024, 5, 6), result="fail")
    calibrate(log, FACILITY, "W1", "王五", day=date(2024, 5, 20), result="pass")

    known = history(log, FACILITY)
    states = {
        month: meter_state(known, "W1", month, date(2024, 9, 1))
        for month in ("2024-04", "2024-05", "2024-06")
    }

    assert [one.state for one in states.values()] == ["valid", "failed", "valid"]
    assert (states["2024-05"].since, states["2024-05"].until) == (
        date(2024, 5, 6),
        date(2024, 5, 19),
    )


def test_nobody_is_blamed_for_the_future(log):
    known = history(log, FACILITY)

    now = meter_state(known, "W1", "2024-08", date(2024, 8, 10))
    later = meter_state(known, "W1", "2024-12", date(2024, 8, 10))

    assert (now.state, later.state) == ("valid", "valid")
    assert meter_state(known, "W9", "2024-01", date(2024, 8, 10)).state == "unknown"
