"""The styles of a DOCX (样式): 宋体 for text, 黑体 for headings and tables' heads, all in black."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_SERIF = ("Times New Roman", "宋体")
_SANS = ("Arial", "黑体")
_INK, _MUTED = "1D2733", "5A6572"


@dataclass(frozen=True, slots=True)
class _Style:
    """One style: size in half points, as Word counts, spaces in points."""

    size: int
    sans: bool = False
    colour: str = "000000"
    align: int | None = None
    before: float = 0.0
    after: float = 0.0
    line: float = 1.0
    keep: bool = False
    indent: float = 0.0
    fill: str = ""


def _styles(lang: str) -> dict[str, _Style]:
    first = 2.0 if lang == "zh" else 0.0
    justify = 3 if lang == "zh" else 0
    return {
        "Normal": _Style(21),
        "Title": _Style(48 if lang == "zh" else 40, True, _INK, 1, 6, 6, 1.2),
        "Heading 1": _Style(30, True, _INK, None, 18, 8, 1.2, True),
        "Heading 2": _Style(25, True, _INK, None, 13, 6, 1.2, True),
        "Heading 3": _Style(22, True, _INK, None, 10, 4, 1.2, True),
        "Body Text": _Style(21, align=justify, after=6, line=1.4, indent=first),
        "List Bullet": _Style(21, after=4, line=1.3),
        "Lead": _Style(20, colour=_MUTED, after=6, line=1.3),
        "Note": _Style(17, colour=_MUTED, before=3, after=3, line=1.2),
        "Warning": _Style(20, before=4, after=6, line=1.25, fill="FDF3E0"),
        "Gap": _Style(12),
        "Caption": _Style(20, True, _INK, 1, 10, 5, 1.1, True),
        "Figure": _Style(20, align=1, before=10, keep=True),
        "Figure Caption": _Style(20, True, _INK, 1, 4, 12, 1.1),
        "Table Head": _Style(19, True, before=1.5, after=1.5),
        "Table Text": _Style(19, before=1.5, after=1.5),
        "Cover": _Style(25, before=8, after=2),
        "Sign": _Style(21, before=16, after=2),
        "Signature Line": _Style(21, align=2, after=6),
        "Running Head": _Style(16, True, _MUTED),
        "Running Foot": _Style(16, True, _MUTED, 1),
        "Contents Title": _Style(30, True, _INK, 1, 0, 10),
        "Contents 1": _Style(21, before=5, after=2, line=1.2),
        "Contents 2": _Style(21, after=1, line=1.2, indent=-2.0),
    }


def set_styles(book: Any, lang: str) -> None:
    """Set every style that the writer uses, so that nothing of the library's template is left."""
    from docx.enum.style import WD_STYLE_TYPE

    for name, wanted in _styles(lang).items():
        known = {one.name for one in book.styles}
        if name not in known:
            book.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style = book.styles[name]
        if name != "Normal" and style.base_style is None:
            style.base_style = book.styles["Normal"]
        _set(style, wanted, lang)


def _set(style: Any, wanted: _Style, lang: str) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    from tongjian.reports.documents._docx_parts import element

    font, shape = style.font, style.paragraph_format
    latin, chinese = _SANS if wanted.sans else _SERIF
    font.size, font.bold, font.italic = Pt(wanted.size / 2), False, False
    font.color.rgb = RGBColor.from_string(wanted.colour)
    properties = style.element.get_or_add_rPr()
    names = properties.find(qn("w:rFonts"))
    if names is not None:
        properties.remove(names)
    properties.insert(0, element("rFonts", ascii=latin, hAnsi=latin, cs=latin, eastAsia=chinese))
    speech = properties.find(qn("w:lang"))
    if speech is not None:
        properties.remove(speech)
    properties.append(element("lang", val="en-GB", eastAsia="zh-CN"))
    if wanted.align is not None:
        shape.alignment = wanted.align
    shape.space_before, shape.space_after = Pt(wanted.before), Pt(wanted.after)
    shape.line_spacing, shape.keep_with_next = wanted.line, wanted.keep
    borders = style.element.pPr.find(qn("w:pBdr"))
    if borders is not None:
        style.element.pPr.remove(borders)
    if wanted.indent > 0:
        shape.first_line_indent = Pt(wanted.indent * wanted.size / 2)
    elif wanted.indent < 0:
        shape.left_indent = Pt(-wanted.indent * wanted.size / 2)
    if wanted.fill:
        filled = element("shd", val="clear", color="auto", fill=wanted.fill)
        style.element.pPr.insert_element_before(
            filled, "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )


__all__ = ["set_styles"]
