"""A site that is served, a browser, and people who sit before it.

Every `Person` has a browser of their own. Whatever they come to see is looked at as well: what the
browser complains of, whether a page is wider than the window, and what axe finds against it.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from tests.site.world import PASSWORD

BROWSER = which("chromium") or which("chromium-browser") or which("google-chrome")
IN_A_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(
        BROWSER is None or find_spec("playwright") is None, reason="no browser, or no playwright"
    ),
]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
# Parts of an address that name one of many: a plant, a year, a run, a job.
_NAMES = re.compile(r"/[A-Za-z0-9_=-]*\d[A-Za-z0-9_=-]*|/[A-Z]+-[A-Z]+")
_WAIT_MS = 60_000
_EVERY_S = 0.05


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    """A site that is served on this machine; gives its address."""
    from django.core.wsgi import get_wsgi_application

    with pytest.MonkeyPatch.context() as patch:
        # The driver of the browser has a loop of its own; the test asks the database beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        server = make_server("localhost", 0, get_wsgi_application(), _Server, _Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def worked() -> Iterator[None]:
    """Somebody does the jobs of the site, as a worker process would, in the order they came."""
    from django.db import connection

    from tongjian.site.operations.jobs import work
    from tongjian.site.operations.models import Job

    stopping = threading.Event()

    def loop() -> None:
        while not stopping.wait(_EVERY_S):
            for one in Job.every.filter(state=Job.WAITING).order_by("pk"):
                work.call(one.pk)
        connection.close()

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    yield
    stopping.set()
    thread.join()


@contextmanager
def browsing() -> Iterator[Any]:
    """A browser; it is to be gone before the site is: its loop must not be running then."""
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
    """By the page for it."""
    page.goto(f"{address}/account/login/")
    page.fill("#id_login", username)
    page.fill("#id_password", PASSWORD)
    page.click("main form button")


@cache
def _axe() -> Any:
    from axe_playwright_python.sync_playwright import Axe

    return Axe()


def faults_of(page: Any) -> list[str]:
    """What is against a page as it stands: accessibility, and more width than the window has."""
    # The scripts of the check go around the policy, which the pages keep.
    found = _axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    wrong = [f"{one['id']} {one['nodes'][0]['html'][:300]}" for one in found]
    return wrong + too_wide(page)


def too_wide(page: Any) -> list[str]:
    """Whether a page can be scrolled sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{wide} pixels too wide"] if wide > 0 else []


def shots_folder(language: str) -> Path:
    """Where the screenshots of the story are kept: ``TONGJIAN_SHOTS``, or what git ignores."""
    default = Path(__file__).parents[2] / ".artifacts" / "story"
    folder = Path(os.environ.get("TONGJIAN_SHOTS") or default) / language
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass
class Person:
    """Somebody before a browser (使用者), who reads one language."""

    page: Any
    address: str
    username: str
    lang: str
    folder: Path
    judged: set[str] | None = None
    """The kinds of page that axe has seen: each is judged once. Where it is None, all always."""
    wrong: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @classmethod
    def at(
        cls,
        browser: Any,
        address: str,
        username: str,
        lang: str,
        folder: Path,
        narrow: bool = False,
        judged: set[str] | None = None,
    ) -> Person:
        """Open a browser for somebody, and sign them in."""
        context = browser.new_context(
            viewport=NARROW if narrow else WIDE, locale="zh-CN" if lang == "zh" else "en-GB"
        )
        context.set_default_timeout(_WAIT_MS)
        language = "zh-hans" if lang == "zh" else "en"
        context.add_cookies([{"name": "language", "value": language, "url": address}])
        page = context.new_page()
        found = cls(page, address, username, lang, folder, judged)
        found.told = watch(page)
        page.on("dialog", lambda one: one.accept())
        sign_in(page, address, username)
        return found

    def word(self, zh: str, en: str) -> str:
        """Of two, the one in the language of this person."""
        return zh if self.lang == "zh" else en

    def go(self, path: str) -> None:
        """Open an address."""
        self.page.goto(self.address + path)

    def follow(self, zh: str, en: str, within: str = "main") -> None:
        """Click on the link of that name."""
        with self.page.expect_navigation():
            self._named("link", zh, en, within).click()

    def press(self, zh: str, en: str, within: str = "main") -> None:
        """Click on the button of that name, which leads to a page."""
        with self.page.expect_navigation():
            self._named("button", zh, en, within).click()

    def choose(self, zh: str, en: str) -> None:
        """Go somewhere by the main navigation."""
        self.follow(zh, en, "nav.side")

    def take_up(self, zh: str, en: str) -> None:
        """From the first page, go to what there is to do that begins so or speaks of it."""
        with self.page.expect_navigation():
            self.page.locator(".todos a").filter(has_text=self.word(zh, en)).first.click()

    def download(self, zh: str, en: str, target: Path) -> None:
        """Click on the link whose name begins so, and keep the file."""
        link = self.page.locator("main").get_by_role("link", name=self.word(zh, en))
        with self.page.expect_download() as got:
            link.first.click()
        got.value.save_as(target)

    def rows(self, within: str) -> list[str]:
        """What the rows of a table say, without its head."""
        return [str(one) for one in self.page.locator(f"{within} tbody tr").all_inner_texts()]

    def fill(self, zh: str, en: str, value: str, within: str = "main") -> None:
        """Type into the field of that label."""
        self._labelled(zh, en, within).fill(value)

    def bring(self, zh: str, en: str, file: Path, within: str = "main") -> None:
        """Choose a file in the field of that label."""
        self._labelled(zh, en, within).set_input_files(file)

    def pick(self, zh: str, en: str, option: str, within: str = "main") -> None:
        """Choose from the list of that label."""
        self._labelled(zh, en, within).select_option(label=option)

    def tick(self, zh: str, en: str, within: str = "main") -> None:
        """Check the box, or choose the answer, of that label."""
        self._labelled(zh, en, within).check()

    def sees(self, *said: str, within: str = "main") -> None:
        """Wait until a part of the page says all of it."""
        for one in said:
            self.page.locator(within).first.filter(has_text=one).wait_for()

    def sees_not(self, *said: str) -> None:
        """The page says none of it."""
        shown = self.page.locator("main").inner_text()
        assert not [one for one in said if one in shown], shown

    def waits_for_jobs(self) -> None:
        """Until the jobs of the page are over, and the page tells what became of them."""
        self.page.locator("#jobs:not([hx-get]) .badge.good").first.wait_for()

    def text(self, within: str = "main") -> str:
        """What a part of the page says."""
        return str(self.page.locator(within).first.inner_text())

    def shot(self, name: str) -> None:
        """Look at the page: judge it, and keep a picture of it."""
        self.page.wait_for_load_state()
        self.page.locator("body:not(:has(.htmx-request))").wait_for()
        kind = _NAMES.sub("/*", urlsplit(self.page.url).path)
        known = self.judged is not None and kind in self.judged
        found = too_wide(self.page) if known else faults_of(self.page)
        if self.judged is not None:
            self.judged.add(kind)
        self.wrong += [f"{self.username} {name}: {one}" for one in found]
        self.page.screenshot(path=self.folder / f"{name}.png", full_page=True)

    def leave(self) -> list[str]:
        """Close the browser; returns everything that was wrong."""
        self.page.context.close()
        return [*self.wrong, *(f"{self.username}: {one}" for one in self.told)]

    def _named(self, role: str, zh: str, en: str, within: str) -> Any:
        name = self.word(zh, en)
        return self.page.locator(within).get_by_role(role, name=name, exact=True).first

    def _labelled(self, zh: str, en: str, within: str) -> Any:
        return self.page.locator(within).get_by_label(self.word(zh, en), exact=True).first


__all__ = [
    *("BROWSER", "IN_A_BROWSER", "NARROW", "Person", "browsing", "faults_of", "served", "too_wide"),
    *("shots_folder", "sign_in", "watch", "worked"),
]
