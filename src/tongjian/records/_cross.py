"""Checks between rows: the same datum twice, in the import and against the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Literal

from tongjian.problems import LANGUAGES, Place, Problem
from tongjian.records._columns import SORT_COLUMNS, STORED, StoredRow, positions
from tongjian.records._text import number_text, show
from tongjian.records.schema import table as table_called

PlaceOf = Callable[[int], Place]
Act = Literal["add", "correct", "withdraw"]

_KEY = itemgetter(*positions("activity", SORT_COLUMNS["activity"]))
# A datum of one year, whichever period it is given for.
_DATUM = itemgetter(
    *positions("activity", ("facility", "year", "process_unit", "stream", "item", "unit"))
)
# What a correction can put right in a datum.
_SAID = itemgetter(*positions("activity", ("class", "quantity", "tier", "evidence")))
_PERIOD, _QUANTITY, _UNIT, _TIER, _EVIDENCE, _SOURCE = positions(
    "activity", ("period", "quantity", "unit", "tier", "evidence", "source")
)
_STORE = {"zh": "库中", "en": "the store"}


@dataclass(slots=True)
class Settled:
    """What comparing leaves (比对结果): rows that are new, and how many were known.

    `gone` are the stored rows that a correction supersedes or withdraws; what takes the place of
    one is among the new.
    """

    new: list[StoredRow] = field(default_factory=list)
    known: int = 0
    gone: list[StoredRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def settle_activity(
    rows: Sequence[StoredRow],
    stored: Sequence[StoredRow],
    place_of: PlaceOf,
    act: Act = "add",
) -> Settled:
    """Compare `rows` with each other and with the `stored` rows of the same facilities and years.

    A row whose quantity is None (it was faulty) takes part in the search for repetitions only.
    """
    settled = Settled()
    first: dict[object, int] = {}
    in_store = {_KEY(row): row for row in stored}
    for at, row in enumerate(rows):
        key = _KEY(row)
        earlier = first.setdefault(key, at)
        if earlier != at:
            settled.problems.append(_duplicate(rows, at, earlier, place_of))
            continue
        known = in_store.get(key)
        if row[_QUANTITY] is None:
            continue
        if act == "withdraw":
            settled.problems += _withdraw(row, known, place_of(at), settled)
        elif known is None:
            settled.new.append(row)
        elif act == "correct" and _SAID(known) != _SAID(row):
            settled.new.append(row)
            settled.gone.append(known)
        else:
            settled.known += known[_QUANTITY] == row[_QUANTITY]
            settled.problems += _compare(row, known, place_of(at))
    if act != "withdraw":
        settled.problems += _mixed_periods(rows, stored, place_of)
    return settled


def settle_dimension(
    table: str,
    rows: Sequence[StoredRow],
    stored: Sequence[StoredRow],
    place_of: PlaceOf,
    act: Act = "add",
) -> Settled:
    """Compare rows of `facilities` or `process_units`: an id must always mean the same.

    A correction says what it means from now on; the store knows what it meant before.
    """
    key_of = itemgetter(*positions(table, SORT_COLUMNS[table]))
    settled = Settled()
    known: dict[object, tuple[StoredRow, dict[str, str]]] = {
        key_of(row): (row, _STORE) for row in stored
    }
    for at, row in enumerate(rows):
        key = key_of(row)
        if act == "withdraw" and key not in known:
            settled.problems.append(_unknown(_id_text(table, row), place_of(at)))
        elif act == "withdraw" and known[key][0] == row:
            settled.gone.append(row)
        elif act == "correct" and key in known and known[key][1] is _STORE:
            if known[key][0] == row:
                settled.known += 1
            else:
                settled.gone.append(known[key][0])
                settled.new.append(row)
            known[key] = (row, _in_words(place_of(at)))
        elif key not in known:
            known[key] = (row, _in_words(place_of(at)))
            settled.new.append(row)
        elif known[key][0] == row:
            settled.known += 1
        else:
            settled.problems.append(_dimension_conflict(table, row, *known[key], place_of(at)))
    return settled


def _duplicate(rows: Sequence[StoredRow], at: int, earlier: int, place_of: PlaceOf) -> Problem:
    other = _in_words(place_of(earlier))
    values = {
        "datum": _datum_text(rows[at]),
        "value": _quantity_text(rows[at]),
        "other_value": _quantity_text(rows[earlier]),
        "other_zh": other["zh"],
        "other_en": other["en"],
    }
    return Problem("records.duplicate_row", place_of(at), values)


def _compare(row: StoredRow, known: StoredRow, place: Place) -> list[Problem]:
    values = {"datum": _datum_text(row), "source": show(known[_SOURCE])}
    if known[_QUANTITY] != row[_QUANTITY]:
        values |= {"value": _quantity_text(row), "stored": _quantity_text(known)}
        return [Problem("records.differs_from_store", place, values)]
    if (known[_TIER], known[_EVIDENCE]) != (row[_TIER], row[_EVIDENCE]):
        values |= {
            "value": f"{row[_TIER]} · {show(row[_EVIDENCE]) or '—'}",
            "stored": f"{known[_TIER]} · {show(known[_EVIDENCE]) or '—'}",
        }
        return [Problem("records.evidence_not_updated", place, values, severity="warning")]
    return []


def _withdraw(
    row: StoredRow, known: StoredRow | None, place: Place, settled: Settled
) -> list[Problem]:
    """What is withdrawn is named with its value: nobody takes out what they do not know."""
    if known is None:
        return [_unknown(_datum_text(row), place)]
    if known[_QUANTITY] != row[_QUANTITY]:
        values = {"datum": _datum_text(row), "value": _quantity_text(row)}
        values |= {"stored": _quantity_text(known), "source": show(known[_SOURCE])}
        return [Problem("records.withdraw_differs", place, values)]
    settled.gone.append(known)
    return []


def _unknown(datum: str, place: Place) -> Problem:
    return Problem("records.withdraw_unknown", place, {"datum": datum})


def _mixed_periods(
    rows: Sequence[StoredRow], stored: Sequence[StoredRow], place_of: PlaceOf
) -> list[Problem]:
    """A year given both as a whole and by months would be counted twice."""
    of_year: dict[object, int | str] = {}
    of_month: dict[object, int | str] = {}
    for row in stored:
        (of_month if len(row[_PERIOD]) > 4 else of_year).setdefault(_DATUM(row), str(row[_SOURCE]))
    for index, row in enumerate(rows):
        (of_month if len(row[_PERIOD]) > 4 else of_year).setdefault(_DATUM(row), index)
    problems = []
    for datum in of_year.keys() & of_month.keys():
        year, month = of_year[datum], of_month[datum]
        if isinstance(year, str) and isinstance(month, str):
            continue
        at, other = (year, month) if isinstance(year, int) else (month, year)
        assert isinstance(at, int)
        words = (
            {lang: f"{_STORE[lang]} {show(other)}" for lang in LANGUAGES}
            if isinstance(other, str)
            else _in_words(place_of(other))
        )
        values = {
            "datum": _datum_text(rows[at]),
            "year": rows[at][_PERIOD][:4],
            "other_zh": words["zh"],
            "other_en": words["en"],
        }
        problems.append(Problem("records.year_and_months", place_of(at), values))
    return problems


def _dimension_conflict(
    table: str, row: StoredRow, known: StoredRow, where: dict[str, str], place: Place
) -> Problem:
    columns = table_called(table)
    differing = [
        (name, ours, theirs)
        for name, ours, theirs in zip(STORED[table], row, known, strict=True)
        if ours != theirs
    ]
    name, ours, theirs = differing[0]
    values = {
        "id": _id_text(table, row),
        "column_zh": columns.column(name).zh,
        "column_en": columns.column(name).en,
        "value": show(ours) or "—",
        "other": show(theirs) or "—",
        "where_zh": where["zh"],
        "where_en": where["en"],
    }
    return Problem("records.dimension_conflict", place, values)


def _id_text(table: str, row: StoredRow) -> str:
    return " / ".join(str(row[at]) for at in positions(table, SORT_COLUMNS[table]))


def _datum_text(row: StoredRow) -> str:
    facility, period, process_unit, stream, item, _unit = _KEY(row)
    return " · ".join(part for part in (facility, period, process_unit, stream, item) if part)


def _quantity_text(row: StoredRow) -> str:
    quantity = row[_QUANTITY]
    return "—" if quantity is None else f"{number_text(quantity)} {row[_UNIT]}"


def _in_words(place: Place) -> dict[str, str]:
    return {lang: place.text(lang) for lang in LANGUAGES}
