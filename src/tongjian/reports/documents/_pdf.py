"""Writes a document as PDF (版式文件): PDF/A-2b with bookmarks, the same bytes on every machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal

from tongjian.charts import fonts
from tongjian.reports.documents._heads import head_rows
from tongjian.reports.documents._model import (
    Block,
    Bullets,
    Contents,
    Document,
    Form,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Signatures,
    Table,
    text_of,
)
from tongjian.reports.documents._pictures import svg_of
from tongjian.reports.documents._widths import column_widths, long_word, needed

# A file has to bear a date; where none is given, this one says nothing and never changes.
NO_DATE = date(2000, 1, 1)
# A character that no font has is printed as the geta mark, as compositors do.
_NO_GLYPH, _MOST_LACKING = "〓", 100
_LACKING = re.compile(r"the text `(\".*?\")` could not be displayed")
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
_STANDARD: Literal["a-2b"] = "a-2b"
# Half-width characters of 9 pt on an upright page and on one across.
_ROOM = {False: 100.0, True: 155.0}
_SIZES = (9.0, 8.0, 7.0)
# What stands on a line of a form in letters of this size.
_FORM_SIZE, _FORM_WORD = 10.0, 48.0


def pdf(document: Document) -> bytes:
    """The document as PDF/A-2b."""
    import typst

    found, made = fonts(), document.made or NO_DATE
    # Another machine must not set the same text in another font.
    family = typst.Fonts(include_system_fonts=False, font_paths=list(found.folders))
    data = {
        "title": document.title,
        "author": "Tongjian",
        "keywords": list(document.keywords),
        "lang": document.lang,
        "serif": found.serif,
        "sans": found.sans,
        "date": [made.year, made.month, made.day],
        "header": list(document.header),
        "page": document.page,
        "sign_date": document.sign_date,
        "cover": {
            "titles": list(document.cover.titles),
            "fields": [list(pair) for pair in document.cover.fields],
            "remarks": list(document.cover.remarks),
        },
        "blocks": list(_sections(document)),
    }
    template = (files("tongjian") / "reports" / "documents" / "paper.typ").read_bytes()
    said, gone = json.dumps(data, ensure_ascii=False), 0
    while True:
        try:
            written = typst.compile(
                template,
                format="pdf",
                font_paths=family,
                sys_inputs={"document": said},
                pdf_standards=_STANDARD,
            )
        except typst.TypstError as error:
            # The standard forbids a text that no font can show: it becomes the sign for that.
            lacking = _LACKING.search(str(error))
            gone += 1
            if lacking is None or gone > _MOST_LACKING:
                raise
            for char in set(json.loads(_ESCAPE.sub(_code_point, lacking[1]))):
                said = said.replace(json.dumps(char, ensure_ascii=False)[1:-1], _NO_GLYPH)
        else:
            return written


def _code_point(found: re.Match[str]) -> str:
    """An escape of the engine, such as ``\\u{7}``, as JSON has it."""
    return json.dumps(chr(int(found[1], 16)))[1:-1]


def _sections(document: Document) -> Iterator[dict[str, Any]]:
    """Stretches of pages of one direction, each with its blocks."""
    landscape, stretch = False, list[dict[str, Any]]()
    for block, after in pairwise((*document.blocks, None)):
        if isinstance(block, PageBreak):
            if stretch:
                yield {"landscape": landscape, "blocks": stretch}
            landscape, stretch = block.landscape, []
        else:
            made = _block(block, landscape, document.lang)
            stretch.append({**made, "leads": leads(block, after)})
    if stretch:
        yield {"landscape": landscape, "blocks": stretch}


def leads(block: Block | None, after: Block | None) -> bool:
    """Whether a block is a sentence that introduces the table or form below it."""
    return isinstance(block, Paragraph) and isinstance(after, Table | Form)


def _block(block: Block | None, landscape: bool, lang: str) -> dict[str, Any]:
    match block:
        case Heading():
            return {"is": "heading", "level": block.level, "text": block.full}
        case Paragraph():
            return {"is": "paragraph", "text": block.text, "tone": block.tone}
        case Bullets():
            return {"is": "bullets", "items": list(block.items)}
        case Table():
            return _table(block, landscape, lang)
        case Form():
            fields = [[name, text_of(value)] for name, value in block.fields]
            caption, notes = block.caption, list(block.notes)
            size = form_size(block)
            return {"is": "form", "caption": caption, "fields": fields, "notes": notes,
                    "size": size}  # fmt: skip
        case Picture():
            alt = f"{block.chart.title} {block.chart.description}"
            svg = svg_of(block.chart)
            return {"is": "picture", "caption": block.caption, "svg": svg, "alt": alt}
        case Signatures():
            return {"is": "signatures", "labels": list(block.labels)}
        case Contents():
            return {"is": "contents", "title": block.title}
        case PageBreak() | None:  # pragma: no cover
            raise AssertionError("a page break starts a stretch of its own")


def _table(table: Table, landscape: bool, lang: str) -> dict[str, Any]:
    size, room = fitting_size(table, _ROOM[landscape])
    widths = column_widths(table, room)
    return {
        "is": "table",
        "caption": table.caption,
        "size": size,
        "columns": [column.align for column in table.columns],
        "widths": widths,
        "share": sum(widths) / room,
        "head": [
            [{"text": one.text, "colspan": one.across, "rowspan": one.down} for one in line]
            for line in head_rows(table, lang)
        ],
        "rows": [
            {"kind": row.kind, "cells": [text_of(cell) for cell in row.cells]} for row in table.rows
        ],
        "notes": list(table.notes),
    }


def fitting_size(table: Table, room: float) -> tuple[float, float]:
    """The largest size of letters (pt) in which no word is broken, and the room it gives."""
    for size in _SIZES:
        scaled = room * _SIZES[0] / size
        if needed(table) <= scaled:
            return size, scaled
    return _SIZES[-1], room * _SIZES[0] / _SIZES[-1]


def form_size(form: Form) -> float:
    """The size of the letters (pt) of a form's values: a digest has to stand on one line."""
    longest = long_word(text_of(value) for _, value in form.fields)
    return _FORM_SIZE if longest <= _FORM_WORD else _FORM_SIZE * _FORM_WORD / longest


__all__ = ["NO_DATE", "fitting_size", "form_size", "leads", "pdf"]
