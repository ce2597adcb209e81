"""What a reader gives back, and its way into a store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tongjian.problems import Problem, RecordError
from tongjian.records.catalogue import Catalogue
from tongjian.records.store import Store
from tongjian.units import convert, parse_unit

Row = dict[str, Any]


@dataclass(slots=True)
class Reading:
    """A publisher's file as records (公开数据), with the publisher's own results beside them.

    `activity` holds the columns of the long table as entered. `problems` are warnings: what was
    odd in the file and how it was read.
    """

    source: str
    activity: list[Row] = field(default_factory=list)
    facilities: list[Row] = field(default_factory=list)
    process_units: list[Row] = field(default_factory=list)
    published: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add_to(self, store: Store, catalogue: Catalogue | None = None) -> bool:
        """Put the records into `store`; False if they are already there.

        These plants may stand outside of China and have no province, which the import of
        people's files would refuse.
        """
        known = catalogue or Catalogue.load()
        stored = [_stored(row, known) for row in self.activity]
        return store.add(stored, self.facilities, self.process_units, self.source)


def _stored(row: Row, catalogue: Catalogue) -> Row:
    stream = catalogue.resolve_stream(row["stream"])
    entered = parse_unit(row["unit"])
    unit = catalogue.item(row["stream"], row["item"]).canonical(entered)
    if stream is None or unit is None:
        values = {"stream": row["stream"], "item": row["item"], "unit": row["unit"]}
        raise RecordError(Problem("records.reader_catalogue", values=values))
    quantity = row["quantity"]
    return {
        **row,
        "class": stream.stream_class,
        "unit": unit.text,
        "quantity": convert(quantity, entered, unit),
        "entered_quantity": repr(quantity),
        "entered_unit": row["unit"],
    }
