"""The board of a region: intensities, years compared alike, what was determined, who is silent."""

from __future__ import annotations

from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest

from tests.site.board_rows import carbon, day, enter, hand_in, plant
from tests.site.world import A, B, World
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.models import Intensity
from tongjian.site.boards.region import Region
from tongjian.site.boards.standings import standings
from tongjian.site.mrv.models import Report, SubmittedVersion

MILLION = 10**6
KEY = "crude_steel.co2e"


def board(world: World, role: str, of: str = A, **given: Any) -> Region:
    actor = world.actor(role, of)
    return Region(actor, Asked.of(actor, {"year": "2024", "day": "2025-09-01", **given}))


def made(version: SubmittedVersion, above: int, below: int) -> None:
    """An intensity of a version: tonnes of CO2 equivalent over tonnes of crude steel."""
    Intensity.every.create(
        enterprise=version.enterprise, version=version, year=version.year, key=KEY,
        division=version.division, sector=version.sector,
        above_micro=above * MILLION, below_micro=below * MILLION,
    )  # fmt: skip


@pytest.fixture
def told(world: World) -> World:
    """Plant A in both years with output, and a supplement in July; B in 2024 alone; C without."""
    made(hand_in(world.plant(A), 2023, 1, day("2024-03-01"), [carbon(80 * MILLION)]), 80, 40)
    first = hand_in(
        world.plant(A), 2024, 1, day("2025-03-01"), [carbon(120 * MILLION)],
        until=day("2025-07-01"),
    )  # fmt: skip
    made(first, 120, 50)
    made(hand_in(world.plant(A), 2024, 2, day("2025-07-01"), [carbon(150 * MILLION)]), 150, 60)
    made(hand_in(world.plant(B), 2024, 1, day("2025-02-01"), [carbon(7 * MILLION)]), 7, 40)
    other = plant(world.enterprise(B), "NO-OUTPUT", "320506")
    hand_in(other, 2024, 1, day("2025-02-01"), [carbon(1000 * MILLION)])
    return world


def test_an_intensity_has_the_same_plants_above_and_below(told: World) -> None:
    (one,) = board(told, "province").intensities
    # (150 + 7) t CO2e over (60 + 40) t; the 1000 t of the plant without output are in neither.
    assert (one.value, one.plants, one.unit.en) == (1.57, 2, "tCO₂e/t crude steel")
    # Only A has both years: 150/60 = 2.5 against 80/40 = 2.
    assert (one.alike, one.alike_before, one.alike_plants, one.share) == (2.5, 2.0, 1, 25.0)
    (city,) = board(told, "city").intensities
    assert (city.value, city.plants) == (2.5, 1)


def test_an_intensity_of_a_day_before_the_supplement_is_that_of_the_first_version(told) -> None:
    (one,) = board(told, "city", day="2025-06-30").intensities
    assert one.value == pytest.approx(2.4)
    assert next(change.now for change in board(told, "city", day="2025-06-30").changes) == 120.0


def test_an_intensity_opens_into_plants_that_one_may_see(told: World) -> None:
    address = f"/boards/intensity?year=2024&day=2025-09-01&key={KEY}"
    whole = unescape(told.client("province").get(address).content.decode())
    assert "OTHER-STEEL" in whole and "DEMO-STEEL" in whole and "NO-OUTPUT" not in whole
    own = unescape(told.client("preparer").get(address).content.decode())
    assert "OTHER-STEEL" not in own and "DEMO-STEEL" in own
    csv = told.client("province").get(address.replace("?", "/intensity.csv?"))
    assert "2.5" in csv.content.decode()
    assert told.client("province").get("/boards/intensity?key=x.y").status_code == 404


def test_years_are_compared_over_plants_that_have_both(told: World) -> None:
    co2e = board(told, "province").changes[0]
    # The sums: 1157 against 80. The same plant: 150 against 80, which is 150/1157 of the year.
    assert (co2e.now, co2e.before, co2e.alike, co2e.alike_before) == (1157.0, 80.0, 150.0, 80.0)
    assert co2e.alike_share == 87.5
    assert co2e.alike_of_now == pytest.approx(100 * 150 / 1157)
    shown = unescape(
        told.client("province").get("/boards/?year=2024&day=2025-09-01").content.decode()
    )
    assert "+87.5" in shown and "同口径" in shown
    assert board(told, "preparer", B).changes[0].alike_share is None


def test_what_was_determined_is_in_the_sum_with_a_mark(told: World) -> None:
    silent = plant(told.enterprise(B), "DETERMINED", "320507")
    report = Report.every.create(plant=silent, enterprise=silent.enterprise, year=2024)
    enter(report, "determined", day("2025-08-01"), co2e=43 * MILLION)
    one = board(told, "province")
    sums = {change.measure.key: change.now for change in one.changes}
    assert sums["enterprise::tCO2e"] == 1200.0
    assert sums["enterprise:determined:tCO2e"] == 43.0
    assert sums["enterprise:CO2:tCO2"] == 1157.0
    assert (one.reported, one.determined, one.without) == (3, 1, 0)
    before = board(told, "province", day="2025-07-31")
    assert {c.measure.key: c.now for c in before.changes}["enterprise::tCO2e"] == 1157.0
    address = "/boards/behind?year=2024&day=2025-09-01&measure=enterprise::tCO2e"
    shown = unescape(told.client("province").get(address).content.decode())
    assert "DETERMINED" in shown and "政府核定" in shown and "1,200" in shown
    assert "DETERMINED" not in told.client("city").get(address).content.decode()


def test_plants_without_data_are_listed_with_the_state_of_their_report(told: World) -> None:
    quiet = plant(told.enterprise(A), "QUIET", "320102")
    late = plant(told.enterprise(A), "LATE", "320102")
    report = Report.every.create(plant=late, enterprise=late.enterprise, year=2024)
    enter(report, "draft", day("2025-04-01"))
    one = board(told, "city")
    assert one.without == 2
    assert [(each.plant.code, each.state) for each in one.silent] == [
        (late.code, "draft"), (quiet.code, "unopened"),
    ]  # fmt: skip
    assert "QUIET" in told.client("city").get("/boards/?year=2024").content.decode()


def test_what_is_determined_takes_the_place_of_what_was_handed_in() -> None:
    steps = [
        SimpleNamespace(
            entry=SimpleNamespace(number=number, time=f"2025-0{number}-01T04:00:00+00:00"),
            transition=SimpleNamespace(name=name),
        )
        for number, name in ((2, "submit"), (3, "demand"), (5, "determine"))
    ]
    found = [(one.what, one.until.month if one.until else 0) for one in standings(steps, {2: 1})]  # type: ignore[arg-type]
    assert found == [("submitted", 5)]
