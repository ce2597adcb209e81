"""Plausible values for inputs (试算值), to try a rule where nobody has entered anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import median

from tongjian.records import Catalogue, Item, Stream
from tongjian.rules import InputDoc, Rulebook, SheetDoc
from tongjian.units import Unit, parse_unit

_SHARE, _DAY = 0.3, 20240630.0
# What comes in has to outweigh what goes out, or a balance has no value.
_MUCH, _LITTLE, _GAS = 1000.0, 1.0, 1000.0


@dataclass(slots=True)
class Plausible:
    """Streams and values with which the inputs of sheets can be tried."""

    book: Rulebook
    catalogue: Catalogue
    medians: dict[tuple[tuple[str, int], ...], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The median of every kind of number that the rulebook's tables hold."""
        numbers: dict[tuple[tuple[str, int], ...], list[float]] = {}
        for table in self.book.tables.values():
            for value in table.values:
                if value.number:
                    unit = table.columns[value.column].unit
                    base = float(value.number * unit.scale)
                    numbers.setdefault(unit.dimension, []).append(base)
        self.medians = {kind: median(found) for kind, found in numbers.items()}

    def offered(self, sheet: SheetDoc, doc: InputDoc) -> list[tuple[Stream, Item]]:
        """The streams for which an input can be entered, each with the item of the catalogue."""
        found = []
        for stream in self.catalogue.streams.values():
            fits = stream.id == doc.stream if doc.stream else takes(sheet, stream.stream_class)
            item = self.catalogue.items_of(stream.stream_class).get(doc.item) if fits else None
            if item is not None and any(unit.text == doc.unit.text for unit in item.units):
                found.append((stream, item))
        return found

    def value(self, doc: InputDoc, item: Item | None) -> float:
        """A plausible value in the unit of the input."""
        if doc.choices:
            return 1.0
        if doc.is_date:
            return _DAY
        if is_amount(doc, item):
            size = _LITTLE if doc.direction == "down" else _MUCH
            return size * (_GAS if doc.unit.same_dimension(_normal_volume()) else 1)
        if item is not None and item.typical is not None:
            return float(item.typical)
        if doc.unit.dimension and doc.unit.dimension in self.medians:
            number = self.medians[doc.unit.dimension] / float(doc.unit.scale)
        else:
            number = _SHARE
        highest = item.maximum if item is not None else None
        return number if highest is None or number <= highest else _SHARE * highest


def is_amount(doc: InputDoc, item: Item | None) -> bool:
    """Whether an input is an amount of the period, which can be zero, and no property."""
    return item.kind == "activity" if item is not None else doc.unit.extensive


def takes(sheet: SheetDoc, stream_class: str) -> bool:
    """Whether rows of a class belong to a sheet."""
    classes = sheet.streams
    return classes == ("any",) or any(is_within(stream_class, one) for one in classes)


def is_within(stream_class: str, name: str) -> bool:
    """Whether a class is `name` or lies below it."""
    return stream_class == name or stream_class.startswith(name + ".")


def classes_of(catalogue: Catalogue) -> Iterator[str]:
    """Every class of the catalogue and every class above one."""
    found: dict[str, None] = {}
    for stream in catalogue.streams.values():
        parts = stream.stream_class.split(".")
        found |= dict.fromkeys(".".join(parts[:n]) for n in range(1, len(parts) + 1))
    yield from found


@lru_cache(maxsize=1)
def _normal_volume() -> Unit:
    return parse_unit("Nm3")


__all__ = ["Plausible", "classes_of", "is_amount", "is_within", "takes"]
