"""Validates the facilities and process-units tables (设施表与工序表)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tongjian.records._cells import Cells, ReadTable, listed, not_among
from tongjian.records._entries import Term
from tongjian.records._numbers import parse_number
from tongjian.records._tables import RawTable, Sink
from tongjian.records._text import Fault, is_blank, look_up_form, show
from tongjian.records.catalogue import Catalogue

_TRUE = {"是", "true", "yes", "y", "1", "虚构"}
_FALSE = {"", "否", "false", "no", "n", "0", "真实"}
_CAPACITY = {"item_zh": "产能", "item_en": "capacity"}
_DIVISION = re.compile(r"[1-9][0-9]{5}")


def read_facilities(tables: Sequence[RawTable], catalogue: Catalogue, sink: Sink) -> ReadTable:
    """Validate facilities; rows come in stored column order."""
    result = ReadTable()
    for raw in tables:
        cells = Cells(raw, sink)
        for number, row in raw.rows:
            result.read += 1
            names = raw.table.column_names
            texts = {
                name: cells.text(number, name, cell) for name, cell in zip(names, row, strict=True)
            }
            if texts["facility"] is not None:
                result.ids.add((texts["facility"],))
            for key in ("sector", "province"):
                texts[key] = _term(cells, number, key, texts[key], catalogue)
            if texts["division"] and not _DIVISION.fullmatch(texts["division"]):
                value = show(texts["division"])
                cells.report("records.division", number, "division", {"value": value})
                texts["division"] = None
            flag = _flag(cells, number, texts.pop("fictitious"))
            if None not in texts.values() and flag is not None:
                result.add((*texts.values(), flag), raw, number)
    return result


def read_process_units(
    tables: Sequence[RawTable],
    catalogue: Catalogue,
    sectors: Mapping[str, str],
    sink: Sink,
) -> ReadTable:
    """Validate process units of the facilities in `sectors`; rows in stored column order."""
    result = ReadTable()
    for raw in tables:
        cells = Cells(raw, sink)
        for number, row in raw.rows:
            result.read += 1
            given = dict(zip(raw.table.column_names, row, strict=True))
            capacity_cell = given.pop("capacity")
            texts = {name: cells.text(number, name, cell) for name, cell in given.items()}
            facility, process_unit = texts["facility"], texts["process_unit"]
            if facility is not None and process_unit is not None:
                result.ids.add((facility, process_unit))
            if facility is not None and facility not in sectors:
                values = not_among(facility, sectors)
                cells.report("records.unknown_facility", number, "facility", values)
                facility = texts["facility"] = None
            if texts["kind"]:
                # Kinds are free; those that rules know are stored by their code.
                known = catalogue.resolve_term("kind", texts["kind"])
                texts["kind"] = known.code if known else texts["kind"]
            for key in ("technology", "abatement"):
                if texts[key] and facility is not None:
                    sector = sectors[facility]
                    texts[key] = _technology(cells, number, key, texts[key], sector, catalogue)
            capacity, good = _capacity(cells, number, capacity_cell, texts["capacity_unit"])
            if None not in texts.values() and good:
                unit = texts.pop("capacity_unit")
                result.add((*texts.values(), capacity, unit), raw, number)
    return result


def _term(cells: Cells, row: int, key: str, text: str | None, catalogue: Catalogue) -> str | None:
    """The code of a word of the catalogue; any word goes if the catalogue lists none."""
    terms = catalogue.terms_of(key)
    if text is None or not terms:
        return text
    term = catalogue.resolve_term(key, text)
    if term is None:
        code = {"sector": "records.unknown_sector", "province": "records.unknown_province"}[key]
        cells.report(code, row, key, _known_terms(text, terms))
        return None
    return term.code


def _technology(
    cells: Cells, row: int, key: str, text: str | None, sector: str, catalogue: Catalogue
) -> str:
    """The code of a technology; one that the catalogue does not list is kept, with a warning."""
    assert text is not None
    terms = catalogue.terms_of(key, sector)
    term = catalogue.resolve_term(key, text, sector)
    if term is None and terms:
        values = _known_terms(text, terms)
        cells.report("records.unknown_technology", row, key, values, severity="warning")
    return text if term is None else term.code


def _known_terms(text: str, terms: Sequence[Term]) -> dict[str, object]:
    return listed(
        text,
        "、".join(f"{term.zh}（{term.code}）" for term in terms),
        ", ".join(f"{term.en} ({term.code})" for term in terms),
    )


def _flag(cells: Cells, row: int, text: str | None) -> bool | None:
    if text is None:
        return None
    wanted = look_up_form(text)
    if wanted in _TRUE or wanted in _FALSE:
        return wanted in _TRUE
    cells.report("records.yes_or_no", row, "fictitious", {"value": show(text)})
    return None


def _capacity(cells: Cells, row: int, cell: object, unit: str | None) -> tuple[float | None, bool]:
    if is_blank(cell):
        return None, True
    number = parse_number(cell)
    if isinstance(number, Fault):
        cells.report(number.code, row, "capacity", number.values)
        return None, False
    if number.value < 0:
        values = {"value": number.entered, "unit": unit or "", "limit": "0"} | _CAPACITY
        cells.report("records.below_min", row, "capacity", values)
        return None, False
    if not unit:
        cells.empty(row, "capacity_unit")
        return None, False
    return number.value, True
