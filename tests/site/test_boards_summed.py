"""Sums that are kept say what the rows say, at every moment and to everybody."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command

from tests.site.board_rows import carbon, day, hand_in, plant, stand
from tests.site.world import A, B, World
from tongjian.site.boards import sums
from tongjian.site.boards.asked import Asked
from tongjian.site.boards.models import Stale, Standing, Sum, Total
from tongjian.site.boards.summed import refresh
from tongjian.site.boards.sums import Group, grouped, kept_grouped
from tongjian.site.registry.models import Enterprise

YEARS = range(2022, 2025)
ROLES = ("city", "province", "nation", "analyst")


def kept(world: World, role: str, digits: int, **given: Any) -> list[Group]:
    actor = world.actor(role)
    asked = Asked.of(actor, {"year": "2024", **given})
    return sorted(grouped(actor, asked, YEARS, digits), key=repr)


def added(world: World, role: str, digits: int, **given: Any) -> list[Group]:
    """The same from the rows, as it is for a past day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sums.Asked, "is_now", property(lambda self: False))
        return kept(world, role, digits, **given)


def same(world: World) -> int:
    """Check everybody's sums; returns how many groups there were."""
    count = 0
    for role in ROLES:
        for digits in (0, 2, 4):
            for basis in (Standing.SUBMITTED, Standing.ACCEPTED):
                found = kept(world, role, digits, basis=basis)
                assert found == added(world, role, digits, basis=basis), (role, digits, basis)
                count += len(found)
    return count


@pytest.fixture
def told(world: World) -> World:
    most = 2**62
    for number, of in enumerate((world.plant(A), world.plant(B))):
        for year in (2023, 2024):
            made = hand_in(of, year, 1, day("2025-03-01"), [carbon(most + number)])
            stand(made, Standing.ACCEPTED, day("2025-04-01"))
    more = plant(world.enterprise(A), "COUNTY", "320102", "cement")
    hand_in(more, 2024, 1, day("2025-03-02"), [carbon(5 * 10**6), carbon(-(10**6), "lime")])
    return world


def test_while_a_cell_is_stale_rows_are_added_up_and_afterwards_the_sums(told: World) -> None:
    assert Stale.every.exists() and not Sum.every.exists()
    before = same(told)

    assert refresh() == 9  # four of works A and B each, and one of the county
    assert not Stale.every.exists() and Sum.every.count() == 9
    assert same(told) == before > 0
    assert refresh() == 0


def test_whatever_changes_what_stands_is_seen_at_once(told: World) -> None:
    refresh()
    Standing.every.filter(version__plant_code="COUNTY").update(until=day("2025-05-01"))
    assert Stale.every.count() == 1
    assert not any(one.sector == "cement" for one in kept(told, "province", 4))
    refresh()
    same(told)

    Standing.every.filter(version__plant_code="OTHER-STEEL").delete()
    same(told)
    Total.every.filter(version__plant_code="DEMO-STEEL", year=2023).delete()
    assert Stale.every.exists()
    same(told)
    refresh()
    assert same(told) > 0
    assert not any(one.year == 2023 for one in kept(told, "nation", 0))


def test_an_enterprise_that_moves_takes_its_numbers_along(told: World) -> None:
    refresh()
    assert kept(told, "city", 4)
    Enterprise.every.filter(pk=told.enterprise(A).pk).update(division="320500")
    assert not kept(told, "city", 4), "a city sees nothing of an enterprise that is elsewhere"
    refresh()
    assert not kept(told, "city", 4)
    assert not any(one.within == "320100" for one in Sum.every.all())
    same(told)


def test_sums_of_a_past_day_are_not_kept_for_whom_they_are_no_longer(told: World) -> None:
    actor = told.actor("city")
    asked = Asked.of(actor, {"year": "2024", "day": "2025-06-01"})
    assert not asked.is_now and kept_grouped(actor, asked, YEARS, 4)
    Enterprise.every.filter(pk=told.enterprise(A).pk).update(division="320500")
    assert not kept_grouped(actor, asked, YEARS, 4)


def test_no_enterprise_and_no_verifier_sees_sums_of_others(told: World) -> None:
    refresh()
    for role in ("preparer", "approver", "verifier", "reviewer", "admin", "public"):
        assert not Sum.objects.seen_by(told.actor(role)).exists(), role
    own = kept(told, "preparer", 0)
    assert {one.amount for one in own if one.sector == "steel"} == {2**62}


def test_migrating_makes_all_of_them(told: World) -> None:
    Sum.every.all().delete()
    call_command("migrate", verbosity=0)
    assert Sum.every.count() == 9 and not Stale.every.exists()
    same(told)
