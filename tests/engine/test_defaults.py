"""Defaults before anything is entered: what a method takes, and which printed value that is."""

from __future__ import annotations

from datetime import date

from tongjian.engine import default_values
from tongjian.rules import load_rulebook

WORKS = {"facility": "F", "sector": "steel", "province": "Jiangsu", "division": "320100"}


def test_the_default_is_the_printed_value_with_its_status() -> None:
    book = load_rulebook()
    ruleset = book.ruleset("cn.steel.mee-v01-2024", 2024)
    assert ruleset is not None
    streams = [("", "coke", "fuel.solid"), ("", "limestone", "material.carbonate")]

    found = {
        (one.stream, one.item): one
        for one in default_values(book, [ruleset], 2024, WORKS, [], streams)
    }

    coke = found["coke", "ncv"]
    [(table, value)] = coke.sources
    assert coke.unit == "GJ/t" and coke.ruleset == ruleset.id
    printed = book.table("fuel.mee-v01-2024")
    assert printed is not None and table.id == printed.id
    [same] = [
        one
        for one in printed.values
        if one.key[0] == "coke"
        and one.column == value.column
        and one.validity.covers(date(2024, 12, 31))
    ]
    assert value == same and value.number is not None and coke.value == float(value.number)
    assert value.status == same.status and value.source
    # What is measured and has no default is not there.
    assert ("coke", "consumed") not in found
