"""Entries that are a word or a day: stored as a number, entered as people write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tongjian.records import Catalogue, parse_coded
from tongjian.records._text import Fault

GRADE = Catalogue.load().item("plant_facts", "environmental_grade")
CLOSED = Catalogue.load().item("unit_facts", "closed_on")


@pytest.mark.parametrize("cell", ["B", "b", "B级", "grade B", " Ｂ级 "])
def test_a_choice_by_any_of_its_names(cell: str) -> None:
    found = parse_coded(cell, GRADE)
    assert not isinstance(found, Fault)
    assert (found.value, found.digits) == (2.0, "2")


@pytest.mark.parametrize(
    "cell",
    [
        "2025-12-31", "2025/12/31", "20251231", "2025年12月31日", "２０２５-12-31",
        date(2025, 12, 31), datetime(2025, 12, 31), datetime(2025, 12, 31, 8),
    ],
)  # fmt: skip
def test_a_day_however_written(cell: object) -> None:
    found = parse_coded(cell, CLOSED)
    assert not isinstance(found, Fault)
    assert found.value == 20251231


@pytest.mark.parametrize("cell", ["2025-2-30", "2025-13-01", "31.12.2025", "soon", 45000.0, True])
def test_what_is_no_day(cell: object) -> None:
    found = parse_coded(cell, CLOSED)
    assert isinstance(found, Fault)
    assert found.code == "records.day"


@pytest.mark.parametrize("cell", ["E", "1", 2.0, True, "A、B"])
def test_what_is_no_choice(cell: object) -> None:
    found = parse_coded(cell, GRADE)
    assert isinstance(found, Fault)
    assert "A级（A）" in str(found.values["known_zh"])
