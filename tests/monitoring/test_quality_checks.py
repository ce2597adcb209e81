"""Checks of monitoring systems, with statistics worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongjian.monitoring.profile import measured_quantities
from tongjian.monitoring.quality import (
    Check,
    Interval,
    Run,
    Subject,
    accuracy,
    cusum,
    drift,
    linearity,
    out_of_control,
    overdue,
    qal3,
    t_quantile,
    word,
)
from tongjian.problems import RuleError
from tongjian.rules import load_rulebook

CHINA, USA, EU = "cn.hj75-2017", "us.40cfr75", "eu.en14181"
Pairs = list[tuple[float, float]]


def value(check: Check, name: str, level: str = "") -> float:
    figure = check.figure(name, level)
    assert figure is not None, name
    return figure.value


def codes(check: Check) -> set[str]:
    return {one.code.removeprefix("monitoring.") for one in check.reasons}


@pytest.mark.parametrize(
    ("freedom", "upper"),
    # The 97.5 % points that every table of the t distribution prints.
    [
        *((1, 12.706), (2, 4.303), (4, 2.776), (8, 2.306), (9, 2.262)),
        *((14, 2.145), (30, 2.042), (120, 1.980)),
    ],
)
def test_t_values_of_the_table(freedom: int, upper: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(upper, abs=5e-4)
    assert t_quantile(0.025, freedom) == pytest.approx(-upper, abs=5e-4)


@given(st.floats(0.01, 0.99))
@settings(max_examples=30)
def test_t_values_in_closed_form(probability: float) -> None:
    # One degree of freedom is Cauchy's distribution; two have an algebraic quantile.
    cauchy = math.tan(math.pi * (probability - 0.5))
    assert t_quantile(probability, 1) == pytest.approx(cauchy, rel=1e-9, abs=1e-9)
    two = (2 * probability - 1) / math.sqrt(2 * probability * (1 - probability))
    assert t_quantile(probability, 2) == pytest.approx(two, rel=1e-9, abs=1e-9)


def test_many_degrees_of_freedom_are_the_normal_distribution() -> None:
    assert t_quantile(0.975, 1e6) == pytest.approx(1.959966, abs=1e-5)
    with pytest.raises(ValueError, match="1"):
        t_quantile(1.0, 3)


@pytest.mark.parametrize(
    ("point", "reference", "measured", "verdict"),
    [
        # Gas, span 100: zero passes to 2.5, is adjusted to 5; span passes to 2.5, adjusted to 10.
        ("zero", 0.0, 2.5, "passed"),
        ("zero", 0.0, -2.5, "passed"),
        ("zero", 0.0, 2.6, "adjust"),
        ("zero", 0.0, 5.0, "adjust"),
        ("zero", 0.0, -5.1, "out_of_control"),
        ("span", 80.0, 82.5, "passed"),
        ("span", 80.0, 90.0, "adjust"),
        ("span", 80.0, 69.9, "out_of_control"),
    ],
)
def test_drift_in_china(point: str, reference: float, measured: float, verdict: str) -> None:
    subject = Subject(CHINA, "n2o", "mg/m3", span=100.0)
    check = drift(subject, point, reference, measured)  # type: ignore[arg-type]
    assert check.verdict == verdict
    assert value(check, "share_of_span") == pytest.approx((measured - reference) / 100)
    assert check.inputs == {"reference": reference, "measured": measured}
    # The limits are from memory, and it is said.
    assert check.status == "recalled"
    assert "qa_recalled" in codes(check)


def test_drift_of_dust_and_velocity_has_limits_of_its_own() -> None:
    dust = Subject(CHINA, "pm", "mg/m3", span=50.0)
    assert drift(dust, "zero", 0, 1.0).verdict == "passed"  # 2 %
    assert drift(dust, "zero", 0, 1.1).verdict == "adjust"
    assert drift(dust, "span", 40, 44.1).verdict == "out_of_control"  # 8.2 %
    speed = Subject(CHINA, "velocity", "m/s", span=20.0)
    # 0.8 m/s is 4 % of the span, but less than 0.9 m/s; 1.7 m/s is 8.5 %, but less than 1.8 m/s.
    assert drift(speed, "zero", 0, 0.8).verdict == "passed"
    assert drift(speed, "zero", 0, 1.7).verdict == "adjust"
    assert drift(speed, "zero", 0, 1.9).verdict == "out_of_control"


def test_the_daily_calibration_of_40_cfr_75() -> None:
    large = Subject(USA, "so2", "ppm", span=1000.0)
    assert drift(large, "span", 900, 925).verdict == "passed"
    assert drift(large, "span", 900, 950).verdict == "adjust"
    assert drift(large, "span", 900, 951).verdict == "out_of_control"
    # 5 ppm are 5 % of a span of 100 ppm: passed by the alternative for small spans.
    small = Subject(USA, "so2", "ppm", span=100.0)
    assert drift(small, "span", 90, 95).verdict == "passed"
    assert drift(small, "span", 90, 100).verdict == "adjust"
    assert drift(small, "span", 90, 100.5).verdict == "out_of_control"


def test_what_cannot_be_judged_is_not() -> None:
    assert drift(Subject(CHINA, "n2o", "mg/m3"), "zero", 0, 1).verdict == "not_judged"
    assert codes(drift(Subject(CHINA, "n2o", "mg/m3"), "zero", 0, 1)) == {
        "qa_no_limit",
        "qa_no_span",
    }
    temperature = Subject(CHINA, "temperature", "degC", span=300.0)
    assert drift(temperature, "zero", 0, 1).verdict == "not_judged"
    gases = {level: [(1.0, 1.0)] * 3 for level in ("low", "mid", "high")}
    # SO2 is judged by its span in ppm; nothing is known in another unit.
    assert linearity(Subject(CHINA, "so2", "kg/m3", 100.0), gases).verdict == "not_judged"
    assert linearity(Subject(CHINA, "pm", "mg/m3", 100.0), gases).verdict == "not_judged"
    with pytest.raises(RuleError, match="nobody"):
        linearity(Subject("nobody", "so2", "ppm", 100.0), gases)


def gases(low: float, mid: float, high: float, span: float = 200.0) -> dict[str, Pairs]:
    """Three injections of 25, 55 and 85 % of the span, with these errors."""
    levels = {"low": (0.25, low), "mid": (0.55, mid), "high": (0.85, high)}
    return {name: [(share * span, share * span + gap)] * 3 for name, (share, gap) in levels.items()}


def test_linearity_by_the_reference_or_by_a_small_difference() -> None:
    # Span 200 ppm: 50, 110, 170 ppm. 5 % are 2.5, 5.5, 8.5 ppm; 10 ppm are enough as well.
    subject = Subject(USA, "nox", "ppm", span=200.0)
    assert linearity(subject, gases(2.5, 5.5, -8.5)).verdict == "passed"
    small = linearity(subject, gases(9.9, 0, 0))
    assert small.verdict == "passed"
    figure = small.figure("share_of_reference", "low")
    assert figure is not None
    assert figure.within is False
    failed = linearity(subject, gases(10.1, 0, 0))
    assert failed.verdict == "out_of_control"
    assert "qa_out_of_control" in codes(failed)
    # The alternative of a span of 300 ppm is 15 ppm, that of 50 ppm is 5 ppm.
    assert linearity(Subject(USA, "nox", "ppm", 300.0), gases(15, 0, 0, 300)).verdict == "passed"
    assert (
        linearity(Subject(USA, "nox", "ppm", 50.0), gases(5.1, 0, 0, 50)).verdict
        == "out_of_control"
    )


def test_the_error_of_indication_of_hj_75() -> None:
    # From a scale of 100 umol/mol on by the value of the gas (5 %), below by the scale (2.5 %).
    large = Subject(CHINA, "so2", "ppm", span=100.0)
    assert linearity(large, gases(1.25, 0, 0, 100)).verdict == "passed"
    assert linearity(large, gases(1.3, 0, 0, 100)).verdict == "out_of_control"
    small = Subject(CHINA, "so2", "ppm", span=50.0)
    assert linearity(small, gases(1.25, 0, 0, 50)).verdict == "passed"  # 10 % of 12.5, 2.5 % of 50
    assert linearity(small, gases(1.3, 0, 0, 50)).verdict == "out_of_control"


def test_a_part_of_a_linearity_check_is_not_judged() -> None:
    subject = Subject(USA, "nox", "ppm", span=200.0)
    two = {name: pairs for name, pairs in gases(0, 0, 0).items() if name != "mid"}
    assert linearity(subject, two).verdict == "not_judged"
    short = {**gases(0, 0, 0), "high": [(170.0, 170.0)] * 2}
    assert linearity(subject, short).verdict == "not_judged"
    assert codes(linearity(subject, short)) >= {"qa_too_few"}
    assert linearity(subject, {}).verdict == "not_judged"


def test_relative_accuracy_by_hand() -> None:
    # d = 1 2 3 1 2 3 1 2 3: mean 2, squares about it 6, s = sqrt(6/8) = 0.8660;
    # t(0.975, 8) = 2.306, cc = 2.306 * 0.8660 / 3 = 0.6657; RM 100: RA = 2.6657 %.
    runs = [Run(100, 100 - d) for d in (1, 2, 3) * 3]
    check = accuracy(Subject(USA, "nox", "lb/MMBtu"), runs)
    assert check.verdict == "passed"
    assert value(check, "mean_difference") == pytest.approx(2)
    assert value(check, "standard_deviation") == pytest.approx(0.8660254)
    assert value(check, "confidence_coefficient") == pytest.approx(0.66568, abs=1e-5)
    assert value(check, "relative_accuracy") == pytest.approx(0.0266568, abs=1e-7)
    # The mean difference exceeds cc: the system reads low. BAF = 1 + 2 / 98.
    assert value(check, "bias_factor") == pytest.approx(1 + 2 / 98)
    assert "qa_bias" in codes(check)
    # Reading high is no bias in that sense; HJ 75 knows no such factor.
    high = accuracy(Subject(USA, "nox", "lb/MMBtu"), [Run(100, 100 + d) for d in (1, 2, 3) * 3])
    assert value(high, "bias_factor") == 1
    assert accuracy(Subject(CHINA, "nox", "ppm"), runs).figure("bias_factor") is None


def test_runs_that_were_left_out() -> None:
    runs = [Run(100, 99 + one % 3) for one in range(9)]
    out = [Run(100, 500, used=False)] * 3
    subject = Subject(USA, "nox", "lb/MMBtu")
    with_out = accuracy(subject, [*out, *runs])
    assert with_out.verdict == "passed"
    assert value(with_out, "relative_accuracy") == value(
        accuracy(subject, runs), "relative_accuracy"
    )
    assert accuracy(subject, [*out, Run(1, 1, used=False), *runs]).verdict == "not_judged"
    assert accuracy(subject, runs[:8]).verdict == "not_judged"
    assert accuracy(subject, runs[:1]).verdict == "not_judged"
    assert accuracy(subject, []).verdict == "not_judged"
    # Dust and velocity are compared five times.
    assert accuracy(Subject(CHINA, "pm", "mg/m3"), runs[:5]).verdict == "passed"


@pytest.mark.parametrize(
    ("quantity", "unit", "reference", "gap", "verdict", "statistic"),
    [
        # SO2, HJ 75: RA from 715 mg/m3 on; 57 mg/m3 from 143; 30 % from 57; 17 mg/m3 below.
        ("so2", "mg/m3", 715, 107, "passed", "relative_accuracy"),
        ("so2", "mg/m3", 715, 108, "out_of_control", "relative_accuracy"),
        ("so2", "mg/m3", 714, 57, "passed", "mean_difference"),
        ("so2", "mg/m3", 143, 58, "out_of_control", "mean_difference"),
        ("so2", "mg/m3", 100, 30, "passed", "relative_error"),
        ("so2", "mg/m3", 100, 31, "out_of_control", "relative_error"),
        ("so2", "mg/m3", 56, 17, "passed", "mean_difference"),
        ("so2", "mg/m3", 56, 18, "out_of_control", "mean_difference"),
        ("nox", "ppm", 50, 20, "passed", "mean_difference"),
        ("nox", "ppm", 49, 20, "out_of_control", "relative_error"),
        ("pm", "mg/m3", 10, 5, "passed", "mean_difference"),
        ("pm", "mg/m3", 10.5, 6, "passed", "mean_difference"),
        ("pm", "mg/m3", 20.5, 6, "passed", "relative_error"),
        ("pm", "mg/m3", 201, 31, "out_of_control", "relative_error"),
        ("oxygen", "%", 5, 1, "passed", "mean_difference"),
        ("oxygen", "%", 8, 1.3, "out_of_control", "relative_accuracy"),
        ("moisture", "%", 5, 1.5, "passed", "mean_difference"),
        # N2O is not named: what holds for other gases.
        ("n2o", "mg/m3", 20, 2.9, "passed", "relative_accuracy"),
    ],
)
def test_the_accuracy_of_hj_75_by_its_bands(
    quantity: str, unit: str, reference: float, gap: float, verdict: str, statistic: str
) -> None:
    # All runs alike: no spread, so that RA is the mean difference by the reference.
    check = accuracy(Subject(CHINA, quantity, unit), [Run(reference, reference + gap)] * 9)
    assert check.verdict == verdict
    assert [one.name for one in check.figures if one.within is not None] == [statistic]


def test_the_alternative_of_low_emitters_in_40_cfr_75() -> None:
    # Mean reference 100 ppm, which is not above 250: 15 ppm are enough, whatever the percentage.
    runs = [Run(100, 85)] * 9
    assert accuracy(Subject(USA, "so2", "ppm"), runs).verdict == "passed"
    assert accuracy(Subject(USA, "so2", "ppm"), [Run(100, 84)] * 9).verdict == "out_of_control"
    assert accuracy(Subject(USA, "so2", "ppm"), [Run(300, 285)] * 9).verdict == "passed"
    assert accuracy(Subject(USA, "so2", "ppm"), [Run(300, 269)] * 9).verdict == "out_of_control"


@given(st.permutations(range(9)))
@settings(max_examples=15)
def test_the_order_of_runs_does_not_matter(order: list[int]) -> None:
    runs = [Run(100 + one, 99 + (one * 7) % 5) for one in range(9)]
    check = accuracy(Subject(CHINA, "nox", "ppm"), [runs[at] for at in order])
    plain = accuracy(Subject(CHINA, "nox", "ppm"), runs)
    assert [one.value for one in check.figures] == pytest.approx(
        [one.value for one in plain.figures]
    )


def test_the_table_of_limits_names_what_is_computed() -> None:
    """A statistic that nobody computes would never be judged, and nobody would see."""
    table = load_rulebook().table("cems.check-limit")
    assert table is not None
    own = {"zero_drift": {"difference", "share_of_span"}, "linearity": {"share_of_reference"}}
    own["span_drift"] = own["zero_drift"]
    own["linearity"] |= own["zero_drift"]
    own["accuracy"] = {"relative_accuracy", "relative_error", "mean_difference"}
    for _, test, quantity, _, statistic, _ in {one.key for one in table.values}:
        assert statistic in own[test]
        assert quantity in {*measured_quantities(), "gas", "any"}
        for name in (test, statistic):
            assert word(name, "zh") != word(name, "en")


DRIFT = [0.5, -0.8, 1.2, 1.9, 2.2, 2.6, 1.8, 2.9, 2.4, 3.1]


def test_the_cusum_chart_of_the_worked_example() -> None:
    # s = 2: hx 5.70, kx 1.002. Up: 0 0 .198 1.096 2.294 3.892 4.690 6.588 7.986 10.084.
    check = qal3(Subject(EU, "n2o", "mg/m3"), [(0, one) for one in DRIFT], 2.0)
    assert check.verdict == "out_of_control"
    assert value(check, "alarm", "zero") == 8
    assert value(check, "drift_up", "zero") == pytest.approx(10.084)
    assert value(check, "precision", "zero") == 0
    # At reading 8 the sum has been above zero for 6 readings: 0.7 (1.002 + 6.588 / 6) = 1.47.
    assert value(check, "correction", "zero") == pytest.approx(-1.47)
    # No reading reaches 2 s = 4: the Shewhart chart says nothing.
    largest = check.figure("largest", "zero")
    assert largest is not None
    assert largest.within is True
    chart = cusum(DRIFT, 2.0, hx=2.85, kx=0.501, hs=6.90, ks=1.85)
    by_hand = [0, 0, 0.198, 1.096, 2.294, 3.892, 4.690, 6.588, 7.986, 10.084]
    assert chart.up.tolist() == pytest.approx(by_hand)
    assert chart.drift_alarm == 7
    # Turned over it drifts downwards, and is corrected upwards.
    down = qal3(Subject(EU, "n2o", "mg/m3"), [(9, 9 - one) for one in DRIFT], 2.0, "span")
    assert value(down, "drift_down", "span") == pytest.approx(10.084)
    assert value(down, "correction", "span") == pytest.approx(1.47)


def test_precision_is_tested_first() -> None:
    # s = 1: hs 6.9, ks 1.85. d jumps by 5: 25/2 - 1.85 = 10.65 at the second reading.
    check = qal3(Subject(EU, "so2", "mg/m3"), [(0, 2.5), (0, -2.5), (0, 2.5)], 1.0)
    assert check.verdict == "out_of_control"
    assert value(check, "precision", "zero") == pytest.approx(2 * 10.65)
    assert "2" in check.reasons[0].message("en")
    assert check.figure("alarm", "zero") is None


def test_the_shewhart_limits() -> None:
    def verdict(last: float) -> str:
        # Slowly, so that neither sum of the CUSUM chart alarms: precision of a single step.
        return qal3(Subject(EU, "so2", "mg/m3"), [(0, 0), (0, last)], 1.0).verdict

    assert (verdict(1.9), verdict(2.5), verdict(3.2)) == ("passed", "adjust", "out_of_control")
    assert qal3(Subject(EU, "so2", "mg/m3"), [], 1.0).verdict == "not_judged"


def at(hour: int) -> np.datetime64:
    return np.datetime64("2025-03-01T00:00") + np.timedelta64(hour, "h")


def checks(*told: tuple[int, float], rules: str = CHINA, point: str = "zero") -> list[Check]:
    """Drifts of a gas with span 100 at hours: 0 passes, 4 has to be adjusted, 9 and more fails."""
    subject = Subject(rules, "so2", "mg/m3", span=100.0)
    return [drift(subject, point, 0.0, gap, at(hour)) for hour, gap in told]  # type: ignore[arg-type]


def spans(found: tuple[Interval, ...]) -> list[tuple[int, int]]:
    return [tuple(int((one - at(0)) / np.timedelta64(1, "h")) for one in pair) for pair in found]  # type: ignore[misc]


def test_out_of_control_from_the_last_passed_to_the_next_passed() -> None:
    told = checks((0, 0), (24, 4), (48, 20), (49, 20), (50, 4), (52, 0), (76, 0))
    # In control at 24 (to be adjusted), failed at 48, adjusted at 50 but passed at 52 only.
    assert spans(out_of_control(told, at(0), at(100))) == [(24, 52)]
    assert spans(out_of_control(told[::-1], at(0), at(100))) == [(24, 52)]
    # Cut to what is asked for; nothing before the first or after the last check is known.
    assert spans(out_of_control(told, at(30), at(40))) == [(30, 40)]
    assert spans(out_of_control(checks((5, 20)), at(0), at(10))) == [(0, 10)]
    assert out_of_control(checks((0, 0), (24, 0)), at(0), at(100)) == ()


def test_by_40_cfr_75_the_failed_check_begins_it() -> None:
    told = checks((0, 0), (24, 20), (30, 0), rules=USA)
    assert spans(out_of_control(told, at(0), at(100))) == [(24, 30)]


def test_another_kind_of_check_does_not_end_it() -> None:
    told = checks((0, 0), (24, 20), (60, 0)) + checks((10, 0), (30, 0), point="span")
    assert spans(out_of_control(told, at(0), at(100))) == [(0, 60)]
    # Times that touch are one.
    both = checks((0, 0), (10, 20), (20, 0)) + checks((20, 0), (25, 20), (30, 0), point="span")
    assert spans(out_of_control(both, at(0), at(100))) == [(0, 30)]


def test_a_calibration_that_was_due() -> None:
    # Every 24 hours by itself: done at 10, 40 and 60, due from 34 to 40 and from 84 on.
    told = checks((40, 20), (10, 0), (60, 0))
    assert spans(overdue(told, "automatic", at(0), at(100))) == [(34, 40), (84, 100)]
    # Seven days by hand in an extractive system: never late.
    assert overdue(told, "extractive", at(0), at(100)) == ()
    assert overdue([], "automatic", at(0), at(100)) == ()
    with pytest.raises(RuleError, match="by_post"):
        overdue(told, "by_post", at(0), at(100))
