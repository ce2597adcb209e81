"""Draws charts outside a browser (绘图): SVG and PNG by vl-convert, with the fonts of documents."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from tongjian.charts._chart import WIDTH, Chart
from tongjian.charts._fonts import fonts
from tongjian.charts._theme import Theme

VEGA_LITE = "6.4"
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁻", "0123456789\u2212")


def svg(chart: Chart, lang: str = "zh", theme: Theme = "light", width: int = WIDTH) -> str:
    """The chart as SVG text, `width` pixels wide (a map keeps its own shape)."""
    return render_svg(plain(chart.spec(lang, theme, width)), chart.language)


def png(
    chart: Chart, lang: str = "zh", theme: Theme = "light", width: int = WIDTH, scale: float = 2
) -> bytes:
    """The chart as PNG; `scale` 2 is sharp enough for print."""
    return render_png(plain(chart.spec(lang, theme, width)), chart.language, scale)


def render_svg(spec: dict[str, Any], language: str = "vega-lite") -> str:
    """A finished specification as SVG."""
    drawn: str = (
        engine().vega_to_svg(spec)
        if language == "vega"
        else engine().vegalite_to_svg(spec, vl_version=VEGA_LITE)
    )
    return drawn


def render_png(spec: dict[str, Any], language: str = "vega-lite", scale: float = 2) -> bytes:
    """A finished specification as PNG."""
    drawn: bytes = (
        engine().vega_to_png(spec, scale=scale)
        if language == "vega"
        else engine().vegalite_to_png(spec, vl_version=VEGA_LITE, scale=scale)
    )
    return drawn


def size_of(drawn: str) -> tuple[float, float]:
    """Width and height of an SVG in pixels."""
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn)
    assert found is not None
    return float(found[1]), float(found[2])


@lru_cache(maxsize=1)
def engine() -> Any:
    """The package vl_convert, knowing the fonts of documents."""
    # Loading the JavaScript inside takes a second: only who draws pays for it.
    import vl_convert

    for folder in fonts().folders:
        vl_convert.register_font_directory(str(folder))
    return vl_convert


def plain(value: Any) -> Any:
    """A specification with digits on the line for lowered ones.

    The Chinese fonts have no lowered digits; a drawing would take the whole word from another font.
    """
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value.translate(_LOWERED) if isinstance(value, str) else value


__all__ = ["VEGA_LITE", "engine", "plain", "png", "render_png", "render_svg", "size_of", "svg"]
