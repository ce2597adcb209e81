"""The second factor: set up, asked for, not used twice, kept by those who must have one."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client, override_settings

from tests.site.test_access_sign_in import PASSWORD, sign_in, signed_in
from tests.site.world import World
from tongjian.site.access.lockout import FREE


@pytest.fixture
def bound() -> Iterator[None]:
    """A site on which authorities and administrators must have a second factor."""
    with override_settings(SECOND_FACTOR=True):
        yield


def digits(secret: str, step: int = 0) -> str:
    """What an app shows."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)))


def set_up(client: Client) -> str:
    """Set up an app; returns its secret."""
    page = client.get("/account/factor/app/").content.decode()
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found
    answer = client.post("/account/factor/app/", {"code": digits(found[1])})
    assert answer["Location"] == "/account/factor/codes/"
    return found[1]


def test_an_app_is_set_up_and_then_asked_for_at_each_sign_in(world: World) -> None:
    secret = set_up(world.client("preparer"))
    client = world.client("public")
    answer = sign_in(client, "preparera", PASSWORD)
    assert answer["Location"] == "/account/factor/sign-in/" and not signed_in(client)
    wrong = client.post("/account/factor/sign-in/", {"code": "000000"}).content.decode()
    assert "验证码不正确" in wrong and not signed_in(client)
    client.post("/account/factor/sign-in/", {"code": digits(secret, 1)})

    assert signed_in(client)


def test_digits_are_good_once(world: World) -> None:
    secret = set_up(world.client("preparer"))
    code = digits(secret, 1)
    for expected in (True, False):
        client = world.client("public")
        sign_in(client, "preparera", PASSWORD)
        client.post("/account/factor/sign-in/", {"code": code})
        assert signed_in(client) is expected


def test_a_recovery_code_signs_in_once(world: World) -> None:
    owner = world.client("preparer")
    set_up(owner)
    page = owner.get("/account/factor/codes/").content.decode()
    codes = re.findall(r"<li><code>(\d{8})</code>", page)
    assert len(codes) == 10
    file = owner.get("/account/factor/codes/file/")
    assert file["Content-Disposition"].startswith("attachment")
    assert file.content.decode().split() == codes
    for expected in (True, False):
        client = world.client("public")
        sign_in(client, "preparera", PASSWORD)
        client.post("/account/factor/sign-in/", {"code": codes[0]})
        assert signed_in(client) is expected


def test_guessing_digits_is_slowed_down(world: World) -> None:
    secret = set_up(world.client("preparer"))
    client = world.client("public")
    sign_in(client, "preparera", PASSWORD)
    for _ in range(FREE):
        client.post("/account/factor/sign-in/", {"code": "000000"})
    page = client.post("/account/factor/sign-in/", {"code": digits(secret, 1)}).content.decode()

    assert "失败次数过多" in page and not signed_in(client)


def test_secrets_are_not_in_the_database_as_they_are(world: World) -> None:
    secret = set_up(world.client("preparer"))
    kept = str([one.data for one in Authenticator.objects.all()])

    assert secret not in kept
    wrapped = Authenticator.objects.get(type=Authenticator.Type.TOTP).wrap()
    assert wrapped.validate_code(digits(secret, 1))


def test_authorities_and_administrators_must_have_one(world: World, bound: None) -> None:
    for role in ("admin", "city", "province", "nation", "analyst"):
        client = world.client(role)
        for path in ("/", "/account/", "/account/roles"):
            assert client.get(path)["Location"] == "/account/factor/app/", (role, path)
        assert "您的角色要求第二因素" in client.get("/account/factor/app/").content.decode()
        assert client.get("/api/").status_code in (403, 404)
    for role in ("preparer", "approver", "verifier"):
        assert world.client(role).get("/").status_code == 200
    client = world.client("province")
    set_up(client)

    assert client.get("/").status_code == 200


def test_whoever_must_have_one_keeps_the_last(world: World, bound: None) -> None:
    client = world.client("province")
    set_up(client)
    page = client.post("/account/factor/app/remove/").content.decode()

    assert "必须保留" in page
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).count() == 1


def test_others_may_take_it_away(world: World) -> None:
    client = world.client("preparer")
    set_up(client)
    client.post("/account/factor/app/remove/")

    assert not Authenticator.objects.exists()


def test_setting_it_up_asks_who_it_is(world: World) -> None:
    client = world.client("preparer")
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time() - 3600
    session.save()

    assert client.get("/account/factor/app/")["Location"].startswith("/account/confirm/")


def test_nobody_touches_the_factor_of_another(world: World) -> None:
    set_up(world.client("preparer"))
    key = Authenticator.objects.create(
        user=world.user("preparer"), type=Authenticator.Type.WEBAUTHN, data={"name": "a key"}
    )
    other: Any = world.client("preparer", "B")
    for path in (f"/account/factor/keys/{key.pk}/{what}/" for what in ("remove", "name")):
        assert other.get(path).status_code == 404
        assert other.post(path, {"name": "mine"}).status_code == 404
    assert other.get("/account/factor/codes/").status_code == 404
    assert Authenticator.objects.filter(user=world.user("preparer")).count() == 3


def test_the_cache_that_remembers_digits_is_shared() -> None:
    assert type(cache._connections[cache._alias]).__name__ == "DatabaseCache"
