"""Reads delimited text: finds its encoding and its delimiter (CSV 读取)."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from tongjian.problems import Place, Problem
from tongjian.records._tables import RawTable, Row, Sink, column_for, recognise
from tongjian.records.schema import TABLES

# GB 18030 last: it contains GBK and GB 2312, and can read almost anything.
_ENCODINGS = ("utf-8-sig", "gb18030")
_DELIMITERS = (",", "\t", ";")
_HEAD_LINES = 10


def read_csv(path: Path, name: str, sink: Sink) -> list[RawTable]:
    """The table of a delimited text file."""
    text = _decode(path.read_bytes(), name, sink)
    if text is None:
        return []
    rows = _rows(text, _delimiter(text), name, sink)
    size = text.count("\n")
    table = recognise(rows, name, None, sink, stray_is_error=True, size=size)
    return [table] if table else []


def read_cells(path: Path) -> list[Row]:
    """The rows of a delimited text file as they stand; what cannot be read of it is left out."""
    problems: list[Problem] = []
    text = _decode(path.read_bytes(), path.name, problems.append)
    return list(_rows(text, _delimiter(text), path.name, problems.append)) if text else []


def _decode(data: bytes, name: str, sink: Sink) -> str | None:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)  # "Unicode text" of Excel
    elif b"\x00" in data:
        sink(Problem("records.not_text", Place(file=name)))
        return None
    else:
        encodings = _ENCODINGS
    position = 0
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            position = position or error.start
    values = {"position": position + 1, "byte": f"0x{data[position]:02X}"}
    sink(Problem("records.encoding", Place(file=name), values))
    return None


def _delimiter(text: str) -> str:
    """The delimiter that makes most headers recognisable."""
    head = "\n".join(text[:20000].splitlines()[:_HEAD_LINES])

    def recognised(delimiter: str) -> int:
        rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
        counts = (len({column_for(c, table) for c in row}) for row in rows for table in TABLES)
        return max(counts, default=0)

    return max(_DELIMITERS, key=recognised)


def _rows(text: str, delimiter: str, name: str, sink: Sink) -> Iterator[Row]:
    # strict: an unclosed quotation mark must not swallow the rest of the file.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells
    except csv.Error as error:
        values = {"detail": str(error)}
        sink(Problem("records.csv_syntax", Place(file=name, row=number + 1), values))
