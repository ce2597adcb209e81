"""The page that describes the API, in a real browser: nothing from elsewhere, nothing amiss."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.site.test_access_in_browser import (  # noqa: F401  (fixtures)
    address,
    browser,
    pytestmark,
)
from tongjian.site.api.document import document
from tongjian.site.ui import assets

SHOTS = os.environ.get("TONGJIAN_SHOTS")
"""A folder for pictures, to be looked at."""


@pytest.fixture(autouse=True, scope="module")
def prepared() -> None:
    """The files of the page: a server lists its files once, when it starts."""
    if not assets.prepare():
        pytest.skip("the files of the page are not installed")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_description_is_shown_without_the_internet(
    address: str,  # noqa: F811
    browser: Any,  # noqa: F811
    language: str,
) -> None:
    context = browser.new_context(locale="zh-CN" if language == "zh-hans" else "en-GB")
    context.add_cookies([{"name": "language", "value": language, "url": address}])
    page = context.new_page()
    amiss: list[str] = []
    elsewhere: list[str] = []
    page.on("console", lambda one: amiss.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: amiss.append(str(one)))
    page.on("request", lambda one: elsewhere.append(one.url) if _other(one.url, address) else None)
    page.goto(f"{address}/api/")
    page.wait_for_selector(".opblock", timeout=60_000)
    count = page.locator(".opblock").count()
    one = page.locator("#operations-activity-enter_activity")
    one.locator(".opblock-summary-control").first.click()
    one.locator(".opblock-body").wait_for()
    told = one.inner_text()

    assert not amiss and not elsewhere
    assert count == sum(len(methods) for methods in document()["paths"].values())
    assert "逐行录入" in told and "row by row" in told and "weighbridge-2024-03" in told
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"swagger-{language}.png"))
        one.scroll_into_view_if_needed()
        page.screenshot(path=str(Path(SHOTS) / f"swagger-{language}-open.png"))
    context.close()


def _other(url: str, address: str) -> bool:  # noqa: F811
    return not url.startswith((address, "data:", "blob:"))
