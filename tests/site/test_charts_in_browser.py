"""Charts drawn in a real browser under the strict content security policy of the pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from shutil import which
from typing import Any

import pytest

from tests.charts.examples import every_chart
from tongjian.charts import PALETTES, figure
from tongjian.site.assets import Assets, build
from tongjian.site.assets import _sources as sources

BROWSER = which("chromium") or which("chromium-browser") or which("google-chrome")
MISSING = [
    name
    for name in ("playwright", *(package.module for package in sources.PACKAGES))
    if find_spec(name) is None
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(MISSING) or BROWSER is None, reason=f"no browser, or not installed: {MISSING}"
    ),
]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'"
)
TYPES = {"js": "text/javascript", "css": "text/css", "woff2": "font/woff2"}
HTMX = "{&quot;includeIndicatorStyles&quot;:false,&quot;allowEval&quot;:false}"
BODY = (
    "body{font-family:'Noto Sans SC',sans-serif;background:var(--tj-surface);"
    "color:var(--tj-ink);margin:1rem auto;max-width:760px;padding:0 12px}"
)
SWAGGER = '{"url":"/openapi.json","layout":"BaseLayout"}'
API = (
    '{"openapi":"3.1.0","info":{"title":"通鉴","version":"1"},"paths":'
    '{"/a":{"get":{"responses":{"200":{"description":"OK"}}}}}}'
)


def page(assets: Assets, lang: str) -> str:
    sheets = "".join(
        f'<link rel="stylesheet" href="/{assets.name(name)}">'
        for name in ("tokens.css", "fonts.css", "charts.css")
    )
    scripts = "".join(
        f'<script src="/{assets.name(name)}" defer></script>' for name in ("charts.js", "htmx.js")
    )
    figures = "".join(figure(chart, lang) for chart in every_chart().values())
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>t</title>'
        f'<meta name="htmx-config" content="{HTMX}"><link rel="icon" href="data:,">'
        f'<meta name="viewport" content="width=device-width">{sheets}'
        f'<link rel="stylesheet" href="/own.css">{scripts}</head><body>{figures}</body></html>'
    )


def swagger(assets: Assets) -> str:
    return (
        '<!doctype html><html><head><meta charset="utf-8"><title>t</title>'
        f'<link rel="icon" href="data:,"><link rel="stylesheet" '
        f'href="/{assets.name("swagger-ui.css")}"></head><body><div id="swagger-ui"></div>'
        f'<script type="application/json" id="swagger-settings">{SWAGGER}</script>'
        f'<script src="/{assets.name("swagger-ui-bundle.js")}"></script>'
        f'<script src="/{assets.name("swagger-ui-init.js")}"></script></body></html>'
    )


class Handler(BaseHTTPRequestHandler):
    """Serves the pages and the static files, each with the policy."""

    def __init__(self, assets: Assets, *args: Any) -> None:
        self.assets = assets
        super().__init__(*args)

    def do_GET(self) -> None:
        name = self.path.removeprefix("/")
        pages = {
            "zh": ("text/html; charset=utf-8", lambda: page(self.assets, "zh")),
            "en": ("text/html; charset=utf-8", lambda: page(self.assets, "en")),
            "api": ("text/html; charset=utf-8", lambda: swagger(self.assets)),
            "own.css": ("text/css", lambda: BODY),
            "openapi.json": ("application/json", lambda: API),
        }
        if name in pages:
            kind, made = pages[name]
            content = made().encode()
        else:
            kind = TYPES[name.rpartition(".")[2]]
            content = (self.assets.folder / name).read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing is written to the terminal."""


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    assets = build(tmp_path_factory.mktemp("assets"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, assets))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=BROWSER)
        yield launched
        launched.close()


@pytest.fixture
def visit(browser, address):
    """Opens a page; what the console says (violations too) and what is asked for is kept."""
    contexts = []

    def opened(path: str, **options: Any) -> tuple[Any, list[str], list[str]]:
        context = browser.new_context(**options)
        contexts.append(context)
        told: list[str] = []
        asked: list[str] = []
        shown = context.new_page()
        shown.on("console", lambda message: told.append(message.text))
        shown.on("pageerror", lambda error: told.append(str(error)))
        shown.on("request", lambda request: asked.append(request.url))
        shown.goto(f"{address}/{path}")
        return shown, told, asked

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [1000, 390])
def test_every_chart_is_drawn_without_a_violation(visit, address, lang, width):
    shown, told, asked = visit(lang, viewport={"width": width, "height": 800})
    drawn = shown.locator("figure[data-state=drawn]")
    drawn.nth(len(every_chart()) - 1).wait_for(timeout=30_000)

    assert shown.locator("figure[data-chart]").count() == drawn.count()
    assert shown.locator(".chart-view svg").count() == drawn.count()
    assert told == []
    assert all(one.startswith((address, "data:")) for one in asked)
    # Wide drawings scroll within their figure, never the page.
    assert shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for one in shown.locator("figure:not([data-chart=flow]) .chart-view").all():
        assert one.evaluate("e => e.scrollWidth <= e.clientWidth + 12")


def test_charts_follow_the_theme_and_the_width(visit):
    shown, told, _ = visit("zh", viewport={"width": 1000, "height": 800}, color_scheme="light")
    first = shown.locator("figure[data-chart=bars] .chart-view svg")
    fill = f"path[fill='{PALETTES['light']['series-0']}']"
    first.locator(fill).first.wait_for(timeout=30_000)
    wide = first.evaluate("e => e.clientWidth")

    shown.evaluate("document.documentElement.dataset.theme = 'dark'")
    first.locator(f"path[fill='{PALETTES['dark']['series-0']}']").first.wait_for()
    assert first.locator(fill).count() == 0

    shown.set_viewport_size({"width": 390, "height": 800})
    shown.locator(f"figure[data-chart=bars] svg:not([width='{wide}'])").wait_for()
    assert first.evaluate("e => e.clientWidth") < 400
    assert told == []


def test_a_mark_tells_its_figures(visit):
    shown, told, _ = visit("en", viewport={"width": 1000, "height": 800})
    bar = shown.locator("figure[data-chart=bars] .chart-view .mark-rect path").first
    bar.hover(timeout=30_000)
    tip = shown.locator("#vg-tooltip-element.visible")
    tip.wait_for()

    assert "A city" in tip.inner_text() and "812.3" in tip.inner_text()
    assert told == []


def test_without_scripts_the_data_are_there(visit):
    shown, told, asked = visit("zh", java_script_enabled=False)
    table = shown.locator("figure[data-chart=bars] details.chart-data")
    table.locator("summary").click()

    assert "812.3" in table.inner_text()
    assert told == []
    fonts = [one for one in asked if one.endswith(".woff2")]
    assert 0 < len(fonts) < 12  # of some forty


def test_the_page_of_the_interface_works_offline(visit, address):
    shown, told, asked = visit("api")
    shown.locator(".opblock").first.wait_for(timeout=30_000)

    assert told == []
    assert all(one.startswith((address, "data:")) for one in asked)
