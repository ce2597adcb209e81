"""How wide a text is, where it is broken, and how a number is written (文字与数字).

Widths are estimated from the kinds of characters, the same on every machine: room beside a chart
and the places of labels must not hang on the fonts that happen to be there.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

SIZE = 12
LINE = 15
_NARROW = 0.56
_MINUS = "\u2212"
_ELLIPSIS = "…"
# Of ambiguous width in Unicode; Chinese fonts have them as wide as a character.
_FULL = "…—→①②③④⑤⑥⑦⑧⑨"
# A line does not begin with these.
_CLOSING = "，。、；：！？）》」』”’·,.;:!?)]}％%"


def text_width(text: str, size: float = SIZE) -> int:
    """About how many pixels a text is wide at a font size in pixels."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" or char in _FULL for char in text)
    return math.ceil(wide * size + (len(text) - wide) * size * _NARROW)


def wrap(text: str, width: int, lines: int = 2, size: float = SIZE) -> str:
    """A text broken into at most `lines` lines of `width` pixels, the rest cut off with "…"."""
    made: list[str] = []
    line = ""
    for word in _words(text):
        if line and text_width(line + word, size) > width and word[0] not in _CLOSING:
            made.append(line.rstrip())
            line = ""
        line += word if line else word.lstrip()
    if line.strip():
        made.append(line.rstrip())
    if len(made) > lines:
        made = [*made[: lines - 1], made[lines - 1] + _ELLIPSIS]
    return "\n".join(truncate(one, width, size) for one in made)


def truncate(text: str, width: int, size: float = SIZE) -> str:
    """A text cut so that it fits into `width` pixels, with "…" where it was cut."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + _ELLIPSIS, size) > width:
        text = text[:-1]
    return text.rstrip() + _ELLIPSIS


def _words(text: str) -> Iterable[str]:
    """Pieces that stay together: a Chinese character, or a word with the space before it."""
    piece = ""
    for char in text:
        if unicodedata.east_asian_width(char) in "WF":
            if piece:
                yield piece
            yield char
            piece = ""
        elif char == " ":
            if piece:
                yield piece
            piece = char
        else:
            piece += char
    if piece:
        yield piece


def distinct(names: Iterable[str]) -> list[str]:
    """Names as keys of an axis: a name that comes twice gets an invisible mark."""
    found: dict[str, None] = {}
    for name in names:
        while name in found:
            name += "\u200b"
        found[name] = None
    return list(found)


def decimals(largest: float) -> int:
    """Decimals with which values up to `largest` have four significant digits or more."""
    if not largest or not math.isfinite(largest):
        return 0
    return min(max(3 - math.floor(math.log10(abs(largest))), 0), 9)


def number(value: float | None, digits: int | None = None) -> str:
    """A number for a reader: thousands grouped, a true minus sign, "—" where there is none."""
    if value is None:
        return "—"
    places = decimals(value) if digits is None else digits
    shown = f"{value:,.{places}f}"
    if "." in shown and digits is None:
        shown = shown.rstrip("0").rstrip(".")
    return "0" if shown in {"-0", ""} else shown.replace("-", _MINUS)


def axis_format(largest: float) -> str:
    """The d3 format of an axis that reaches to `largest`."""
    return f",.{decimals(largest)}~f"


__all__ = [
    *("LINE", "SIZE", "axis_format", "decimals", "distinct"),
    *("number", "text_width", "truncate", "wrap"),
]
