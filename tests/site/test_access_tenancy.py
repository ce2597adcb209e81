"""What belongs to one enterprise is seen by nobody who should not see it, model by model."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

import tongjian.site
from tests.site.matrix import people
from tests.site.world import A, B, World
from tongjian.site.access.actor import NOBODY, Actor
from tongjian.site.access.models import Assignment, Membership
from tongjian.site.access.tenancy import Reach, Tenanted
from tongjian.site.registry.models import Enterprise, Plant

SITE = Path(tongjian.site.__file__).parent
LISTED = tomllib.loads(Path(__file__).with_name("every.toml").read_text("utf-8"))


def uses_every(path: Path) -> bool:
    tree = ast.parse(path.read_text("utf-8"))
    return any(isinstance(node, ast.Attribute) and node.attr == "every" for node in ast.walk(tree))


def test_whoever_reads_past_the_tenancy_says_why() -> None:
    using = {
        str(path.relative_to(SITE))
        for path in SITE.rglob("*.py")
        if "migrations" not in path.parts and uses_every(path)
    }

    assert not using - LISTED.keys(), "tests/site/every.toml lacks a reason"
    assert all(len(reason) > 8 for reason in LISTED.values())
    views = [one for one in LISTED if "/views" in one and one != "access/views_users.py"]
    assert not views, "a view reads with objects.seen_by"


def test_rows_come_from_seen_by_alone() -> None:
    for model in apps.get_models():
        if issubclass(model, Tenanted):
            with pytest.raises(TypeError):
                model.objects.all()


def test_whatever_names_an_enterprise_is_tenanted_or_said_to_be_not() -> None:
    """A model with a way to an enterprise that is not `Tenanted` would be seen by everybody."""
    apart = {
        "Membership": "who has which role; shown through people.held_in_sight",
        "Assignment": "who verifies whom; shown through people.assignments_seen_by",
    }
    found = {
        model.__name__
        for model in apps.get_models()
        if not issubclass(model, Tenanted)
        and any(
            field.related_model is not None
            and isinstance(field.related_model, type)
            and issubclass(field.related_model, Tenanted)
            for field in model._meta.get_fields()
            if field.many_to_one or field.one_to_one
        )
    }
    assert found <= apart.keys(), found - apart.keys()


# Written down by hand: who sees the plant of A, and who that of B. The city is A's.
SEES = {
    "preparer A": "A",
    "approver A": "A",
    "verifier A": "A",
    "reviewer A": "A",
    "preparer B": "B",
    "approver B": "B",
    "verifier B": "B",
    "reviewer B": "B",
    "city": "A",
    "province": "AB",
    "nation": "AB",
    "analyst": "AB",
    "admin": "",
    "public": "",
    "norole": "",
}


@pytest.mark.parametrize("model", [Enterprise, Plant])
def test_who_sees_whom(world: World, model: Any) -> None:
    names = {world.enterprise(of).pk: of for of in (A, B)}
    assert set(SEES) == set(people())
    for who, expected in SEES.items():
        rows = model.objects.seen_by(world.actor(*who.split(" ")))
        path = model.TENANT
        seen = {names[one.pk if not path else one.enterprise_id] for one in rows}
        assert seen == set(expected), (who, model)


def test_every_model_hides_from_the_public_and_from_the_administrator(world: World) -> None:
    for model in apps.get_models():
        if issubclass(model, Tenanted):
            for actor in (NOBODY, world.actor("admin"), world.actor("norole")):
                assert not model.objects.seen_by(actor).exists()
                assert "IN ()" not in str(model.visible_to(actor)).upper()


def test_what_is_the_enterprises_alone_reaches_neither_verifier_nor_authority(
    world: World,
) -> None:
    alone = [one for one in apps.get_models() if getattr(one, "REACH", None) is Reach.ENTERPRISE]
    assert alone
    for model in alone:
        for who in ("verifier", "reviewer", "city", "province", "nation", "analyst"):
            condition = model.visible_to(world.actor(who))
            assert not model.every.filter(condition).exists()
            assert str(condition) == "(AND: ('pk__in', ()))", (model, who)


def test_a_membership_that_ended_shows_nothing(world: World) -> None:
    actor = world.actor("preparer")
    assert actor.user is not None
    client = world.client("preparer")
    assert client.get("/account/tokens").status_code == 200
    Membership.objects.filter(user=actor.user).update(ended="2025-01-01")

    assert client.get("/account/tokens").status_code == 403
    page = client.get("/").content.decode()
    assert "还没有任何身份" in page and world.enterprise().name_zh not in page


def test_an_assignment_that_ended_shows_nothing(world: World) -> None:
    actor = world.actor("verifier")
    assert Plant.objects.seen_by(actor).count() == 1
    Assignment.objects.filter(user=actor.user).update(ended="2025-01-01T00:00:00Z")

    assert not Plant.objects.seen_by(actor).exists()


def test_a_role_is_not_lent_by_choosing_anothers_membership(world: World) -> None:
    client = world.client("preparer")
    other = Membership.objects.get(user=world.user("province"))
    client.post("/account/switch", {"membership": str(other.pk)})

    assert "填报人" in client.get("/").content.decode()
    assert client.get("/account/assignments").status_code == 403


def test_a_division_reaches_only_what_begins_with_its_code(world: World) -> None:
    user = world.user("city")
    actor = Actor(user, Membership(user=user, role="city", division="3205"))
    assert [one.code for one in Plant.objects.seen_by(actor)] == ["OTHER-STEEL"]
    actor = Actor(user, Membership(user=user, role="city", division="3299"))
    assert not Plant.objects.seen_by(actor).exists()
