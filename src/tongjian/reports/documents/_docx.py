"""Writes a document as DOCX (可编辑文书) that Word, WPS and LibreOffice open alike."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from itertools import count, pairwise
from typing import Any

from tongjian.reports.documents._docx_parts import (
    ACROSS,
    UPRIGHT,
    bookmark,
    box,
    cell_text,
    clean,
    fields_in,
    margins,
    page_reference,
    put,
    repeat_head,
    shade,
    tight,
    together,
    widths,
    with_svg,
)
from tongjian.reports.documents._docx_styles import set_styles
from tongjian.reports.documents._heads import head_rows
from tongjian.reports.documents._model import (
    Bullets,
    Contents,
    Document,
    Form,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Row,
    Signatures,
    Table,
    text_of,
)
from tongjian.reports.documents._pdf import NO_DATE, fitting_size, form_size, leads
from tongjian.reports.documents._pictures import png_of, svg_of
from tongjian.reports.documents._widths import column_widths
from tongjian.reports.documents._zips import repacked

_ROOM = {False: 92.0, True: 144.0}
_TONES = {"body": "Body Text", "lead": "Lead", "note": "Note", "warning": "Warning",
          "right": "Signature Line"}  # fmt: skip
_FORM = (0.32, 0.68)
_LISTED = 2
_TAIL = 3
_SHORT = 20
# The longest text that the properties of a file may have.
_TITLE = 250
_SIDES = 70


def docx(document: Document) -> bytes:
    """The document as DOCX; the same document gives the same bytes."""
    import docx as library

    book = library.Document()
    set_styles(book, document.lang)
    made = datetime.combine(document.made or NO_DATE, datetime.min.time())
    core = book.core_properties
    core.title, core.author = clean(document.title)[:_TITLE], "Tongjian"
    core.language = document.lang
    core.comments, core.keywords = "", clean(", ".join(document.keywords))[:_TITLE]
    core.created = core.modified = made
    core.last_modified_by, core.revision = "Tongjian", 1
    _Writer(book, document).write()
    stream = BytesIO()
    book.save(stream)
    return repacked(stream.getvalue())


class _Writer:
    """Writes the blocks one after another."""

    def __init__(self, book: Any, document: Document) -> None:
        self.book, self.document = book, document
        self.landscape = False
        self.marks = {
            id(one): f"_h{number}"
            for number, one in zip(
                count(1), (b for b in document.blocks if isinstance(b, Heading)), strict=False
            )
        }

    def write(self) -> None:
        UPRIGHT.apply(self.book.sections[0])
        self.cover()
        for block, after in pairwise((*self.document.blocks, None)):
            match block:
                case Heading():
                    self.heading(block)
                case Paragraph():
                    line = self.paragraph(block.text, _TONES[block.tone])
                    line.paragraph_format.keep_with_next = leads(block, after)
                case Bullets():
                    for item in block.items:
                        self.paragraph(item, "List Bullet")
                case Table():
                    self.table(block)
                case Form():
                    self.form(block)
                case Picture():
                    self.picture(block)
                case Signatures():
                    self.signatures(block)
                case Contents():
                    self.contents(block)
                case PageBreak():
                    self.turn(block.landscape)

    def paragraph(self, text: str, style: str) -> Any:
        paragraph = self.book.add_paragraph(style=style)
        put(paragraph, text)
        return paragraph

    # -- cover and pages -------------------------------------------------------------------------

    def cover(self) -> None:
        for number, title in enumerate(self.document.cover.titles):
            line = self.paragraph(title, "Title")
            if number == 0:
                line.paragraph_format.space_before = self.points(110)
        spacer = self.paragraph("", "Body Text")
        spacer.paragraph_format.space_before = self.points(70)
        fields = self.document.cover.fields
        grid = self.book.add_table(rows=len(fields), cols=2)
        widths(grid, [0.36, 0.56], UPRIGHT.text_width)
        mark = "：" if self.document.lang == "zh" else ":"
        for number, (name, value) in enumerate(fields):
            left, right = grid.rows[number].cells
            cell_text(left, f"{name}{mark}", style="Cover", align="right")
            cell_text(right, value, style="Cover")
            box(right, bottom=True)
            together(grid.rows[number])
        for number, remark in enumerate(self.document.cover.remarks):
            line = self.paragraph(remark, "Warning")
            if number == 0:
                line.paragraph_format.space_before = self.points(120)

    def points(self, size: float) -> Any:
        from docx.shared import Pt

        return Pt(size)

    def turn(self, landscape: bool) -> None:
        """A new section where the cover ends or the page turns, else a plain new page."""
        first = len(self.book.sections) == 1
        if not first and landscape == self.landscape:
            self.book.add_page_break()
            return
        section = self.book.add_section()
        self.landscape = landscape
        (ACROSS if landscape else UPRIGHT).apply(section)
        if first or landscape or len(self.book.sections) > 1:
            self.running(section, landscape)

    def running(self, section: Any, landscape: bool) -> None:
        section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
        head = section.header.paragraphs[0]
        head.style = self.book.styles["Running Head"]
        head.paragraph_format.tab_stops.clear_all()
        width = (ACROSS if landscape else UPRIGHT).text_width
        from docx.enum.text import WD_TAB_ALIGNMENT
        from docx.shared import Cm

        head.paragraph_format.tab_stops.add_tab_stop(Cm(width), WD_TAB_ALIGNMENT.RIGHT)
        put(head, "\t".join(self.document.header))
        box(head, bottom=True)
        foot = section.footer.paragraphs[0]
        foot.style = self.book.styles["Running Foot"]
        fields_in(foot, self.document.page)

    # -- text ------------------------------------------------------------------------------------

    def heading(self, block: Heading) -> None:
        paragraph = self.book.add_heading(level=block.level)
        bookmark(paragraph, block.full, self.marks[id(block)])

    def contents(self, block: Contents) -> None:
        self.paragraph(block.title, "Contents Title")
        listed = [
            one for one in self.document.blocks if isinstance(one, Heading) and one.level <= _LISTED
        ]
        from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
        from docx.shared import Cm

        for one in listed:
            line = self.paragraph("", f"Contents {one.level}")
            stops = line.paragraph_format.tab_stops
            stops.add_tab_stop(Cm(UPRIGHT.text_width), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
            page_reference(line, one.full, self.marks[id(one)])

    def signatures(self, block: Signatures) -> None:
        grid = self.book.add_table(rows=len(block.labels), cols=3)
        widths(grid, [0.38, 0.30, 0.32], self.width)
        mark = "：" if self.document.lang == "zh" else ":"
        for number, label in enumerate(block.labels):
            left, middle, right = grid.rows[number].cells
            cell_text(left, f"{label}{mark}", style="Sign", align="right")
            cell_text(middle, "", style="Sign")
            cell_text(right, self.document.sign_date, style="Sign", align="right")
            box(middle, bottom=True)
            together(grid.rows[number])

    def picture(self, block: Picture) -> None:
        from docx.shared import Cm

        paragraph = self.book.add_paragraph(style="Figure")
        shape = paragraph.add_run().add_picture(BytesIO(png_of(block.chart)), width=Cm(self.width))
        with_svg(self.book, shape, svg_of(block.chart), len(self.book.inline_shapes))
        properties = shape._inline.docPr
        properties.set("descr", clean(f"{block.chart.title} {block.chart.description}"))
        self.paragraph(block.caption, "Figure Caption")

    # -- tables ----------------------------------------------------------------------------------

    @property
    def width(self) -> float:
        return (ACROSS if self.landscape else UPRIGHT).text_width

    def table(self, block: Table) -> None:
        from docx.shared import Pt

        self.paragraph(block.caption, "Caption")
        size, room = fitting_size(block, _ROOM[self.landscape])
        heads = head_rows(block, self.document.lang)
        grid = self.book.add_table(rows=len(heads), cols=len(block.columns), style="Table Grid")
        margins(grid, _SIDES)
        wide = column_widths(block, room)
        for line, cells in enumerate(heads):
            for one in cells:
                last = grid.cell(line + one.down - 1, one.at + one.across - 1)
                cell = grid.cell(line, one.at)
                if one.down > 1 or one.across > 1:
                    cell = cell.merge(last)
                cell_text(cell, one.text, style="Table Head", align="center", size=Pt(size))
            for at in range(len(block.columns)):
                shade(grid.cell(line, at), "EEF2F6")
            repeat_head(grid.rows[line])
        for row in block.rows:
            self.row(grid, block, row, Pt(size))
        # The head stays with the first row, the last rows with one another.
        last = None if block.notes else -1
        tight(grid.rows[0], *list(grid.rows)[1 : len(heads)], *list(grid.rows)[-_TAIL:last])
        widths(grid, wide, self.width * sum(wide) / room)
        self.notes(block.notes)

    def row(self, grid: Any, block: Table, row: Row, size: Any) -> None:
        line = grid.add_row()
        together(line)
        cells = line.cells
        if row.kind == "group":
            cell = cells[0].merge(cells[-1])
            cell_text(cell, text_of(row.cells[0]), style="Table Head", size=size)
            # A heading within a table never stands alone at the foot of a page.
            cell.paragraphs[0].paragraph_format.keep_with_next = True
            shade(cell, "F7F9FB")
            return
        style = "Table Head" if row.kind == "total" else "Table Text"
        for cell, column, value in zip(cells, block.columns, row.cells, strict=True):
            cell_text(cell, text_of(value), style=style, align=column.align, size=size)
            if row.kind:
                shade(cell, "FDF3E0" if row.kind == "doubtful" else "F3F5F8")

    def form(self, block: Form) -> None:
        from docx.shared import Pt

        self.paragraph(block.caption, "Caption")
        grid = self.book.add_table(rows=len(block.fields), cols=2, style="Table Grid")
        widths(grid, list(_FORM), self.width)
        size = Pt(form_size(block))
        for number, (name, value) in enumerate(block.fields):
            left, right = grid.rows[number].cells
            cell_text(left, name, style="Table Head")
            cell_text(right, text_of(value), style="Table Text", size=size)
            shade(left, "EEF2F6")
            together(grid.rows[number])
        if len(block.fields) <= _SHORT:
            tight(*list(grid.rows)[:-1])
        self.notes(block.notes)

    def notes(self, notes: tuple[str, ...]) -> None:
        for number, note in enumerate(notes, 1):
            line = self.paragraph(note, "Note")
            line.paragraph_format.keep_with_next = number < len(notes)
        if not notes:
            self.paragraph("", "Gap")


__all__ = ["docx"]
