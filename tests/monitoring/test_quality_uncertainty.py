"""Uncertainty of a measured mass: by hand, and against a simulation of the same errors."""

import math

import numpy as np
import pytest

from tongjian.monitoring.quality import Spreads, mass_uncertainty, tier_reached, tiers
from tongjian.problems import TongjianError

nan = float("nan")


def test_by_hand() -> None:
    # 4 hours of 900 mg/Nm3 and 150 000 Nm3/h: 0.135 t each, 0.54 t. Systematic 3 % and 4 %: 5 % of
    # 0.54 = 0.027 t. Random 6 % of an hour: 0.06 * 0.135 * 2 = 0.0162 t. Together 0.031487 t.
    found = mass_uncertainty(np.full(4, 900.0), np.full(4, 150_000.0), Spreads(0.03, 0.04, 0.06))
    assert found.mass == pytest.approx(0.54)
    assert found.standard == pytest.approx(math.hypot(0.027, 0.0162))
    assert found.expanded == pytest.approx(2 * found.standard)
    assert found.relative == pytest.approx(0.11662, abs=1e-5)
    assert sum(one.share for one in found.components) == pytest.approx(1)
    assert (found.hours, found.substituted, found.lost) == (4, 0, 0)


def test_only_what_is_random_averages_out() -> None:
    def relative(hours: int, spreads: Spreads) -> float:
        return mass_uncertainty(np.full(hours, 900.0), np.full(hours, 1e5), spreads).relative

    random = Spreads(0, 0, 0.06, 0.08)
    assert relative(1, random) == pytest.approx(0.2)  # 2 * 10 %
    assert relative(10_000, random) == pytest.approx(0.002)
    systematic = Spreads(0.03, 0.04)
    assert relative(10_000, systematic) == pytest.approx(relative(1, systematic)) == 0.1


def test_substituted_and_lost_hours() -> None:
    # 8 hours of 0.1 t; two are substituted (20 % alike), one has no flow and is not in the mass.
    concentration, flow = np.full(9, 1000.0), np.full(9, 1e5)
    flow[8] = nan
    put = np.zeros(9, dtype=bool)
    put[[2, 3, 8]] = True
    found = mass_uncertainty(concentration, flow, Spreads(0, 0, 0.1, 0, 0.2), put)
    assert found.mass == pytest.approx(0.8)
    assert (found.hours, found.substituted, found.lost) == (8, 2, 1)
    # 0.2 * 0.2 t, and 0.1 * 0.1 t * sqrt(6) of the six measured.
    assert found.standard == pytest.approx(math.hypot(0.04, 0.01 * math.sqrt(6)))


def test_nothing_measured() -> None:
    found = mass_uncertainty(np.array([nan]), np.array([1.0]), Spreads(0.1, 0.1))
    assert (found.mass, found.standard, found.lost) == (0.0, 0.0, 1)
    assert math.isnan(found.relative)
    with pytest.raises(TongjianError, match="flow"):
        mass_uncertainty(np.ones(1), np.ones(1), Spreads(0.1, -0.1))


def test_a_simulation_of_the_same_errors_agrees() -> None:
    # JCGM 101: draw the errors as they are meant, look at the spread of the mass.
    rng = np.random.default_rng(20251126)
    hours, draws = 60, 20_000
    concentration = rng.uniform(300, 1500, hours)
    flow = rng.uniform(8e4, 2e5, hours)
    put = np.arange(hours) % 10 == 0
    spreads = Spreads(0.02, 0.03, 0.2, 0.15, 0.1)
    found = mass_uncertainty(concentration, flow, spreads, put)

    def alike(spread: float) -> np.ndarray:
        return 1 + spread * rng.standard_normal((draws, 1))

    def each(spread: float) -> np.ndarray:
        return 1 + spread * rng.standard_normal((draws, hours))

    measured = np.where(put, alike(spreads.substituted), each(spreads.concentration_random))
    drawn = concentration * alike(spreads.concentration) * measured
    drawn = drawn * flow * alike(spreads.flow) * each(spreads.flow_random)
    mass = drawn.sum(axis=1) * 1e-9
    # 20 000 draws know a standard deviation to 0.5 %; terms of the second order are about 0.3 %.
    assert found.standard == pytest.approx(mass.std(ddof=1), rel=0.02)
    assert found.mass == pytest.approx(mass.mean(), rel=0.002)


def test_tiers_of_n2o() -> None:
    known = tiers("eu.mrr", "n2o")
    assert [one.limit.text for one in known] == ["10 %", "7.5 %", "5 %"]
    assert {one.limit.status for one in known} == {"seen"}
    reached = [tier_reached(u, known) for u in (0.11, 0.10, 0.08, 0.06, 0.05, 0.01)]
    assert [one.number if one else None for one in reached] == [None, 1, 1, 2, 3, 3]
    # The Chinese rules have none.
    assert tiers("cn.hj75-2017", "n2o") == ()
