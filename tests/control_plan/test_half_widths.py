"""How sure a datum is by its meter: numbers by hand, and what overdue does to a total."""

from __future__ import annotations

from datetime import date

import pytest

from tests.control_plan.plants import (
    EXAMPLE,
    FACILITY,
    Clock,
    a_plan,
    example,
    log_in,
    meter,
    parameter,
    row,
)
from tongjian.control_plan import (
    Spread,
    calibrate,
    half_widths,
    history,
    link,
    read_guide,
    revise,
)
from tongjian.engine import run, sensitivity
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import load_rulebook
from tongjian.uncertainty import Assumption, Assumptions, approach1

# W1: largest permissible error 0.5 %, rectangular, 95 %: 0.5 / sqrt(3) * 1.959964 = 0.5657929
W1 = 0.5657929
# F1: expanded 2.5 %, k = 2: 2.5 / 2 * 1.959964 = 2.449955
F1 = 2.449955
TODAY = date(2025, 2, 1)


@pytest.fixture
def clock():
    return Clock("2023-12-20")


@pytest.fixture(scope="module")
def guide(rulebook):
    return read_guide(rulebook, "steel")


def widths(log, rows, guide):
    links = link(rows, history(log, FACILITY), 2024, TODAY)
    return {one.parameter: one for one in half_widths(links, guide)}


def planned(tmp_path, clock, change=None):
    data = example()
    if change is not None:
        change(data)
    log = log_in(tmp_path, clock)
    revise(log, a_plan(data), by="张三")
    clock.set("2025-02-01")
    return log


def test_a_meter_that_was_calibrated_is_as_sure_as_its_certificate(tmp_path, clock, guide):
    log = planned(tmp_path, clock)
    calibrate(log, FACILITY, "W1", "王五", day=date(2024, 8, 10), result="pass")

    [one] = widths(log, [row("2024", "coke", "consumed", 1e5)], guide).values()

    assert one.half_width == pytest.approx(W1, rel=1e-6)
    assert (one.widened, one.status, one.meters) == (1.0, "stated", ("W1",))
    assert one.pattern == "record:DEMO-STEEL//*/coke/consumed/*"
    assert one.source == "检定证书所列最大允许误差"


def test_a_certificate_says_more_than_the_plan(tmp_path, clock, guide):
    log = planned(tmp_path, clock)
    spread = Spread(0.2, "half_width", "2024 年检定证书")
    calibrate(log, FACILITY, "W1", "王五", day=date(2024, 8, 10), result="pass", uncertainty=spread)

    [one] = widths(log, [row("2024-09", "coke", "consumed", 8e3)], guide).values()

    assert (one.half_width, one.source) == (0.2, "2024 年检定证书")


def test_overdue_widens_by_the_part_of_the_year_that_was_overdue(tmp_path, clock, guide):
    log = planned(tmp_path, clock)

    [one] = widths(log, [row("2024", "coke", "consumed", 1e5)], guide).values()

    # Overdue 16 August to 31 December: 16 + 30 + 31 + 30 + 31 = 138 of 366 days; a factor of 2
    # (recalled): 1 + (2 - 1) * 138 / 366 = 1.377049.
    assert one.widened == pytest.approx(1 + 138 / 366, rel=1e-9)
    assert one.half_width == pytest.approx(W1 * (1 + 138 / 366), rel=1e-6)
    assert one.status == "recalled"  # the factor is only remembered
    assert "W1: overdue 2024-08-16…2024-12-31" in one.source


def test_months_count_by_their_amounts(tmp_path, clock, guide):
    log = planned(tmp_path, clock)
    rows = [
        row("2024-07", "coke", "consumed", 9000.0),
        row("2024-08", "coke", "consumed", 3000.0),
        row("2024-09", "coke", "consumed", 6000.0),
    ]

    [one] = widths(log, rows, guide).values()

    # July 1, August 1 + 16/31, September 2, by amount:
    # (9000 * 1 + 3000 * (1 + 16/31) + 6000 * 2) / 18000 = 1.419355
    assert one.widened == pytest.approx(1.4193548, rel=1e-7)


def test_a_parameter_says_itself_how_sure_it_is(tmp_path, clock, guide):
    def change(data):
        parameter(data, "coke-used")["uncertainty"] = {
            "percent": 1.2,
            "meaning": "half_width",
            "basis": "物料平衡",
        }

    log = planned(tmp_path, clock, change)
    calibrate(log, FACILITY, "W1", "王五", day=date(2024, 8, 10), result="pass")

    [one] = widths(log, [row("2024", "coke", "consumed", 1e5)], guide).values()

    assert (one.half_width, one.source) == (1.2, "物料平衡")


def test_the_widest_of_several_meters_counts(tmp_path, clock, guide):
    def change(data):
        data["meters"].append({**meter(data, "F1"), "id": "F2"})
        meter(data, "F2")["uncertainty"] = {**meter(data, "F1")["uncertainty"], "percent": 4.0}
        parameter(data, "bf-gas-used")["meters"] = ["F1", "F2"]

    log = planned(tmp_path, clock, change)
    rows = [row("2024-03", "bfg", "consumed", 1e3, unit="10^4 Nm3", tier="monitored")]

    [one] = widths(log, rows, guide).values()

    assert one.half_width == pytest.approx(4.0 / 2 * 1.959964, rel=1e-6)


@pytest.mark.parametrize(
    ("rows", "fail"),
    [
        # Not obtained as planned: the plan speaks of another way.
        ([row("2024", "coke", "consumed", 1e5, tier="estimated")], False),
        # One month of the series was not.
        (
            [
                row("2024-01", "coke", "consumed", 1e4),
                row("2024-02", "coke", "consumed", 1e4, tier="estimated"),
            ],
            False,
        ),
        # Failed: by how much it erred nobody knows, and no factor is made up.
        ([row("2024-05", "coke", "consumed", 1e4)], True),
        ([row("2024", "anthracite", "consumed", 1e4)], False),
    ],
)
def test_where_nothing_can_be_said_nothing_is_said(tmp_path, clock, guide, rows, fail):
    log = planned(tmp_path, clock)
    if fail:
        calibrate(log, FACILITY, "W1", "王五", day=date(2024, 5, 6), result="fail")

    assert widths(log, rows, guide) == {}


def test_an_overdue_meter_makes_the_total_less_sure(tmp_path, clock, guide):
    store = Store.create(tmp_path / "workspace")
    import_files(store, [EXAMPLE / "facilities.csv", EXAMPLE / "activity.csv"], Catalogue.load())
    book = load_rulebook()
    finished = run(book, store, rulesets=["cn.steel.ndrc-2013"], years=[2024])
    rest = sensitivity(finished, [FACILITY], 2024, "cn.steel.ndrc-2013")
    log = planned(tmp_path, clock)
    rows = store.read_activity(FACILITY, 2024)

    def total():
        links = link(rows, history(log, FACILITY), 2024, TODAY)
        stated = [
            Assumption(one.pattern, one.half_width, one.source, one.status)
            for one in half_widths(links, guide)
        ]
        return approach1(rest, Assumptions.of(book, None, stated))

    late = total()
    calibrate(log, FACILITY, "W1", "王五", day=date(2024, 8, 10), result="pass")
    calibrate(log, FACILITY, "F1", "王五", day=date(2024, 12, 8), result="pass")
    good = total()

    def share(found, name):
        return next(
            one.assumption.half_width
            for one in found.contributions
            if one.quantity.id.startswith(f"record:{FACILITY}//") and f"/{name}/" in one.quantity.id
        )

    assert share(good, "coke/consumed") == pytest.approx(W1, rel=1e-6)
    assert share(late, "coke/consumed") == pytest.approx(W1 * (1 + 138 / 366), rel=1e-6)
    # F1: due on 10 December, so 21 of 366 days.
    assert share(late, "bfg/consumed") == pytest.approx(F1 * (1 + 21 / 366), rel=1e-6)
    # Everything else is the same, so the squares differ by those of the data of W1 and F1. One per
    # cent of coke (both by its amount) is 2867.26 t, of limestone 352, of steel -46.2, of gas
    # 1017.74: 100000 * 28.6 * 0.0294 * 0.93 * 44 / 12 / 100, 80000 * 0.44 / 100 and so on.
    by_scale = (2867.2644**2 + 352.0**2 + 46.2**2) * W1**2 * ((1 + 138 / 366) ** 2 - 1)
    by_gas = 1017.74**2 * F1**2 * ((1 + 21 / 366) ** 2 - 1)
    assert late.half_width**2 - good.half_width**2 == pytest.approx(by_scale + by_gas, rel=1e-5)
    assert late.value == good.value
