"""Every value that a run lacks is explained: which row, which input or factor, in which file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.plant import spelled
from tests.support import (
    Document,
    Records,
    codes,
    formulas,
    inputs,
    method,
    only,
    ruleset,
    says,
    sheet,
    table,
    values,
)
from tongjian.engine import Run, run
from tongjian.engine._sources import place_of
from tongjian.problems import Place
from tongjian.rules import Rulebook

Book = Callable[..., Rulebook]
LEAF = "facility period process_unit stream"
INPUTS = inputs(a={"unit": "t", "required": True}, b={"unit": "t", "required": True}, c="t")
RATES = table("rates", ["stream"], {"x": "1", "y": "1"})
FILES = {"rates.csv": values(["stream"], ["coke", "x", "2", "1"])}
ANY: dict[str, Any] = {"class": "x"}


def made(book: Book, **sheets: Document) -> Rulebook:
    return book(method(sheets=sheets, uses={"rates": "rates"}), ruleset(), RATES, files=FILES)


def done(plant: Rulebook, records: Records) -> Run:
    snapshot = records.snapshot()
    one, other = (run(plant, snapshot, backend=b) for b in ("python", "duckdb"))
    assert spelled(one) == spelled(other)
    assert one.manifest == other.manifest
    return one


def with_sum(book: Book, expression: str, leaf: Document | None = None) -> Rulebook:
    yearly = sheet("facility year", formulas=formulas(total=f"t: {expression}"))
    return made(book, s=leaf or sheet(LEAF, INPUTS, streams="any"), facility=yearly)


def row(records: Records, unit: str, **cells: float) -> Records:
    for item, value in cells.items():
        records.add("coke", item, value, "t", process_unit=unit, **ANY)
    return records


@pytest.mark.parametrize(
    ("expression", "code", "said"),
    [
        ("sum(s.a / s.b * s.b)", "engine.division_by_zero", ["u1"]),
        ("sum(s.a * (1 / (s.b / s.b)))", "engine.division_by_zero", ["u1"]),
        ("sum(s.a if s.a / s.b > 0 else 0)", "engine.division_by_zero", ["u1"]),
        ("sum(required(s.c))", "engine.missing_input", ["u1", "c", "item=c"]),
        ("sum(s.a * rates.y)", "engine.row_factor", ["coke", "rates", "y"]),
        ("sum(s.a * coalesce(rates.y, rates.y))", "engine.row_factor", ["coke", "rates", "y"]),
        ("sum(min(s.a, s.a * rates.y))", "engine.row_factor", ["coke", "rates", "y"]),
        ("sum(s.a if given(s.c) else s.a * rates.y)", "engine.row_factor", ["coke", "rates"]),
    ],
)
def test_a_row_that_gives_no_value(
    book: Book, records: Records, expression: str, code: str, said: list[str]
) -> None:
    found = done(with_sum(book, expression), row(records, "u1", a=1, b=0))
    problem = only(found.problems, code)
    says(problem, *said)
    assert problem.place == Place(file="plant.xlsx", sheet="活动数据", row=2)
    (yearly,) = found.sheet("test.rules", "facility")
    assert (yearly["total"], yearly["@missing"]) == (0, 1)


def test_a_value_that_a_formula_lacks_is_followed_to_its_cause(
    book: Book, records: Records
) -> None:
    chain = formulas(p="t: a", q="t: p + b", r="t: q * 2")
    leaf = sheet(LEAF, INPUTS, chain, streams="any")
    found = done(with_sum(book, "sum(s.r)", leaf), row(records, "u1", a=1))
    says(only(found.problems, "engine.missing_input"), "b", "item=b")


def test_a_cause_is_named_once_for_a_row(book: Book, records: Records) -> None:
    total = formulas(x="t: sum(s.a + s.b)", y="t: sum(s.b)", z="t: sum(s.b * 2)")
    plant = made(
        book, s=sheet(LEAF, INPUTS, streams="any"), facility=sheet("facility year", formulas=total)
    )
    found = done(plant, row(row(records, "u1", a=1), "u2", a=1))
    assert codes(found.problems) == ["engine.missing_input"] * 2
    assert [p.place.row for p in found.problems] == [2, 3]


def test_a_total_that_cannot_be_computed(book: Book, records: Records) -> None:
    plant = with_sum(book, "sum(s.a) * (sum(s.a) / sum(s.b))")
    found = done(plant, row(records, "u1", a=1, b=0))
    problem = only(found.problems, "engine.division_by_zero")
    says(problem, "F1 2025", "total")
    assert found.sheet("test.rules", "facility")[0]["total"] is None


def test_a_total_with_a_factor_that_is_not_there(book: Book, records: Records) -> None:
    plant = with_sum(book, "sum(s.a * rates.x['wood'])")
    found = done(plant, row(records, "u1", a=1))
    says(only(found.problems, "engine.row_factor"), "F1 2025", "wood", "coke")


def test_a_row_of_a_middle_sheet_that_gives_no_value(book: Book, records: Records) -> None:
    middle = formulas(x="t: sum(s.a)", y="t: sum(s.b)")
    total = formulas(total="t: sum(m.x / m.y * m.y)")
    plant = made(
        book,
        s=sheet(LEAF, INPUTS, streams="any"),
        m=sheet("facility year process_unit", formulas=middle),
        facility=sheet("facility year", formulas=total),
    )
    found = done(plant, row(row(records, "u1", a=1, b=0), "u2", a=3, b=1))
    (yearly,) = found.sheet("test.rules", "facility")
    assert (yearly["total"], yearly["@missing"]) == (3, 1)
    says(only(found.problems, "engine.division_by_zero"), "F1 2025 u1")


@pytest.mark.parametrize("grain", ["year", "facility", "stream", "period", "facility year stream"])
def test_rows_left_out_of_any_total_are_named(book: Book, records: Records, grain: str) -> None:
    plant = made(
        book,
        s=sheet(LEAF, INPUTS, streams="any"),
        coarse=sheet(grain, formulas=formulas(total="t: sum(s.b)")),
    )
    found = done(plant, row(row(records, "u1", a=1), "u2", b=1))
    (coarse,) = found.sheet("test.rules", "coarse")
    assert (coarse["total"], coarse["@missing"]) == (1, 1)
    problem = only(found.problems, "engine.missing_input")
    assert problem.place.row == 2


def test_faults_of_other_years_are_not_reported(book: Book, records: Records) -> None:
    plant = with_sum(book, "sum(s.b)")
    for period in ("2023", "2024", "2025"):
        records.add("coke", "a", 1, "t", period=period, **ANY)
    snapshot = records.snapshot()
    for backend in ("python", "duckdb"):
        found = run(plant, snapshot, years=[2024], backend=backend)  # type: ignore[arg-type]
        assert [p.place.row for p in found.problems] == [3]
        assert {row["year"] for row in found.sheet("test.rules", "facility")} == {2024}


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("plant.xlsx!活动数据!17", Place(file="plant.xlsx", sheet="活动数据", row=17)),
        ("plant.csv!17", Place(file="plant.csv", row=17)),
        ("a.csv!!3", Place(file="a.csv", row=3)),
        ("new!.csv!3", Place(file="new!.csv", row=3)),
        ("a.csv", Place(file="a.csv")),
        ("", Place()),
        (None, Place()),
        ("new!.xlsx!Sheet 1!2", Place(file="new!.xlsx", sheet="Sheet 1", row=2)),
    ],
)
def test_the_place_of_a_record(source: str | None, place: Place) -> None:
    assert place_of(source) == place


def test_a_lowest_value_that_no_row_has(book: Book, records: Records) -> None:
    """What an aggregate gathers belongs to other rows and is not looked for in its own."""
    line = sheet(
        "facility period process_unit",
        inputs(out={"unit": "t", "stream": "plant"}),
        formulas(had="t: required(out)"),
    )
    plant = sheet("facility year", formulas=formulas(out="t: minimum(line.had)"))
    records.add("plant", "other", 1, "t")
    line["inputs"] |= inputs(other={"unit": "t", "stream": "plant"})
    rulebook = book(method(sheets={"line": line, "plant": plant}), ruleset())
    snapshot = records.snapshot()
    for backend in ("python", "duckdb"):
        found = run(rulebook, snapshot, ["test.rules"], backend=backend).problems  # type: ignore[arg-type]
        assert sorted(codes(found)) == ["engine.missing_input", "engine.no_result"]


def test_what_is_required_names_the_factor_that_it_lacks(book: Book, records: Records) -> None:
    out = {"unit": "t", "stream": "plant", "required": True}
    line = sheet("facility period process_unit", inputs(out=out))
    plant = sheet(
        "facility year",
        formulas=formulas(
            out="t: sum(line.out)",
            share={"unit": "1", "is": "mark.share if out > 0 else none", "optional": True},
            part="t: out * required(share)",
        ),
    )
    records.add("plant", "out", 1, "t")
    mark = table("mark", [], {"share": "1"})
    rows = values([], {"column": "share", "unit": "1", "status": "not-found"})
    rulebook = book(
        method(sheets={"line": line, "plant": plant}, uses={"mark": "mark"}),
        ruleset(), mark, files={"mark.csv": rows},
    )  # fmt: skip
    found = run(rulebook, records.snapshot(), ["test.rules"]).problems
    says(only(found, "engine.row_factor"), "mark")
