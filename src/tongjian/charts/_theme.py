"""The look of all charts (主题): named colours, light and dark, and the configuration.

A specification names colours by tokens (`token:ink`); `themed` puts the colours of a theme in, and
a page does the same in the browser, so that a chart follows the reader's theme without being asked
for again. Every colour of a mark or a text has a contrast of 3:1 or more to the surface (text of
4.5:1), and the colours of series are told apart with the common kinds of colour blindness.
"""

from __future__ import annotations

from typing import Any, Literal

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
TOKEN = "token:"
FONT = "Noto Sans SC, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"

PALETTES: dict[Theme, dict[str, str]] = {
    "light": {
        "surface": "#ffffff",
        "ink": "#1d2733",
        "muted": "#5a6572",
        "grid": "#e3e7ec",
        "track": "#dde3ea",
        "series-0": "#24507a",
        "series-1": "#b86e00",
        "series-2": "#3f9488",
        "series-3": "#7d1f45",
        "series-4": "#8273c4",
        "series-5": "#5c6420",
        "good": "#1b7f5c",
        "warn": "#b97a10",
        "bad": "#a8263c",
        "none": "#6b7580",
    },
    "dark": {
        "surface": "#161c23",
        "ink": "#e8edf2",
        "muted": "#a9b4c0",
        "grid": "#2d3742",
        "track": "#36424f",
        "series-0": "#5b9bd8",
        "series-1": "#f0b849",
        "series-2": "#8fd9c8",
        "series-3": "#e0607f",
        "series-4": "#c9bcf5",
        "series-5": "#8f9a3a",
        "good": "#7fe0bd",
        "warn": "#e8b54a",
        "bad": "#e05a78",
        "none": "#9aa5b1",
    },
}
SERIES = sum(name.startswith("series-") for name in PALETTES["light"])


def token(name: str) -> str:
    """The placeholder of a colour."""
    return TOKEN + name


def series_token(number: int) -> str:
    """The placeholder of the colour of the n-th series (from 0)."""
    return token(f"series-{number % SERIES}")


def themed(spec: Any, theme: Theme) -> Any:
    """A copy of a specification with the colours of a theme for its tokens."""
    palette = PALETTES[theme]

    def put(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: one if key == "values" else put(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [put(one) for one in value]
        if isinstance(value, str) and value.startswith(TOKEN):
            return palette[value.removeprefix(TOKEN)]
        return value

    return put(spec)


def config() -> dict[str, Any]:
    """What every Vega-Lite chart has in common."""
    label = {"labelFontSize": 12, "labelColor": token("muted"), "labelFont": FONT}
    title = {
        "titleFontSize": 12, "titleFontWeight": "normal", "titleColor": token("muted"),
        "titleFont": FONT,
    }  # fmt: skip
    return {
        "aria": False,
        "font": FONT,
        "background": token("surface"),
        "view": {"stroke": None},
        "axis": {
            **label, **title, "gridColor": token("grid"), "domainColor": token("muted"),
            "tickColor": token("muted"), "labelPadding": 6, "titlePadding": 8,
        },
        "legend": {
            **label, **title, "labelColor": token("ink"), "orient": "top",
            "direction": "horizontal",
            "symbolType": "square", "labelLimit": 0, "columnPadding": 16, "offset": 10,
        },
        "text": {"fontSize": 12, "color": token("ink"), "font": FONT},
        "rule": {"color": token("muted")},
    }  # fmt: skip


__all__ = [
    *("FONT", "PALETTES", "SERIES", "THEMES", "TOKEN", "Theme"),
    *("config", "series_token", "themed", "token"),
]
