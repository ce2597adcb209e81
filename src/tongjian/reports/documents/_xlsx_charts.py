"""Charts of a workbook (工作簿图表): the program's own, so that they stay sharp and can be edited.

Their data stand on a sheet of their own, after all others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import Any

from tongjian.reports._charts import Chart, colour

_BAR, _MARGIN = 27, 70
# Room for the longest bar's figure.
_HEADROOM = 1.12
_GRID, _INK = "#E3E7EC", "#1D2733"


@dataclass(slots=True)
class ChartData:
    """The data of a workbook's charts, row under row on the sheet `name`."""

    book: Any
    name: str
    charts: list[tuple[int, Chart]] = field(default_factory=list)
    next_row: int = 0

    def add(self, chart: Chart) -> Any:
        """A chart over data that `write` will put on the sheet."""
        first = self.next_row
        self.charts.append((first, chart))
        self.next_row += len(chart.bars) + 3
        made = self.book.add_chart({"type": "bar"})
        top, bottom = first + 2, first + 1 + len(chart.bars)
        for number, _ in enumerate(chart.series, 1):
            made.add_series(
                {
                    "name": [self.name, first + 1, number],
                    "categories": [self.name, top, 0, bottom, 0],
                    "values": [self.name, top, number, bottom, number],
                    "fill": {"color": colour(number - 1)},
                    "gap": 60,
                    # Each name has one bar, of one of the series: they lie on one another.
                    "overlap": 100,
                    "data_labels": {"value": True, "num_format": "#,##0.00",
                                    "position": "outside_end", "font": {"size": 9, "color": _INK}},
                }
            )  # fmt: skip
        font = {"num_font": {"size": 9, "color": _INK}}
        # The first bar stands on top, and names stay beside bars that go to the left.
        made.set_y_axis({**font, "reverse": True, "label_position": "low",
                         "line": {"color": "#5A6572"}})  # fmt: skip
        lowest = min((value for bar in chart.bars for _, value in bar.parts), default=0.0)
        end = {"max": _rounded_up(max(sum(v for _, v in one.parts) for one in chart.bars))}
        end |= {} if lowest < 0 else {"min": 0.0}
        made.set_x_axis({**font, **end, "num_format": "#,##0", "label_position": "high",
                         "major_gridlines": {"visible": True, "line": {"color": _GRID}},
                         "line": {"none": True}})  # fmt: skip
        made.set_title({"none": True})
        several = len(chart.series) > 1
        made.set_legend({"position": "top", "font": {"size": 9}} if several else {"none": True})
        return made

    def write(self, page: Any, head: Any, cell: Any) -> None:
        """Put the data on their sheet."""
        page.set_column(0, 0, 36)
        page.set_column(1, 4, 18)
        for first, chart in self.charts:
            page.write_string(first, 0, chart.title, cell)
            for number, name in enumerate(chart.series, 1):
                page.write_string(first + 1, number, name, head)
            for at, bar in enumerate(chart.bars, first + 2):
                page.write_string(at, 0, bar.name, cell)
                for name, value in bar.parts:
                    page.write_number(at, chart.series.index(name) + 1, value)


def _rounded_up(largest: float) -> float:
    """Where the axis ends: with room for the figure beside the longest bar."""
    wanted = _HEADROOM * max(largest, 1.0)
    step = 10.0 ** (len(str(int(wanted))) - 1) / 2
    return ceil(wanted / step) * step


def height(chart: Chart) -> int:
    """The height of a chart in pixels."""
    return _BAR * len(chart.bars) + _MARGIN


__all__ = ["ChartData", "height"]
