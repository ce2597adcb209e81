"""Kinds of measures: levels, changes, sums over years, peaks, filters, statistics, the ledger."""

import pytest

from tests.targets.made import SHARE, A, B, Made, target, why
from tongjian.targets import Figures, Region, evaluate

CUT = {"as": "cut", **SHARE}


def test_plants_are_added_up_before_they_are_divided(made: Made):
    """(10 + 30) / (100 + 60) is 25 %; the mean of 10 % and 50 % would be 30 %."""
    made.plant("F1", {2025: (10.0, 100.0)}).plant("F2", {2025: (30.0, 60.0)})
    assert made.judge(target()).value == pytest.approx(25.0)  # 40 / 160


def test_a_cut_from_the_base_year(made: Made):
    """From 0.5 to 0.485: 3 %, of which 3.7 % were wanted."""
    made.plant("F1", {2020: (50.0, 100.0), 2025: (97.0, 200.0)})
    found = made.judge(target(base_year=2020, value=3.7, measure=CUT))
    assert (found.status, found.value) == ("missed", pytest.approx(3.0))
    assert (found.base, found.level) == (pytest.approx(0.5), pytest.approx(0.485))
    assert found.short == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("after", "cut", "status"),
    [(-0.0404, 1.0, "met"), (-0.0403, 0.75, "missed"), (-0.039, -2.5, "missed")],
)
def test_a_base_below_zero_uses_the_difference_rule(
    made: Made, after: float, cut: float, status: str
):
    """Converters that recover more than they use: (base - value) / |base|, from -0.04."""
    made.plant("F1", {2023: (-40.0, 1000.0), 2025: (after * 1000, 1000.0)})
    found = made.judge(target(base_year=2023, value=1, measure=CUT))
    assert (found.value, found.status) == (pytest.approx(cut), status)


def test_a_rise_is_in_points(made: Made):
    made.plant("F1", {2023: (50.0, 100.0), 2025: (53.0, 100.0)})
    found = made.judge(target(base_year=2023, value=3, measure={"as": "rise", **SHARE}))
    assert (found.status, found.value) == ("met", pytest.approx(3.0))


def test_growth_is_the_other_way_round(made: Made):
    made.plant("F1", {2023: (50.0, 100.0), 2025: (53.0, 100.0)})
    grown = target(base_year=2023, value=6, comparator="<=", measure={"as": "growth", **SHARE})
    assert made.judge(grown).value == pytest.approx(6.0)


def test_a_base_that_is_zero_has_no_share(made: Made):
    made.plant("F1", {2023: (0.0, 100.0), 2025: (5.0, 100.0)})
    found = made.judge(target(base_year=2023, measure=CUT))
    assert (found.status, why(found)) == ("not_measurable", ["targets.base_zero"])


def test_without_the_base_year(made: Made):
    made.plant("F1", {2024: (5.0, 100.0), 2025: (5.0, 100.0)})
    found = made.judge(target(base_year=2010, measure=CUT))
    assert (found.status, why(found)) == ("not_measurable", ["targets.no_base"])
    assert found.coverage is not None
    assert (found.coverage.with_data, found.coverage.base) == (1, 0)


@pytest.mark.parametrize(
    ("asked", "value", "status"),
    [(2024, 700.0, "at_risk"), (2025, 1800.0, "missed"), (2026, 1800.0, "missed")],
)
def test_sums_over_the_years_of_a_plan(made: Made, asked: int, value: float, status: str):
    """2023 and 2026 are not part of it. At 700 in 2024 the line from 0 asks for 1000 of 2000."""
    made.plant("F1", {2023: (9e9, None), 2024: (700.0, None), 2025: (1100.0, None)})
    made.say("F1", 2026, "a", 9e9)
    summed = target(unit="t", value=2000, measure={"as": "cumulative", "first": 2024, "of": A})
    found = made.judge(summed, asked)
    assert (found.value, found.status) == (value, status if asked > 2024 else "off")


def test_what_has_been_added_up_stays(made: Made):
    made.plant("F1", {2024: (2100.0, None)})
    summed = target(unit="t", value=2000, measure={"as": "cumulative", "first": 2024, "of": A})
    assert made.judge(summed, 2024).status == "met"


@pytest.mark.parametrize(
    ("last", "asked", "value", "status"),
    [
        ((90.0, 95.0), 2027, 2025, "on_track"),  # fell after 2025
        ((101.0, 102.0), 2027, 2027, "at_risk"),  # still rising
        ((90.0, 101.0), 2031, 2031, "missed"),
        ((90.0, 95.0), 2031, 2025, "met"),
    ],
)
def test_a_peak(made: Made, last: tuple[float, float], asked: int, value: int, status: str):
    years = {2024: 99.0, 2025: 100.0, asked - 1: last[0], asked: last[1]}
    made.plant("F1", {year: (amount, None) for year, amount in years.items()})
    peak = target(comparator="<=", value=2030, year=2030, unit="1", measure={"as": "peak", "of": A})
    found = made.judge(peak, asked)
    assert (found.value, found.status) == (value, status)


def test_only_plants_of_which_a_column_says_so(made: Made):
    for name, where in (("F1", "inside"), ("F2", "outside"), ("F3", None)):
        made.plant(name, {2025: (10.0 if where == "inside" else 90.0, 100.0)})
        if where is not None:
            made.say(name, 2025, "where", 1 + ["inside", "outside"].index(where), "1")
    chosen = {**SHARE, "where": {"column": "made.rules:year.region", "is": "inside"}}
    found = made.judge(target(measure=chosen))
    assert found.value == pytest.approx(10.0)
    assert found.coverage is not None
    assert (found.coverage.with_data, found.coverage.scope) == (1, 3)


def inside_and_outside(made: Made) -> Made:
    """Three plants, of which one is inside and one says nothing."""
    for name, code in (("F1", 1), ("F2", 2), ("F3", None)):
        made.plant(name, {2025: (1.0, 1.0)})
        if code is not None:
            made.say(name, 2025, "where", code, "1")
    return made


@pytest.mark.parametrize(
    ("more", "value", "with_data"),
    [
        ({}, 1.0, 3),
        ({"leave_out": ["outside"]}, 1.0, 1),
        ({"is": "outside", "leave_out": ["inside"]}, 2.0, 2),
        ({"rows": {"facility": "F2"}}, 0.0, 1),
    ],
)
def test_rows_that_say_a_word_are_counted(
    made: Made, more: dict[str, object], value: float, with_data: int
):
    """Who enters nothing is outside by the made rules."""
    counted = {"count": "made.rules:year.region", "is": "inside", **more}
    none_left = target(comparator="==", value=0, unit="count", measure={"of": counted})
    found = inside_and_outside(made).judge(none_left)
    assert found.value == value
    assert found.status == ("met" if value == 0 else "missed")
    assert found.coverage is not None
    assert (found.coverage.with_data, found.coverage.scope) == (with_data, 3)


def test_the_ledger_is_summed_over_plants(made: Made):
    made.plant("F1", {2025: (10.0, 4.0)}).plant("F2", {2025: (20.0, 6.0)})
    intensity = {"of": {"ledger": "enterprise", "measure": "CO2"}, "per": B}
    found = made.judge(target(unit="tCO2/t", value=3, measure=intensity))
    assert (found.value, found.status) == (pytest.approx(3.0), "met")
    other = {"of": {"ledger": "enterprise", "measure": "CO2", "categories": ["b"]}, "per": B}
    again = Made(made.folder / "again").plant("F1", {2025: (10.0, 4.0)})
    assert why(again.judge(target(unit="tCO2/t", value=3, measure=other))) == ["targets.no_data"]


STATISTIC = {"of": "made.rules:year.mark", "statistic": True}


def test_a_province_speaks_before_its_cities(made: Made):
    made.records.facility("P", city="")
    made.records.facility("C1", city="南京市").facility("C2", city="无锡市")
    for name, value in (("P", 0.6), ("C1", 0.1), ("C2", 0.2)):
        made.say(name, 2025, "mark", value, "1")
    figures = made.figures(target(measure=STATISTIC))
    found = {
        region.name: made_value(figures, region)
        for region in (Region("Jiangsu"), Region("Jiangsu", "无锡市"))
    }
    assert found == {"Jiangsu": 60.0, "Jiangsu/无锡市": 20.0}


def made_value(figures: Figures, region: Region) -> float | None:
    return evaluate(figures.book.targets["T"], figures, region, 2025).value


def test_shares_of_cities_cannot_be_put_together(made: Made):
    made.records.facility("C1", city="南京市").facility("C2", city="无锡市")
    made.say("C1", 2025, "mark", 0.1, "1").say("C2", 2025, "mark", 0.2, "1")
    found = made.judge(target(measure=STATISTIC), region=Region("Jiangsu"))
    assert (found.status, why(found)) == ("not_measurable", ["targets.several_reporters"])


def test_what_no_record_can_tell(made: Made):
    made.plant("F1", {2025: (1.0, 1.0)})
    silent = target(measure={"missing": {"zh": "没有电价台账", "en": "no ledger of prices"}})
    found = made.judge(silent)
    assert (found.status, why(found)) == ("not_measurable", ["targets.not_recorded"])
    assert "没有电价台账" in found.missing[0].text("zh")
    assert "no ledger of prices" in found.missing[0].text("en")


OPEN = {"of": "made.rules:year.a", "open": "made.rules:year.b"}


@pytest.mark.parametrize(
    ("comparator", "limit", "status", "code"),
    [
        ("<=", 3, "not_measurable", "targets.undecided"),  # 2 is within, 2 + 4 is not
        ("<=", 6, "met", "targets.left_open"),
        ("<=", 1, "missed", "targets.left_open"),
        (">=", 5, "not_measurable", "targets.undecided"),
        (">=", 2, "met", "targets.left_open"),
        (">=", 7, "missed", "targets.left_open"),
    ],
)
def test_a_verdict_that_turns_on_what_is_open_is_none(
    made: Made, comparator: str, limit: float, status: str, code: str
):
    """2 t are counted and 4 t cannot be judged, in two plants."""
    made.plant("F1", {2025: (2.0, 1.0)}).plant("F2", {2025: (0.0, 3.0)})
    found = made.judge(target(comparator=comparator, value=limit, unit="t", measure=OPEN))
    assert (found.value, found.status, why(found)) == (2.0, status, [code])
    assert "4 t" in found.missing[0].text("en") and "4 t" in found.missing[0].text("zh")


def test_what_is_open_of_a_share_belongs_to_its_numerator(made: Made):
    """2 of 10 t are there and 2 t are open: 20 % or 40 %, so that 30 % is not decided."""
    made.plant("F1", {2025: (2.0, 2.0)}).say("F1", 2025, "rated", 10.0)
    share = {**OPEN, "per": "made.rules:year.capacity"}
    found = made.judge(target(value=30, measure=share))
    assert (found.status, why(found)) == ("not_measurable", ["targets.undecided"])
    assert "20 without" in found.missing[0].text("en")
    assert "40 %" in found.missing[0].text("en")


def test_nothing_open_says_nothing(made: Made):
    made.plant("F1", {2025: (2.0, 0.0)})
    found = made.judge(target(comparator="<=", value=3, unit="t", measure=OPEN))
    assert (found.status, why(found)) == ("met", [])


def test_what_is_open_beside_a_direction_is_told(made: Made):
    made.plant("F1", {2024: (3.0, 1.0), 2025: (2.0, 1.0)})
    found = made.judge(target(comparator="trend_down", unit="t", year=None, measure=OPEN))
    assert (found.status, why(found)) == ("met", ["targets.left_open"])


def test_what_has_come_down_to_nothing_need_not_fall(made: Made):
    down = target(comparator="trend_down", unit="t", year=None, measure={"of": "made.rules:year.a"})
    made.plant("F1", {2024: (0.0, 1.0), 2025: (0.0, 1.0)})
    assert made.judge(down).status == "met"


def test_nothing_left_of_some_plants_is_not_nothing_left(made: Made):
    down = target(comparator="trend_down", unit="t", year=None, measure={"of": "made.rules:year.a"})
    made.plant("F1", {2024: (0.0, 1.0), 2025: (0.0, 1.0)})
    made.plant("F2", {2024: (0.0, 1.0)})
    assert made.judge(down).status == "off"
