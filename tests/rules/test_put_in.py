"""Values put into a table by the name that a bind gives it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.support import only, says, table, values
from tongjian.problems import RuleError
from tongjian.rules import PutIn, Rulebook, with_value

Book = Callable[..., Rulebook]
FACTOR = table("factor", ["sector"], {"ef": "t/GJ", "share": "1"})
PLAIN = table("plain", [], {"price": "CNY/t"})
EARLY = {"valid_from": "2024-01-01", "valid_to": "2024-12-31"}
LATE = {"valid_from": "2025-01-01", "valid_to": "2025-12-31"}
FILES = {
    "factor.csv": values(
        ["sector"],
        {"sector": "a", "column": "ef", "value": "2", "unit": "t/GJ", **EARLY},
        {"sector": "a", "column": "ef", "unit": "t/GJ", **LATE, "status": "not-found"},
        ["b", "ef", "3", "t/GJ"],
        ["a", "share", "0.5", "1"],
    ),
    "plain.csv": values([], ["price", "10", "CNY/t"]),
}


@pytest.fixture
def made(book: Book) -> Rulebook:
    return book(FACTOR, PLAIN, files=FILES)


def numbers(rulebook: Rulebook, name: str) -> list[tuple[str, Fraction | None]]:
    found = rulebook.table(name)
    assert found is not None
    return [(value.column, value.number) for value in found.values]


def test_a_value_takes_the_place_of_every_year(made: Rulebook) -> None:
    found = numbers(made, "factor~ef[a]=0.25")
    quarter = Fraction(1, 4)
    assert found == [("ef", quarter), ("ef", quarter), ("ef", 3), ("share", Fraction(1, 2))]


def test_a_year_and_a_unit(made: Rulebook) -> None:
    name = "factor~ef[a]@2025=250 kg/GJ;share[a]=4e-1"
    assert numbers(made, name) == [
        ("ef", 2), ("ef", Fraction(1, 4)), ("ef", 3), ("share", Fraction(2, 5)),
    ]  # fmt: skip
    changed = made.table(name)
    assert changed is not None
    assert changed.id == name
    value = changed.values[1]
    assert (value.status, value.printed, value.printed_unit) == ("derived", "250", "kg/GJ")
    assert numbers(made, "plain~price=12") == [("price", 12)]


def test_names_are_made_and_changed(made: Rulebook) -> None:
    one = with_value("factor", PutIn("ef", ("a",), "0.25", year=2025))
    assert one == "factor~ef[a]@2025=0.25"
    two = with_value(one, PutIn("ef", ("b",), "1", "kg/GJ"))
    assert two == "factor~ef[a]@2025=0.25;ef[b]=1 kg/GJ"
    assert with_value(two, PutIn("ef", ("a",), "7", year=2025)) == (
        "factor~ef[b]=1 kg/GJ;ef[a]@2025=7"
    )
    assert numbers(made, two)[1:3] == [("ef", Fraction(1, 4)), ("ef", Fraction(1, 1000))]


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("factor~ef[c]=1", "rules.put_in_place", "ef[c]=1"),
        ("factor~ef[a]@2026=1", "rules.put_in_place", "ef[a]"),
        ("factor~ef=1", "rules.put_in_place", "ef[b]"),
        ("factor~other[a]=1", "rules.put_in_place", "other"),
        ("factor~ef[a]=1 kWh", "rules.put_in_unit", "kWh"),
        ("factor~ef[a]=1 parsecs", "rules.put_in", "parsecs"),
        ("factor~ef[a]=one", "rules.put_in", "one"),
        ("factor~ef[a]=1;", "rules.put_in", "factor"),
        ("factor~ef[a]=1.2.3", "rules.put_in", "1.2.3"),
    ],
)
def test_what_does_not_fit_is_named(made: Rulebook, name: str, code: str, said: str) -> None:
    with pytest.raises(RuleError) as caught:
        made.table(name)
    says(only(caught.value.problems, code), said)


def test_other_tables_are_not_known(made: Rulebook) -> None:
    assert made.table("nothing~ef[a]=1") is None
    assert made.table("factor~some.variant") is None
