"""Cells as text: what is read, what is dangerous, what is shown."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongjian.records._text import Fault, cell_text, clean, is_blank, look_up_form, show


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("煤", "煤"),
        (1001.0, "1001"),
        (0.1, "0.1"),
        (1e20, "1e+20"),
        (7, "7"),
        (True, "TRUE"),
        (Decimal("1.50"), "1.50"),
        (date(2025, 3, 1), "2025-03-01"),
        (datetime(2025, 3, 1), "2025-03-01"),
        (datetime(2025, 3, 1, 8, 30), "2025-03-01 08:30:00"),
    ],
)
def test_a_cell_as_one_reads_it(cell: object, text: str) -> None:
    assert cell_text(cell) == text


@given(st.text())
def test_clean_text_is_safe_in_a_spreadsheet_and_on_a_terminal(text: str) -> None:
    found = clean(text)
    if isinstance(found, Fault):
        assert found.values["value"]
        return
    assert found in ("", "-", "－") or found[0] not in "=+-@\t\r＝＋－＠"
    assert found == found.strip() == clean(found)
    written = io.StringIO(newline="")
    csv.writer(written).writerow([found, "x"])
    assert "\n" not in written.getvalue().strip("\r\n")


@given(st.text())
def test_what_is_shown_is_short_and_printable(text: str) -> None:
    shown = show(text)
    assert len(text) > 60 or len(shown) >= len(text)
    assert len(shown) <= 61 * 10
    assert not any(ord(character) < 32 or character in "\x7f\u202e\u200b" for character in shown)


@given(st.text())
def test_the_look_up_form_is_stable(text: str) -> None:
    form = look_up_form(text)
    assert look_up_form(f"  {form} ") == look_up_form(form)


def test_blank() -> None:
    assert all(map(is_blank, (None, "", "  ", "\t")))
    assert not any(map(is_blank, (0, 0.0, False, "x")))
