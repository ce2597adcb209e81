"""Reads workbooks, after proving that unpacking them is harmless (XLSX 读取)."""

from __future__ import annotations

import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from tongjian.problems import Place, Problem, RecordError
from tongjian.records._limits import Limits, megabytes
from tongjian.records._tables import RawTable, Row, Sink, looks_like_table, recognise
from tongjian.records._text import look_up_form, show
from tongjian.records.schema import TABLES, Table

# Sheets of the template that hold no data.
HELP_SHEETS = {"zh": ("说明", "目录"), "en": ("help", "catalogue")}
# The list in a copy with its errors marked: put right, the copy is brought back as it is.
PROBLEM_SHEET = {"zh": "问题清单", "en": "problems"}

_CHUNK = 1 << 20
_OVERLAP = 32
_HEAD_ROWS = 10
# Only far cells matter for the size of the rectangle; near ones are too many to look at.
_FAR_COLUMN = re.compile(rb"""\sr=["']([A-Z]{2,3})[0-9]""")
_FAR_ROW = re.compile(rb"""\sr=["'][A-Z]{0,3}([0-9]{6,7})["']""")
_NEAR_COLUMNS, _NEAR_ROWS = 26, 99_999
_ENCRYPTED = 0x1
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# The end of the fixed part of a local header: lengths of the name and of the extra field.
_LOCAL_LENGTHS = struct.Struct("<26xHH")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,  # an archive format that zipfile does not know
    ValueError,
)


def read_xlsx(path: Path, name: str, limits: Limits, sink: Sink) -> list[RawTable]:
    """The tables of a workbook."""
    problem = _harm(path, name, limits)
    if problem is not None:
        sink(problem)
        return []
    try:
        return list(_tables(path, name, sink))
    except CalamineError as error:
        sink(_corrupt(name, str(error)))
    except BaseException as error:
        # The reader is written in Rust; a panic of it is no Exception of Python.
        if type(error).__name__ != "PanicException":
            raise
        sink(_corrupt(name, str(error)))
    return []


def read_sheets(path: Path, limits: Limits) -> dict[str, list[tuple[int, Sequence[object]]]]:
    """Every sheet of a workbook that is no table of records: rows that hold anything, numbered.

    Raises `RecordError` for what is no workbook, or one that would take too much memory.
    """
    problem = _harm(path, path.name, limits)
    if problem is not None:
        raise RecordError(problem)
    try:
        with path.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as workbook:
            return {
                name: [
                    (number, row)
                    for number, row in _rows(workbook.get_sheet_by_name(name))
                    if any(cell not in ("", None) for cell in row)
                ]
                for name in workbook.sheet_names
            }
    except CalamineError as error:
        raise RecordError(_corrupt(path.name, str(error))) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise RecordError(_corrupt(path.name, str(error))) from None


def _tables(path: Path, name: str, sink: Sink) -> Iterator[RawTable]:
    recognised, ignored = 0, []
    with path.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as workbook:
        for sheet_name in workbook.sheet_names:
            expected = _expected(sheet_name)
            if expected is None and _is_help(sheet_name):
                recognised += 1
                continue
            sheet = workbook.get_sheet_by_name(sheet_name)
            is_empty = sheet.height == 0
            if expected is None and not is_empty:
                expected = looks_like_table(list(islice(_rows(sheet), _HEAD_ROWS)))
            if expected is None:
                ignored += [] if is_empty else [sheet_name]
                continue
            recognised += 1
            if is_empty:
                continue
            table = recognise(_rows(sheet), name, sheet_name, sink, expected, size=sheet.height)
            if table is not None:
                yield table
    if not recognised:
        values = {"sheets": ", ".join(map(show, ignored)) or "—", **_sheet_words()}
        sink(Problem("records.no_sheet", Place(file=name), values))
        return
    for sheet_name in ignored:
        place = Place(file=name, sheet=sheet_name)
        sink(Problem("records.sheet_ignored", place, _sheet_words(), severity="warning"))


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    return enumerate(sheet.iter_rows(), start=1)


def _expected(sheet_name: str) -> Table | None:
    wanted = look_up_form(sheet_name)
    for table in TABLES:
        names = (table.name, table.zh, table.en, *table.sheet_aliases)
        if wanted in {look_up_form(entry) for entry in names}:
            return table
    return None


def _is_help(sheet_name: str) -> bool:
    name = look_up_form(sheet_name)
    return name in PROBLEM_SHEET.values() or any(name in names for names in HELP_SHEETS.values())


def _sheet_words() -> dict[str, object]:
    return {
        "expected_zh": "、".join(table.zh for table in TABLES),
        "expected_en": ", ".join(table.name for table in TABLES),
    }


def _harm(path: Path, name: str, limits: Limits) -> Problem | None:
    """Why the archive must not be given to the reader, if there is a reason.

    Every member is unpacked once, in pieces that are thrown away: the sizes that an archive
    declares may be lies, and a torn archive is found on the way.
    """
    try:
        with path.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            if not any(member.filename == "xl/workbook.xml" for member in members):
                return Problem("records.not_a_spreadsheet", Place(file=name))
            unpacked = 0
            for member in members:
                far, checksum = _Far(), 0
                for piece in _pieces(stream, member):
                    unpacked += len(piece)
                    if unpacked > limits.unpacked_bytes:
                        return _too_large(name, unpacked, limits)
                    checksum = zlib.crc32(piece, checksum)
                    far.look(piece)  # a sheet may lie anywhere in the archive
                if far.cells > limits.sheet_cells:
                    values = {"cells": f"{far.cells:,}", "limit": f"{limits.sheet_cells:,}"}
                    place = Place(file=name, sheet=member.filename.rpartition("/")[2])
                    return Problem("records.sheet_too_large", place, values)
                if checksum != member.CRC or (far.binary and member.filename.endswith(".xml")):
                    return _corrupt(name, member.filename)
    except _BROKEN as error:
        return _corrupt(name, str(error) or type(error).__name__)
    return None


def _pieces(stream: IO[bytes], member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a member, to its real end; `zipfile` stops at the declared one."""
    if member.flag_bits & _ENCRYPTED or member.compress_type not in _COMPRESSIONS:
        raise zipfile.BadZipFile(f"{member.filename}: encrypted, or an unknown compression")
    stream.seek(member.header_offset)
    name_length, extra_length = _LOCAL_LENGTHS.unpack(stream.read(_LOCAL_LENGTHS.size))
    stream.seek(name_length + extra_length, os.SEEK_CUR)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    left = member.compress_size
    while left > 0 and (packed := stream.read(min(_CHUNK, left))):
        left -= len(packed)
        if member.compress_type == zipfile.ZIP_STORED:
            yield packed
            continue
        while packed and not inflater.eof:
            yield inflater.decompress(packed, _CHUNK)
            packed = inflater.unconsumed_tail
    yield inflater.flush()


class _Far:
    """The rectangle of a sheet, from the furthest cells it names."""

    def __init__(self) -> None:
        self.columns, self.rows = _NEAR_COLUMNS, _NEAR_ROWS
        self.binary = False
        self._tail = b""

    def look(self, piece: bytes) -> None:
        text = self._tail + piece
        self.binary = self.binary or b"\x00" in piece  # UTF-16 would hide the cells
        for letters in set(_FAR_COLUMN.findall(text)):
            column = 0
            for letter in letters:
                column = column * 26 + letter - 64
            self.columns = max(self.columns, column)
        self.rows = max([self.rows, *map(int, set(_FAR_ROW.findall(text)))])
        self._tail = piece[-_OVERLAP:]

    @property
    def cells(self) -> int:
        return self.columns * self.rows


def _too_large(name: str, size: int, limits: Limits) -> Problem:
    values = {"size": megabytes(size), "limit": megabytes(limits.unpacked_bytes)}
    return Problem("records.unpacked_too_large", Place(file=name), values)


def _corrupt(name: str, detail: str) -> Problem:
    return Problem("records.corrupt_xlsx", Place(file=name), {"detail": detail})
