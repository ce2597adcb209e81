"""Sheets and records of many shapes, which tests of the back-ends put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support import (
    Document,
    Records,
    formulas,
    inputs,
    method,
    ruleset,
    sheet,
    table,
    values,
)
from tongjian.engine import Snapshot
from tongjian.rules import Rulebook

Book = Callable[..., Rulebook]
Sheets = dict[str, list[dict[str, Any]]]
AllAlike = Callable[[Rulebook, Snapshot], Sheets]
LEAF = "facility period process_unit stream"
BY_KIND = table("kinds", ["kind"], {"share": "1"})
BY_PROVINCE = table("grid", ["province"], {"ef": "tCO2/MWh"})
BY_CLASS = table("classes", ["stream_class"], {"share": "1"})
FILES = {
    "kinds.csv": values(["kind"], ["boiler", "share", "0.5", "1"], ["kiln", "share", "0.25", "1"]),
    "grid.csv": values(
        ["province"],
        ["Jiangsu", "ef", "0.6", "tCO2/MWh", "", "2024-12-31"],
        ["Jiangsu", "ef", "0.5", "tCO2/MWh", "2025-01-01"],
        ["Hebei", "ef", "0.9", "tCO2/MWh"],
    ),
    "units.csv": values(
        ["facility", "process_unit"],
        ["F1", "u1", "share", "0.5", "1"],
        ["F1", "u3", "share", "0.125", "1"],
        ["F2", "u3", "share", "0.25", "1", "", "2024-12-31"],
    ),
    "both.csv": values(
        ["province", "kind"],
        ["Jiangsu", "kiln", "share", "0.5", "1"],
        ["Hebei", "boiler", "share", "0.25", "1", "2025-01-01"],
    ),
    "classes.csv": values(["stream_class"], ["fuel.solid", "share", "0.1", "1"]),
}
BY_UNIT = table("units", ["facility", "process_unit"], {"share": "1"})
BY_BOTH = table("both", ["province", "kind"], {"share": "1"})
USES = {
    "by_unit": "units",
    "by_both": "both",
    "by_kind": "kinds",
    "grid": "grid",
    "by_class": "classes",
}
DOCUMENTS = (BY_UNIT, BY_BOTH, BY_KIND, BY_PROVINCE, BY_CLASS)


def make(book: Book, **sheets: Document) -> Rulebook:
    documents = method(sheets=sheets, uses=USES), ruleset(), *DOCUMENTS
    return book(*documents, files=FILES)


def some(records: Records) -> Snapshot:
    """Two plants, two years by month, two process units, two streams."""
    for facility, province in (("F1", "Jiangsu"), ("F2", "Hebei")):
        records.facility(facility, province=province)
        records.unit(facility, "u1", kind="boiler").unit(facility, "u2", kind="kiln")
        number = 0.0
        for period in ("2024-11", "2024-12", "2025-01", "2025-02"):
            for unit in ("u1", "u2", "u3"):
                for stream, group in (("coke", "fuel.solid"), ("tar", "fuel.liquid")):
                    number += 1
                    at = {"process_unit": unit, "class": group}
                    records.add(stream, "mass", number, "t", facility, period, **at)
                    if number % 3:
                        records.add(stream, "power", number / 7, "MWh", facility, period, **at)
    return records.snapshot()


MASS = inputs(mass="t", power="MWh")
PLAIN = formulas(part="t: coalesce(mass, 0)", used="MWh: coalesce(power, 0)")
LEAF_SHEET = sheet(LEAF, MASS, PLAIN, streams="any")
