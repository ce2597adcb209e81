"""Substitution of hours, case by case: each number here was derived by hand from the rule."""

from __future__ import annotations

import numpy as np
import pytest

from tests.monitoring.hours import series
from tests.support import codes, only, says
from tongjian.monitoring.hours import Hours
from tongjian.monitoring.substitution import Substituted, explain, substitute
from tongjian.rules import Rulebook

HIGHEST = 5000.0
NAN = float("nan")


class Bench:
    """One series under one rule."""

    def __init__(self, rulebook: Rulebook, rule: str, quantity: str, hours: Hours, **more) -> None:
        self.hours = hours
        document = rulebook.substitution(rule)
        self.used: Substituted = substitute(hours, document, quantity=quantity, **more)

    @property
    def values(self) -> list[float]:
        return self.used.value.tolist()

    def at(self, position: int) -> tuple[float, str, tuple[int, int]]:
        """Value, band and reach of an hour."""
        number = int(self.used.rule[position])
        band = "" if number < 0 else self.used.rules[number].partition("/")[2]
        reach = int(self.used.reached_from[position]), int(self.used.reached_to[position])
        return float(self.used.value[position]), band, reach

    @property
    def codes(self) -> list[str]:
        return [code.removeprefix("monitoring.substitution_") for code in codes(self.used.notices)]


@pytest.fixture
def bench(rulebook: Rulebook):
    def made(rule: str, text: str, quantity: str = "so2", start="2025-01-01T00", **more) -> Bench:
        return Bench(rulebook, rule, quantity, series(text, start), **more)

    return made


# ---- HJ/T 75-2007 and the inventory's practice ----

OLD = {"rule": "cn.hjt75-2007", "start": "2012-01-01T00"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # (100 + 160) / 2 = 130
        ("100 . 160", [100, 130, 160]),
        ("100 .*3 160", [100, 130, 130, 130, 160]),
        # Of all ways in which an hour can be lost.
        ("100 . t f x 160", [100, 130, 130, 130, 130, 160]),
        # The hour of standstill stays empty, and the hours next to the gap are those that ran.
        ("100 s . s s . s 160", [100, NAN, 130, NAN, NAN, 130, NAN, 160]),
        ("100 . 160 . 20", [100, 130, 160, 90, 20]),  # (160 + 20) / 2
    ],
)
def test_the_mean_of_the_hours_around(bench, text: str, expected: list[float]):
    assert bench(text=text, **OLD).values == pytest.approx(expected, nan_ok=True)


def test_24_hours_are_interpolated_and_25_are_not(bench):
    day = bench(text="100 .*24 160", **OLD)
    assert day.values == [100, *[130] * 24, 160]
    assert day.at(1) == (130, "hours.up-to-24h", (0, 25))

    longer = bench(text="100 .*25 160", **OLD)
    assert np.isnan(longer.values[1:26]).all()
    assert longer.at(1)[1:] == ("", (-1, -1))
    says(only(longer.used.notices, "monitoring.substitution_none"), "25", "2012-01-01 01:00")


def test_hours_of_standstill_in_a_gap_do_not_count(bench):
    """24 lost hours with 30 of standstill among them are a gap of 24 hours."""
    made = bench(text="100 .*10 s*30 .*14 160", **OLD)
    assert made.values[1:11] == [130] * 10
    assert np.isnan(made.values[11:41]).all()
    assert made.values[41:55] == [130] * 14
    assert made.codes == []


def test_a_gap_at_either_end_has_only_one_side(bench):
    before = bench(text="100 .*2", **OLD)
    assert np.isnan(before.values[1:]).all() and before.codes == ["no_after"]
    after = bench(text=".*2 100", **OLD)
    assert np.isnan(after.values[:2]).all() and after.codes == ["no_before"]


def test_nothing_valid_at_all(bench):
    lost = bench(text=".*5", **OLD)
    assert np.isnan(lost.values).all() and lost.codes == ["no_valid"]
    still = bench(text="s*5", **OLD)
    assert np.isnan(still.values).all() and still.codes == []
    empty = bench(text="", **OLD)
    assert empty.values == [] and empty.codes == []


def test_out_of_its_dates_by_analogy_and_not_at_all(bench):
    made = bench("cn.hjt75-2007", "100 . 160", "n2o")  # 2025
    assert made.codes == ["analogy", "dates"]
    assert "氧化亚氮" in made.used.notices[0].text("zh")
    assert "nitrous oxide" in made.used.notices[0].text("en")
    none = bench("us.mats-pm", "100 . 160", "n2o")
    assert np.isnan(none.values[1]) and none.codes == ["no_part"]


def test_the_inventory_takes_the_mean_of_the_month(bench):
    """January has 100 and 160 as valid hours: 130; from the first of February on it is 40."""
    # 744 hours in January: 2 valid, the rest lost; a gap of 25 hours over midnight of the 31st.
    text = "100 160 s*721 .*25 40*3"  # 2 + 721 = 723: the gap begins on the 31st at 03:00
    made = bench("cn.ceap-2020", text, start="2015-01-01T00")
    assert made.at(723) == (130, "hours.up-to-5d", (0, 1))
    assert made.at(743)[0] == 130  # 31 January, 23:00
    assert made.at(744) == (40, "hours.up-to-5d", (748, 750))  # 1 February, 00:00


def test_the_inventory_takes_five_days_as_shut_down(bench):
    edge = bench("cn.ceap-2020", "100 .*120 160", start="2015-01-01T00")
    assert edge.values[1:121] == [130] * 120
    over = bench("cn.ceap-2020", "100 .*121 160", start="2015-01-01T00")
    assert np.isnan(over.values[1:122]).all() and over.codes == ["none"]


# ---- HJ 75-2017 ----

# 250 valid hours before the calibration in the hour 250, then 50 after it; 9999 lies among the
# last 720 and not among the last 180 valid hours before it (70 to 249), 7777 lies after it.
STORY = "10*60 9999 10*100 300 10*88 10*30 7777 10*19"
PASSED = [np.datetime64("2025-01-01T05:00"), np.datetime64("2025-01-11T10:30")]  # hour 250, half


def test_out_of_control_up_to_24_hours_and_longer(bench):
    short = bench("cn.hj75-2017", f"{STORY} x*24 10*700", calibrations=PASSED)
    assert short.at(300) == short.at(323) == (300, "out-of-control.a90-up-to-24h", (70, 249))
    long = bench("cn.hj75-2017", f"{STORY} x*25 10*700", calibrations=PASSED)
    # All 250 valid hours: there are no 720.
    assert long.at(300) == long.at(324) == (9999, "out-of-control.a90-longer", (0, 249))
    assert long.codes == ["analogy", "recalled", "short"]
    says(long.used.notices[0], "a90-longer", "recalled", "25")
    says(long.used.notices[2], "720", "250")


def test_other_invalid_hours_look_back_from_the_gap(bench):
    """The last 180 valid hours before the gap are 120 to 299; the calibration is of no matter."""
    made = bench("cn.hj75-2017", f"{STORY} .*10 f*10 t*4 10*700")
    assert made.at(300) == made.at(323) == (7777, "invalid.a90-up-to-24h", (120, 299))
    longer = bench("cn.hj75-2017", f"{STORY} .*10 f*10 t*5 10*700")
    assert longer.at(300)[:2] == (9999, "invalid.a90-longer")


def test_hours_out_of_control_and_other_lost_hours_are_gaps_of_their_own(bench):
    """20 hours out of control and 20 missing ones are not a gap of 40 hours."""
    made = bench("cn.hj75-2017", f"{STORY} x*20 .*20 10*700", calibrations=PASSED)
    assert made.at(300)[1] == "out-of-control.a90-up-to-24h"
    assert made.at(320)[1] == "invalid.a90-up-to-24h"


@pytest.mark.parametrize(
    ("lost", "valid", "band"),
    [
        (25, 225, "invalid.a90-longer"),  # 225 / 250 = 0.9 exactly
        (26, 225, "invalid.a75"),  # 225 / 251 = 0.896
        (100, 300, "invalid.a75"),  # 300 / 400 = 0.75 exactly
        (101, 300, ""),  # 300 / 401 = 0.748
    ],
)
def test_the_availability_of_the_quarter(bench, lost: int, valid: int, band: str):
    """Hours of standstill and hours of another quarter do not matter (it begins in January)."""
    text = f".*{lost} 5*{valid - 3} s*{2160 - lost - valid} 5*3 .*40 5*400"
    made = bench("cn.hj75-2017", f"7 5*99 {text}", start="2024-12-27T20")
    assert made.at(100)[1] == band
    assert made.values[100] == pytest.approx(7 if band else NAN, nan_ok=True)
    # 40 hours lost in April, of 440: 0.909.
    assert made.at(100 + 2160)[1] == "invalid.a90-longer"


def test_a_gap_with_which_the_data_end_may_get_longer(bench):
    made = bench("cn.hj75-2017", "5*600 .*24 s*3", role="mass")
    assert made.at(623)[1] == "invalid.a90-up-to-24h"
    assert made.codes == ["recalled", "unfinished"]
    assert bench("cn.hj75-2017", "5*600 .*24 s*3 5", role="mass").codes == ["recalled"]


def test_no_calibration_known(bench):
    made = bench("cn.hj75-2017", "10*300 x 10*100")
    assert np.isnan(made.values[300]) and "no_calibration" in made.codes
    early = bench("cn.hj75-2017", "10*300 x 10*100", calibrations=[np.datetime64("2024-05-01")])
    assert np.isnan(early.values[300]) and "no_valid" in early.codes


def test_a_calibration_in_the_first_hour_of_the_gap_began_it(bench):
    passed = [np.datetime64("2025-01-01T02:30")]
    made = bench("cn.hj75-2017", "10 30 x*2 10*100", calibrations=passed)
    assert made.at(2) == (30, "out-of-control.a90-up-to-24h", (0, 1))
    # One in the second hour is not before the gap.
    passed = [np.datetime64("2025-01-01T03:00")]
    assert "no_calibration" in bench("cn.hj75-2017", "10 30 x*2 10*99", calibrations=passed).codes


# ---- EU 2018/2066 ----


def test_mean_and_two_standard_deviations(bench):
    """Eight hours of mean 899.875 and deviation 19.65 of the sample (n - 1): 939.2 mg/Nm3.

    Sum 7199; sum of squares about the mean 2702.875; / 7 = 386.125, root 19.650; with the
    deviation of the population (/ 8, 18.381) it would be 936.6.
    """
    eight = "935 889 903 907 895 913 888 869"
    made = bench("eu.mrr-2018-2066", f"{eight} .*2", "n2o")
    assert round(made.values[8], 1) == 939.2
    assert made.at(9) == (made.values[8], "concentration.mean-and-2s", (0, 7))
    assert made.codes == []


def test_the_reporting_period_is_the_year(bench):
    """Hours before and after the gap in the same year count, those of the year before do not."""
    made = bench("eu.mrr-2018-2066", "999*2 10 . 20 30", "n2o", start="2024-12-31T22")
    # 10, 20, 30: mean 20, deviation 10.
    assert made.at(3) == (40, "concentration.mean-and-2s", (2, 5))


def test_one_valid_hour_has_no_deviation(bench):
    assert bench("eu.mrr-2018-2066", "10 .", "n2o").values == [10, 10]


def test_more_than_five_days_are_told(bench):
    edge = bench("eu.mrr-2018-2066", "10 .*120 10", "n2o")
    assert edge.codes == []
    over = bench("eu.mrr-2018-2066", "10 .*60 s*5 f*61 10 .*121 10", "n2o")
    assert over.codes == ["notify", "notify"]
    says(over.used.notices[0], "121", "120", "2025-01-01 01:00", "Article 45", "seen")


def test_other_parameters_come_from_a_balance(bench):
    made = bench("eu.mrr-2018-2066", "10 . 20", "flow")
    assert np.isnan(made.values[1])
    says(only(made.used.notices, "monitoring.substitution_none"), "balance")


# ---- 40 CFR 75 ----

US = "us.40cfr75-33"


def test_every_band_of_one_long_gap(bench):
    """720 valid hours 1 to 720, then a gap of 181 hours; availability is 720 / (720 + k).

    k = 37: 0.951; k = 38: 0.9499; k = 80: 0.9 exactly; k = 180: 0.8 exactly. The 90th percentile
    of 720 hours is the 648th, the 95th the 684th; the hours around are 720 and 100, mean 410.
    """
    made = bench(US, "1..720 .*181 100", highest=HIGHEST)
    for k, value, band in [
        (1, 648, "b.1ii"),
        (37, 648, "b.1ii"),
        (38, 684, "b.2ii"),
        (80, 684, "b.2ii"),
        (81, 720, "b.3"),
        (180, 720, "b.3"),
        (181, HIGHEST, "b.4"),
    ]:
        assert made.at(719 + k)[:2] == (value, band), k
    assert made.at(720)[2] == (0, 901)
    assert made.at(719 + 81)[2] == (0, 719)
    assert made.at(719 + 181)[2] == (-1, -1)
    assert made.codes == []


def test_exactly_95_per_cent(bench):
    """722 of 760 hours; the last 720 of 1 to 722 begin with 3: percentiles 650 and 686."""
    made = bench(US, "1..722 .*39 100", highest=HIGHEST)
    assert made.at(721 + 38) == (650, "b.1ii", (2, 761))
    assert made.at(721 + 39) == (686, "b.2ii", (2, 761))


@pytest.mark.parametrize(
    ("after", "value"),
    [(900, 810), (100, 648)],  # (720 + 900) / 2 = 810 is more than 648, (720 + 100) / 2 = 410 not
)
def test_24_and_25_hours_at_more_than_95_per_cent(bench, after: int, value: float):
    mean = (720 + after) / 2
    assert bench(US, f"1..720 .*24 {after}").at(743) == (mean, "b.1i", (719, 744))
    assert bench(US, f"1..720 .*25 {after}").at(744) == (value, "b.1ii", (0, 745))


@pytest.mark.parametrize(("after", "value"), [(900, 810), (100, 684)])
def test_8_and_9_hours_below_95_per_cent(bench, after: int, value: float):
    """50 lost hours before: 720 / 778 = 0.925, 720 / 779 = 0.924."""
    mean = (720 + after) / 2
    eight = bench(US, f".*50 1..720 .*8 {after}", highest=HIGHEST)
    assert eight.at(777) == (mean, "b.2i", (769, 778))
    nine = bench(US, f".*50 1..720 .*9 {after}", highest=HIGHEST)
    assert nine.at(778) == (value, "b.2ii", (50, 779))


def test_the_first_720_hours(bench):
    """Nothing before: the highest possible value; then the hours around, whatever the length."""
    made = bench(US, ".*2 1..719 .*60 100", highest=HIGHEST)
    assert made.at(0) == (HIGHEST, "b.first", (-1, -1))
    assert made.at(721) == made.at(780) == (409.5, "b.initial", (720, 781))
    assert made.codes == ["recalled"]
    none = bench(US, ".*2 1..3")
    assert np.isnan(none.values[:2]).all() and none.codes == ["no_highest"]


def test_the_window_of_8760_hours_of_operation(bench):
    """The hour itself is the last of the window; hours of standstill do not count.

    437 lost hours and the gap's own are 438 of 8,760: 0.95 exactly; one more is below. 500 lost
    ones before the window are of no matter: 1 of 8,760.
    """
    edge = bench(US, "7 .*437 5*8322 s*500 . 9", highest=HIGHEST)
    assert explain(edge.used, edge.hours, 9260).availability == 0.95
    assert edge.at(9260)[1] == "b.1i"
    below = bench(US, "7 .*438 5*8321 s*500 . 9", highest=HIGHEST)
    assert explain(below.used, below.hours, 9260).availability == 8321 / 8760
    assert below.at(9260)[1] == "b.2i"
    past = bench(US, "7 .*500 5*8760 s*500 . 9", highest=HIGHEST)
    assert explain(past.used, past.hours, 9761).availability == 8759 / 8760


def test_nitrogen_oxides_and_flow_look_back_over_2160_hours(bench):
    """1 to 2160: mean 1080.5, 90th percentile 1944, 95th 2052; (2160 + 10) / 2 = 1085."""
    assert bench(US, "1..2160 .*24 10", "nox").at(2160)[:2] == (1080.5, "c.1i")
    made = bench(US, "1..2160 .*541 10", "flow", highest=HIGHEST)
    for k, value, band in [
        (113, 1944, "c.1ii"),  # 2160 / 2273 = 0.9503
        (114, 2052, "c.2ii"),  # 2160 / 2274 = 0.9499
        (240, 2052, "c.2ii"),  # 2160 / 2400 = 0.9
        (241, 2160, "c.3"),
        (540, 2160, "c.3"),  # 2160 / 2700 = 0.8
        (541, HIGHEST, "c.4"),
    ]:
        assert made.at(2159 + k)[:2] == (value, band), k
    assert made.codes == ["recalled"] * 4
    early = bench(US, "1..9 .*2 10", "nox")
    assert early.at(9) == (5, "c.initial", (0, 8))


def test_nothing_is_older_than_three_years(bench):
    """720 hours of 1000, a standstill, 10 hours of 50 to 59; 26,280 hours back lie only those."""
    text = "1000*720 s*26000 50..59 s*279 .*180 9"
    # The gap begins at 27,009; 27,009 - 26,280 = 729: the first 720 hours are too old.
    made = bench(US, text, highest=HIGHEST)
    assert made.at(27009 + 82) == (59, "b.3", (26720, 26729))  # 730 / 813 = 0.898


# ---- 40 CFR 98 and MATS ----


def test_before_and_after_or_the_first_after(bench):
    made = bench("us.40cfr98", ".*2 100 . 160 .*2", "n2o")
    assert made.values[:5] == [100, 100, 100, 130, 160]
    assert np.isnan(made.values[5:]).all()  # nothing after, and no rule for that
    assert made.codes == ["no_after"]


def test_pm_is_not_substituted(bench):
    made = bench("us.mats-pm", "10 . 12", "pm")
    assert np.isnan(made.values[1])
    says(only(made.used.notices, "monitoring.substitution_none"), "pm.downtime", "Appendix C")


# ---- what an hour says of itself ----


def test_every_substituted_hour_is_explained(bench):
    made = bench(US, "1..720 .*25 100", highest=HIGHEST)
    told = explain(made.used, made.hours, 724)
    assert (told.rule, told.value) == ("us.40cfr75-33/b.1ii", 648)
    assert told.band is not None and told.band.basis.clause == "75.33(b)(1)(ii)"
    assert told.gap == (720, 744, 25) and told.history == 720
    assert told.availability == 720 / 725
    percentile, mean = told.made_from
    assert (percentile.value, percentile.at, len(percentile.values)) == (648, (*range(720),), 720)
    assert (mean.value, mean.at, mean.values) == (410, (719, 745), (720, 100))
    assert told.window == (0, 745)
    assert told.as_dict()["made_from"][1] == {
        "is": "mean",
        "over": "neighbours",
        "hours": 2,
        "value": 410,
        "lack": "",
    }
    en, zh = told.text("en"), told.text("zh")
    assert en.startswith("648: the greatest of: 90th percentile of the last 720 valid hours")
    assert "gap 25 h, availability 99.31%; made from 722 valid hours" in en
    assert zh.startswith("648：取大：") and "75.33(b)(1)(ii)，seen" in zh
    own = explain(made.used, made.hours, 3)
    assert own.text("en") == ""
    assert (own.value, own.rule, own.gap) == (4, "", None)
    assert own.as_dict() == {"hour": "2025-01-01T03", "state": "valid", "value": 4}
