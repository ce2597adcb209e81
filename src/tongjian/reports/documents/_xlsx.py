"""Writes a document as a workbook (表单工作簿): each table on a sheet of its own, ready to print.

Numbers are numbers, shown with the decimals of the document. The text that stands before a table
stands above it on its sheet; the first sheet is the cover with an index.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

from tongjian.reports._words import Words
from tongjian.reports.documents._heads import head_rows
from tongjian.reports.documents._model import (
    Bullets,
    Cell,
    Document,
    Form,
    Heading,
    Number,
    PageBreak,
    Paragraph,
    Picture,
    Row,
    Signatures,
    Table,
)
from tongjian.reports.documents._pdf import NO_DATE
from tongjian.reports.documents._widths import column_widths, text_width
from tongjian.reports.documents._xlsx_charts import ChartData, height

_SAFE = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_NAME, _TEXT = 31, 32_767
_ROOM = {False: 92.0, True: 140.0}
_FORM = (30.0, 62.0)
_LINE = 14.5
_ROW_PIXELS = 20
# A picture is a little narrower than its table, whatever font the columns are measured in.
_PICTURE = 0.8
_BAD = re.compile(r"[\[\]:*?/\\']")


_Line = tuple[str, str]


@dataclass(slots=True)
class _Sheet:
    """What goes on one sheet: lines of text, a table or form, what stands below it."""

    name: str
    landscape: bool
    lines: list[_Line] = field(default_factory=list)
    body: Table | Form | None = None
    after: list[Picture | Signatures | _Line] = field(default_factory=list)


def xlsx(document: Document) -> bytes:
    """The document as a workbook; the same document gives the same bytes."""
    import xlsxwriter

    made = datetime.combine(document.made or NO_DATE, datetime.min.time())
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, _SAFE) as book:
        properties = {"title": document.title, "author": "Tongjian", "created": made}
        book.set_properties({**properties, "keywords": ", ".join(document.keywords)})
        _Writer(book, document).write()
    return stream.getvalue()


def _sheets(document: Document, texts: str) -> list[_Sheet]:
    """The blocks as sheets: text stands above the table that follows, or below the last one."""
    made: list[_Sheet] = []
    lines: list[_Line] = []
    landscape, chapter, fresh = False, "", True

    def settle() -> None:
        """Put text that no table follows where the chapter's last table stands."""
        nonlocal fresh
        if fresh or not made:
            if any(kind != "heading" for kind, _ in lines):
                made.append(_Sheet(f"{texts} {chapter}"[:_NAME], landscape, list(lines)))
                fresh = False
        else:
            made[-1].after += lines
        lines.clear()

    for block in document.blocks:
        match block:
            case PageBreak():
                landscape = block.landscape
            case Heading(level=level):
                if level == 1:
                    settle()
                    fresh, chapter = True, block.number.strip(" \u3000、") or block.text
                lines.append(("heading", block.full))
            case Paragraph():
                lines.append((block.tone, block.text))
            case Bullets():
                lines += [("body", f"• {item}") for item in block.items]
            case Table() | Form():
                made.append(_Sheet(block.sheet, landscape, list(lines), block))
                lines.clear()
                fresh = False
            case Picture() | Signatures():
                settle()
                made[-1].after.append(block)
            case _:
                pass
    settle()
    return made


class _Writer:
    """Writes sheets with one set of formats."""

    def __init__(self, book: Any, document: Document) -> None:
        self.book, self.document = book, document
        plain = {"font_size": 10, "valign": "vcenter", "text_wrap": True, "font_name": "宋体"}
        lined = {**plain, "border": 1, "border_color": "#8F99A5"}
        sans = {"font_name": "黑体"}
        self.formats: dict[tuple[object, ...], Any] = {}
        self.plain, self.lined = plain, lined
        self.title = book.add_format({**plain, **sans, "font_size": 16, "align": "center"})
        self.caption = book.add_format({**plain, **sans, "font_size": 12, "align": "center"})
        self.head = book.add_format({**lined, **sans, "align": "center", "bg_color": "#EEF2F6"})
        self.label = book.add_format({**lined, **sans, "bg_color": "#EEF2F6"})
        self.group = book.add_format(
            {**lined, **sans, "bg_color": "#F7F9FB", "font_color": "#24507A"}
        )
        self.link = book.add_format(
            {**plain, "font_color": "#24507A", "underline": 1, "text_wrap": True}
        )
        self.texts = {
            "heading": book.add_format({**plain, **sans, "font_size": 12}),
            "body": book.add_format(plain),
            "lead": book.add_format({**plain, "font_color": "#5A6572"}),
            "note": book.add_format({**plain, "font_size": 9, "font_color": "#5A6572"}),
            "warning": book.add_format({**plain, "bg_color": "#FDF3E0"}),
            "right": book.add_format({**plain, "align": "right"}),
        }
        self.names: set[str] = set()
        self.charts = ChartData(book, Words.of(document.lang).text("sheet_chart_data"))

    def write(self) -> None:
        words = Words.of(self.document.lang)
        cover = self.page(words.text("sheet_cover"), landscape=False)
        sheets = _sheets(self.document, words.text("sheet_texts"))
        # Names are settled in order before anything is written: the index links to them.
        pages = [(self.page(one.name, one.landscape), one) for one in sheets]
        self.cover(cover, [(page.get_name(), one) for page, one in pages], words)
        for page, one in pages:
            self.sheet(page, one)
        if self.charts.charts:
            page = self.page(self.charts.name, landscape=False)
            self.charts.write(page, self.head, self.texts["body"])

    def page(self, name: str, landscape: bool) -> Any:
        page = self.book.add_worksheet(self.free(name))
        page.hide_gridlines(2)
        page.set_paper(9)
        page.set_margins(left=0.6, right=0.6, top=0.9, bottom=0.75)
        page.fit_to_pages(1, 0)
        page.set_header("&L&8{}&R&8{}".format(*map(_code, self.document.header)))
        said = _code(self.document.page).replace("{page}", "&P").replace("{pages}", "&N")
        page.set_footer(f"&C&8{said}")
        if landscape:
            page.set_landscape()
        return page

    def free(self, name: str) -> str:
        """A name that the format allows and no other sheet has."""
        wanted = found = _BAD.sub(" ", name).strip()[:_NAME]
        number = 2
        while found.lower() in self.names:
            tail = f" {number}"
            found, number = wanted[: _NAME - len(tail)] + tail, number + 1
        self.names.add(found.lower())
        return found

    def cover(self, page: Any, sheets: Sequence[tuple[str, _Sheet]], words: Words) -> None:
        cover = self.document.cover
        page.set_column(0, 0, _FORM[0])
        page.set_column(1, 1, _FORM[1])
        at = 1
        for title in cover.titles:
            page.merge_range(at, 0, at, 1, title, self.title)
            page.set_row(at, 30 * (1 + title.count("\n")))
            at += 1
        at += 1
        for name, value in cover.fields:
            page.write_string(at, 0, name, self.label)
            page.write_string(at, 1, value, self.format(("text", "left", "")))
            page.set_row(at, _height(value, _FORM[1]))
            at += 1
        for remark in cover.remarks:
            at += 1
            page.merge_range(at, 0, at, 1, remark, self.texts["warning"])
            page.set_row(at, _height(remark, sum(_FORM)))
        at += 2
        page.write_string(at, 0, words.text("sheet_column"), self.head)
        page.write_string(at, 1, words.text("content_column"), self.head)
        for name, sheet in sheets:
            at += 1
            page.write_url(at, 0, f"internal:'{name}'!A1", self.link, name)
            caption = sheet.body.caption if sheet.body is not None else _first(sheet)
            page.write_string(at, 1, caption, self.texts["body"])
            page.set_row(at, max(_height(name, _FORM[0]), _height(caption, _FORM[1])))

    # -- one sheet -------------------------------------------------------------------------------

    def sheet(self, page: Any, sheet: _Sheet) -> None:
        widths = self.widths(sheet)
        for number, width in enumerate(widths):
            page.set_column(number, number, width)
        last, room = len(widths) - 1, sum(widths)
        at = 0
        for kind, text in sheet.lines:
            at = self.text(page, at, last, room, text, self.texts[kind])
        if isinstance(sheet.body, Table):
            at = self.table(page, at, sheet.body, widths)
        elif isinstance(sheet.body, Form):
            at = self.form(page, at, sheet.body)
        for note in sheet.body.notes if sheet.body is not None else ():
            at = self.text(page, at, last, room, note, self.texts["note"])
        for extra in sheet.after:
            if isinstance(extra, tuple):
                at = self.text(page, at, last, room, extra[1], self.texts[extra[0]])
            else:
                at = self.extra(page, at + 1, extra, room, last)

    def widths(self, sheet: _Sheet) -> list[float]:
        if isinstance(sheet.body, Table):
            # All sheets are as wide as their paper, or each would be printed in another size.
            room = _ROOM[sheet.landscape]
            found = column_widths(sheet.body, room)
            return [one * room / sum(found) for one in found]
        return list(_FORM)

    def text(self, page: Any, at: int, last: int, room: float, text: str, kind: Any) -> int:
        shown = text[:_TEXT]
        if last:
            page.merge_range(at, 0, at, last, shown, kind)
        else:
            page.write_string(at, 0, shown, kind)
        page.set_row(at, _height(shown, room))
        return at + 1

    def table(self, page: Any, at: int, table: Table, widths: Sequence[float]) -> int:
        last = len(table.columns) - 1
        at = self.text(page, at, last, sum(widths), table.caption, self.caption)
        heads = head_rows(table, self.document.lang)
        for line, cells in enumerate(heads):
            for one in cells:
                first, end = (
                    (at + line, one.at),
                    (at + line + one.down - 1, one.at + one.across - 1),
                )
                if first == end:
                    page.write_string(*first, one.text, self.head)
                else:
                    page.merge_range(*first, *end, one.text, self.head)
            tallest = max(
                (_height(one.text, widths[one.at]) for one in cells if one.across == 1),
                default=_LINE + 4,
            )
            page.set_row(at + line, max(tallest / (len(heads) - line), _LINE + 4))
        at += len(heads)
        page.freeze_panes(at, 1)
        page.repeat_rows(at - len(heads), at - 1)
        for row in table.rows:
            self.row(page, at, table, row, widths)
            at += 1
        return at

    def row(self, page: Any, at: int, table: Table, row: Row, widths: Sequence[float]) -> None:
        if row.kind == "group":
            last = len(table.columns) - 1
            text = str(row.cells[0])
            if last:
                page.merge_range(at, 0, at, last, text, self.group)
            else:
                page.write_string(at, 0, text, self.group)
            page.set_row(at, _height(text, sum(widths)))
            return
        tallest = _LINE + 3
        for number, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
            self.cell(page, at, number, cell, column.align, row.kind)
            if isinstance(cell, str):
                tallest = max(tallest, _height(cell, widths[number]))
        page.set_row(at, tallest)

    def cell(self, page: Any, at: int, number: int, cell: Cell, align: str, kind: str) -> None:
        if isinstance(cell, Number):
            page.write_number(at, number, cell.value, self.format((_places(cell), align, kind)))
        else:
            page.write_string(at, number, cell[:_TEXT], self.format(("text", align, kind)))

    def form(self, page: Any, at: int, form: Form) -> int:
        at = self.text(page, at, 1, sum(_FORM), form.caption, self.caption)
        for name, value in form.fields:
            page.write_string(at, 0, name, self.label)
            self.cell(page, at, 1, value, "left", "")
            text = value if isinstance(value, str) else value.text
            page.set_row(at, max(_height(text, _FORM[1]), _height(name, _FORM[0])))
            at += 1
        return at

    def extra(self, page: Any, at: int, one: Picture | Signatures, room: float, last: int) -> int:
        if isinstance(one, Picture):
            at = self.text(page, at, last, room, one.caption, self.caption)
            drawn, high = self.charts.add(one.chart), height(one.chart)
            # A column is 7 pixels a character and 5 more.
            drawn.set_size({"width": _PICTURE * (room * 7 + 5 * (last + 1)), "height": high})
            page.insert_chart(at, 0, drawn, {"object_position": 2, "description": one.caption})
            return at + high // _ROW_PIXELS + 2
        for label in one.labels:
            page.write_string(at, 0, label, self.label)
            page.write_string(at, 1, self.document.sign_date, self.texts["right"])
            page.set_row(at, 30)
            at += 1
        return at

    def format(self, key: tuple[object, str, str]) -> Any:
        """The format of a cell by its decimals ("text" for a text), alignment and kind of row."""
        if key not in self.formats:
            places, align, kind = key
            wanted: dict[str, object] = {**self.lined, "align": align}
            if isinstance(places, int):
                wanted["num_format"] = "#,##0" + ("." + "0" * places if places else "")
            if kind == "total":
                wanted |= {"font_name": "黑体", "bg_color": "#F3F5F8"}
            if kind == "doubtful":
                wanted["bg_color"] = "#FDF3E0"
            self.formats[key] = self.book.add_format(wanted)
        return self.formats[key]


def _places(cell: Number) -> int:
    """The decimals of a number: those of its rule, or as many as its text shows."""
    return len(cell.text.partition(".")[2]) if cell.places is None else cell.places


def _first(sheet: _Sheet) -> str:
    """What a sheet without a table is about."""
    return next((text for kind, text in sheet.lines if kind == "heading"), sheet.name)


def _code(text: str) -> str:
    """A text as headers and footers take it."""
    return text.replace("&", "&&")


def _height(text: str, width: float) -> float:
    """The height of a row, in points, that shows a text folded to a width."""
    lines = sum(max(1, -(-int(text_width(line)) // max(int(width) - 1, 1))) for line in
                text.split("\n"))  # fmt: skip
    return min(lines * _LINE + 3, 400.0)


__all__ = ["xlsx"]
