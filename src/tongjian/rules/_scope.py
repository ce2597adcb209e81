"""What names mean inside a formula: columns of the sheet, finer sheets, tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from tongjian.rules._documents import Signature
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
KEYS = ("facility", "period", "year", "process_unit", "stream", *ATTRIBUTES["facility"])
EVIDENCE = "@evidence"


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


def key_columns(grain: tuple[str, ...]) -> dict[str, Kind]:
    """Key and attribute columns that a sheet of this grain has."""
    columns: dict[str, Kind] = {}
    for key in grain:
        columns[key] = YEAR if key == "year" else TEXT
        for attribute in ATTRIBUTES.get(key, ()):
            # An attribute may be left empty in the register; text comparison treats "" as empty.
            columns[attribute] = TEXT
    if "period" in grain:
        columns["year"] = YEAR
    return columns
