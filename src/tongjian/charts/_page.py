"""A chart within a web page (网页中的图表): a figure with its data, drawn in the browser.

Without scripts a reader has the data table, and a drawing where the page names one as `image`.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

from tongjian.charts._chart import NARROW, Chart, phrase, said

# A text within a script element must not end it, nor open a comment.
_ESCAPED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def payload(chart: Chart, lang: str) -> dict[str, Any]:
    """What the browser needs: the grammar and the specification with tokens for colours.

    There are two, since names take another share of a narrow page; the data are the same.
    """
    return {
        "grammar": chart.language,
        "flexible": chart.flexible or chart.empty,
        "spec": chart.tokens(lang),
        "narrow": chart.tokens(lang, NARROW),
    }


def figure(chart: Chart, lang: str, *, image: str = "", level: int = 3) -> str:
    """The figure as HTML, without inline script or style.

    `image` is the address of the same chart as SVG for readers without scripts; `level` is that of
    the title's heading. `<figure data-chart>` is found by the loader of the site's assets.
    """
    title, alt = escape(said(chart.title, lang)), escape(said(chart.alt, lang))
    data = json.dumps(payload(chart, lang), ensure_ascii=False, separators=(",", ":"))
    shown = f'<noscript><img src="{escape(image)}" alt="{alt}"></noscript>' if image else ""
    source = said(phrase("source", source=chart.source), lang) if chart.source else ""
    note = f'<p class="chart-source">{escape(source)}</p>' if source else ""
    return (
        f'<figure class="chart" data-chart="{chart.kind}">'
        f'<figcaption><h{level} class="chart-title">{title}</h{level}></figcaption>'
        f'<div class="chart-view" role="img" aria-label="{title}: {alt}" tabindex="0">{shown}</div>'
        f'<script type="application/json">{data.translate(_ESCAPED)}</script>'
        f"{data_table(chart, lang)}{note}</figure>"
    )


def data_table(chart: Chart, lang: str) -> str:
    """The data behind the chart, folded away; open where there is no script to draw it."""
    if chart.empty:
        return ""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in chart.table.head(lang))
    body = []
    for row, shown in zip(chart.table.rows, chart.table.shown(lang), strict=True):
        cells = [
            f'<td class="number">{escape(text)}</td>'
            if isinstance(cell, int | float)
            else f"<td>{escape(text)}</td>"
            for cell, text in zip(row[1:], shown[1:], strict=True)
        ]
        body.append(f'<tr><th scope="row">{escape(shown[0])}</th>{"".join(cells)}</tr>')
    summary = escape(said(phrase("table"), lang))
    return (
        f'<details class="chart-data"><summary>{summary}</summary><div class="chart-table">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div></details>"
    )


__all__ = ["data_table", "figure", "payload"]
