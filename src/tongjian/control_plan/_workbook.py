"""A plan as a workbook to fill in (计划工作簿), and reading it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tongjian.control_plan._plan import Plan
from tongjian.control_plan._read import plan_of
from tongjian.control_plan._sheets import SPLIT, PlanColumn, PlanSheet, sheets
from tongjian.problems import Place, Problem, TongjianError
from tongjian.records import Catalogue, Limits, read_sheets
from tongjian.rules import Source

_ROWS = 500  # rows with drop-down lists; more may be filled in
_WIDTH = 16
_YES, _NO = ("是", "yes", "true", "1"), ("否", "no", "false", "0")
_Keys = tuple[str | int, ...]


def write_plan_workbook(path: Path, data: Mapping[str, Any] | None = None) -> None:
    """Write a workbook of a plan to `path`: the document `data`, or nothing but headers."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        head = book.add_format(
            {"bold": True, "bg_color": "#DCE6F1", "text_wrap": True, "border": 1}
        )
        for sheet in sheets():
            page = book.add_worksheet(sheet.zh)
            page.freeze_panes(1, 0)
            for number, column in enumerate(sheet.columns):
                page.write_string(0, number, column.heading, head)
                page.set_column(number, number, _WIDTH)
                listed = list(column.choices)
                if listed:
                    page.data_validation(
                        1, number, _ROWS, number, {"validate": "list", "source": listed}
                    )
            for row, entry in enumerate(_entries(sheet, data or {}), start=1):
                for number, column in enumerate(sheet.columns):
                    text = _cell(sheet, column, entry)
                    if isinstance(text, str):
                        page.write_string(row, number, text)
                    elif text is not None:
                        page.write_number(row, number, text)


def read_plan_workbook(path: Path, catalogue: Catalogue | None = None) -> Plan:
    """The plan in a workbook; raises `TongjianError` with every fault, its sheet and row."""
    if not path.is_file():
        values = {"path": str(path), "detail": "—"}
        raise TongjianError(Problem("control_plan.file", Place(file=str(path)), values))
    found = read_sheets(path, Limits())
    source = _SheetSource(path.name, {}, {}, set())
    problems: list[Problem] = []
    for sheet in sheets():
        if sheet.zh in found:
            _read(sheet, found[sheet.zh], source, problems)
        elif sheet.path == "":
            values = {"sheet": sheet.zh, "found": ", ".join(found) or "—"}
            problems.append(Problem("control_plan.no_sheet", Place(file=path.name), values))
    for name in ("sources", "meters", "parameters", "roles", "quality"):
        source.data.setdefault(name, [])
    if problems:
        raise TongjianError(problems)
    return plan_of(source, catalogue or Catalogue.load())


@dataclass(slots=True)
class _SheetSource(Source):
    """A document that came from a workbook: its places are sheets, rows and columns."""

    places: dict[_Keys, Place] = field(default_factory=dict)

    def place(self, path: _Keys, offset: int = 0) -> Place:
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(file=self.file))


def _entries(sheet: PlanSheet, data: Mapping[str, Any]) -> list[Any]:
    if not sheet.path:
        return [data] if data else []
    found: Any = data
    for key in sheet.path.split("."):
        found = found.get(key, {}) if isinstance(found, Mapping) else {}
    return list(found) if isinstance(found, list) else []


def _cell(sheet: PlanSheet, column: PlanColumn, entry: Any) -> str | float | None:
    if sheet.plain:
        return str(entry)
    value: Any = entry
    for key in column.path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    if value is None:
        return None
    if isinstance(value, bool):
        return _YES[0] if value else _NO[0]
    if isinstance(value, list):
        return SPLIT.join(map(str, value))
    if isinstance(value, int | float):
        return float(value)
    back = {code: zh for zh, code in column.choices.items()}
    return back.get(str(value), str(value))


def _read(
    sheet: PlanSheet,
    rows: Sequence[tuple[int, Sequence[object]]],
    source: _SheetSource,
    problems: list[Problem],
) -> None:
    if not rows:
        return
    columns = dict(_header(sheet, rows[0], source.file, problems))
    entries: list[Any] = []
    target: _Keys = tuple(sheet.path.split(".")) if sheet.path else ()
    for number, cells in rows[1:]:
        entry: dict[str, Any] = {}
        at: _Keys = (*target, len(entries)) if sheet.path else ()
        row_place = Place(file=source.file, sheet=sheet.zh, row=number)
        source.places.setdefault(at, row_place)
        for index, column in columns.items():
            cell = cells[index] if index < len(cells) else ""
            if cell in ("", None):
                continue
            place = Place(file=source.file, sheet=sheet.zh, row=number, field=column.heading)
            keys = tuple(column.path.split("."))
            _put(entry, keys, _value(column, cell))
            source.places[(*at, *keys)] = place
        if entry:
            entries.append(entry["text"] if sheet.plain else entry)
    if not sheet.path:
        source.data.update(entries[0] if entries else {})
        return
    _put(source.data, tuple(sheet.path.split(".")), entries)


def _header(
    sheet: PlanSheet,
    row: tuple[int, Sequence[object]],
    file: str,
    problems: list[Problem],
) -> Iterator[tuple[int, PlanColumn]]:
    """Which cell of a row belongs to which column; by the heading, its Chinese or its path."""
    names = {name: one for one in sheet.columns for name in (one.heading, one.zh, one.path)}
    for index, cell in enumerate(row[1]):
        text = str(cell).strip()
        if text in names:
            yield index, names[text]
        elif text:
            place = Place(file=file, sheet=sheet.zh, row=row[0])
            listed = ", ".join(one.heading for one in sheet.columns)
            values = {"header": text, "known": listed}
            problems.append(Problem("control_plan.header", place, values))


def _value(column: PlanColumn, cell: object) -> Any:
    """What a cell says, as the document would have it; what does not fit is left to the schema."""
    if column.kind == "day" and isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    if column.kind in ("number", "whole") and isinstance(cell, int | float):
        return int(cell) if column.kind == "whole" and float(cell).is_integer() else cell
    if isinstance(cell, bool):
        return cell
    # A code such as 0211 or a class such as 3 comes as a number where it was typed as one.
    is_whole = isinstance(cell, float) and cell.is_integer()
    text = str(int(cell) if is_whole else cell).strip()  # type: ignore[call-overload]
    if column.kind == "list":
        return [part.strip() for part in text.replace("；", SPLIT).split(SPLIT) if part.strip()]
    if column.kind == "flag" and text.lower() in (*_YES, *_NO):
        return text.lower() in _YES
    if column.kind in ("number", "whole"):
        return _number(text, whole=column.kind == "whole")
    return column.choices.get(text, text)


def _number(text: str, *, whole: bool) -> Any:
    try:
        return int(text) if whole else float(text)
    except ValueError:
        return text


def _put(data: dict[str, Any], keys: tuple[str, ...], value: Any) -> None:
    for key in keys[:-1]:
        data = data.setdefault(key, {})
    data[keys[-1]] = value


__all__ = ["read_plan_workbook", "write_plan_workbook"]
