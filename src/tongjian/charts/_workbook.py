"""The data behind a chart as a workbook (数据表导出), with title, description and source."""

from __future__ import annotations

import io

from tongjian.charts._chart import Chart, phrase, said

# A text stays a text, whatever it begins with.
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}


def workbook(chart: Chart, lang: str) -> bytes:
    """The data table of a chart as XLSX, numbers in full precision."""
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, _SAFE) as book:
        bold, head = book.add_format({"bold": True}), book.add_format({"bold": True, "bottom": 1})
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, said(chart.title, lang), bold)
        sheet.write_string(1, 0, said(chart.alt, lang))
        if chart.source:
            sheet.write_string(2, 0, said(phrase("source", source=chart.source), lang))
        for at, name in enumerate(chart.table.head(lang)):
            sheet.write_string(4, at, name, head)
        for down, row in enumerate(chart.table.rows, 5):
            for at, cell in enumerate(row):
                if isinstance(cell, int | float):
                    sheet.write_number(down, at, cell)
                elif cell is not None:
                    sheet.write_string(down, at, said(cell, lang))
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, max(1, len(chart.table.columns) - 1), 18)
        sheet.freeze_panes(5, 1)
    return stream.getvalue()


__all__ = ["workbook"]
