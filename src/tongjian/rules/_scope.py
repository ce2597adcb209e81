"""What names mean inside a formula: columns of the sheet, finer sheets, tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from tongjian.rules._documents import Signature, Words
from tongjian.rules._ir import Kind

TEXT = Kind("text")
YEAR = Kind("number")

# Attributes that the records hold for a facility and for a process unit; a sheet has them when
# its grain has the key.
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "facility": ("sector", "province", "city", "division"),
    "process_unit": ("kind", "technology", "abatement"),
    "stream": ("stream_class",),
}
KEYS = ("facility", "period", "month", "year", "process_unit", "stream", *ATTRIBUTES["facility"])
EVIDENCE = "@evidence"
MONTH_LENGTH = len("2025-03")
# They belong to the records and not to a rule, so that no document names them.
KEY_TITLES = {
    "facility": Words("企业", "facility"),
    "period": Words("期间", "period"),
    "month": Words("月份", "month"),
    "year": Words("年份", "year"),
    "process_unit": Words("工序", "process unit"),
    "stream": Words("物料", "stream"),
    "stream_class": Words("物料类别", "class of the stream"),
    "sector": Words("行业", "sector"),
    "province": Words("省份", "province"),
    "city": Words("城市", "city"),
    "division": Words("区县", "division"),
    "kind": Words("工序类型", "kind of process unit"),
    "technology": Words("工艺", "technology"),
    "abatement": Words("减排设施", "abatement"),
}


@dataclass(slots=True)
class SheetScope:
    """The columns a formula of one sheet may name, with their kinds."""

    name: str
    grain: tuple[str, ...]
    columns: dict[str, Kind] = field(default_factory=dict)
    of_records: bool = False
    """Whether its rows come from the records (and not from other sheets)."""

    def is_finer_than(self, other: SheetScope) -> bool:
        """Whether rows of this sheet belong to exactly one row of `other`."""
        return self is not other and all(key in self.columns for key in other.grain)


@dataclass(slots=True)
class Scope:
    """Everything a formula may name."""

    sheet: SheetScope
    sheets: dict[str, SheetScope]
    tables: dict[str, Signature]


def month_of(period: str) -> str:
    """The month of a period: ``2025-03`` of ``2025-03-01T05``; of a whole year, the year."""
    return period[:MONTH_LENGTH]


def key_columns(grain: tuple[str, ...]) -> dict[str, Kind]:
    """Key and attribute columns that a sheet of this grain has."""
    columns: dict[str, Kind] = {}
    for key in grain:
        columns[key] = YEAR if key == "year" else TEXT
        for attribute in ATTRIBUTES.get(key, ()):
            # An attribute may be left empty in the register; text comparison treats "" as empty.
            columns[attribute] = TEXT
    if "period" in grain:
        columns["month"] = TEXT
    if "period" in grain or "month" in grain:
        columns["year"] = YEAR
    return columns
