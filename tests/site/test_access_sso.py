"""Single sign-on against a real provider: linked by an administrator, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.test import Client, override_settings

from tests.site.provider import Provider
from tests.site.test_access_sign_in import signed_in
from tests.site.world import World
from tongjian.problems import TongjianError
from tongjian.site.access import people
from tongjian.site.access.models import User
from tongjian.site.config import Config


@pytest.fixture
def provider(world: World) -> Iterator[Provider]:
    """A provider, and a site that was told of it."""
    found = Provider("tongjian-site", "a secret of the client")
    providers: dict[str, Any] = deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
    providers["openid_connect"]["APPS"] = [
        {
            "provider_id": "oidc",
            "name": "oidc",
            "client_id": found.client,
            "secret": found.secret,
            "settings": {"server_url": found.issuer},
        }
    ]
    config = replace(settings.CONFIG, oidc=found.issuer)
    with override_settings(SOCIALACCOUNT_PROVIDERS=providers, CONFIG=config):
        yield found
    found.close()


def go(client: Client, provider: Provider, to: str = "/account/sso/oidc/") -> Any:
    """The way of a browser: to the provider and back."""
    answer = client.post(to)
    assert answer.status_code == 302 and answer["Location"].startswith(provider.issuer)
    back = urlsplit(provider.authorize(answer["Location"]))
    assert back.path == "/account/sso/oidc/back/"
    return client.get(f"{back.path}?{back.query}")


def link(world: World, subject: str = "staff-0042") -> None:
    people.link_single_sign_on(world.actor("admin"), world.user("preparer"), subject)


def test_whom_an_administrator_linked_signs_in(world: World, provider: Provider) -> None:
    page = world.client("public").get("/account/login/").content.decode()
    assert "单位统一登录" in page
    admin = world.client("admin")
    admin.post("/account/user/preparera/link", {"subject": provider.subject})
    client = world.client("public")
    answer = go(client, provider)

    assert answer["Location"] == "/" and signed_in(client)
    assert "填报人" in client.get("/").content.decode()
    assert {"/token", "/keys", "/userinfo"} <= set(provider.asked)
    session = client.session
    assert session.get_expiry_age() <= settings.SESSION_COOKIE_AGE


def test_whom_nobody_linked_does_not_and_no_account_is_made(
    world: World, provider: Provider
) -> None:
    before = User.objects.count()
    client = world.client("public")
    answer = go(client, provider)

    assert answer.status_code == 403 and not signed_in(client)
    assert "staff-0042" in answer.content.decode() and User.objects.count() == before


def test_nobody_links_their_own_account(world: World, provider: Provider) -> None:
    from allauth.socialaccount.models import SocialAccount

    client = world.client("preparer")
    answer = go(client, provider, "/account/sso/oidc/?process=connect")

    assert answer.status_code == 403
    assert not SocialAccount.objects.exists()


def test_a_token_signed_by_somebody_else_is_refused(world: World, provider: Provider) -> None:
    link(world)
    provider.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    client = world.client("public")

    assert go(client, provider).status_code == 403 and not signed_in(client)


def test_a_token_for_another_site_is_refused(world: World, provider: Provider) -> None:
    link(world)
    provider.audience = "another-site"
    client = world.client("public")

    assert go(client, provider).status_code == 403 and not signed_in(client)


def test_an_answer_that_nobody_asked_for_is_refused(world: World, provider: Provider) -> None:
    link(world)
    asked = world.client("public").post("/account/sso/oidc/")
    back = urlsplit(provider.authorize(asked["Location"]))
    client = world.client("public")  # another browser
    answer = client.get(f"{back.path}?{back.query}")

    assert answer.status_code == 403 and not signed_in(client)


def test_a_closed_account_stays_closed(world: World, provider: Provider) -> None:
    link(world)
    User.objects.filter(username="preparera").update(is_active=False)
    client = world.client("public")
    go(client, provider)

    assert not signed_in(client)


def test_a_subject_is_one_persons_and_can_be_taken_away(world: World, provider: Provider) -> None:
    link(world)
    with pytest.raises(TongjianError):
        people.link_single_sign_on(
            world.actor("admin"), world.user("preparer", "B"), provider.subject
        )
    link(world, "")
    client = world.client("public")

    assert go(client, provider).status_code == 403 and not signed_in(client)


def test_without_a_provider_there_is_no_such_way(world: World) -> None:
    client = world.client("public")

    assert "单位统一登录" not in client.get("/account/login/").content.decode()
    assert client.post("/account/sso/oidc/").status_code == 404


def test_a_provider_is_reached_by_tls(tmp_path: Any) -> None:
    site = {"TONGJIAN_SITE": str(tmp_path)}
    for url in ("http://sso.example.cn", "ftp://sso.example.cn", "sso.example.cn"):
        with pytest.raises(TongjianError):
            Config.of({**site, "TONGJIAN_OIDC": url})
    assert Config.of({**site, "TONGJIAN_OIDC": "https://sso.example.cn/"}).oidc.endswith(".cn")
