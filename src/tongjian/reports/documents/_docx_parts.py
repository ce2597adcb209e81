"""Pieces of WordprocessingML that the library has no call for (文书部件)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_FIELDS = re.compile(r"(\{page\}|\{pages\})")
_CODES = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
_ALIGN = {"left": 0, "center": 1, "right": 2}
# What XML cannot hold at all.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


# The extension by which Word 2016 and later, WPS and LibreOffice take a picture's SVG.
_SVG = (
    '<a:extLst xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}"><asvg:svgBlip '
    'xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'r:embed="{link}"/></a:ext></a:extLst>'
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of A4 (版面), in centimetres."""

    width: float
    height: float
    sides: float
    across: bool

    @property
    def text_width(self) -> float:
        return self.width - 2 * self.sides

    def apply(self, section: Any) -> None:
        """Set a section's page to this one."""
        from docx.enum.section import WD_ORIENT
        from docx.shared import Cm

        section.orientation = WD_ORIENT.LANDSCAPE if self.across else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Cm(self.width), Cm(self.height)
        section.left_margin = section.right_margin = Cm(self.sides)
        section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.2)
        section.header_distance, section.footer_distance = Cm(1.3), Cm(1.1)


UPRIGHT = Page(21.0, 29.7, 2.4, False)
ACROSS = Page(29.7, 21.0, 2.4, True)


def clean(text: str) -> str:
    """A text without what XML cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text)


def put(paragraph: Any, text: str) -> Any:
    """Add a text; its line breaks and tabs are kept."""
    return paragraph.add_run(clean(text))


def cell_text(cell: Any, text: str, *, style: str, align: str = "left", size: Any = None) -> None:
    """Fill a cell with one paragraph, in the middle of its height."""
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT

    paragraph = cell.paragraphs[0]
    # Cells that were merged keep an empty paragraph each.
    for more in cell.paragraphs[1:]:
        more._p.getparent().remove(more._p)
    # By its id: to find a style by its name takes longer than all the rest.
    paragraph._p.style = style.replace(" ", "")
    paragraph.alignment = _ALIGN[align]
    run = put(paragraph, text)
    if size is not None:
        run.font.size = size
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def element(tag: str, **attributes: str) -> Any:
    """An element ``w:tag`` with attributes of the same namespace."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def shade(cell: Any, colour: str) -> None:
    """The background of a cell."""
    properties = cell._tc.get_or_add_tcPr()
    properties.append(element("shd", val="clear", color="auto", fill=colour))
    _ordered(properties)


def box(part: Any, *, bottom: bool) -> None:
    """A line below a cell or a paragraph."""
    line = element("bottom", val="single", sz="4", space="1", color="5A6572")
    if hasattr(part, "_tc"):
        properties, borders = part._tc.get_or_add_tcPr(), element("tcBorders")
        borders.append(line)
        properties.append(borders)
        _ordered(properties)
        return
    borders = element("pBdr")
    borders.append(line)
    properties = part._p.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr"
    )


# The order that the schema asks for within the properties of a cell.
_CELL = ("tcW", "gridSpan", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "vAlign")


def _ordered(properties: Any) -> None:
    from docx.oxml.ns import qn

    places = {qn(f"w:{name}"): number for number, name in enumerate(_CELL)}
    children = sorted(properties, key=lambda child: places.get(child.tag, len(places)))
    for child in children:
        properties.remove(child)
    properties.extend(children)


def repeat_head(row: Any) -> None:
    """Repeat a row at the top of each page that its table goes on to."""
    properties = row._tr.get_or_add_trPr()
    properties.append(element("cantSplit"))
    properties.append(element("tblHeader"))


def together(row: Any) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(element("cantSplit"))


def tight(*rows: Any) -> None:
    """Keep each row on the page of the row that follows it."""
    for row in rows:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True


def margins(table: Any, sides: int) -> None:
    """The space within cells to the left and right, in twentieths of a point."""
    found = element("tblCellMar")
    for side in ("left", "right"):
        found.append(element(side, w=str(sides), type="dxa"))
    table._tbl.tblPr.insert_element_before(found, "w:tblLook", "w:tblCaption", "w:tblDescription")


def widths(table: Any, shares: Sequence[float], room: float) -> None:
    """Fixed widths of the columns by their shares of `room` centimetres."""
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.shared import Cm

    total = sum(shares)
    # Shares that are parts of one leave room at the sides; others fill it.
    whole = room * total if total <= 1.0 else room
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for number, share in enumerate(shares):
        table.columns[number].width = Cm(whole * share / total)
    for row in table.rows:
        at = row._tr.grid_before
        for tc in row._tr.tc_lst:
            span = tc.grid_span
            tc.width = Cm(whole * sum(shares[at : at + span]) / total)
            at += span


def with_svg(book: Any, shape: Any, drawn: str, number: int) -> None:
    """Give a picture its drawing as SVG besides: programs that know it show that, in any size."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml import parse_xml

    name = PackURI(f"/word/media/chart{number}.svg")
    part = Part(name, "image/svg+xml", drawn.encode(), book.part.package)
    link = book.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
    blip = shape._inline.graphic.graphicData.pic.blipFill.blip
    blip.append(parse_xml(_SVG.format(link=link)))


def fields_in(paragraph: Any, text: str) -> None:
    """A text in which {page} and {pages} become fields."""
    for piece in _FIELDS.split(text):
        if piece in _CODES:
            field(paragraph, _CODES[piece], "1")
        elif piece:
            put(paragraph, piece)


def field(paragraph: Any, code: str, shown: str, *, dirty: bool = False) -> None:
    """A field, with what is shown until the program has worked it out."""
    begin = element("fldChar", fldCharType="begin")
    if dirty:
        from docx.oxml.ns import qn

        begin.set(qn("w:dirty"), "true")
    paragraph.add_run()._r.append(begin)
    instruction = element("instrText")
    instruction.text = f" {code} "
    instruction.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    paragraph.add_run()._r.append(instruction)
    paragraph.add_run()._r.append(element("fldChar", fldCharType="separate"))
    put(paragraph, shown)
    paragraph.add_run()._r.append(element("fldChar", fldCharType="end"))


def bookmark(paragraph: Any, text: str, name: str) -> None:
    """A text that other places can refer to by `name`."""
    number = name.lstrip("_h")
    paragraph._p.append(element("bookmarkStart", id=number, name=name))
    put(paragraph, text)
    paragraph._p.append(element("bookmarkEnd", id=number))


def page_reference(paragraph: Any, text: str, name: str) -> None:
    """A line of the contents: the text, a tab and the page on which the bookmark stands."""
    link = element("hyperlink", anchor=name, history="1")
    paragraph._p.append(link)
    before = len(paragraph._p)
    put(paragraph, text)
    put(paragraph, "\t")
    field(paragraph, f"PAGEREF {name} \\h", "", dirty=True)
    for child in list(paragraph._p)[before:]:
        link.append(child)


__all__ = [
    "ACROSS",
    "UPRIGHT",
    "Page",
    "bookmark",
    "box",
    "cell_text",
    "clean",
    "field",
    "fields_in",
    "margins",
    "page_reference",
    "put",
    "repeat_head",
    "shade",
    "tight",
    "together",
    "widths",
    "with_svg",
]
