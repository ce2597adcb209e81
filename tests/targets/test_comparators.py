"""Every comparator on both sides of its bound, with and without the tolerance of effort targets."""

import pytest

from tests.targets.made import Made, target, why

SHARES = {  # of 200 t: what has to be reached is 15 %, that is 30 t
    29.0: 14.5,
    30.0: 15.0,
    31.0: 15.5,
}


@pytest.mark.parametrize(
    ("comparator", "below", "at", "above"),
    [
        (">=", "missed", "met", "met"),
        (">", "missed", "missed", "met"),
        ("<=", "met", "met", "missed"),
        ("<", "met", "missed", "missed"),
        ("==", "missed", "met", "missed"),
    ],
)
def test_both_sides_of_a_bound(made: Made, comparator: str, below: str, at: str, above: str):
    wanted = dict(zip(SHARES, (below, at, above), strict=True))
    for amount, status in wanted.items():
        case = Made(made.folder / str(amount)).plant("F1", {2025: (amount, 200.0)})
        found = case.judge(target(comparator=comparator))
        assert (found.status, found.value) == (status, pytest.approx(SHARES[amount])), amount
        assert found.short is not None
        assert not found.by_tolerance


def test_three_of_twenty_are_fifteen_percent(made: Made):
    """Binary fractions must not decide: 0.15 of 100 is 15.000000000000002 in some orders."""
    for name in ("F1", "F2", "F3"):
        made.plant(name, {2025: (0.1, 2.0)})
    found = made.judge(target(value=5, comparator="<="))
    assert found.status == "met"
    assert found.value == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("amount", "status", "by_tolerance"),
    [(30.0, "met", False), (28.5, "met", True), (28.49, "missed", False)],
)
def test_an_effort_within_its_tolerance_is_no_failure(
    made: Made, amount: float, status: str, by_tolerance: bool
):
    """15 % less 5 % of it are 14.25 %, of 200 t 28.5 t."""
    made.plant("F1", {2025: (amount, 200.0)})
    found = made.judge(target(effort="力争"))
    assert (found.status, found.by_tolerance) == (status, by_tolerance)


def test_the_tolerance_is_the_users(made: Made):
    made.plant("F1", {2025: (27.0, 200.0)})
    assert made.judge(target(effort="力争"), tolerance=0.1).status == "met"
    firm = Made(made.folder / "firm").plant("F1", {2025: (27.0, 200.0)})
    assert firm.judge(target(), tolerance=0.1).status == "missed"


@pytest.mark.parametrize(
    ("better", "statuses"),
    [
        (None, ["missed", "met", "met", "met", "missed"]),
        ("up", ["missed", "met", "met", "met", "met"]),
        ("down", ["met", "met", "met", "met", "missed"]),
    ],
)
def test_about(made: Made, better: str | None, statuses: list[str]):
    """15 % within 5 % of it: from 14.25 to 15.75 %, of 200 t from 28.5 to 31.5 t."""
    for amount, status in zip((28.4, 28.5, 30.0, 31.5, 31.6), statuses, strict=True):
        case = Made(made.folder / str(amount)).plant("F1", {2025: (amount, 200.0)})
        found = case.judge(target(comparator="about", better=better))
        assert found.status == status, amount


@pytest.mark.parametrize(
    ("amount", "status"), [(79.9, "missed"), (80.0, "met"), (90.0, "met"), (90.1, "missed")]
)
def test_range(made: Made, amount: float, status: str):
    made.plant("F1", {2025: (amount, 200.0)})
    assert made.judge(target(comparator="range", low=40, high=45)).status == status


@pytest.mark.parametrize(
    ("comparator", "first", "second", "status"),
    [
        ("trend_down", 30.0, 29.0, "met"),
        ("trend_down", 30.0, 30.0, "missed"),
        ("trend_down", 30.0, 31.0, "missed"),
        ("trend_up", 30.0, 31.0, "met"),
        ("trend_up", 30.0, 29.0, "missed"),
    ],
)
def test_directions(made: Made, comparator: str, first: float, second: float, status: str):
    made.plant("F1", {2024: (first, 200.0), 2025: (second, 200.0)})
    assert made.judge(target(comparator=comparator)).status == status


def test_a_direction_needs_two_years(made: Made):
    made.plant("F1", {2025: (30.0, 200.0)})
    found = made.judge(target(comparator="trend_down"))
    assert (found.status, found.value) == ("not_measurable", 15.0)
    assert why(found) == ["targets.no_second_year"]


@pytest.mark.parametrize(("second", "status"), [(100.0, "met"), (101.0, "not_measurable")])
def test_growth_that_is_to_be_controlled(made: Made, second: float, status: str):
    """None is fine; for some growth the document has no number."""
    made.plant("F1", {2020: (100.0, None), 2025: (second, None)})
    grown = target(
        comparator="controlled",
        base_year=2020,
        measure={"as": "growth", "of": "made.rules:year.a"},
    )
    found = made.judge(grown)
    assert (found.status, found.value) == (status, pytest.approx(second - 100))
    assert why(found) == (["targets.no_reference"] if status == "not_measurable" else [])


@pytest.mark.parametrize(("amount", "status"), [(0.0, "met"), (1.0, "off")])
def test_all_at_the_benchmark_is_none_that_misses_it(made: Made, amount: float, status: str):
    made.plant("F1", {2025: (amount, None)})
    gate = target(
        comparator="at_benchmark", unit="t", year=None, measure={"of": "made.rules:year.a"}
    )
    assert made.judge(gate).status == status


def test_a_condition_is_no_target(made: Made):
    made.plant("F1", {2025: (3.0, None)})
    rule = target(comparator="rule", unit="t", year=None, measure={"of": "made.rules:year.a"})
    found = made.judge(rule)
    assert (found.status, found.value, found.short) == ("rule", 3.0, None)


@pytest.mark.parametrize("comparator", ["<=", ">"])
def test_a_limit_that_is_not_printed(made: Made, comparator: str):
    made.plant("F1", {2025: (3.0, None)})
    open_end = target(
        comparator=comparator, value=None, unit="t", measure={"of": "made.rules:year.a"}
    )
    found = made.judge(open_end)
    assert (found.status, found.value) == ("not_measurable", 3.0)
    assert why(found) == ["targets.no_reference"]
