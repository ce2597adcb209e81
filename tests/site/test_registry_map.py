"""The map of the registry: projection, labels, and who sees which point."""

from __future__ import annotations

import math
import re
from itertools import combinations

import pytest
from django.urls import reverse

from tests.site.world import A, B, World
from tongjian.site.registry.divisions import level, shipped
from tongjian.site.registry.map_data import picture, signs_of
from tongjian.site.registry.map_labels import Box, Spot, place, text_width
from tongjian.site.registry.map_projection import Projection
from tongjian.site.registry.models import Plant


def test_a_degree_of_longitude_is_shortened_by_the_cosine() -> None:
    view = Projection.of(
        [(110.0, 30.0), (120.0, 30.0), (115.0, 35.0), (115.0, 25.0)], 1000, 800, 50
    )

    # Mean latitude 30: ten degrees east are 10 cos 30 = 8.66 of north; 700 px for 10 degrees north
    # (700/10 = 70) are fewer than 900 for 8.66 (103.9), so the scale is 70 px for a degree.
    assert view.scale == pytest.approx(70.0)
    (x1, y1), (x2, _), (_, y3) = map(view.xy, [(110.0, 30.0), (120.0, 30.0), (115.0, 35.0)])
    assert x2 - x1 == pytest.approx(700 * math.cos(math.radians(30)))
    assert y1 - y3 == pytest.approx(350.0) and y3 == pytest.approx(50.0)
    assert (x1 + x2) / 2 == pytest.approx(500.0)


def test_one_point_makes_a_picture_too_and_no_point_none() -> None:
    view = Projection.of([(118.8, 32.1)], 900, 700, 50)
    assert view.xy((118.8, 32.1)) == pytest.approx((450.0, view.height / 2))
    with pytest.raises(ValueError):
        Projection.of([], 900, 700, 50)


def test_lines_are_round_degrees_within_the_picture() -> None:
    view = Projection.of([(116.0, 31.0), (122.0, 35.0)], 960, 760, 70)
    meridians, parallels = view.lines()
    assert 3 <= len(meridians) <= 12 and 3 <= len(parallels) <= 12
    assert all(0 <= x <= view.width and degree == round(degree) for degree, x in meridians)
    assert all(0 <= y <= view.height for _, y in parallels)


def test_boxes_overlap_when_they_share_more_than_an_edge() -> None:
    one = Box(0, 0, 10, 10)
    assert one.overlaps(Box(9, 9, 5, 5)) and not one.overlaps(Box(10, 0, 5, 5))
    assert text_width("南京市 12") == pytest.approx(3 * 12 + 3 * 7.2)


def check_apart(spots: list[Spot], width: float, height: float) -> int:
    labels = [(at, one.box) for at, one in enumerate(place(spots, width, height)) if one]
    for (_, one), (_, other) in combinations(labels, 2):
        assert not one.overlaps(other)
    for at, box in labels:
        assert box.within(width, height)
        assert not any(box.overlaps(one.box) for number, one in enumerate(spots) if number != at)
    return len(labels)


def test_labels_of_all_provinces_and_cities_do_not_overlap() -> None:
    rows = [one for one in shipped() if one["longitude"] is not None]
    for wanted, enough in ((1, 34), (2, 13)):
        some = [one for one in rows if level(one["code"]) == wanted]
        view = Projection.of([(one["longitude"], one["latitude"]) for one in some], 960, 760, 70)
        for name in ("name_zh", "name_en"):
            spots = [
                Spot(*view.xy((one["longitude"], one["latitude"])), 8.0, f"{one[name]} 123", at)
                for at, one in enumerate(some)
            ]
            assert check_apart(spots, view.width, view.height) >= enough - 2


def test_a_crowd_leaves_out_the_least_and_leads_to_those_that_are_away() -> None:
    spots = [Spot(200.0, 200.0, 6.0, f"某某企业{n}", float(n)) for n in range(60)]
    labels = place(spots, 400, 400)
    assert labels[59] is not None and not labels[59].leads
    assert any(one and one.leads for one in labels) and any(one is None for one in labels)
    assert check_apart(spots, 400, 400) >= 10


def test_a_label_keeps_clear_of_signs_where_it_can() -> None:
    right = Box(110.0, 90.0, 60.0, 20.0)
    (label,) = place([Spot(100.0, 100.0, 5.0, "南京市")], 400, 400, [right])
    assert label is not None and not label.box.overlaps(right)
    everywhere = [Box(0.0, 0.0, 400.0, 400.0)]
    assert place([Spot(100.0, 100.0, 5.0, "南京市")], 400, 400, everywhere)[0] is not None


def test_no_two_sectors_have_the_same_sign() -> None:
    signs = signs_of([f"s{n}" for n in range(36)])
    assert len(set(signs.values())) == 36
    # Twelve are told apart without their colour.
    first = [(shape, "hollow" in tone) for shape, tone in signs.values()][:12]
    assert len(set(first)) == 12
    assert [shape for shape, _ in signs.values()][:6] == [
        "circle",
        "square",
        "triangle",
        "diamond",
        "plus",
        "star",
    ]


def put_on_the_map(world: World) -> None:
    for of, point in ((A, (118.7, 32.2)), (B, (120.6, 31.3))):
        plant = world.plant(of)
        Plant.every.filter(pk=plant.pk).update(longitude=point[0], latitude=point[1])


def test_the_map_has_what_one_sees_and_nothing_else(world: World) -> None:
    put_on_the_map(world)

    def seen(role: str, division: str, of: str = A) -> tuple[dict[str, int], list[str], int]:
        found = picture(world.actor(role, of), division)
        return (
            {one.division.code: one.count for one in found.bubbles},
            [one.plant.code for one in found.marks],
            found.plants,
        )

    both, one, other = ["DEMO-STEEL", "OTHER-STEEL"], ["DEMO-STEEL"], ["OTHER-STEEL"]
    assert seen("nation", "") == ({"320000": 2}, both, 2)
    assert seen("province", "320000") == ({"320100": 1, "320500": 1}, both, 2)
    assert seen("city", "320000") == ({"320100": 1}, one, 1)
    assert seen("city", "320500") == ({}, [], 0)
    assert seen("verifier", "", B) == ({"320000": 1}, other, 1)
    assert seen("preparer", "320000") == ({"320100": 1}, one, 1)
    assert seen("public", "") == ({}, [], 0) and seen("admin", "") == ({}, [], 0)


def test_the_page_is_drawn_with_links_and_a_table(world: World) -> None:
    put_on_the_map(world)
    address = reverse("registry:map")
    for language, words in (("zh-hans", "南京市 1"), ("en", "Nanjing 1")):
        page = world.client("province", language=language).get(address).content.decode()
        assert words in page and "<svg" in page and "<table" in page
        assert not re.search(r'style="|<image|https?://(?!www.w3.org)', page.split("<main")[1])
        plant = reverse("registry:plant", args=["DEMO-STEEL"])
        assert page.count(f'href="{plant}"') == 2
        assert f"{address}?division=320100" in page
    inner = world.client("province").get(f"{address}?division=320100").content.decode()
    assert f"{reverse('registry:enterprises')}?division=320100" in inner
    assert "OTHER-STEEL" not in world.client("city").get(address).content.decode()
    assert world.client("preparer").get(address).context["division"].code == "320100"
    assert world.client("province").get(f"{address}?division=999999").status_code == 404
    assert world.client("admin").get(address).status_code == 403
    nation = world.client("nation", language="en").get(address).content.decode()
    assert "China" in nation and "Jiangsu 2" in nation
