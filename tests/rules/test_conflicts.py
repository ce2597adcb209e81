"""Conflicts between sources: variant tables, what does not fit, the package's own register."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.support import BASIS, WORDS, Document, codes, only, says, table, values
from tongjian.problems import Problem, RuleError
from tongjian.rules import Rulebook, replacements

Book = Callable[..., Rulebook]
FUEL = table("fuel", ["stream"], {"ncv": "GJ/t"})
OTHER = table("other", ["stream"], {"ncv": "GJ/t"})
FILES = {
    "fuel.csv": values(["stream"], ["coke", "ncv", "28", "GJ/t"], ["tar", "ncv", "33", "GJ/t"]),
    "other.csv": values(["stream"], ["coke", "ncv", "27", "GJ/t"]),
}


def conflict(*alternatives: Document, **more: object) -> Document:
    made = [{"id": "printed", "title": WORDS, "basis": BASIS}, *alternatives]
    words = {"title": WORDS, "question": WORDS, "reason": WORDS}
    return {"conflict": "coke.ncv", **words, "adopted": "printed", "alternatives": made, **more}


def answer(name: str = "second", **more: object) -> Document:
    return {"id": name, "title": WORDS, "basis": BASIS, **more}


def value(**more: object) -> Document:
    return {
        "table": "fuel",
        "key": ["coke"],
        "column": "ncv",
        "value": "29.5",
        "unit": "GJ/t",
        **more,
    }


def problems(book: Book, document: Document) -> tuple[Problem, ...]:
    with pytest.raises(RuleError) as caught:
        book(FUEL, OTHER, document, files=FILES)
    return caught.value.problems


def test_an_alternative_is_a_table_of_its_own(book: Book) -> None:
    second = answer(values=[value(value="29500", unit="MJ/t")])
    made = book(
        FUEL, OTHER, conflict(second, answer("third", tables={"fuel": "other"})), files=FILES
    )
    one = made.conflicts["coke.ncv"]
    assert replacements(one, one.alternatives[0]) == {}
    assert replacements(one, one.alternatives[1]) == {"fuel": "fuel~coke.ncv.second"}
    assert replacements(one, one.alternatives[2]) == {"fuel": "other"}
    variant = made.table("fuel~coke.ncv.second")
    assert variant is not None
    assert {v.key: v.number for v in variant.values} == {("coke",): Fraction(59, 2), ("tar",): 33}
    assert [v.number for v in made.tables["fuel"].values] == [28, 33]
    assert variant.values[0].source == BASIS["document"]


@pytest.mark.parametrize(
    ("second", "code", "word"),
    [
        (answer(values=[value(table="fule")]), "rules.unknown_table", "fule"),
        (answer(values=[value(key=["peat"])]), "rules.conflict_value", "peat"),
        (answer(values=[value(column="carbon")]), "rules.conflict_value", "carbon"),
        (answer(values=[value(unit="GJ/Nm3")]), "rules.csv_unit", "GJ/Nm3"),
        (answer(values=[value(unit="no unit")]), "rules.unit", "no unit"),
        (answer(tables={"fuel": "nothing"}), "rules.unknown_table", "nothing"),
        (answer(), "rules.conflict_empty", "second"),
        (answer("printed", values=[value()]), "rules.conflict_adopted", "printed"),
        (answer(values=[value(value="a")]), "rules.schema", "a"),
    ],
)
def test_what_does_not_fit_is_told(book: Book, second: Document, code: str, word: str) -> None:
    found = problems(book, conflict(second))
    if code == "rules.schema":
        assert codes(found) != []
    else:
        says(only(found, code), word)


def test_the_adopted_answer_has_to_be_one_of_them(book: Book) -> None:
    found = problems(book, conflict(answer(values=[value()]), adopted="x"))
    assert codes(found) == ["rules.conflict_adopted", "rules.conflict_empty"]
    says(found[0], "x", "printed", "second")


def test_the_register_of_the_package(rulebook: Rulebook) -> None:
    assert len(rulebook.conflicts) >= 12
    for one in rulebook.conflicts.values():
        for alternative in one.alternatives:
            for old, new in replacements(one, alternative).items():
                base, other = rulebook.table(old), rulebook.table(new)
                assert base is not None and other is not None
                assert base.values != other.values, new
