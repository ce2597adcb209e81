"""Reads words and days where an item is no number (选项与日期): a grade, a state, a date.

A choice is stored as its place in the item's list, from 1; a day as the number 20251231. So one
table of record holds them all, and the rules compare them without knowing words.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from tongjian.records._cells import listed
from tongjian.records._entries import Item
from tongjian.records._numbers import Number
from tongjian.records._text import Fault, cell_text, look_up_form, show

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)")
_PLAIN = re.compile(r"(\d{4})(\d{2})(\d{2})")


def parse_coded(cell: object, item: Item) -> Number | Fault:
    """The number by which a cell is stored, for an item that is a choice or a date."""
    return _day(cell) if item.kind == "date" else _choice(cell, item)


def _choice(cell: object, item: Item) -> Number | Fault:
    text = cell_text(cell)
    wanted = look_up_form(text)
    for place, one in enumerate(item.choices, 1):
        if wanted in {look_up_form(name) for name in (one.code, one.zh, one.en, *one.aliases)}:
            return Number(text, str(place), float(place))
    zh = "、".join(f"{one.zh}（{one.code}）" for one in item.choices)
    en = ", ".join(f"{one.en} ({one.code})" for one in item.choices)
    values = listed(text, zh, en) | {"item_zh": item.zh, "item_en": item.en}
    return Fault("records.choice", values)


def _day(cell: object) -> Number | Fault:
    if isinstance(cell, date):  # a cell of a spreadsheet; a datetime is one too
        found = cell.date() if isinstance(cell, datetime) else cell
        return _number(found.isoformat(), found)
    text = unicodedata.normalize("NFKC", cell_text(cell)).strip()
    match = _DAY.fullmatch(text) or _PLAIN.fullmatch(text)
    if match is not None:
        parts = [int(part) for part in match.groups() if part]
        try:
            return _number(text, date(*parts))
        except ValueError:
            pass
    return Fault("records.day", {"value": show(text)})


def _number(entered: str, day: date) -> Number:
    digits = day.strftime("%Y%m%d")
    return Number(entered, digits, float(digits))


__all__ = ["parse_coded"]
