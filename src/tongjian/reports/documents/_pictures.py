"""Charts as images of a document (图像): SVG for print, PNG for Word and Excel.

The specification is the one of the pages; the legend, which a page has as HTML, becomes part of
the drawing here.
"""

from __future__ import annotations

from typing import Any

from tongjian.charts import PALETTES, fonts, plain, render_png, render_svg, size_of
from tongjian.reports._charts import Chart, bar_spec

_WIDTH = 680
_LEGEND = 22
_SCALE = 2
_INK = PALETTES["light"]["ink"]


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
    return render_svg(plain(picture_spec(chart)))


def png_of(chart: Chart) -> bytes:
    """The chart as PNG, sharp enough for print."""
    return render_png(plain(picture_spec(chart)), scale=_SCALE)


__all__ = ["picture_spec", "png_of", "size_of", "svg_of"]
