"""Minutes, hours, days and months, with the counts worked out by hand."""

from datetime import timedelta
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongjian.monitoring.hours import Hours, Minutes, State
from tongjian.monitoring.quality import (
    ValidityLimits,
    apply_out_of_control,
    captures,
    compare,
    days,
    minutes_of,
    months,
    validate,
    validity_limits,
    validity_share,
)
from tongjian.problems import RuleError

V, M, T, F, S, O = State  # noqa: E741
CHINA = validity_limits("cn.hj75-2017")
EU = validity_limits("eu.mrr")
USA = validity_limits("us.40cfr75")
START = np.datetime64("2025-01-01T00:00")
nan = float("nan")


def series(*parts: tuple[int, State], start: np.datetime64 = START, value: float = 10.0) -> Minutes:
    """So many minutes of each state, one after another."""
    state = np.concatenate([np.full(number, one, dtype=np.uint8) for number, one in parts])
    return Minutes(start, np.where(state == V, value, nan), state)


def hours_of(states: list[State], start: str = "2025-01-01T00", value: float = 1.0) -> Hours:
    state = np.array(states, dtype=np.uint8)
    held = np.where(state == V, value, nan)
    return Hours(np.datetime64(start, "h"), held, state, np.full(len(state), -1, dtype=np.int16))


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        # 45 valid minutes are enough, 44 are not; 15 flagged ones in a row do not flag, 16 do.
        ([(45, V), (15, M)], V),
        ([(44, V), (16, M)], T),
        ([(44, V), (15, F), (1, M)], T),
        ([(44, V), (16, F)], F),
        # Two runs of 10 are 20 minutes, but not in a row.
        ([(10, F), (1, V), (10, F), (39, V)], T),
        ([(60, M)], M),
        ([(60, F)], F),
        # From 45 minutes on, the source stood still.
        ([(15, V), (45, S)], S),
        ([(16, V), (44, S)], T),
        ([(16, F), (44, S)], F),
    ],
)
def test_the_state_of_an_hour_in_china(parts: list[tuple[int, State]], state: State) -> None:
    hours = validate(series(*parts), CHINA)
    assert [State(one) for one in hours.state] == [state]
    assert hours.minutes.tolist() == [sum(number for number, one in parts if one is V)]
    assert np.isnan(hours.value[0]) == (state is not V)


def test_flags_of_two_kinds_in_a_row_are_one_run() -> None:
    # A calibration of 10 minutes and a fault of 10: neither lasts 15 minutes, together they do.
    # Minutes do not keep their letters, so that the run is one.
    assert validate(series((40, V), (10, F), (10, F)), CHINA).state.tolist() == [F]


@pytest.mark.parametrize(
    ("limits", "parts", "state"),
    [
        # 80 % of 60 are 48.
        (EU, [(48, V), (12, M)], V),
        (EU, [(47, V), (13, M)], T),
        # Had the flagged minutes been measured, there would be 48.
        (EU, [(40, V), (8, F), (12, M)], F),
        (EU, [(40, V), (7, F), (13, M)], T),
        (EU, [(59, S), (1, V)], T),
        (EU, [(60, S)], S),
        # One valid minute in each quarter of the hour.
        (USA, [(1, V), (14, M), (1, V), (14, M), (1, V), (14, M), (1, V), (14, M)], V),
        (USA, [(45, V), (15, M)], T),
        (USA, [(45, V), (15, F)], F),
    ],
)
def test_the_state_of_an_hour_elsewhere(
    limits: ValidityLimits, parts: list[tuple[int, State]], state: State
) -> None:
    assert [State(one) for one in validate(series(*parts), limits).state] == [state]


def test_the_mean_is_that_of_the_valid_minutes() -> None:
    minutes = series((50, V), (10, F))
    minutes.value[:50] = np.arange(50)  # mean 24.5
    minutes.value[50:] = 1e6  # what a flagged minute holds is never read
    assert validate(minutes, CHINA).value.tolist() == [24.5]


def test_a_series_that_begins_and_ends_within_an_hour() -> None:
    hours = validate(series((60, V), (60, V), start=np.datetime64("2025-01-01T00:14")), CHINA)
    assert hours.start == np.datetime64("2025-01-01T00", "h")
    assert hours.minutes.tolist() == [46, 60, 14]
    assert hours.state.tolist() == [V, V, T]


def test_a_value_that_is_not_there_is_missing_whatever_its_state_says() -> None:
    minutes = series((60, V))
    minutes.value[:16] = [nan] * 15 + [float("inf")]
    assert validate(minutes, CHINA).state.tolist() == [T]


def test_no_minutes_no_hours() -> None:
    empty = Minutes(START, np.empty(0), np.empty(0, dtype=np.uint8))
    assert len(validate(empty, CHINA)) == 0


def test_out_of_control_by_the_minute() -> None:
    # From 1:20 to 3:05: hour 1 keeps 20 valid minutes, hour 2 none, hour 3 keeps 55.
    minutes = series((300, V))
    out = [(np.datetime64("2025-01-01T01:20"), np.datetime64("2025-01-01T03:05"))]
    hours = validate(minutes, CHINA, out)
    assert hours.state.tolist() == [V, O, O, V, V]
    assert hours.minutes.tolist() == [60, 20, 0, 55, 60]
    # A second of a minute takes the minute; an interval that ends before it begins takes nothing.
    second = [
        (np.datetime64("2025-01-01T00:00:30"), np.datetime64("2025-01-01T00:15:01")),
        (np.datetime64("2025-01-01T02:00"), np.datetime64("2025-01-01T02:00")),
        (np.datetime64("2024-01-01"), np.datetime64("2024-12-31")),
    ]
    assert validate(minutes, CHINA, second).minutes.tolist() == [44, 60, 60, 60, 60]
    assert validate(minutes, CHINA, second).state.tolist() == [O, V, V, V, V]


def test_out_of_control_for_hours_that_came_as_hours() -> None:
    sent = hours_of([V, V, S, M, V])
    out = [(np.datetime64("2025-01-01T01:59"), np.datetime64("2025-01-01T04:00"))]
    assert apply_out_of_control(sent, out).state.tolist() == [V, O, S, O, V]
    assert np.isnan(apply_out_of_control(sent, out).value).tolist() == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert sent.state.tolist() == [V, V, S, M, V]


def test_days_of_20_hours_or_of_18() -> None:
    hours = hours_of([V] * 20 + [M] * 4 + [V] * 19 + [M] * 5 + [S] * 24 + [M] * 24)
    found = days(hours, CHINA)
    assert found.state.tolist() == [V, T, S, M]
    assert found.valid.tolist() == [20, 19, 0, 0]
    assert found.ran.tolist() == [24, 24, 0, 24]
    assert days(hours, validity_limits("cn.hj75-2017-18h")).state.tolist() == [V, V, S, M]


def test_a_month_needs_25_days_and_february_23() -> None:
    # January: 25 valid days of value 2, 6 without data; February: 23 and 5; March: 24 and 7.
    states = []
    for valid, lost in ((25, 6), (23, 5), (24, 7)):
        states += [V] * 24 * valid + [M] * 24 * lost
    found = months(days(hours_of(states, value=2.0), CHINA), CHINA)
    assert found.times.astype(str).tolist() == ["2025-01", "2025-02", "2025-03"]
    assert found.valid.tolist() == [25, 23, 24]
    assert found.state.tolist() == [V, V, T]
    assert found.value[:2].tolist() == [2.0, 2.0]


def test_a_minute_needs_12_instants() -> None:
    times = START + np.arange(36).astype("timedelta64[s]") * 5
    value = np.arange(36.0)
    state = np.zeros(36, dtype=np.uint8)
    state[12] = F  # minute 1: 11 valid and one flagged
    value[30] = nan  # minute 2: 11 valid and nothing
    shuffled = np.random.default_rng(1).permutation(36)
    found = minutes_of(times[shuffled], value[shuffled], state[shuffled], CHINA)
    assert found.start == START
    assert found.state.tolist() == [V, F, M]
    assert found.value[0] == 5.5


def test_what_a_rule_set_does_not_say_is_refused() -> None:
    with pytest.raises(RuleError, match=r"eu\.mrr.*hours"):
        days(hours_of([V]), EU)
    with pytest.raises(RuleError, match=r"us\.40cfr75"):
        validity_limits("us.nothing")
    with pytest.raises(RuleError, match="nobody"):
        validate(series((60, V)), ValidityLimits("nobody"))


def test_limits_keep_their_status() -> None:
    assert (CHINA.minutes.number, CHINA.minutes.status) == (45, "seen-twice")
    assert (EU.readings.number, EU.readings.status) == (0.8, "recalled")
    assert (EU.days.number, EU.days.status) == (None, "not-found")


def test_the_share_of_valid_hours_is_of_those_that_the_source_ran() -> None:
    hours = hours_of([V] * 6 + [M, T, F, O] + [S] * 90)
    assert validity_share(hours) == 0.6
    assert np.isnan(validity_share(hours_of([S])))


def test_shares_by_month_and_quarter() -> None:
    # 2025: January has 744 hours, February 672, March 744.
    hours = hours_of([V] * 744 + [M] * 672 + [S] * 744 + [V] * 10)
    assert [one.share for one in captures(hours)][:2] == [1.0, 0.0]
    assert [(one.valid, one.ran) for one in captures(hours, 3)] == [(744, 1416), (10, 10)]
    assert [str(one.first) for one in captures(hours, 3)] == ["2025-01", "2025-04"]


def test_what_the_station_averaged_is_told_and_not_taken() -> None:
    own = hours_of([V, V, V, M], value=100.0)
    sent = hours_of([V, V, M, V, V], start="2025-01-01T00", value=100.0)
    sent.value[1] = 103.0
    found = compare(own, sent, tolerance=0.02)
    assert found.differs.tolist() == [False, True, False, False]
    assert found.sent_only.tolist() == [False, False, False, True]
    assert found.own_only.tolist() == [False, False, True, False]
    assert not found.agree
    # Sent to the full 10: 103 is 100 within half of the last digit.
    assert not compare(own, sent, tolerance=0.0, resolution=10.0).differs.any()
    later = hours_of([V], start="2026-01-01T00")
    assert compare(own, later, tolerance=0.02).agree


@settings(max_examples=25, deadline=timedelta(seconds=1))
@given(st.lists(st.sampled_from([V, M, F, S]), min_size=60, max_size=60), st.integers(0, 59))
def test_one_more_valid_minute_never_makes_an_hour_worse(states: list[State], at: int) -> None:
    order = {V: 3, S: 2, F: 1, T: 1, M: 0}
    state = np.array(states, dtype=np.uint8)
    before = validate(Minutes(START, np.where(state == V, 1.0, nan), state), CHINA)
    more = state.copy()
    more[at] = V
    after = validate(Minutes(START, np.where(more == V, 1.0, nan), more), CHINA)
    assert after.minutes[0] >= before.minutes[0]
    if before.state[0] == V:
        assert after.state[0] == V
    if states[at] is not S:
        assert order[State(after.state[0])] >= min(order[State(before.state[0])], 1)
    # The order of minutes within an hour matters to runs of flags alone.
    turned = Minutes(START, np.where(state == V, 1.0, nan)[::-1], state[::-1])
    assert validate(turned, CHINA).state.tolist() == before.state.tolist()


def test_a_year_takes_some_hundredths_of_a_second() -> None:
    rng = np.random.default_rng(7)
    state = rng.choice(np.array([V, V, V, V, V, V, M, F], dtype=np.uint8), 525_600)
    minutes = Minutes(START, np.where(state == V, rng.random(525_600), nan), state)
    began = process_time()
    hours = validate(minutes, CHINA)
    took = process_time() - began
    assert len(hours) == 8760
    assert took < 0.5  # about 0.03 s on a quiet core
