"""Charts as images of a document (图像): SVG for print, PNG for Word and Excel.

The specification is the one of the pages; the legend, which a page has as HTML, becomes part of
the drawing here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from tongjian.reports._charts import Chart, bar_spec
from tongjian.reports.documents._fonts import fonts

_VEGA_LITE = "5.20"
_WIDTH = 680
_LEGEND = 22
_SCALE = 2
_INK = "#1d2733"


def picture_spec(chart: Chart) -> dict[str, Any]:
    """The chart with its legend above the bars."""
    spec = bar_spec(chart, _WIDTH)
    spec["background"] = "#ffffff"
    spec["config"]["font"] = fonts().sans
    if len(chart.series) > 1:
        colour = spec["layer"][0]["encoding"]["color"]
        colour["legend"] = {
            "orient": "none", "legendX": 0, "legendY": -_LEGEND, "direction": "horizontal",
            "title": None, "symbolType": "square", "labelFontSize": 11, "labelColor": _INK,
            "labelLimit": 0, "columnPadding": 14,
        }  # fmt: skip
        spec["padding"]["top"] += _LEGEND
    return spec


def svg_of(chart: Chart) -> str:
    """The chart as SVG."""
    drawn: str = _engine().vegalite_to_svg(picture_spec(chart), vl_version=_VEGA_LITE)
    return drawn


def png_of(chart: Chart) -> bytes:
    """The chart as PNG, sharp enough for print."""
    drawn: bytes = _engine().vegalite_to_png(
        picture_spec(chart), vl_version=_VEGA_LITE, scale=_SCALE
    )
    return drawn


def size_of(drawn: str) -> tuple[float, float]:
    """Width and height of an SVG in pixels."""
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn)
    assert found is not None
    return float(found[1]), float(found[2])


@lru_cache(maxsize=1)
def _engine() -> Any:
    # Loading the JavaScript inside takes a second: only who draws pays for it.
    import vl_convert

    for folder in fonts().folders:
        vl_convert.register_font_directory(str(folder))
    return vl_convert


__all__ = ["picture_spec", "png_of", "size_of", "svg_of"]
