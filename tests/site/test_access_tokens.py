"""Keys to the API: shown once, kept as a hash, never worth more than their owner."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.site.world import World
from tongjian.problems import TongjianError
from tongjian.site.access import tokens as module
from tongjian.site.access.models import ApiToken, Membership, User
from tongjian.site.access.permissions import Action, actions
from tongjian.site.access.tokens import actor_of_token, make_token

SCOPE = "sample.read"


@pytest.fixture(autouse=True)
def sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """An action for programs, whatever other packages have."""
    known = dict(actions())
    for name, roles in ((SCOPE, {"preparer", "province"}), ("sample.write", {"preparer"})):
        known[name] = Action(name, known["ui.home"].title, frozenset(roles))
    monkeypatch.setattr("tongjian.site.access.permissions.actions", lambda: known)
    monkeypatch.setattr(module, "actions", lambda: known)


def made(world: World, days: int = 7) -> tuple[ApiToken, str]:
    return make_token(world.actor("preparer"), "nightly import", [SCOPE], days)


def test_a_key_is_its_owner_narrowed(world: World) -> None:
    token, whole = made(world)
    actor = actor_of_token(f"Bearer {whole}")

    assert actor is not None and actor.user == world.user("preparer")
    assert actor.enterprise_id == world.enterprise().pk
    assert actor.may(SCOPE)
    assert not actor.may("sample.write") and not actor.may("ui.home")
    token.refresh_from_db()
    assert token.last_used is not None


def test_only_a_hash_is_kept(world: World) -> None:
    token, whole = made(world)
    secret = whole.split("_", 2)[2]
    kept = str(ApiToken.objects.filter(pk=token.pk).values())

    assert len(secret) >= 40 and secret not in kept and whole.startswith("tongjian_")


@pytest.mark.parametrize(
    "header", ["", "Bearer ", "Bearer tongjian_x", "Basic abc", "Bearer a_b_c"]
)
def test_what_is_no_key_is_nobody(world: World, header: str) -> None:
    assert actor_of_token(header) is None


def test_a_key_with_one_letter_changed_is_nobody(world: World) -> None:
    _, whole = made(world)
    wrong = whole[:-1] + ("A" if whole[-1] != "A" else "B")

    assert actor_of_token(f"Bearer {wrong}") is None


def test_a_key_ends_with_its_time_its_role_and_its_owner(world: World) -> None:
    token, whole = made(world)
    header, now = f"Bearer {whole}", timezone.now()
    rows, user = ApiToken.objects.filter(pk=token.pk), User.objects.filter(pk=token.user_id)
    role = Membership.objects.filter(pk=token.membership_id)
    changes: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
        (rows, {"expires": now - timedelta(seconds=1)}, {"expires": now + timedelta(days=1)}),
        (rows, {"revoked": now}, {"revoked": None}),
        (role, {"ended": now.date()}, {"ended": None}),
        (user, {"is_active": False}, {"is_active": True}),
        (user, {"must_change_password": True}, {"must_change_password": False}),
    ]
    for found, bad, good in changes:
        found.update(**bad)
        assert actor_of_token(header) is None, bad
        found.update(**good)
        assert actor_of_token(header) is not None, good


def test_a_key_gets_no_more_than_its_owner_has_and_nothing_that_is_for_people(
    world: World,
) -> None:
    for role, scopes in (
        ("province", ["sample.write"]),
        ("preparer", ["access.users"]),
        ("admin", ["access.user_secure"]),
        ("preparer", ["access.tokens"]),
        ("preparer", ["no.such"]),
        ("preparer", []),
    ):
        with pytest.raises(TongjianError):
            make_token(world.actor(role), "x", scopes, 7)
    for days in (0, 367):
        with pytest.raises(TongjianError):
            made(world, days)


def test_the_page_shows_a_key_once(world: World) -> None:
    client = world.client("preparer")
    said = {"name": "nightly", "days": "30", "scopes": [SCOPE]}
    answer = client.post("/account/tokens", said)
    found = re.search(r"tongjian_[0-9a-f]{8}_[\w-]{43}", answer.content.decode())
    assert found and "no-store" in answer["Cache-Control"]
    assert actor_of_token(f"Bearer {found[0]}") is not None
    again = client.get("/account/tokens").content.decode()
    assert found[0] not in again and "nightly" in again
    token = ApiToken.objects.get()
    other = world.client("preparer", "B")
    assert other.post(f"/account/tokens/{token.prefix}/revoke").status_code == 404
    client.post(f"/account/tokens/{token.prefix}/revoke")

    assert actor_of_token(f"Bearer {found[0]}") is None


def test_the_form_tells_what_is_missing(world: World) -> None:
    answer = world.client("preparer", language="en").post("/account/tokens", {"days": "9999"})

    assert answer.status_code == 422
    assert answer.content.decode().count("errorlist") == 3
