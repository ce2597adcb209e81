"""Approach 1, trend and drawing against published and analytic results."""

import math

import numpy as np
import pytest

from tongjian.engine import Quantity, Sensitivity
from tongjian.rules import Words
from tongjian.uncertainty import (
    Approach2,
    Assumption,
    Assumptions,
    Distribution,
    approach1,
    propagate,
    trend,
)


def quantity(name, *, activity=False):
    return Quantity(f"value:{name}", "value", Words(name, name), "1", activity)


def assumed(**half_widths):
    return Assumptions(
        tuple(Assumption(f"value:{name}", width, "test") for name, width in half_widths.items())
    )


def test_product_rule():
    """UNC-MULT: sqrt(5² + 3² + 2² + 1²) = 6.244998 %."""
    names = {"ad": 5, "ncv": 3, "cc": 2, "of": 1}
    effects = {quantity(name): 100.0 for name in names}

    found = approach1(Sensitivity(100.0, "tCO2", effects), assumed(**names))

    assert found.percent == pytest.approx(6.244998, abs=1e-5)
    assert sum(one.share for one in found.contributions) == pytest.approx(1)


def test_sum_rule_with_a_deduction():
    """UNC-SUM: 50000 ± 6 %, 20000 ± 12 %, −5000 ± 8 %: 5.942526 %."""
    effects = {quantity("a"): 5e4, quantity("b"): 2e4, quantity("c"): -5e3}

    found = approach1(Sensitivity(65_000.0, "tCO2", effects), assumed(a=6, b=12, c=8))

    assert found.percent == pytest.approx(5.942526, abs=1e-5)


def test_what_nobody_has_quantified_is_named():
    effects = {quantity("a"): 5e4, quantity("b"): 2e4}
    found = approach1(Sensitivity(7e4, "tCO2", effects), assumed(a=6))

    assert [one.quantity.id for one in found.unquantified] == ["value:b"]
    assert approach1(Sensitivity(0.0, "t", {}), assumed()).percent is None


# category: base year, year, half width of amount and of factor
ROWS = {"coal": (1e5, 8e4, 2, 5), "gas": (2e4, 4e4, 1, 2), "process": (3e4, 3.3e4, 3, 10)}


def years(position):
    effects = {}
    for name, row in ROWS.items():
        effects[quantity(f"{name}_ad", activity=True)] = row[position]
        effects[quantity(f"{name}_ef")] = row[position]
    return Sensitivity(sum(row[position] for row in ROWS.values()), "tCO2", effects)


def test_trend_of_table_3_2():
    """UNC-TREND: factors correlated between the years, amounts not: 1.978198 points."""
    widths = {f"{name}_ad": row[2] for name, row in ROWS.items()}
    widths |= {f"{name}_ef": row[3] for name, row in ROWS.items()}

    found = trend(years(0), years(1), assumed(**widths))

    assert found is not None
    assert found.half_width == pytest.approx(1.978198, abs=1e-5)
    sensitivities = {one.quantity.id: abs(one.sensitivity) for one in found.parts}
    for name, type_a, type_b in (
        ("coal", 0.145695, 0.533333),
        ("gas", 0.130493, 0.266667),
        ("process", 0.015968, 0.22),
    ):
        assert sensitivities[f"value:{name}_ef"] == pytest.approx(type_a, abs=1e-6)
        assert sensitivities[f"value:{name}_ad"] == pytest.approx(type_b, abs=1e-6)


def test_a_trend_from_nothing_is_none():
    nothing = Sensitivity(0.0, "tCO2", {})
    assert trend(nothing, years(1), assumed()) is None


def four(drawn):
    return sum(drawn.values())


@pytest.mark.parametrize(
    ("kind", "end"), [("normal", 3.92), ("rectangular", 3.88)], ids=["MC-NORM", "MC-RECT"]
)
def test_jcgm_101_sums_of_four(kind, end):
    """JCGM 101:2008 9.2.2 and 9.2.3: u = 2.00, 95 % interval ±3.92 and ±3.88."""
    inputs = {f"x{number}": Distribution(kind, 0.0, 1.0) for number in range(1, 5)}

    found = propagate(four, inputs, draws=1_000_000, seed=7)

    assert found.sd == pytest.approx(2.00, abs=0.01)
    assert found.low == pytest.approx(-end, abs=0.03)
    assert found.high == pytest.approx(end, abs=0.03)
    assert abs(found.mean) < 4 * found.standard_error
    assert found.stable and found.without_value == 0


@pytest.mark.parametrize("kind", ["normal", "lognormal", "rectangular", "triangular"])
def test_distributions_have_their_moments(kind):
    wanted = Distribution(kind, 2.0, 0.5)
    found = propagate(lambda drawn: drawn["x"], {"x": wanted}, draws=200_000)

    assert found.mean == pytest.approx(2.0, abs=5 * found.standard_error)
    assert found.sd == pytest.approx(0.5, rel=0.02)


def test_large_half_widths_stay_positive():
    wide = Distribution.relative(0.8)
    assert (wide.kind, Distribution.relative(0.3).kind) == ("lognormal", "normal")
    assert propagate(lambda drawn: drawn["x"], {"x": wide}).low > 0


def test_the_same_seed_gives_the_same_result_whatever_the_blocks(monkeypatch):
    inputs = {"a": Distribution.relative(0.1), "b": Distribution.relative(0.5)}

    def product(drawn):
        return drawn["a"] * drawn["b"]

    first = propagate(product, inputs, draws=5_000, seed=3)
    assert propagate(product, dict(reversed(inputs.items())), draws=5_000, seed=3) == first
    monkeypatch.setattr("tongjian.uncertainty._propagate.BLOCK", 777)
    assert propagate(product, inputs, draws=5_000, seed=3) == first
    assert propagate(product, inputs, draws=5_000, seed=4) != first


def test_too_few_draws_tell_nothing_of_their_own_error():
    found = propagate(lambda drawn: drawn["a"], {"a": Distribution.relative(0.1)}, draws=5)
    assert math.isinf(found.half_width_error) and not found.stable


def test_a_total_of_nothing_has_no_percentage():
    spread = propagate(lambda drawn: drawn["a"] - 1, {"a": Distribution.relative(0.1)}, draws=1_000)
    assert Approach2(0.0, "tCO2", 1, spread).percent is None
    # 1.96 standard deviations of 0.051 (10 % of half width), on a total of 2: about 5 %.
    assert Approach2(-2.0, "tCO2", 1, spread).percent == pytest.approx(5, rel=0.1)


def test_draws_without_a_value_are_counted():
    def sometimes(drawn):
        return np.where(drawn["a"] > 1, drawn["a"], np.nan)

    found = propagate(sometimes, {"a": Distribution.relative(0.1)}, draws=1_000)
    assert 400 < found.without_value < 600
    nothing = propagate(lambda drawn: np.float64(np.nan), {"a": Distribution.relative(0.1)}, 100)
    assert nothing.without_value == 100 and math.isnan(nothing.mean) and not nothing.stable
