"""Where each static file comes from (来源): the project itself, or an installed package."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from tongjian.charts import PALETTES, VEGA_LITE
from tongjian.problems import Problem, TongjianError
from tongjian.site.assets._slices import slices

OWN = files("tongjian") / "site" / "assets"
_HTMX = "static/django_htmx/htmx-2.min.js"
_SWAGGER = "static/ninja"


@dataclass(frozen=True, slots=True)
class Package:
    """A package that brings static files: its name, its module and its licence (SPDX)."""

    name: str
    module: str
    licence: str


VL_CONVERT = Package("vl-convert-python", "vl_convert", "BSD-3-Clause")
HTMX = Package("django-htmx", "django_htmx", "MIT AND 0BSD")
NINJA = Package("django-ninja", "ninja", "MIT AND Apache-2.0")
FONT = Package("pylopdf-fonts-zh-cn", "pylopdf_fonts_zh_cn", "OFL-1.1")
HARFBUZZ = Package("uharfbuzz", "uharfbuzz", "Apache-2.0")
BROTLI = Package("brotli", "brotli", "MIT")
PACKAGES = (VL_CONVERT, HTMX, NINJA, FONT, HARFBUZZ, BROTLI)


@dataclass(frozen=True, slots=True)
class Made:
    """A static file: the name it is asked for by, its content, and the package it came from."""

    name: str
    content: bytes
    source: Package | None = None


def versions() -> dict[str, str]:
    """The version of each package; raises `TongjianError` naming every one that is missing."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for package in PACKAGES:
        try:
            found[package.name] = version(package.name)
        except PackageNotFoundError:
            problems.append(Problem("site.asset_package", values={"package": package.name}))
    if problems:
        raise TongjianError(problems)
    return found


def from_packages() -> Iterator[Made]:
    """Files as packages carry them."""
    yield Made("htmx.js", _read(HTMX, _HTMX), HTMX)
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "swagger-ui-init.js"):
        yield Made(name, _read(NINJA, f"{_SWAGGER}/{name}"), NINJA)


def charts_script() -> Made:
    """Vega, Vega-Lite and its interpreter in one script, with the project's loader."""
    import vl_convert

    loader = (OWN / "charts.js").read_text(encoding="utf-8")
    palettes = json.dumps(PALETTES, separators=(",", ":"))
    snippet = f"const PALETTES = {palettes};\n{loader}"
    bundle: str = vl_convert.javascript_bundle(snippet, vl_version=VEGA_LITE)
    return Made("charts.js", bundle.encode(), VL_CONVERT)


def style_sheets() -> Iterator[Made]:
    """The figures of charts, and the colours of both themes as custom properties."""
    yield Made("charts.css", (OWN / "charts.css").read_bytes())
    light, dark = (
        "".join(f"--tj-{name}:{colour};" for name, colour in PALETTES[theme].items())
        for theme in ("light", "dark")
    )
    text = (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media(prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
        f":root[data-theme=light]{{color-scheme:light;{light}}}\n"
        f":root[data-theme=dark]{{color-scheme:dark;{dark}}}\n"
    )
    yield Made("tokens.css", text.encode())


def font_files() -> Iterator[tuple[Made, str]]:
    """The slices of the font with the range each states; the style sheet needs their names."""
    for one, content in slices(_path(FONT, "NotoSansSC-Regular.otf")):
        yield Made(f"{one.name}.woff2", content, FONT), one.stated


def _read(package: Package, path: str) -> bytes:
    return _path(package, path).read_bytes()


def _path(package: Package, path: str) -> Path:
    # The place of a package is found without importing it: Django is not needed here.
    spec = find_spec(package.module)
    found = Path(spec.origin).parent / path if spec is not None and spec.origin else Path(path)
    if not found.is_file():
        values = {"package": package.name, "path": path}
        raise TongjianError(Problem("site.asset_file", values=values))
    return found


__all__ = [
    *("OWN", "PACKAGES", "Made", "Package", "charts_script", "font_files", "from_packages"),
    *("style_sheets", "versions"),
]
