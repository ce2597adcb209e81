"""What is put in for lost hours (缺失小时的替代): the mass of an hour, or each channel's value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tongjian.measured._data import Fills, columns
from tongjian.measured._rows import GasRows, in_unit_of
from tongjian.measured._series import Floats, Gas, Marks
from tongjian.monitoring.hours import Hours, State, Used
from tongjian.monitoring.substitution import Substituted, substitute
from tongjian.problems import Problem
from tongjian.rules import SheetPlan, Substitution

Calibrations = Mapping[str, Sequence[np.datetime64]]
"""Times of passed calibrations, by channel."""
RATE = "emission_rate"
MASS = "mass"


def fill(
    rows: GasRows,
    rate: Floats,
    sheet: SheetPlan,
    document: Substitution,
    fills: Fills,
    calibrations: Calibrations,
) -> Iterator[Problem]:
    """Put values in for the hours without a `rate` of emission, and say what each hour is.

    `rate` is what the rules made of the valid hours, NaN where they made none. Afterwards the
    rows hold what is used, the state of each hour, the rule by which it was filled and the hours
    in `valid`, `substituted`, `missing` and `stopped`. Gives what has to be known of it.
    """
    gas = rows.gas
    running, _ = gas.running()
    own = np.isfinite(rate) & (running > 0)
    inside = np.zeros(len(gas.at), dtype=bool)
    inside[gas.span()] = True
    state = hour_states(gas, own, running)
    lost = inside & ~own & (running > 0)
    span = gas.span()
    if lost.any():
        if fills == MASS:
            yield from _mass(rows, rate, state, lost, span, document, calibrations)
        else:
            yield from _channels(rows, lost, running, span, sheet, document, calibrations)
    rows.state = state
    rows.numbers |= {
        "valid": np.where(own, running, 0.0),
        "substituted": np.where(lost, running, 0.0),
        "missing": np.where(inside | own, 0.0, running),
        "stopped": 1.0 - running,
    }


def hour_states(
    gas: Gas, own: Marks, running: Floats
) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """What each hour was: of a lost one the state of the gas, else of the channel that lacks."""
    state = np.full(len(own), State.MISSING, dtype=np.uint8)
    for one in reversed(list(gas.channels.values())):
        amiss = one.hours.state != State.VALID
        state = np.where(amiss, one.hours.state, state).astype(np.uint8)
    # Where the source ran, what is marked as stopped by one channel is missing.
    state[(state == State.STOPPED) & (running > 0)] = State.MISSING
    state[running == 0] = State.STOPPED
    state[own] = State.VALID
    return state


def _mass(
    rows: GasRows,
    rate: Floats,
    state: np.ndarray[tuple[int], np.dtype[np.uint8]],
    lost: Marks,
    span: slice,
    document: Substitution,
    calibrations: Calibrations,
) -> Iterator[Problem]:
    gas = rows.gas
    hours = _cut(Hours(gas.at.start, rate, state, _no_minutes(len(rate))), span)
    hours.value[hours.state != State.VALID] = np.nan
    passed = calibrations.get(gas.main.channel.key, ())
    used = substitute(hours, document, quantity=gas.quantity, role=MASS, calibrations=passed)
    column = np.full(len(rate), np.nan)
    column[span] = used.value
    rows.numbers[RATE] = np.where(lost, column, np.nan)
    _note(rows, used, lost, span)
    yield from used.notices


def _channels(
    rows: GasRows,
    lost: Marks,
    running: Floats,
    span: slice,
    sheet: SheetPlan,
    document: Substitution,
    calibrations: Calibrations,
) -> Iterator[Problem]:
    gas = rows.gas
    for name, one in gas.channels.items():
        state = one.hours.state.copy()
        state[running == 0] = State.STOPPED
        state[(state == State.STOPPED) & (running > 0)] = State.MISSING
        value = np.where(state == State.VALID, one.hours.value, np.nan)
        hours = _cut(replace(one.hours, value=value, state=state), span)
        used = substitute(
            hours,
            document,
            quantity=name,
            calibrations=calibrations.get(one.channel.key, ()),
            highest=one.channel.highest,
        )
        column = columns()[name].input
        filled = np.full(len(lost), np.nan)
        filled[span] = in_unit_of(sheet, name, used.value)
        rows.numbers[column] = np.where(lost, filled, rows.numbers[column])
        _note(rows, used, lost, span)
        yield from used.notices


def _note(rows: GasRows, used: Used, lost: Marks, span: slice) -> None:
    """Keep by which rule an hour was filled, and from which hours; the gas comes first."""
    at = np.flatnonzero(lost[span] & (used.rule >= 0)) + span.start
    new = at[rows.rule[at] == ""]
    inner = new - span.start
    rows.rule[new] = [used.rules[one] for one in used.rule[inner]]
    for index, reached in enumerate((used.reached_from, used.reached_to)):
        here = reached[inner]
        rows.reached[index, new] = np.where(here >= 0, here + span.start, -1)


def _cut(hours: Hours, span: slice) -> Hours:
    start = hours.start.astype("datetime64[h]") + np.timedelta64(span.start, "h")
    return Hours(start, hours.value[span].copy(), hours.state[span], hours.minutes[span])


def _no_minutes(count: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.full(count, -1, dtype=np.int16)


__all__ = ["Calibrations", "Substituted", "fill"]
