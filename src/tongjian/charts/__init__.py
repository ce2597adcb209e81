"""Charts (图表): the one place where specifications of charts are made.

A builder turns figures into a `Chart`: a Vega-Lite specification (Vega for flows) as plain data
over a data table, with title, description and source in Chinese and English. A page embeds
`figure`, a document draws `svg` or `png`, and both have the same specification.
"""

from tongjian.charts._bars import Bar, Status, Tone, bars, tally
from tongjian.charts._chart import (
    SCHEMA,
    WIDTH,
    Cell,
    Chart,
    Column,
    Said,
    Table,
    View,
    both,
    phrase,
    said,
)
from tongjian.charts._curve import Line, ProcessUnit, efficiency_curve
from tongjian.charts._flow import Link, Node, flow
from tongjian.charts._fonts import PACKAGE, Fonts, find_fonts, fonts, fonts_in
from tongjian.charts._map import Place, place_map
from tongjian.charts._monitored import MARKS, Lane, Mark, monitored
from tongjian.charts._page import data_table, figure, payload
from tongjian.charts._progress import Interval, Progress, intervals, target_progress
from tongjian.charts._render import (
    VEGA_LITE,
    engine,
    plain,
    png,
    render_png,
    render_svg,
    size_of,
    svg,
)
from tongjian.charts._text import SIZE, distinct, number, text_width, truncate, wrap
from tongjian.charts._theme import (
    FONT,
    PALETTES,
    SERIES,
    THEMES,
    TOKEN,
    Theme,
    series_token,
    themed,
    token,
)
from tongjian.charts._trend import Series, sparks, trend
from tongjian.charts._workbook import workbook

__all__ = [
    "FONT",
    "MARKS",
    "PACKAGE",
    "PALETTES",
    "SCHEMA",
    "SERIES",
    "SIZE",
    "THEMES",
    "TOKEN",
    "VEGA_LITE",
    "WIDTH",
    "Bar",
    "Cell",
    "Chart",
    "Column",
    "Fonts",
    "Interval",
    "Lane",
    "Line",
    "Link",
    "Mark",
    "Node",
    "Place",
    "ProcessUnit",
    "Progress",
    "Said",
    "Series",
    "Status",
    "Table",
    "Theme",
    "Tone",
    "View",
    "bars",
    "both",
    "data_table",
    "distinct",
    "efficiency_curve",
    "engine",
    "figure",
    "find_fonts",
    "flow",
    "fonts",
    "fonts_in",
    "intervals",
    "monitored",
    "number",
    "payload",
    "phrase",
    "place_map",
    "plain",
    "png",
    "render_png",
    "render_svg",
    "said",
    "series_token",
    "size_of",
    "sparks",
    "svg",
    "tally",
    "target_progress",
    "text_width",
    "themed",
    "token",
    "trend",
    "truncate",
    "workbook",
    "wrap",
]
