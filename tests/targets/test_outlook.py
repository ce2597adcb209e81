"""Before the year of a target: the straight line, the trend, and the plants that matter."""

import pytest

from tests.targets.made import SHARE, A, Made, target, why
from tongjian.targets import straight_line, trend

AHEAD = {"year": 2030, "value": 20}


def test_a_straight_line():
    assert straight_line((2020, 0.0), (2030, 20.0), 2025) == 10.0
    assert straight_line((2020, 5.0), (2020, 20.0), 2020) is None


def test_least_squares():
    """By hand: x 2023, 2024, 2025 and y 1, 2, 6; means 2024 and 3; slope (2 + 0 + 3) / 2 = 2.5."""
    assert trend({2023: 1.0, 2024: 2.0, 2025: 6.0}, 2030) == pytest.approx(3 + 2.5 * 6)
    assert trend({2025: 6.0}, 2030) is None


@pytest.mark.parametrize(
    ("first", "now", "status", "path_kept", "forecast"),
    [
        # From 10 % in 2020 the line is at 15 % in 2025 and the trend at 2 x now - 10 in 2030.
        (10.0, 16.0, "on_track", True, 22.0),
        (10.0, 15.0, "on_track", True, 20.0),
        (10.0, 14.9, "off", False, 19.8),
        (10.0, 25.0, "on_track", True, 40.0),  # there already and heading on
    ],
)
def test_on_the_way(
    made: Made, first: float, now: float, status: str, path_kept: bool, forecast: float
):
    made.plant("F1", {2020: (first, 100.0), 2025: (now, 100.0)})
    found = made.judge(target(**AHEAD))
    assert (found.status, found.path_kept) == (status, path_kept)
    assert found.outlook is not None
    assert found.outlook.points == 2
    assert found.outlook.forecast == pytest.approx(forecast)
    assert found.outlook.path == pytest.approx(15.0)


def test_path_and_trend_may_differ(made: Made):
    """10, 17, 16 %: above the line (15 %), but the trend of three years decides too."""
    made.plant("F1", {2020: (10.0, 100.0), 2024: (17.0, 100.0), 2025: (14.0, 100.0)})
    found = made.judge(target(**AHEAD))
    # Means 2023 and 41/3; slope (11 + 10/3 + 2/3) / 14 = 15/14; 2030: 41/3 + 7.5 = 21.17 %.
    assert found.outlook is not None
    assert found.outlook.forecast == pytest.approx(41 / 3 + 7 * 15 / 14)
    assert (found.path_kept, found.forecast_reaches, found.status) == (False, True, "at_risk")


def test_there_already_but_falling_back(made: Made):
    made.plant("F1", {2024: (24.0, 100.0), 2025: (22.0, 100.0)})
    found = made.judge(target(**AHEAD))
    assert (found.status, found.forecast_reaches) == ("at_risk", False)  # 12 % in 2030


def test_one_year_shows_no_way(made: Made):
    made.plant("F1", {2025: (10.0, 100.0)})
    found = made.judge(target(**AHEAD))
    assert (found.status, why(found)) == ("at_risk", ["targets.one_year"])


def test_a_cut_starts_at_zero_in_its_base_year(made: Made):
    made.plant("F1", {2020: (100.0, 100.0), 2025: (90.0, 100.0)})
    found = made.judge(target(year=2030, base_year=2020, value=20, measure={"as": "cut", **SHARE}))
    assert found.outlook is not None
    assert (found.outlook.path, found.outlook.path_from) == (pytest.approx(10.0), 2020)
    assert (found.value, found.status) == (pytest.approx(10.0), "on_track")


def test_a_passed_year_is_judged_in_that_year(made: Made):
    """What came after 2015 does not save it."""
    made.plant("F1", {2015: (14.0, 100.0), 2025: (90.0, 100.0)})
    found = made.judge(target(year=2015))
    assert (found.status, found.value_year, found.value) == ("missed", 2015, pytest.approx(14.0))


def test_a_passed_year_without_data(made: Made):
    made.plant("F1", {2025: (90.0, 100.0)})
    found = made.judge(target(year=2015))
    assert (found.status, why(found)) == ("not_measurable", ["targets.no_data"])
    assert found.missing[0].values["year"] == 2015


def test_a_plan_that_has_not_begun(made: Made):
    made.plant("F1", {2024: (9.0, None), 2025: (8.0, None)})
    later = target(comparator="trend_down", base_year=2025, year=2030, unit="t", measure={"of": A})
    assert why(made.judge(later)) == ["targets.not_begun"]


def test_the_plants_that_would_close_the_gap(made: Made):
    """20 % of 100, 300 and 50 t are 20, 60 and 10 t: short by 15, by -10 and by 4 t."""
    made.plant("F1", {2025: (5.0, 100.0)})
    made.plant("F2", {2025: (70.0, 300.0)})
    made.plant("F3", {2025: (6.0, 50.0)})
    found = made.judge(target(value=20))
    assert [(one.facility, one.short) for one in found.levers] == [
        ("F1", pytest.approx(15.0)),
        ("F3", pytest.approx(4.0)),
    ]
    assert found.levers[0].unit == "t"
    # Together they are 9 t short, which is the whole gap of 20 % of 450 t less 81 t.
    assert sum((20 / 100) * b - a for a, b in ((5, 100), (70, 300), (6, 50))) == pytest.approx(9.0)
    assert found.short == pytest.approx(100 * 9 / 450)


def test_the_plants_that_keep_a_cut_back(made: Made):
    """A cut of 10 % from 0.5 means 0.45: F1 is 5 t above it, F2 is below."""
    made.plant("F1", {2020: (50.0, 100.0), 2025: (50.0, 100.0)})
    made.plant("F2", {2020: (50.0, 100.0), 2025: (42.0, 100.0)})
    found = made.judge(target(base_year=2020, value=10, measure={"as": "cut", **SHARE}))
    assert [(one.facility, one.short) for one in found.levers] == [("F1", pytest.approx(5.0))]


def test_the_largest_parts_of_a_total(made: Made):
    made.plant("F1", {2025: (5.0, None)}).plant("F2", {2025: (7.0, None)})
    found = made.judge(target(comparator="<=", value=10, unit="t", measure={"of": A}))
    assert [(one.facility, one.short) for one in found.levers] == [("F2", 7.0), ("F1", 5.0)]


def test_above_the_regions_own_level_where_no_number_is_printed(made: Made):
    """15 t of 200 t is 7.5 %: F1 is 2.5 t above it."""
    made.plant("F1", {2024: (12.0, 100.0), 2025: (10.0, 100.0)})
    made.plant("F2", {2024: (6.0, 100.0), 2025: (5.0, 100.0)})
    found = made.judge(target(comparator="trend_down", year=2030))
    assert found.status == "on_track"
    assert [(one.facility, one.short) for one in found.levers] == [("F1", pytest.approx(2.5))]
