"""What stands in a cell, as text: look-up form, dangers, display."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from tongjian.records.schema import MAX_TEXT

# A spreadsheet takes a cell that starts like this for a formula, also with the full-width forms.
_FORMULA_STARTS = "=+-@\t\r＝＋－＠"
_DASHES = {"-", "－"}
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_SHOWN = 60
_GAPS = re.compile(r"[\s_\-]+")


class Fault(NamedTuple):
    """Why a cell cannot be taken: a problem code and the values of its message."""

    code: str
    values: dict[str, object]


@lru_cache(maxsize=65536)
def look_up_form(text: str) -> str:
    """`text` without the differences that do not matter between names (比对形式).

    Width, case, and blanks, underscores or hyphens between words do not matter.
    """
    return _GAPS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def is_blank(cell: object) -> bool:
    """Whether nothing stands in the cell."""
    return cell is None or cell == "" or (isinstance(cell, str) and not cell.strip())


def cell_text(cell: object) -> str:
    """The cell as one would read it; `""` for an empty one."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date().isoformat()
    if isinstance(cell, (date, datetime)):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return str(cell)


def number_text(value: float) -> str:
    """The shortest decimal that means exactly `value`; whole numbers without a point."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def clean(text: str) -> str | Fault:
    """`text` in its stored form, or what makes it dangerous or unreadable."""
    stripped = text.strip()
    # A lone dash means "none" to many people and nothing to a spreadsheet.
    if stripped and stripped not in _DASHES:
        for start in (text[0], stripped[0]):
            if start in _FORMULA_STARTS:
                return Fault("records.formula_cell", {"value": show(text), "start": show(start)})
    if not stripped.isprintable():  # quick; what is not printable is looked at closer
        for character in stripped:
            if unicodedata.category(character) in _UNSEEN:
                return Fault(
                    "records.control_character",
                    {"value": show(text), "character": f"U+{ord(character):04X}"},
                )
    if len(stripped) > MAX_TEXT:
        length = {"value": show(stripped), "length": len(stripped), "limit": MAX_TEXT}
        return Fault("records.text_too_long", length)
    return unicodedata.normalize("NFC", stripped)


def show(value: object) -> str:
    """`value` for a message: short, and with nothing that a terminal could obey."""
    text = cell_text(value)
    shown = "".join(
        character
        if unicodedata.category(character) not in _UNSEEN
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text[: _SHOWN + 1]
    )
    return shown if len(text) <= _SHOWN else shown[:_SHOWN] + "…"
