"""Charts in pages (网页中的图表): ``{% chart drawn %}`` with its data and its exports.

A page makes `Drawn` of a chart and of where the same chart can be asked for in other forms; the
endpoint there answers with `export`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from tongjian.charts import Chart, Theme, png, svg, workbook
from tongjian.site.ui.downloads import XLSX, saved_as
from tongjian.site.ui.texts import lang

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": XLSX,
    "svg": "image/svg+xml; charset=utf-8",
    "png": "image/png",
}
"""What a chart can be had as, and how that is called in HTTP."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart in a page: its name there, and the endpoint (name, ending) that gives its exports.

    `args` are further arguments of the endpoint's address.
    """

    name: str
    chart: Chart
    endpoint: str
    query: str = ""
    args: Mapping[str, object] = field(default_factory=dict)

    def address(self, ending: str) -> str:
        """Where the chart is in another form."""
        found = reverse(self.endpoint, kwargs={**self.args, "name": self.name, "ending": ending})
        return f"{found}?{self.query}" if self.query else found


def export(request: HttpRequest, drawn: Drawn, ending: str) -> HttpResponse:
    """A chart as a file: its table, or the drawing (``?theme=dark`` for a dark ground)."""
    if ending not in TYPES:
        raise Http404
    answer = HttpResponse(_content(request, drawn.chart, ending), content_type=TYPES[ending])
    return saved_as(answer, f"{drawn.name}.{ending}")


def _content(request: HttpRequest, chart: Chart, ending: str) -> bytes:
    theme: Theme = "dark" if request.GET.get("theme") == "dark" else "light"
    if ending == "csv":
        # Spreadsheets know by the mark that it is UTF-8.
        return ("\ufeff" + chart.table.csv(lang())).encode()
    if ending == "xlsx":
        return workbook(chart, lang())
    return svg(chart, lang(), theme).encode() if ending == "svg" else png(chart, lang(), theme)


__all__ = ["TYPES", "Drawn", "export"]
