"""Hours through validity, substitution and formulas, against the same worked by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.measured.plant import HOURS, UNIT, Line, channel, hours
from tongjian.engine import Backend
from tongjian.measured import (
    PointHours,
    Series,
    Signals,
    Through,
    measure_hours,
    measuring_rule,
    read_hours,
    summarised,
)
from tongjian.monitoring.hours import State
from tongjian.monitoring.profile import Point, conversion, is_of_standard_state
from tongjian.problems import RecordError
from tongjian.rules import Rulebook, load_rulebook

LOST = {
    "n2o": {50: State.MISSING, 51: State.FLAGGED, 52: State.TOO_FEW},
    "moisture": {400: State.FLAGGED},
}
JANUARY = 31 * 24


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook()


@pytest.fixture(scope="module")
def usual(book: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> tuple[Line, Through, Path]:
    """The line with gaps under the usual rules, once for all tests that only look."""
    line, folder = Line(lost=LOST), tmp_path_factory.mktemp("usual")
    return line, through(book, folder, line), folder


def through(
    book: Rulebook, folder: Path, line: Line, rule: str | None = None, backend: Backend = "duckdb"
) -> Through:
    return measure_hours([line.point()], 2025, measuring_rule(rule), book, folder, backend=backend)


def row(found: Through, sheet: str, **key: str) -> dict[str, float]:
    rows = [
        one for one in found.sheet(sheet) if all(one[name] == value for name, value in key.items())
    ]
    assert len(rows) == 1
    return rows[0]


def by_hand(line: Line) -> np.ndarray:
    """kg of each hour: HJ 75-2017 puts in the greatest mass of the 180 valid hours before."""
    lost = {at for gone in line.lost.values() for at in gone}
    valid = [at for at in range(line.count) if at not in lost and line.running[at] > 0]
    mass = np.zeros(line.count)
    for at in range(line.count):
        if line.running[at] == 0:
            continue
        if at in lost:
            before = [one for one in valid if one < at][-180:]
            mass[at] = max(line.rate(one) for one in before)
        else:
            mass[at] = line.rate(at)
        mass[at] *= line.running[at]
    return mass


def grams(mass: np.ndarray, of_one: float = 1.0) -> float:
    """The sum of kg as the engine forms it: each hour in whole grams, or parts of one; in t."""
    return float(np.sum(np.floor(mass * 1e3 * of_one + 0.5)) / of_one / 1e6)


def test_months_and_year_are_the_sums_of_the_hours(usual: tuple[Line, Through, Path]) -> None:
    line, found, _ = usual
    mass = by_hand(line)

    january = row(found, "gas_month", month="2025-01")
    february = row(found, "gas_month", month="2025-02")
    year = row(found, "gas_year")
    assert january["mass"] == pytest.approx(grams(mass[:JANUARY]), abs=1e-12)
    assert february["mass"] == pytest.approx(grams(mass[JANUARY:]), abs=1e-12)
    assert year["mass"] == pytest.approx(january["mass"] + february["mass"], abs=1e-12)
    put_in = grams(mass[[50, 51, 52, 400]])
    assert january["substituted_mass"] == pytest.approx(put_in, abs=1e-12)
    assert january["measured_mass"] == pytest.approx(january["mass"] - put_in, abs=1e-12)
    # 744 h: 5 stopped and three quarters of one, 4 substituted
    assert january["stopped_hours"] == 5.75
    assert january["substituted_hours"] == 4
    assert january["valid_hours"] == 744 - 5.75 - 4
    assert january["missing_hours"] == february["missing_hours"] == 0
    assert january["validity"] == pytest.approx((744 - 9.75) / (744 - 5.75))


def test_the_abatement_and_the_unit(usual: tuple[Line, Through, Path]) -> None:
    line, found, _ = usual
    unit = row(found, "unit_month", month="2025-01")
    assert unit["running_hours"] == 744 - 5.75
    # off for 10 h; in the hour of the start it counts with the running
    assert unit["abatement_hours"] == 744 - 5.75 - 10
    mass = by_hand(line)
    assert unit["n2o"] == pytest.approx(grams(mass[:JANUARY]), abs=1e-12)


def test_back_ends_agree_to_the_last_bit(
    book: Rulebook, tmp_path: Path, usual: tuple[Line, Through, Path]
) -> None:
    line, by_sql, _ = usual
    by_python = through(book, tmp_path, line, backend="python")
    assert by_sql.run.manifest["result"] == by_python.run.manifest["result"]
    assert by_sql.digests == by_python.digests


def test_hours_say_what_was_put_in_and_why(usual: tuple[Line, Through, Path]) -> None:
    line, found, folder = usual
    kept = read_hours(folder / "hours.parquet", UNIT, found.rows[0].gas.record.gas)
    assert len(kept) == HOURS
    assert [State(one) for one in kept.state[50:54]] == [
        *(State.MISSING, State.FLAGGED, State.TOO_FEW, State.VALID),
    ]
    assert kept.state[400] == State.FLAGGED
    assert kept.state[200] == State.STOPPED
    assert kept.rule[50].startswith("cn.hj75-2017/invalid.")
    assert kept.rule[53] == ""
    assert kept.reached[1][50] == "2025-01-03T01"  # the hour before the gap
    assert kept.columns["emission_rate"][51] == pytest.approx(
        max(line.rate(at) for at in range(50)), rel=1e-12
    )
    measured = summarised(found, "F", 2025, measuring_rule(None), folder)
    (point,) = measured.points
    assert point.states == {"valid": HOURS - 9, "missing": 1, "too_few": 1, "flagged": 2,
                            "stopped": 5}  # fmt: skip
    assert sum(point.rules.values()) == 4


def test_the_european_rule_fills_channels(book: Rulebook, tmp_path: Path) -> None:
    """Mean and two standard deviations of the concentration; normal conditions of 273.15 K."""
    line = Line(lost={"n2o": {50: State.MISSING}})
    found = through(book, tmp_path, line, "eu.mrr-2018-2066")
    kept = read_hours(tmp_path / "hours.parquet", UNIT, found.rows[0].gas.record.gas)
    valid = kept.state == State.VALID
    put_in = kept.columns["concentration"][50]
    assert put_in > np.nanmean(line.n2o[valid])
    year = row(found, "mrr")
    kelvin = 273.15 + line.temperature
    normal = line.flow * 273.15 / kelvin * (101_325 + line.pressure) / 101_325
    normal *= 1 - line.moisture / 100
    value = np.where(np.arange(HOURS) == 50, put_in, line.n2o)
    # Amounts of a substance are summed in whole milligrams.
    mass = value * normal * 1e-6 * line.running
    assert year["n2o"] == pytest.approx(grams(mass, 1000), abs=1e-9)
    assert row(found, "gas_year")["substituted_hours"] == 1


def test_what_cannot_be_filled_stays_open(book: Rulebook, tmp_path: Path) -> None:
    """Data end on 20 February: what comes after is missing and nothing is put there."""
    line = Line(count=31 * 24 + 20 * 24)
    point = line.point()
    grown = {
        name: Series(
            one.channel,
            hours(
                np.concatenate([one.hours.value, np.zeros(100)]),
                {line.count + at: State.MISSING for at in range(100)},
            ),
        )
        for name, one in point.series.items()
    }
    point = PointHours(point.point, grown, Signals())
    found = measure_hours([point], 2025, measuring_rule(None), book, tmp_path)
    february = row(found, "gas_month", month="2025-02")
    assert february["missing_hours"] == 100
    assert row(found, "gas_month", month="2025-01")["missing_hours"] == 0
    assert (UNIT, "2025-01") in found.whole_units
    assert (UNIT, "2025-02") not in found.whole_units
    codes = {one.code for one in found.problems}
    assert "measured.no_running" in codes


def test_inlet_and_outlet_count_while_the_abatement_is_on(book: Rulebook, tmp_path: Path) -> None:
    count = JANUARY
    on = np.ones(count)
    on[:44] = 0
    flow = hours(np.full(count, 20_000.0))

    def at(position: str, concentration: float) -> PointHours:
        gas = channel("n2o", position)  # type: ignore[arg-type]
        other = {
            name: Series(channel(name, position), hours(np.full(count, value)))  # type: ignore[arg-type]
            for name, value in (("temperature", 0.0), ("pressure", 0.0), ("moisture", 0.0))
        }
        return PointHours(
            Point("DEMO-ADIPIC", UNIT, position, stream="adipic_acid"),  # type: ignore[arg-type]
            {
                "n2o": Series(gas, hours(np.full(count, concentration))),
                "flow": Series(channel("flow", position), flow),  # type: ignore[arg-type]
                **other,
            },
            Signals(hours(np.ones(count)), hours(on)),
        )

    points = [at("inlet", 400_000.0), at("outlet", 4_000.0)]
    found = measure_hours(points, 2025, measuring_rule(None), book, tmp_path)
    unit = row(found, "unit_month", month="2025-01")
    assert unit["n2o_inlet"] == pytest.approx(8.0 * 700)
    assert unit["n2o_outlet"] == pytest.approx(0.08 * 700)
    assert unit["efficiency"] == pytest.approx(0.99)
    assert (unit["abatement_hours"], unit["running_hours"]) == (700, 744)
    assert unit["n2o"] is None


def test_a_unit_says_whether_a_concentration_is_of_the_standard_state() -> None:
    assert [is_of_standard_state(one) for one in ("mg/m3", "mg/Nm3", "ppm")] == [False, True, True]
    assert conversion("mg/Nm3", "n2o") == 1.0
    assert conversion("ppm", "n2o") == pytest.approx(44.013 / 22.4)


def test_nothing_to_measure_and_unknown_rules(book: Rulebook, tmp_path: Path) -> None:
    line = Line()
    with pytest.raises(RecordError, match=r"measured\.nothing"):
        measure_hours([line.point()], 2020, measuring_rule(None), book, tmp_path)
    with pytest.raises(RecordError, match=r"measured\.unknown_rule"):
        measuring_rule("cn.none")
