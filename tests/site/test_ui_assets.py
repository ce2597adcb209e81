"""The static files that are built, as pages ask for them and as they are served."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse

from tongjian.charts import Bar, bars, workbook
from tongjian.rules import Words
from tongjian.site.assets import _sources as sources
from tongjian.site.ui import assets as built
from tongjian.site.ui.charts import Drawn, export

MISSING = [one.module for one in sources.PACKAGES if find_spec(one.module) is None]
with_assets = pytest.mark.skipif(bool(MISSING), reason=f"extra site is not installed: {MISSING}")
CHART = bars(
    Words("排放 <1>", "Emissions <1>"),
    [Bar(Words("=南京", "=Nanjing"), (1.25, None)), Bar(Words("苏州", "Suzhou"), (3.0, -1.0))],
    [Words("二氧化碳", "CO₂"), Words("甲烷", "CH₄")],
    "tCO2e",
)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("asset-cache")


@pytest.fixture
def prepared(site: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TONGJIAN_CACHE", str(cache))
    assert built.prepare()
    yield
    built.assets.cache_clear()


@pytest.fixture
def unprepared(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TONGJIAN_CACHE", str(tmp_path / "empty"))
    built.assets.cache_clear()
    yield
    built.assets.cache_clear()


def fetched(client: Client, address: str, **headers: str) -> tuple[Any, bytes]:
    """An answer with its whole content, closed."""
    answer = client.get(address, **headers)
    content = b"".join(answer) if answer.streaming else answer.content
    answer.close()
    return answer, content


def links(page: str) -> list[str]:
    return [
        one
        for one in re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
        if not one.endswith(".svg")
    ]


@with_assets
def test_pages_have_the_built_files_and_each_is_served_to_be_kept_for_ever(prepared: None) -> None:
    client = Client()
    found = links(client.get("/").content.decode())
    named = [one for one in found if "/assets/" in one]

    assert [re.sub(r"\.[0-9a-f]{12}", "", one.rpartition("/")[2]) for one in named] == [
        "tokens.css", "fonts.css", "htmx.js",
    ]  # fmt: skip
    for one in found:
        assert fetched(client, one)[0].status_code == 200, one
    for one in named:
        answer, _ = fetched(client, one, HTTP_ACCEPT_ENCODING="br")
        assert "immutable" in answer["Cache-Control"], one
        assert answer["Content-Encoding"] == "br"
    _, sheet = fetched(client, built.address("fonts.css"))
    slices = re.findall(rb"url\(\"?([^)\"]+\.woff2)", sheet)
    assert slices
    font, _ = fetched(client, f"/static/assets/{slices[0].decode()}")
    assert font.status_code == 200 and "immutable" in font["Cache-Control"]


def test_without_them_pages_ask_for_nothing_that_is_not_there(unprepared: None) -> None:
    client = Client()
    found = links(client.get("/").content.decode())

    assert not [one for one in found if "/assets/" in one]
    assert any("htmx" in one for one in found)
    for one in found:
        assert fetched(client, one)[0].status_code == 200, one


@with_assets
def test_collecting_static_files_finds_them(prepared: None) -> None:
    from django.contrib.staticfiles.finders import find

    name = built.address("charts.js").removeprefix("/static/")

    assert Path(str(find(name))).is_file()
    assert not find("assets/nothing.js")
    assert not find("assets/../secret")


def shown(drawn: Drawn) -> str:
    page = Template("{% chart drawn 2 %}{% chart_files %}")
    return page.render(Context({"drawn": drawn, "request": RequestFactory().get("/")}))


@with_assets
def test_a_chart_has_its_specification_its_data_and_its_exports(prepared: None) -> None:
    # Any endpoint with a name and an ending would do here.
    page = shown(Drawn("city", CHART, "boards:region_chart", "year=2024"))

    assert '<h2 class="chart-title">排放 &lt;1&gt;</h2>' in page
    assert '<th scope="row">=南京</th>' in page
    address = reverse("boards:region_chart", kwargs={"name": "city", "ending": "csv"})
    assert f'href="{address}?year=2024"' in page
    assert "<noscript>" in page and "charts." in page


def test_where_nothing_draws_in_the_browser_the_server_does(unprepared: None) -> None:
    page = shown(Drawn("city", CHART, "boards:region_chart"))

    assert "<noscript>" not in page and '<img src="/boards/' in page
    assert "<script src" not in page


@pytest.mark.parametrize("ending", ["csv", "xlsx", "svg", "png"])
def test_exports_are_files_of_their_kind(site: Path, ending: str) -> None:
    drawn = Drawn("city", CHART, "boards:region_chart")
    answer = export(RequestFactory().get("/"), drawn, ending)

    assert answer["Content-Disposition"] == f'attachment; filename="city.{ending}"'
    begins = {"csv": "\ufeff名称".encode(), "xlsx": b"PK", "svg": b"<svg", "png": b"\x89PNG"}
    assert answer.content.startswith(begins[ending])


def test_a_workbook_has_numbers_as_numbers_and_texts_as_texts() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(CHART, "en"))).active
    assert sheet is not None
    rows = [list(row) for row in sheet.iter_rows(min_row=5, values_only=True)]

    assert sheet["A1"].value == "Emissions <1>"
    assert rows[0][1:] == ["CO₂ (tCO2e)", "CH₄ (tCO2e)"]
    assert rows[1] == ["=Nanjing", 1.25, None]
    assert sheet["A6"].data_type == "s"
    assert rows[2] == ["Suzhou", 3, -1]
