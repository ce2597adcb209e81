"""Statistical tests of series: an honest plant gives no finding, each fault its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.monitoring.plant import digits, of, plant, with_series
from tongjian.monitoring.hours import Hours, State
from tongjian.monitoring.profile import Channel
from tongjian.monitoring.screening import (
    Conventions,
    Finding,
    Panel,
    Watched,
    panel_of_hours,
    read_conventions,
    screen_series,
)

KNOWN = read_conventions()
HONEST = plant()
AT = 1000
LIMIT = float(np.quantile(of(HONEST, "nox"), 0.9))


def found(panel: Panel, known: Conventions = KNOWN) -> list[Finding]:
    return list(screen_series(panel, known).findings)


def test_an_honest_plant_gives_no_finding() -> None:
    assert found(with_series(HONEST, "nox", of(HONEST, "nox"), limit=LIMIT)) == []


def flat() -> Panel:
    value = of(HONEST, "nox")
    value[AT : AT + 40] = value[AT]
    return with_series(HONEST, "nox", value)


def held() -> Panel:
    panel = HONEST
    for one in HONEST.channels:
        value = one.value.copy()
        value[AT : AT + 30] = value[AT]
        panel = with_series(panel, one.name, value)
    return panel


def straight() -> Panel:
    value = of(HONEST, "nox")
    value[AT : AT + 31] = digits(np.linspace(50, 65, 31))
    return with_series(HONEST, "nox", value)


def smoothed() -> Panel:
    value = of(HONEST, "nox")
    mean = np.convolve(np.pad(value, 12, "edge"), np.ones(25) / 25, "valid")
    value[AT : AT + 120] = digits(mean[AT : AT + 120])
    return with_series(HONEST, "nox", value)


def squeezed() -> Panel:
    value = of(HONEST, "nox")
    above = value > LIMIT
    value[above] = digits(LIMIT * np.random.default_rng(1).uniform(0.93, 1, int(above.sum())))
    return with_series(HONEST, "nox", value, limit=LIMIT)


def clipped() -> Panel:
    top = float(digits(np.array([LIMIT]))[0])
    return with_series(HONEST, "nox", np.minimum(of(HONEST, "nox"), top), limit=LIMIT)


def blanked() -> Panel:
    value = of(HONEST, "nox")
    value[value > LIMIT] = np.nan
    return with_series(HONEST, "nox", value)


def calibrated() -> Panel:
    value = of(HONEST, "nox")
    return replace(HONEST, calibrating=value > LIMIT)


def replayed() -> Panel:
    value = of(HONEST, "nox")
    value[AT : AT + 24] = value[AT - 240 : AT - 216]
    return with_series(HONEST, "nox", value)


def copied() -> Panel:
    second = Watched("stack 2", of(HONEST, "nox"), quantity="nox")
    return replace(HONEST, channels=[*HONEST.channels, second])


def scaled_copy() -> Panel:
    second = Watched("stack 2", digits(1.07 * of(HONEST, "nox")), quantity="nox")
    return replace(HONEST, channels=[*HONEST.channels, second])


def shifted() -> Panel:
    value = of(HONEST, "nox")
    value[AT // 24 * 24 :] *= 0.8
    return with_series(HONEST, "nox", digits(value))


def invented() -> Panel:
    value = of(HONEST, "nox")
    value[::2] = np.round(value[::2] / 0.005) * 0.005
    return with_series(HONEST, "nox", np.round(value, 3))


def coarse() -> Panel:
    value = of(HONEST, "nox")
    value[31 * 24 : 59 * 24] = np.round(value[31 * 24 : 59 * 24], 1)
    return with_series(HONEST, "nox", value)


def breathing_air() -> Panel:
    value = of(HONEST, "oxygen")
    value[AT : AT + 3] = 21.4
    return with_series(HONEST, "oxygen", value)


def stopped() -> Panel:
    running = np.ones(len(HONEST))
    running[AT : AT + 12] = 0
    return replace(HONEST, running=running)


def idle() -> Panel:
    value = of(HONEST, "nox")
    value[AT : AT + 12] = digits(np.linspace(0.1, 0.3, 12))
    return replace(with_series(HONEST, "nox", value), running=np.ones(len(HONEST)))


@pytest.mark.parametrize(
    ("panel", "test", "first", "last", "statistic"),
    [
        (flat, "flat", AT, AT + 39, 40),
        (held, "hold", AT, AT + 29, 30),
        (straight, "straight", AT, AT + 30, 31),
        (replayed, "replay", AT, AT + 23, 24),
        (breathing_air, "bounds", AT, AT + 2, 21.4),
        (copied, "copy", 0, 2159, 2160),
        (shifted, "shift", 984, 1319, None),
        (coarse, "coarse", 744, 1415, None),
        (smoothed, "quiet", None, None, None),
        (squeezed, "cut", None, None, None),
        (clipped, "top", None, None, None),
        (blanked, "missing", None, None, None),
        (calibrated, "calibration", None, None, None),
        (scaled_copy, "alike", 0, 2159, None),
        (invented, "digit", None, None, None),
        (stopped, "stopped", AT, AT + 11, None),
        (idle, "idle", AT, AT + 11, None),
    ],
)  # fmt: skip
def test_each_fault_is_found_where_it_is(
    panel: Callable[[], Panel],
    test: str,
    first: int | None,
    last: int | None,
    statistic: float | None,
) -> None:
    listed = found(panel())

    mine = [one for one in listed if one.test == test and one.channels != ("so2",)]
    assert len(mine) == 1, [(one.test, one.where("en")) for one in listed]
    one = mine[0]
    assert first is None or (one.first, one.last) == (first, last)
    assert statistic is None or one.statistic == statistic
    assert one.begins == HONEST.time(one.first) and one.ends == HONEST.time(one.last)
    assert one.basis["status"] and one.basis["source"] and one.inputs
    assert (test, one.severity) in KNOWN.points
    for lang in ("zh", "en"):
        text = one.text(lang).lower()
        assert not any(word in text for word in ("fraud", "falsif", "造假", "弄虚作假", "伪造"))


def test_what_is_told_once_is_not_told_again() -> None:
    """A held logger is no frozen analyser, a frozen analyser not too little variation."""
    assert {one.test for one in found(held())} == {"hold"}
    assert {one.test for one in found(flat())} == {"flat"}


def test_the_inputs_are_enough_to_compute_the_statistic_again() -> None:
    cut = next(one for one in found(squeezed()) if one.test == "cut")
    near, before = cut.inputs["near"], cut.inputs["before"]
    expected = near * min(1, near / before)
    assert cut.statistic == pytest.approx(cut.inputs["above"] / expected)

    shift = next(one for one in found(shifted()) if one.test == "shift")
    assert shift.inputs["ratio"] == pytest.approx(0.8, abs=0.04)
    assert shift.statistic == pytest.approx(
        abs(shift.inputs["log_step"] / shift.inputs["standard_error"])
    )

    gaps = next(one for one in found(blanked()) if one.test == "missing")
    a, b, c, d = (
        gaps.inputs[name]
        for name in ("before_high", "before_other", "elsewhere_high", "elsewhere_other")
    )
    assert gaps.statistic == pytest.approx((a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5)))


def test_flagged_hours_are_left_out() -> None:
    flags = np.zeros(len(HONEST), dtype=np.bool_)
    flags[AT : AT + 40] = True
    panel = with_series(flat(), "nox", of(flat(), "nox"), flagged=flags)
    assert found(panel) == []


def test_a_plant_that_stands_may_stand_still() -> None:
    running = np.ones(len(HONEST))
    running[AT : AT + 40] = 0
    assert "flat" not in {one.test for one in found(replace(flat(), running=running))}


def test_hours_of_the_store_as_a_panel() -> None:
    size = len(HONEST)
    hours = {}
    for one in HONEST.channels:
        state = np.full(size, State.VALID, dtype=np.uint8)
        value = one.value.copy()
        if one.name == "nox":
            state[5], state[6], state[7] = State.FLAGGED, State.STOPPED, State.MISSING
            value[5:8] = np.nan
        unit = "ppm" if one.name == "so2" else "mg/m3"
        channel = Channel("MN", one.name, one.name, unit, "F", "U", highest=150.0, limit=50.0)
        hours[channel.key] = (
            channel,
            Hours(HONEST.start, value, state, np.full(size, 60, np.int16)),
        )  # type: ignore[arg-type]

    panel = panel_of_hours(hours, limits={"MN/nox": 80.0})

    nox, so2 = (
        next(one for one in panel.channels if one.name == f"MN/{name}") for name in ("nox", "so2")
    )
    assert nox.flagged is not None and np.flatnonzero(nox.flagged).tolist() == [5]
    assert panel.running is not None and np.flatnonzero(panel.running == 0).tolist() == [6]
    # The permitted concentration of the channel is at reference oxygen, its range in its own unit.
    assert (nox.limit, nox.highest) == (80.0, 150.0) and (so2.limit, so2.highest) == (None, None)
    assert screen_series(panel, KNOWN).findings == ()
    assert panel_of_hours({"MN/so2": hours["MN/so2"]}).running is None


def test_quarter_hours_count_by_time_and_not_by_rows() -> None:
    value = of(HONEST, "nox")
    value[AT : AT + 40] = value[AT]  # ten hours
    quarter = replace(with_series(HONEST, "nox", value), step_s=900)
    assert "flat" not in {one.test for one in found(quarter)}
    value[AT : AT + 80] = value[AT]  # twenty hours
    quarter = replace(with_series(HONEST, "nox", value), step_s=900)
    assert "flat" in {one.test for one in found(quarter)}
