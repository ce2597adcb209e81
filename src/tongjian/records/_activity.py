"""Validates activity data and converts it to canonical units (活动数据校验与换算)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction

from tongjian.problems import UnitError
from tongjian.records._cells import Cells, ReadTable, listed, not_among
from tongjian.records._coded import parse_coded
from tongjian.records._columns import StoredRow
from tongjian.records._entries import Item, Stream
from tongjian.records._numbers import Number, parse_number, scaled
from tongjian.records._periods import parse_period
from tongjian.records._tables import RawTable, Sink
from tongjian.records._text import Fault, is_blank, look_up_form, number_text, show
from tongjian.records.catalogue import Catalogue, unknown_item, unknown_stream
from tongjian.records.schema import ACTIVITY, TIERS
from tongjian.units import Unit, parse_unit

# Looking for similar names is slow; after so many unknown ones a hint helps nobody.
_HINTS = 100

# How people leave a unit out.
_NO_UNIT = ("", "-", "–", "—", "/", "无")
# Column, code and message values of what is wrong with a cell.
_CellFault = tuple[str, str, Mapping[str, object]]


def _empty(column: str) -> tuple[str, Mapping[str, object]]:
    """Code and message values of a cell that must not be empty."""
    declared = ACTIVITY.column(column)
    return "records.required_empty", {"column_zh": declared.zh, "column_en": declared.en}


_EMPTY_UNIT = _empty("unit")


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What the words of a row mean: looked up once for each combination of words."""

    stream: Stream
    item: Item
    entered: Unit
    canonical: Unit
    factor: Fraction


@dataclass(frozen=True, slots=True)
class _Unclear:
    """Words of a row that mean nothing."""

    faults: tuple[_CellFault, ...]


class ActivityReader:
    """Reads activity tables against a catalogue and the known facilities and process units."""

    def __init__(
        self,
        catalogue: Catalogue,
        facilities: Mapping[str, object],
        process_units: AbstractSet[tuple[str, ...]],
        sink: Sink,
    ) -> None:
        self._catalogue = catalogue
        self._facilities = facilities
        self._process_units = process_units
        self._sink = sink
        self._meanings: dict[tuple[str | None, ...], _Meaning | _Unclear] = {}
        self._known: dict[tuple[object, ...], tuple[_Meaning, str]] = {}
        self._tier_cells: dict[str, str] = {}
        self._where: dict[tuple[str, str], _CellFault | None] = {}
        self._hints = 0
        self._tiers = {
            look_up_form(name): tier.code
            for tier in TIERS
            for name in (tier.code, tier.zh, tier.en, *tier.aliases)
        }

    def read(self, tables: Iterable[RawTable]) -> ReadTable:
        """Validate every row; problems go to the sink.

        A row of which only the number, the tier or the evidence is wrong is kept with quantity
        None, so that repetitions are found at once.
        """
        result = ReadTable()
        for raw in tables:
            cells = Cells(raw, self._sink)
            periods: dict[str, str | None] = {}
            for number, row in raw.rows:
                result.read += 1
                stored = self._row(cells, number, row, periods)
                if stored is not None:
                    result.add(stored, raw, number)
        return result

    def _row(
        self, cells: Cells, number: int, row: Sequence[object], periods: dict[str, str | None]
    ) -> StoredRow | None:
        period = self._period(cells, number, row[1], periods)
        evidence = cells.text(number, "evidence", row[8])
        where = self._place(cells, number, row[0], row[2])
        words = self._words(cells, number, row[3], row[4], row[6])
        quantity = self._number(cells, number, row[5], words[0].item if words else None)
        tier = self._tier(cells, number, row[7])
        if words is None:
            return None
        meaning, unit = words
        value = None if quantity is None else _canonical(cells, number, quantity, meaning)
        if where is None or period is None:
            return None
        good = quantity is not None and tier is not None and evidence is not None
        return (
            where[0],
            period,
            int(period[:4]),
            where[1],
            meaning.stream.id,
            meaning.stream.stream_class,
            meaning.item.id,
            meaning.canonical.text,
            value if good else None,
            "" if quantity is None else quantity.entered,
            unit,
            tier,
            evidence,
            cells.raw.source(number),
        )

    def _period(
        self, cells: Cells, number: int, cell: object, periods: dict[str, str | None]
    ) -> str | None:
        if is_blank(cell):
            cells.empty(number, "period")
            return None
        if not isinstance(cell, str):
            found = parse_period(cell)
        elif cell in periods:
            found = periods[cell]
        else:
            found = periods[cell] = parse_period(cell)
        if found is None:
            cells.report("records.period", number, "period", {"value": show(cell)})
        return found

    def _number(self, cells: Cells, number: int, cell: object, item: Item | None) -> Number | None:
        if is_blank(cell):
            cells.empty(number, "quantity")
            return None
        coded = item is not None and item.coded
        found = parse_coded(cell, item) if coded and item is not None else parse_number(cell)
        if isinstance(found, Fault):
            cells.report(found.code, number, "quantity", found.values)
            return None
        return found

    def _tier(self, cells: Cells, number: int, cell: object) -> str | None:
        known = self._tier_cells.get(cell) if isinstance(cell, str) else None
        if known is not None:
            return known
        text = cells.text(number, "tier", cell)
        if text is None:
            return None
        found = self._tiers.get(look_up_form(text))
        if found is None:
            zh = "、".join(tier.zh for tier in TIERS)
            en = ", ".join(tier.code for tier in TIERS)
            cells.report("records.tier", number, "tier", listed(text, zh, en))
        elif isinstance(cell, str):
            self._tier_cells[cell] = found
        return found

    def _place(
        self, cells: Cells, number: int, facility_cell: object, unit_cell: object
    ) -> tuple[str, str] | None:
        """Facility and process unit of a row, if both are known."""
        facility = cells.text(number, "facility", facility_cell)
        process_unit = cells.text(number, "process_unit", unit_cell)
        if facility is None or process_unit is None:
            return None
        where = (facility, process_unit)
        if where not in self._where:
            self._where[where] = self._missing(facility, process_unit)
        fault = self._where[where]
        if fault is None:
            return where
        cells.report(fault[1], number, fault[0], fault[2])
        return None

    def _words(self, cells: Cells, number: int, *row: object) -> tuple[_Meaning, str] | None:
        """What stream, item and unit of a row mean together, and the unit as written."""
        # Rows repeat few combinations. Only text is remembered: True, 1 and 1.0 are one key.
        known = self._known.get(row)
        if known is not None:
            return known
        stream, item = (
            cells.text(number, column, cell)
            for column, cell in zip(("stream", "item"), row, strict=False)
        )
        # Whether there has to be a unit is known with the item: a grade has none.
        unit = "" if is_blank(row[2]) else cells.text(number, "unit", row[2])
        words = (stream, item, unit)
        meaning = self._meanings.get(words)
        if meaning is None:
            meaning = self._meanings[words] = self._look_up(*words)
        if isinstance(meaning, _Unclear):
            for column, code, values in meaning.faults:
                cells.report(code, number, column, values)
            return None
        assert unit is not None
        found = (meaning, unit)
        if all(isinstance(cell, str) for cell in row):
            self._known[row] = found
        return found

    def _missing(self, facility: str, process_unit: str) -> _CellFault | None:
        if facility not in self._facilities:
            known = self._facilities if self._may_hint() else ()
            return "facility", "records.unknown_facility", not_among(facility, known)
        if process_unit and (facility, process_unit) not in self._process_units:
            here = sorted(entry[1] for entry in self._process_units if entry[0] == facility)
            values = not_among(process_unit, here if self._may_hint() else ())
            values["facility"] = show(facility)
            return "process_unit", "records.unknown_process_unit", values
        return None

    def _look_up(
        self, stream_text: str | None, item_text: str | None, unit_text: str | None
    ) -> _Meaning | _Unclear:
        faults: list[_CellFault] = []
        stream = item = unit = None
        if stream_text is not None:
            stream = self._catalogue.resolve_stream(stream_text)
            if stream is None:
                near = self._catalogue.suggest_streams(stream_text) if self._may_hint() else []
                problem = unknown_stream(stream_text, near)
                faults.append(("stream", problem.code, problem.values))
        if stream is not None and item_text is not None:
            item = self._catalogue.resolve_item(stream, item_text)
            if item is None:
                items = self._catalogue.items_of(stream.stream_class)
                problem = unknown_item(item_text, stream, items)
                faults.append(("item", problem.code, problem.values))
        if item is not None and item.coded and unit_text in _NO_UNIT:
            unit_text = item.units[0].text
        if unit_text == "":
            faults.append(("unit", *_EMPTY_UNIT))
        elif unit_text is not None:
            try:
                unit = parse_unit(unit_text)
            except UnitError as error:
                faults.append(("unit", "records.unknown_unit", _unit_words(error, item)))
        if stream is not None and item is not None and unit is not None:
            canonical = item.canonical(unit)
            if canonical is not None:
                factor = unit.scale / canonical.scale
                return _Meaning(stream, item, unit, canonical, factor)
            faults.append(("unit", "records.unit_mismatch", _mismatch(stream, item, unit)))
        return _Unclear(tuple(faults))

    def _may_hint(self) -> bool:
        self._hints += 1
        return self._hints <= _HINTS


def _canonical(cells: Cells, row: int, quantity: Number, meaning: _Meaning) -> float | None:
    """The quantity in the canonical unit, if it is within the limits of the item."""
    try:
        value = scaled(quantity, meaning.factor)
    except OverflowError:
        value_shown = {"value": show(quantity.entered)}
        cells.report("records.number_not_finite", row, "quantity", value_shown)
        return None
    item = meaning.item
    low, high = item.minimum, item.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return value
    values = {
        "value": show(quantity.entered),
        "unit": meaning.entered.text,
        "item_zh": item.zh,
        "item_en": item.en,
    }
    if low is not None and value < low:
        limit = f"{number_text(low)} {meaning.canonical.text}"
        cells.report("records.below_min", row, "quantity", {**values, "limit": limit})
        return None
    assert high is not None
    limit = f"{number_text(high)} {meaning.canonical.text}"
    # 98 where a fraction is expected: somebody thinks in percent.
    is_fraction = not meaning.entered.dimension and meaning.entered.scale == 1
    percent = is_fraction and value <= 100 * high
    code = "records.percent_expected" if percent else "records.above_max"
    cells.report(code, row, "quantity", {**values, "limit": limit})
    return None


def _mismatch(stream: Stream, item: Item, unit: Unit) -> dict[str, object]:
    return {
        "unit": unit.text,
        "stream_zh": stream.zh,
        "stream_en": stream.en,
        "item_zh": item.zh,
        "item_en": item.en,
        "accepted": ", ".join(allowed.text for allowed in item.units),
    }


def _unit_words(error: UnitError, item: Item | None) -> dict[str, object]:
    values = error.problems[0].values
    accepted = ", ".join(unit.text for unit in item.units) if item else ""
    return {
        "unit": show(values["unit"]),
        "hint_zh": f"{values['hint_zh']}{f'可用：{accepted}。' if accepted else ''}",
        "hint_en": f"{values['hint_en']}{f'Accepted: {accepted}. ' if accepted else ''}",
    }
