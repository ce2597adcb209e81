"""How wide columns are (列宽): by what stands in them, the same in all writers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from tongjian.reports.documents._model import Table, text_of

# In half-width characters: nothing narrower than this, and longer texts are folded.
_LEAST, _MOST = 5.0, 46.0
# The space to the sides of a cell.
_SIDES = 2.0
# A unit or a short number stays on one line.
_WHOLE = 9.0
# Where a text may be folded besides between Chinese characters.
_WORDS = re.compile(r"[\s/·\-—]+")
# A day, with or without the time, is not folded at its hyphens.
_MOMENT = re.compile(r"\d{4}-\d\d(-\d\d( \d\d:\d\d)?)?")
_WIDE = "WF"
# Letters wider than half a Chinese character, in print.
_BROAD = {**dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&", 1.35), **dict.fromkeys("MWmw%", 1.7)}
# A table that needs less is this much wider than it must be, and at least this part of the page.
_AIRY, _SMALL = 1.2, 0.66


def text_width(text: str) -> float:
    """The width of a text in half-width characters; the widest line counts."""
    lines = text.split("\n")
    return max(sum(map(_char_width, line)) for line in lines)


def _char_width(char: str) -> float:
    return 2.0 if _wide(char) else _BROAD.get(char, 1.0)


def _wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in _WIDE


def _longest_word(text: str) -> float:
    """The widest piece that cannot be folded."""
    if text_width(text) <= _WHOLE or _MOMENT.fullmatch(text):
        return text_width(text)
    longest = 0.0
    for word in _WORDS.split(text):
        run = 0.0
        for char in word:
            run = 2.0 if _wide(char) else run + _char_width(char)
            longest = max(longest, run)
    return longest


def long_word(texts: Iterable[str]) -> float:
    """The widest piece of some texts that cannot be folded, such as a digest."""
    return max(map(_longest_word, texts), default=0.0)


def column_widths(table: Table, room: float) -> list[float]:
    """Widths of the columns in half-width characters, `room` in all or less.

    Every column gets what its longest word needs; what is left goes to those whose texts would be
    folded most. A small table is not drawn over the whole page: its figures would stand too far
    from their names.
    """
    columns = range(len(table.columns))
    texts, heads = _texts(table), _heads(table)
    least = _needs(table)
    natural = [
        max(
            least[at],
            min(_MOST, max((text_width(one) for one in texts[at]), default=0.0) + _SIDES),
            # A head may be folded once without looking bad.
            min(_MOST, max(text_width(one) for one in heads[at]) / 2 + 2.5),
        )
        for at in columns
    ]
    return fitted(least, natural, room)


def needed(table: Table) -> float:
    """The width below which a word of the table would be broken."""
    return sum(_needs(table))


def _needs(table: Table) -> list[float]:
    both = zip(_texts(table), _heads(table), strict=True)
    return [max(_LEAST, *map(_longest_word, (*texts, *heads))) + _SIDES for texts, heads in both]


def _texts(table: Table) -> list[list[str]]:
    plain = [one for one in table.rows if one.kind != "group"]
    return [[text_of(one.cells[at]) for one in plain] for at in range(len(table.columns))]


def _heads(table: Table) -> list[list[str]]:
    return [[one.title, f"（{one.unit}）" if one.unit else ""] for one in table.columns]


def fitted(least: Sequence[float], natural: Sequence[float], room: float) -> list[float]:
    """Widths between what is needed and what is wanted, which come to `room` at most."""
    if sum(natural) <= room:
        wanted = min(room, max(_AIRY * sum(natural), _SMALL * room))
        return [one * wanted / sum(natural) for one in natural]
    if sum(least) >= room:
        return [one * room / sum(least) for one in least]
    left = room - sum(least)
    more = [big - small for big, small in zip(natural, least, strict=True)]
    share = left / sum(more)
    return [small + extra * share for small, extra in zip(least, more, strict=True)]


__all__ = ["column_widths", "fitted", "long_word", "needed", "text_width"]
