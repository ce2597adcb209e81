"""Pages of accounts in a real browser: a security key, and accessibility."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site.browsing import IN_A_BROWSER, browsing, faults_of, served, sign_in, watch
from tests.site.world import PASSWORD, World

pytestmark = IN_A_BROWSER


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """A site that is served on this machine."""
    with served() as found:
        yield found


@pytest.fixture
def browser(address: str) -> Iterator[Any]:
    """A browser, gone before the site is."""
    with browsing() as found:
        yield found


def test_a_security_key_is_added_and_signs_in(browser: Any, address: str) -> None:
    from allauth.mfa.models import Authenticator

    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    told = watch(page)
    tools = context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": False,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": key})
    sign_in(page, address, "preparera")
    page.goto(f"{address}/account/factor/keys/add/")
    page.fill("#id_password", PASSWORD)  # asked again who it is
    page.click("main form button")
    page.fill("#id_name", "我的密钥")
    page.click("#key_button")
    page.wait_for_url("**/account/factor/codes/")
    assert "我的密钥" in page.goto(f"{address}/account/factor/keys/").text()
    assert Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).count() == 1
    page.click("header form[action*=logout] button")
    sign_in(page, address, "preparera")
    page.wait_for_url("**/account/factor/sign-in/*")
    page.click("#key_button")
    page.wait_for_url(f"{address}/")

    assert page.locator(".who").inner_text().startswith("填报人A")
    assert told == []


PUBLIC = ("/account/login/", "/account/password/reset/", "/account/roles")
OWN = (
    "/account/",
    "/account/password/",
    "/account/confirm/",
    "/account/sessions",
    "/account/factor/",
)
RIGHTS = {
    "preparera": (*OWN, "/account/tokens"),
    "admin": ("/account/users", "/account/users/new", "/account/user/preparera"),
    "province": ("/account/assignments?search=示例",),
}


@pytest.mark.parametrize(
    ("language", "scheme", "width"), [("zh-hans", "light", 1280), ("en", "dark", 390)]
)
def test_pages_are_accessible_and_no_wider_than_the_window(
    browser: Any, address: str, language: str, scheme: str, width: int, tmp_path: Path
) -> None:
    wrong: list[str] = []
    for username, paths in ((None, PUBLIC), *RIGHTS.items()):
        size = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, color_scheme=scheme)
        context.add_cookies([{"name": "language", "value": language, "url": address}])
        page = context.new_page()
        told = watch(page)
        if username is not None:
            sign_in(page, address, username)
        for path in paths:
            page.goto(address + path)
            wrong += [f"{path} {scheme} {width}: {one}" for one in faults_of(page)]
            shot = f"{username}-{path.strip('/').replace('/', '-').partition('?')[0]}"
            page.screenshot(path=tmp_path / f"{shot}-{scheme}.png", full_page=True)
        wrong += [f"{username} {scheme}: {one}" for one in told]
        context.close()
    assert not wrong, "\n".join(wrong)
