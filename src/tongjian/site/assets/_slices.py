"""The Chinese font in slices (中文字体切片), so that a page loads only what it shows.

A browser fetches a slice when a character of its range occurs. The characters that the project's
own texts use most come first, then the rest of GB 2312, then all others: nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from tongjian.site.assets._woff2 import woff2

FAMILY = "Noto Sans SC"
# Characters a slice; the rare ones are read together less often, and never on most pages.
_SLICE, _RARE = 640, 800
# Two stretches so close are stated as one: a style sheet of single characters would be long.
_CLOSE = 64
# Brotli's effort: what every page loads is packed well, the rest quickly.
_WELL, _QUICKLY = 10, 9
_FIRST = (*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x2010, 0x2040), *range(0x2070, 0x2090),
          *range(0x3000, 0x3020), *range(0xFF00, 0xFF60),
          *map(ord, "℃←↑→↓−≈≤≥┃■▲▶▼○●✓ΔΣαημ"))  # fmt: skip
# Letters and signs that texts have now and then; a page with "₂" must fetch nothing for it.
_SIGNS = (*range(0x100, 0x180), *range(0x370, 0x400), *range(0x2000, 0x2C00))
_DROPPED = ("BASE", "DSIG", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx")
# Names that stay in a slice: copyright, family, style, licence and its address.
_NAMES = (0, 1, 2, 13, 14)


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the font: its characters, and the range that a style sheet states for it."""

    name: str
    characters: tuple[int, ...]
    stated: str
    quality: int


def plan(available: Iterable[int]) -> list[Slice]:
    """Which characters go into which slice; every available one is in exactly one of them.

    The rare slices state stretches, for which few words are enough. They come first in the style
    sheet, since of two that state a character the later one is taken.
    """
    there = set(available)
    often = [
        one for one in dict.fromkeys((*_FIRST, *_frequent(), *_gb2312(), *_SIGNS)) if one in there
    ]
    rare = sorted(there - set(often))
    made = [
        Slice(f"zh-{at:02}", tuple(part), _ranges(part), _WELL if at < 5 else _QUICKLY)
        for at, part in enumerate(_parts(often, _SLICE))
    ]
    found = [
        Slice(f"zh-r{at:02}", tuple(part), _ranges(part, _CLOSE), _QUICKLY)
        for at, part in enumerate(_parts(rare, _RARE))
    ]
    return [*found, *made]


def slices(font: Path) -> Iterator[tuple[Slice, bytes]]:
    """Every slice of a font as WOFF2."""
    import uharfbuzz as hb

    face = hb.Face(hb.Blob.from_file_path(str(font)))
    planned = plan(face.unicodes)

    def made(one: Slice) -> bytes:
        return woff2(_subset(hb, face, one.characters), one.quality)

    # Both the cutting and the packing are done outside Python's lock.
    with ThreadPoolExecutor(max_workers=2) as workers:
        yield from zip(planned, workers.map(made, planned), strict=True)


def style_sheet(named: Sequence[tuple[str, str]]) -> str:
    """The rules that tell a browser which characters (a range) which file holds."""
    return "".join(
        f'@font-face{{font-family:"{FAMILY}";font-style:normal;font-weight:400;'
        f"font-display:swap;src:url({file}) format('woff2');unicode-range:{stated}}}\n"
        for stated, file in named
    )


def _subset(hb: Any, face: Any, characters: Sequence[int]) -> bytes:
    wanted = hb.SubsetInput()
    wanted.unicode_set.update(characters)
    wanted.drop_table_tag_set.update(int.from_bytes(tag.encode(), "big") for tag in _DROPPED)
    wanted.name_id_set.clear()
    wanted.name_id_set.update(_NAMES)
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    cut: bytes = hb.subset(face, wanted).blob.data
    return cut


def _frequent() -> list[int]:
    """Han characters by how often the project's own texts have them, the most frequent first."""
    text = (files("tongjian") / "site" / "assets" / "frequent.txt").read_text(encoding="utf-8")
    return [ord(char) for char in text if not char.isspace()]


def _gb2312() -> list[int]:
    """The characters of GB 2312, level 1 before level 2 (rows 16 to 55, then 56 to 87)."""
    return [
        ord(bytes((0xA0 + row, 0xA0 + cell)).decode("gb2312"))
        for row in (*range(16, 88), *range(1, 10))
        for cell in range(1, 95)
        if _defined(row, cell)
    ]


def _defined(row: int, cell: int) -> bool:
    try:
        bytes((0xA0 + row, 0xA0 + cell)).decode("gb2312")
    except UnicodeDecodeError:
        return False
    return True


def _parts(characters: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for at in range(0, len(characters), size):
        yield characters[at : at + size]


def _ranges(characters: Iterable[int], close: int = 1) -> str:
    """Characters as the ranges of a style sheet; what lies `close` together becomes one range."""
    ordered = sorted(characters)
    breaks = [at for at, (one, other) in enumerate(pairwise(ordered), 1) if other - one > close]
    found = []
    for first, after in pairwise([0, *breaks, len(ordered)]):
        low, high = ordered[first], ordered[after - 1]
        found.append(f"U+{low:X}" if low == high else f"U+{low:X}-{high:X}")
    return ",".join(found)


__all__ = ["FAMILY", "Slice", "plan", "slices", "style_sheet"]
