"""Pages of accounts in a real browser: a security key, and accessibility."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from tests.site.world import PASSWORD, World

BROWSER = which("chromium") or which("chromium-browser") or which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        BROWSER is None or find_spec("playwright") is None, reason="no browser, or no playwright"
    ),
]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A site that is served on this machine."""
    from django.core.wsgi import get_wsgi_application

    # The driver of the browser has a loop of its own; the test asks the database beside it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    server = make_server("localhost", 0, get_wsgi_application(), Server, Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def browser(address: str) -> Iterator[Any]:
    """A browser, gone before the site is: its loop must not be running then."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield found
        found.close()


def watch(page: Any) -> list[str]:
    """What the browser complains of: refusals of the policy and errors of scripts."""
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on(
        "console",
        lambda line: told.append(line.text) if line.type == "error" else None,
    )
    return told


def sign_in(page: Any, address: str, username: str) -> None:
    page.goto(f"{address}/account/login/")
    page.fill("#id_login", username)
    page.fill("#id_password", PASSWORD)
    page.click("main form button")


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
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()
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
            # The scripts of the check go around the policy, which the pages keep.
            found = axe.run(page).response["violations"]
            wrong += [f"{path} {scheme}: {one['id']} {one['nodes'][0]['html']}" for one in found]
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if wide > 0:
                wrong.append(f"{path} at {width}: {wide} pixels too wide")
            shot = f"{username}-{path.strip('/').replace('/', '-').partition('?')[0]}"
            page.screenshot(path=tmp_path / f"{shot}-{scheme}.png", full_page=True)
        wrong += [f"{username} {scheme}: {one}" for one in told]
        context.close()
    assert not wrong, "\n".join(wrong)
