"""What a file is, by its content alone (类型识别). Nothing is unpacked or run."""

from __future__ import annotations

import codecs
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import puremagic

from tongjian.evidence._settings import FileType

_BLOCK = 1 << 20
# Control characters that no text holds; tab, line feed, form feed and carriage return may stand.
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MACROS = "vbaProject.bin"
# Markup that a browser would run.
_ACTIVE = re.compile(r"<\s*(!doctype\s+html|html|svg|script|\w+:script|\w+:html|\w+:svg)\b", re.I)


def sniff(path: Path, types: Sequence[FileType]) -> FileType | str:
    """The type of a file, or in a word what it is if that is none of `types`."""
    with path.open("rb") as stream:
        begin = stream.read(4096)
    if not begin:
        return "empty"
    if begin.startswith(b"PK\x03\x04"):
        return _zip(path, types)
    names = _magic(path)
    for one in types:
        if one.begins and begin.startswith(one.begins.encode()):
            return one
        if any(name in one.magic for name in names):
            return one
    text = _text(path)
    if text is None:
        return names[0] if names else "unknown"
    return _words(text, types)


def _zip(path: Path, types: Sequence[FileType]) -> FileType | str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "zip"
    if any(name.rpartition("/")[2] == _MACROS for name in members):
        return "macros"
    return next((one for one in types if one.member and one.member in members), "zip")


def _magic(path: Path) -> list[str]:
    """What puremagic holds for likely, the likeliest first, as extensions without the dot."""
    try:
        found = puremagic.magic_file(path)
    except (puremagic.PureError, ValueError, OSError):
        return []
    # The library also counts in the extension of the name; ours is that of a temporary file.
    best = max((one.confidence for one in found), default=0)
    return [one.extension.lstrip(".").lower() for one in found if one.confidence == best]


def _text(path: Path) -> str | None:
    """The beginning of a text; None if any part of the file is no text."""
    with path.open("rb") as stream:
        begin = stream.read(2)
    utf16 = begin in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for name in ("utf-16",) if utf16 else ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(name)()
        first: str | None = None
        try:
            with path.open("rb") as stream:
                while block := stream.read(_BLOCK):
                    text = decoder.decode(block)
                    if _CONTROL.search(text):
                        raise ValueError("control characters")
                    first = text if first is None else first
            decoder.decode(b"", final=True)
        except ValueError:
            continue
        return first
    return None


def _words(text: str, types: Sequence[FileType]) -> FileType | str:
    start = text.lstrip()
    if start.startswith("#!"):
        return "script"
    markup = start.startswith("<")
    if markup and _ACTIVE.search(text):
        return "html"
    return next((one for one in types if one.text and one.markup == markup), "text")


__all__ = ["sniff"]
