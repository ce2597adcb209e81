"""Telegrams and series held against themselves: digits bound what rounding explains."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import numpy as np
import pytest

from tests.monitoring.test_corpus import BY_ID, segments
from tongjian.monitoring.hj212 import Reading, TelegramError, parse, readings
from tongjian.monitoring.screening import (
    Finding,
    Panel,
    Setting,
    Watched,
    carbon_balance,
    check_order,
    check_readings,
    check_whole,
    flow_balance,
    read_conventions,
)
from tongjian.monitoring.screening._chance import fisher, mann_whitney

KNOWN = read_conventions()
HOUR = Setting(interval_s=3600)
TIME = datetime(2025, 3, 1, 7)


def of(telegram: str, setting: Setting = HOUR) -> list[Finding]:
    segment = segments(BY_ID[telegram])[0][0]
    return check_readings(readings(parse(segment)), setting, KNOWN)


def reading(code: str, flag: str = "N", **values: str) -> Reading:
    return Reading(code, TIME, flag, values={kind: Decimal(text) for kind, text in values.items()})


def told(*listed: Reading, setting: Setting = HOUR) -> list[str]:
    return [one.test for one in check_readings(listed, setting, KNOWN)]


@pytest.mark.parametrize("telegram", ["T237", "T265", "T236"])
def test_real_telegrams_that_agree_with_themselves(telegram: str) -> None:
    """T237: 5.331 m3/s x 3600 s = 19191.6 m3 against 19191.973; T265: THC 39.00 = 37.55 + 1.45."""
    assert of(telegram) == []


def test_a_real_hour_whose_flow_does_not_give_its_total() -> None:
    """3.9151 m3/s x 3600 s = 14094 m3, and 12758 m3 were sent: 9.5 % less."""
    (one,) = of("T275")
    assert (one.test, one.channels, one.severity) == ("total", ("a00000",), "serious")
    assert one.inputs == {"Avg": "3.9151", "Cou": "12758.2462", "interval_s": "3600"}
    assert "12758.2462" in one.text("zh") and "14235" in one.text("en")
    assert one.periods == ("2021-07",)


def test_a_published_example_whose_parts_exceed_the_whole() -> None:
    """NO 101.94 mg/m3 as NO2 is 101.94 x 46/30 = 156.3; NOx was sent as 49.20."""
    (one,) = of("T166", Setting())
    assert one.test == "parts" and one.inputs["nox"] == "49.20"


def test_order() -> None:
    assert told(reading("a21002", Min="3.1", Avg="3.2", Max="3.3")) == []
    assert told(reading("a21002", Min="3.4", Avg="3.2", Max="3.5")) == ["order"]
    # 3.2 may have been 3.29 before its last digit was cut.
    assert told(reading("a21002", Min="3.29", Avg="3.2")) == []
    assert told(reading("a21002", Min="3.29", Avg="3.1")) == ["order"]
    assert told(reading("a21002", "D", Min="3.4", Avg="3.2", Max="3.5")) == []


def test_bounds() -> None:
    assert told(reading("a19001", Rtd="20.9"), reading("a01014", Rtd="101.5")) == ["bounds"]
    assert told(reading("a19001", Rtd="22.5")) == ["bounds"]
    (zero,) = check_readings([reading("a05002", Rtd="-0.94")], HOUR, KNOWN)
    assert zero.severity == "notice"


def test_masses() -> None:
    """50.0 mg/m3 x 10 000 m3 = 0.5 kg; the converted value of 80 mg/m3 would give 0.8 kg."""
    flow = reading("a00000", Avg="2.778", Cou="10000.8")
    assert told(flow, reading("a21002", Avg="50.0", Cou="0.500")) == []
    assert told(flow, reading("a21002", Avg="50.0", Cou="0.800")) == ["mass"]


def test_flow_in_either_unit_unless_it_is_known() -> None:
    per_hour = reading("a00000", Avg="10000", Cou="10001")
    assert told(per_hour) == []
    assert told(per_hour, setting=Setting(3600, flow_s=3600)) == []
    assert told(per_hour, setting=Setting(3600, flow_s=1)) == ["total"]


def test_conversion() -> None:
    """O2 9.4 %: 35 x (21 - 6)/(21 - 9.4) = 45.26 mg/m3 (the example of HJ 212-2017, 6 %)."""
    oxygen = reading("a19001", Rtd="9.40")
    good = reading("a21002", Rtd="35.00", ZsRtd="45.26")
    bad = reading("a21002", Rtd="35.00", ZsRtd="41.00")
    at_six = Setting(reference_oxygen=6.0)
    assert told(oxygen, good, setting=at_six) == []
    assert told(oxygen, bad, setting=at_six) == ["conversion"]
    # Without the reference: two gases of one telegram have one factor.
    other = reading("a21026", Rtd="20.00", ZsRtd="25.86")
    assert told(oxygen, good, other, setting=Setting()) == []
    assert told(oxygen, bad, other, setting=Setting()) == ["conversion"]
    # Near the oxygen of air the factor runs away and says nothing.
    assert told(reading("a19001", Rtd="20.50"), bad, setting=at_six) == []


def test_the_corpus_has_few_contradictions() -> None:
    """Of 286 public telegrams those with values: what is found is listed and looked at."""
    found: dict[str, set[str]] = {}
    for name, one in BY_ID.items():
        for segment in segments(one)[0]:
            try:
                telegram = parse(segment)
            except TelegramError:
                continue
            setting = Setting({"2061": 3600, "2031": 86_400}.get(telegram.cn, 0))
            for finding in check_readings(readings(telegram), setting, KNOWN):
                found.setdefault(name, set()).add(finding.test)
    assert found == {"T166": {"parts"}, "T229": {"bounds"}, "T275": {"total"}, "T276": {"total"}}


def panel(rows: int) -> Panel:
    return Panel([Watched("x", np.zeros(rows))], start=np.datetime64("2025-01-01T00:00:00"))


def test_hours_are_means_of_their_minutes() -> None:
    rng = np.random.default_rng(3)
    minutes = np.round(40 + rng.standard_normal(240), 2)
    hours = np.round(minutes.reshape(4, 60).mean(axis=1), 2)
    assert check_whole(Watched("nox", hours), minutes, panel(4), "mean", KNOWN) == []

    hours[2] -= 2
    (one,) = check_whole(Watched("nox", hours), minutes, panel(4), "mean", KNOWN)
    assert (one.test, one.first, one.last) == ("mean", 2, 2)
    # An hour of which a minute is missing cannot be told: the station may have had it.
    minutes[130] = np.nan
    assert check_whole(Watched("nox", hours), minutes, panel(4), "mean", KNOWN) == []


def test_totals_of_an_hour_are_sums() -> None:
    minutes = np.full(120, 166.67)
    good = Watched("flow", np.array([10000.2, 10000.2]))
    bad = Watched("flow", np.array([10000.2, 9000.2]))
    assert check_whole(good, minutes, panel(2), "total", KNOWN) == []
    assert [one.first for one in check_whole(bad, minutes, panel(2), "total", KNOWN)] == [1]


def test_order_of_series() -> None:
    low, mean, high = (
        Watched(name, np.array(values))
        for name, values in (
            ("min", [1.25, 1.15, 2.45]), ("avg", [1.25, 1.25, 1.55]), ("max", [1.35, 1.25, 1.65])
        )
    )  # fmt: skip
    (one,) = check_order(low, mean, high, panel(3), KNOWN)
    assert (one.test, one.first, one.channels) == ("order", 2, ("min", "avg"))


MONTHS = [f"2025-{month:02d}" for month in range(1, 13)]


def test_carbon_balance() -> None:
    computed = np.full(12, 1000.0)
    honest = computed * (1 + 0.02 * np.sin(np.arange(12)))
    assert carbon_balance("CO2", MONTHS, honest, computed, known=KNOWN) == []

    low = honest.copy()
    low[6:] *= 0.85
    (one,) = carbon_balance("CO2", MONTHS, low, computed, known=KNOWN)
    assert (one.test, one.periods) == ("carbon", tuple(MONTHS[6:]))

    # Seven per cent is within the tolerance; against reference months it is found by ranks.
    less = honest.copy()
    less[6:] *= 0.93
    (one,) = carbon_balance("CO2", MONTHS, less, computed, MONTHS[:6], KNOWN)
    assert one.test == "carbon_rank" and one.statistic == pytest.approx(2 / 924)


def test_carbon_balance_leaves_out_months_without_data() -> None:
    computed = np.array([1000.0, 0.0, np.nan] * 4)
    assert carbon_balance("CO2", MONTHS, np.full(12, 1000.0), computed, known=KNOWN) == []


def test_flow_balance() -> None:
    due = np.full(48, 100.0)
    flow = np.where(np.arange(48) < 30, 60.0, 100.0)
    (one,) = flow_balance(Watched("flow", flow), due, panel(48), KNOWN)
    assert (one.test, one.first, one.last) == ("flow", 0, 29)
    assert one.basis["status"] == "seen"
    assert flow_balance(Watched("flow", flow), due * 0.8, panel(48), KNOWN) == []


def test_probabilities_against_values_worked_out_by_hand() -> None:
    """Fisher's tea: 4 of 4 right by chance is 1/70, 3 of 4 or more 17/70."""
    assert fisher(4, 0, 0, 4) == pytest.approx(1 / 70)
    assert fisher(3, 1, 1, 3) == pytest.approx(17 / 70)
    # All three above all three: 2 of 20 orders.
    assert mann_whitney([4, 5, 6], [1, 2, 3]) == (9, pytest.approx(0.1))
    assert mann_whitney([1, 4, 5], [2, 3, 6]) == (4, pytest.approx(1.0))
