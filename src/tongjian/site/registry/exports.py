"""The registry as files (导出): one table as CSV, or all as a workbook; what one sees, no more."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter
from django.db import models

from tongjian.site.access.actor import Actor
from tongjian.site.registry.lists import Filters, enterprises
from tongjian.site.registry.models import (
    Enterprise,
    Meter,
    Outlet,
    Plant,
    ProcessUnit,
    Product,
    Station,
)
from tongjian.site.ui.texts import text

Value = str | int | float | bool | date | None
_NAMES = ("name_zh", "name_en")
_IN = ("plant__code",)
COLUMNS: Mapping[str, tuple[type[models.Model], str, tuple[str, ...]]] = {
    "enterprises": (
        Enterprise,
        "pk",
        ("uscc", *_NAMES, "division", "park__name_zh", "address", "fictitious", "closed"),
    ),
    "plants": (
        Plant,
        "enterprise",
        (
            *("enterprise__uscc", "code", *_NAMES, "sector", "division", "address"),
            *("longitude", "latitude", "closed"),
        ),
    ),
    "process_units": (
        ProcessUnit,
        "plant__enterprise",
        (
            *(*_IN, "code", *_NAMES, "kind", "technology", "abatement", "capacity"),
            *("capacity_unit", "equipment", "level", "commissioned", "closed"),
        ),
    ),
    "products": (
        Product,
        "plant__enterprise",
        (*_IN, "stream", "process_unit__code", "capacity", "capacity_unit"),
    ),
    "outlets": (
        Outlet,
        "plant__enterprise",
        (
            *(*_IN, "code", *_NAMES, "process_unit__code", "permit", "height", "diameter"),
            *("longitude", "latitude", "closed"),
        ),
    ),
    "meters": (
        Meter,
        "plant__enterprise",
        (
            *(*_IN, "code", *_NAMES, "process_unit__code", "kind", "serial", "accuracy_class"),
            *("low", "high", "range_unit", "interval", "calibrated", "closed"),
        ),
    ),
    "stations": (
        Station,
        "plant__enterprise",
        (*_IN, "mn", *_NAMES, "outlet__code", "since", "closed"),
    ),
}
"""By name: the model, the path to its enterprise, and its columns."""
_TITLES = {
    "plant__code": "registry.plant_code",
    "enterprise__uscc": "registry.field_uscc",
    "park__name_zh": "registry.field_park",
    "process_unit__code": "registry.field_process_unit",
    "outlet__code": "registry.field_outlet",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def header(table: str) -> list[str]:
    """The titles of a table's columns in the language of the page."""
    return [text(_TITLES.get(one, f"registry.field_{one}")) for one in COLUMNS[table][2]]


def rows(actor: Actor, table: str, asked: Filters) -> Iterator[tuple[Value, ...]]:
    """The rows of a table that `actor` sees, of the enterprises asked for."""
    model, path, columns = COLUMNS[table]
    tenanted: Any = model
    of = enterprises(actor, asked).order_by().values("pk")
    found = tenanted.objects.seen_by(actor).filter(**{f"{path}__in": of})
    yield from found.values_list(*columns).iterator(2000)


def as_csv(actor: Actor, table: str, asked: Filters) -> Iterator[str]:
    """The lines of a CSV file, with a mark by which spreadsheets know UTF-8."""
    yield "\ufeff" + _line(header(table))
    for row in rows(actor, table, asked):
        yield _line(_safe(one) for one in row)


def as_xlsx(actor: Actor, asked: Filters) -> bytes:
    """A workbook with all tables."""
    stream = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    with xlsxwriter.Workbook(stream, options) as book:
        head = book.add_format({"bold": True, "bg_color": "#D9E2EC"})
        for table in COLUMNS:
            sheet = book.add_worksheet(text(f"registry.sheet_{table}"))
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(COLUMNS[table][2]), 18)
            sheet.write_row(0, 0, header(table), head)
            for number, row in enumerate(rows(actor, table, asked), start=1):
                for at, value in enumerate(row):
                    _write(sheet, number, at, value)
    return stream.getvalue()


def _write(sheet: Any, row: int, column: int, value: Value) -> None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    elif value not in (None, ""):
        sheet.write_string(row, column, _word(value))


def _word(value: Value) -> str:
    if isinstance(value, bool):
        return text("registry.yes_word") if value else text("registry.no_word")
    return value.isoformat() if isinstance(value, date) else str(value)


def _safe(value: Value) -> str:
    """A text that a spreadsheet would take for a formula is marked as a text."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return _word(value)


def _line(cells: Any) -> str:
    stream = StringIO()
    csv.writer(stream).writerow(cells)
    return stream.getvalue()


__all__ = ["COLUMNS", "as_csv", "as_xlsx", "header", "rows"]
