"""How many rows of a finer sheet a condition holds in."""

from __future__ import annotations

from collections.abc import Callable

from tests.engine.sheets import AllAlike
from tests.support import Records, formulas, inputs, method, ruleset, sheet
from tongjian.rules import Rulebook

Book = Callable[..., Rulebook]
LINE = sheet(
    "facility period process_unit",
    inputs(
        out={"unit": "t", "stream": "plant", "item": "out", "required": True},
        grade={"item": "grade", "stream": "plant", "choices": ["A", "B"]},
    ),
    formulas(big="1: 1 if out > 10 * t else 0"),
)
PLANT = sheet(
    "facility year",
    formulas=formulas(
        rows="1: count(line)",
        big="1: count(line.big > 0)",
        graded="1: count(given(line.grade))",
        best='1: count(given(line.grade) and line.grade == "A" and line.out <= 10 * t)',
        share="1: count(line.kind == 'kiln') / count(line)",
    ),
)
ALL = sheet("year", formulas=formulas(plants="1: count(plant.big > 1)"))


def test_rows_are_counted_alike_on_every_backend(
    book: Book, records: Records, all_alike: AllAlike
) -> None:
    records.facility("F1").facility("F2")
    records.unit("F1", "u1", kind="kiln").unit("F1", "u2")
    for unit, out, grade in (("u1", 5, 1), ("u2", 11, 2)):
        for month in ("2025-01", "2025-02"):
            records.add("plant", "out", out, "t", "F1", month, process_unit=unit)
        records.add("plant", "grade", grade, "1", "F1", "2025-01", process_unit=unit)
    records.add("plant", "out", 10, "t", "F2", "2025")
    made = book(method(sheets={"line": LINE, "plant": PLANT, "all": ALL}), ruleset())
    found = all_alike(made, records.snapshot())
    names = ("rows", "big", "graded", "best", "share")
    assert [[row[name] for name in names] for row in found["plant"]] == [
        [4, 2, 2, 1, 0.5],
        [1, 0, 0, 0, 0],
    ]
    assert [row["plants"] for row in found["all"]] == [1]
