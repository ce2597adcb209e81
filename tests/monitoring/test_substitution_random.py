"""Random series and random rules against a plain reference written apart from the program."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from datetime import datetime
from random import Random

import numpy as np
import pytest

from tongjian.monitoring.hours import Hours, State
from tongjian.monitoring.substitution import explain, substitute
from tongjian.problems import Place
from tongjian.rules import (
    Availability,
    Band,
    Basis,
    Span,
    Statistic,
    Substitution,
    SubstitutionPart,
    Validity,
    Words,
)

START = np.datetime64("2024-12-28T00")
NAMES = {
    State.MISSING: "missing",
    State.TOO_FEW: "too_few",
    State.FLAGGED: "flagged",
    State.OUT_OF_CONTROL: "out_of_control",
}
WORDS, BASIS, HERE = Words("试", "trial"), Basis("made"), Place()


# ---- a reference: one hour at a time, with lists ----


class Reference:
    def __init__(
        self, hours: Hours, rule: Substitution, passed: Sequence[np.datetime64], highest: float
    ) -> None:
        self.value, self.state = hours.value.tolist(), [State(one) for one in hours.state.tolist()]
        self.times = [one.item() for one in hours.times]
        self.rule, self.highest = rule, highest
        self.passed = [one.item() for one in passed]
        self.keys: dict[str, list[tuple[int, ...]]] = {}
        self.valid = [i for i, one in enumerate(self.state) if one == State.VALID]

    def part(self, i: int) -> SubstitutionPart | None:
        """The part of hour i: by name first, then by analogy ("gas", "so2" are asked for)."""
        name = NAMES.get(self.state[i])
        for by_analogy in (False, True):
            for part in self.rule.parts:
                asked = part.analogy if by_analogy else part.of
                if name in part.states and {"gas", "so2", "gas.so2"} & set(asked):
                    return part
        return None

    def gap(self, i: int) -> list[int]:
        part, found = self.part(i), [i]
        for step in (-1, 1):
            j = i + step
            while 0 <= j < len(self.state):
                if self.state[j] != State.STOPPED:
                    if self.part(j) is not part:
                        break
                    found.append(j)
                j += step
        return sorted(found)

    def share(self, i: int) -> float:
        rule = self.rule.availability
        assert rule is not None
        if rule.window == "operating_hours":
            ran = [j for j in range(i + 1) if self.state[j] != State.STOPPED][-rule.hours :]
        else:
            ran = [j for j in self.same(rule.window, i) if self.state[j] != State.STOPPED]
        return sum(self.state[j] == State.VALID for j in ran) / len(ran)

    def same(self, window: str, i: int) -> list[int]:
        keys = self.keys.setdefault(window, [self.key(window, time) for time in self.times])
        return [j for j, key in enumerate(keys) if key == keys[i]]

    @staticmethod
    def key(window: str, time: datetime) -> tuple[int, ...]:
        if window == "year":
            return (time.year,)
        if window == "quarter":
            return (time.year, (time.month - 1) // 3)
        return (time.year, time.month, time.hour if window == "same_hour" else 0)

    def sample(self, use: Statistic, i: int) -> list[int] | None:
        gap, part = self.gap(i), self.part(i)
        assert part is not None
        before = [j for j in self.valid if j < gap[0]]
        if use.over == "neighbours":
            after = [j for j in self.valid if j > gap[-1]]
            both = bool(before), bool(after)
            alone = {(True, False): "before", (False, True): "after"}.get(both)
            if both == (False, False) or (alone and alone not in use.alone):
                return None
            return before[-1:] + after[:1]
        if use.over == "look_back":
            if part.anchor == "calibration":
                passed = [
                    one for one in self.passed if (one - self.times[gap[0]]).total_seconds() < 3600
                ]
                if not passed:
                    return None
                last = max(passed)
                before = [j for j in before if (last - self.times[j]).total_seconds() >= 3600]
            found = before[-use.hours :]
            if part.oldest is not None:
                found = [j for j in found if gap[0] - j <= part.oldest]
        else:
            found = [j for j in self.same(use.over, i) if self.state[j] == State.VALID]
        return found or None

    def number(self, use: Statistic, i: int) -> tuple[float, list[int]]:
        if use.kind == "potential":
            return self.highest, []
        at = self.sample(use, i)
        if at is None:
            return math.nan, []
        values = sorted(self.value[j] for j in at)
        if use.kind == "maximum":
            return values[-1], at
        if use.kind == "percentile":
            enough = [
                v
                for v in values
                if 100 * sum(w <= v for w in values) >= use.percentile * len(values)
            ]
            return enough[0], at
        spread = statistics.stdev(values) if use.deviations and len(values) > 1 else 0.0
        return statistics.fmean(values) + use.deviations * spread, at

    def hour(self, i: int) -> tuple[float, str, int, int]:
        """Value, rule and reach."""
        none = math.nan, "", -1, -1
        if self.state[i] == State.VALID:
            return self.value[i], "", -1, -1
        part = self.part(i)
        if part is None:
            return none
        gap = self.gap(i)
        history = sum(j < gap[0] for j in self.valid)
        for band in part.bands:
            fits = band.gap.holds(len(gap)) and band.history.holds(history)
            if fits and (band.availability.anything or band.availability.holds(self.share(i))):
                found = [self.number(use, i) for use in band.use]
                if not found or any(math.isnan(value) for value, _ in found):
                    return none
                at = [j for _, some in found for j in some] or [-1]
                name = f"{self.rule.id}/{part.id}.{band.id}"
                return max(value for value, _ in found), name, min(at), max(at)
        return none


# ---- random rules and series ----


def statistic(random: Random) -> Statistic:
    return random.choice(
        [
            Statistic("potential"),
            Statistic("mean", "neighbours"),
            Statistic("mean", "neighbours", alone=("after",)),
            Statistic("mean", "neighbours", alone=("before", "after")),
            Statistic("maximum", "look_back", random.choice([1, 3, 12, 500])),
            Statistic("mean", "look_back", random.choice([2, 7, 30])),
            Statistic("percentile", "look_back", 20, random.choice([5.0, 50.0, 90.0, 95.0, 100.0])),
            Statistic("percentile", "month", percentile=33.3),
            Statistic("mean", "year", deviations=2.0),
            Statistic("mean", "quarter"),
            Statistic("maximum", "month"),
            Statistic("mean", "same_hour"),
        ]
    )


def bands(random: Random) -> tuple[Band, ...]:
    low, high = sorted(random.sample([0.25, 0.5, 0.6, 0.75, 0.9], 2))
    short, early = random.choice([1, 2, 5]), random.choice([1, 3, 10])
    cases = [
        (Span(), Span(), Span(high=early, high_open=True)),
        (Span(low=high), Span(high=short), Span()),
        (Span(low=high), Span(low=short, low_open=True), Span()),
        (Span(low=low, high=high, high_open=True), Span(), Span()),
        (Span(), Span(), Span()),
    ]
    return tuple(
        Band(
            f"b{index}",
            *case,
            tuple(statistic(random) for _ in range(random.choice([0, 1, 1, 1, 2]))),
            BASIS,
            None,
            HERE,
        )
        for index, case in enumerate(cases)
    )


def document(random: Random) -> Substitution:
    halves = random.choice(
        [
            [("missing", "too_few", "flagged", "out_of_control")],
            [("missing", "too_few"), ("out_of_control", "flagged")],
            [("missing",), ("too_few",)],
        ]
    )
    parts = []
    for index, states in enumerate(halves):
        of, analogy = random.choice([(("so2",), ()), (("pm",), ("gas",)), (("gas.so2",), ("so2",))])
        anchor = random.choice(["gap", "calibration"])
        oldest = random.choice([None, 15, 60])
        made = bands(random)
        parts.append(
            SubstitutionPart(
                f"p{index}", WORDS, of, analogy, states, anchor, oldest, (), made, None, HERE
            )
        )
    window = random.choice(["operating_hours", "month", "quarter", "year"])
    share = Availability(window, random.choice([5, 24, 100]) if window == "operating_hours" else 0)
    return Substitution("made", WORDS, BASIS, Validity(), share, tuple(parts), None, HERE)


def hours(random: Random) -> Hours:
    state: list[int] = []
    length, valid = random.choice([0, 1, 30, 100, 150]), random.choice([2, 5, 15])
    while len(state) < length:
        kind = random.choice([*[0] * valid, 1, 2, 3, 4, 5])
        state += [kind] * random.choice([1, 1, 2, 3, 8, 25])
    value = [random.choice([random.gauss(100, 30), 100.0]) if s == 0 else math.nan for s in state]
    count = np.full(len(state), -1, np.int16)
    return Hours(START, np.array(value), np.array(state, np.uint8), count)


def passed(random: Random) -> list[np.datetime64]:
    minutes = [random.randrange(-600, 9600) for _ in range(random.choice([0, 1, 4]))]
    return [START.astype("datetime64[m]") + np.timedelta64(one, "m") for one in minutes]


@pytest.mark.parametrize("seed", range(50))
def test_as_the_reference_has_it(seed: int):
    random = Random(seed)
    rule, data, calibrations = document(random), hours(random), passed(random)
    reference = Reference(data, rule, calibrations, 321.0)
    used = substitute(data, rule, quantity="so2", calibrations=calibrations, highest=321.0)

    for i in range(len(data)):
        value, name, first, last = reference.hour(i)
        found = float(used.value[i])
        assert found == pytest.approx(value, rel=1e-12, nan_ok=True), (i, name)
        assert (used.rules[used.rule[i]] if used.rule[i] >= 0 else "") == name, i
        assert (used.reached_from[i], used.reached_to[i]) == (first, last), i

    # What always holds, whatever the rule.
    valid, stopped = data.state == State.VALID, data.state == State.STOPPED
    assert np.array_equal(used.value[valid], data.value[valid])
    assert (used.rule[valid | stopped] == -1).all()
    assert np.isnan(used.value[stopped]).all()
    assert (np.isnan(used.value) | valid | (used.rule >= 0)).all()
    for i in np.flatnonzero(~valid)[:: max(1, len(data) // 5)].tolist():
        told = explain(used, data, i)
        assert told.value == pytest.approx(float(used.value[i]), nan_ok=True)
        if used.rule[i] >= 0:
            assert told.rule == used.rules[used.rule[i]]
            assert told.window == (used.reached_from[i], used.reached_to[i])


@pytest.mark.parametrize("seed", range(200, 212))
def test_nothing_outside_of_the_window_matters(seed: int):
    """Other numbers in the valid hours beyond what an hour reached over change nothing of it."""
    random = Random(seed)
    rule, data, calibrations = document(random), hours(random), passed(random)
    used = substitute(data, rule, quantity="so2", calibrations=calibrations, highest=321.0)
    filled = np.flatnonzero(used.rule >= 0)
    for i in random.sample(filled.tolist(), min(3, len(filled))):
        at = np.arange(len(data))
        inside = (at >= used.reached_from[i]) & (at <= used.reached_to[i])
        other = Hours(
            data.start, np.where(inside, data.value, data.value * -7e9), data.state, data.minutes
        )
        again = substitute(other, rule, quantity="so2", calibrations=calibrations, highest=321.0)
        assert again.value[i] == used.value[i]
        assert again.rules[again.rule[i]] == used.rules[used.rule[i]]
