"""Reads a table: its columns, its axes and the values in the CSV file beside it."""

from __future__ import annotations

import csv
import io
import re
from fractions import Fraction
from pathlib import Path

from tongjian.problems import Place, Problem, UnitError
from tongjian.rules._documents import STATUSES, Steps, Table, TableColumn, Validity, Value
from tongjian.rules._exact import exact
from tongjian.rules._reader import Reader, iso_day
from tongjian.units import Unit, parse_unit

# One way to write a number, so that a place on an axis stands in a table once.
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)([.][0-9]*[1-9])?")
_VALUE_FIELDS = (
    *("column", "value", "unit", "valid_from", "valid_to"),
    *("status", "source", "clause", "note"),
)


def read_table(reader: Reader, path: Path) -> Table:
    """The table of a document that fits its schema; `path` is that of the document."""
    data = reader.source.data
    columns = {
        name: TableColumn(
            name, reader.unit(spec["unit"], ("columns", name, "unit")), reader.words(spec)
        )
        for name, spec in data["columns"].items()
    }
    axes = reader.axes(data, ())
    keys = tuple(axes or data["keys"])
    return Table(
        id=data["table"],
        title=reader.words(data["title"]),
        basis=reader.basis(),
        keys=keys,
        columns=columns,
        selected_on=data.get("selected_on", "year_end"),
        values=tuple(_values(reader, path.parent / data["values"], keys, columns, axes)),
        place=reader.source.place(("table",)),
        axes=axes,
        steps=_steps(reader, axes),
    )


def _steps(reader: Reader, axes: dict[str, Unit]) -> Steps | None:
    found: Steps | None = reader.source.data.get("steps")
    if found and len(axes) != 1:
        reader.problem("steps_axes", ("steps",), axes=", ".join(axes) or "-")
    return found


def _values(
    reader: Reader,
    path: Path,
    keys: tuple[str, ...],
    columns: dict[str, TableColumn],
    axes: dict[str, Unit],
) -> list[Value]:
    file = "".join([*reader.source.file.rpartition("/")[:2], path.name])
    if not path.is_file():
        reader.problem("no_values_file", ("values",), file=file)
        return []
    rows = _csv_rows(reader, path, file)
    if rows is None:
        return []
    _, header = rows[0] if rows else (1, [])
    wanted = [*keys, *_VALUE_FIELDS]
    if header != wanted:
        place = Place(file=file, line=1)
        values = {"found": ",".join(header), "expected": ",".join(wanted)}
        reader.problems.append(Problem("rules.csv_header", place, values))
        return []
    result: dict[tuple[object, ...], list[Value]] = {}
    for line, row in rows[1:]:
        place = Place(file=file, line=line)
        if len(row) != len(wanted):
            values = {"found": str(len(row)), "expected": str(len(wanted))}
            reader.problems.append(Problem("rules.csv_width", place, values))
            continue
        cells = dict(zip(wanted, row, strict=True))
        value = _value(reader, cells, keys, columns, place)
        if value is None or not _on_axes(reader, cells, axes, place):
            continue
        same = result.setdefault((value.key, value.column), [])
        for other in same:
            if other.validity.overlaps(value.validity):
                values = {
                    "key": ", ".join([*value.key, value.column]),
                    "first": str(other.validity),
                    "second": str(value.validity),
                    "other": str(other.place.line),
                }
                reader.problems.append(Problem("rules.value_overlap", place, values))
        same.append(value)
    return [value for group in result.values() for value in group]


def _on_axes(reader: Reader, cells: dict[str, str], axes: dict[str, Unit], place: Place) -> bool:
    """Whether the row's places on the axes are numbers; complains if not."""
    faulty = [name for name in axes if not _DECIMAL.fullmatch(cells[name])]
    for name in faulty:
        values = {"name": name, "text": cells[name]}
        reader.problems.append(Problem("rules.axis_number", place, values))
    return not faulty


def _csv_rows(reader: Reader, path: Path, file: str) -> list[tuple[int, list[str]]] | None:
    """Every row with its line; None when the file cannot be read at all."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        reader.problems.append(Problem("rules.encoding", Place(file=file)))
        return None
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        return [(rows.line_num, row) for row in rows]
    except csv.Error as error:
        place = Place(file=file, line=rows.line_num)
        reader.problems.append(Problem("rules.csv_syntax", place, {"text": str(error)}))
        return None


def _value(
    reader: Reader,
    row: dict[str, str],
    keys: tuple[str, ...],
    columns: dict[str, TableColumn],
    place: Place,
) -> Value | None:
    def complain(key: str, **values: object) -> None:
        reader.problems.append(Problem(f"rules.{key}", place, values))

    column = columns.get(row["column"])
    if column is None:
        complain("csv_column", name=row["column"], known=", ".join(columns))
        return None
    if not all(row[key] for key in keys):
        # An attribute that nobody entered is empty as well and must not find a factor.
        complain("csv_key", keys=", ".join(key for key in keys if not row[key]))
        return None
    if row["status"] not in STATUSES:
        complain("status", status=row["status"], known=", ".join(STATUSES))
        return None
    number: Fraction | None = None
    if row["value"]:
        try:
            printed = parse_unit(row["unit"])
            number = exact(row["value"])
        except UnitError:
            complain("unit", text=row["unit"], detail="tongjian/units/units.txt")
            return None
        except (ValueError, ZeroDivisionError):
            complain("csv_number", text=row["value"])
            return None
        if not printed.same_dimension(column.unit):
            complain("csv_unit", unit=row["unit"], column=column.name, want=column.unit.text)
            return None
        number = number * printed.scale / column.unit.scale
    try:
        first, last = (
            iso_day(row[name]) if row[name] else None for name in ("valid_from", "valid_to")
        )
    except ValueError:
        complain("date", text=f"{row['valid_from']} / {row['valid_to']}")
        return None
    if first and last and last < first:
        complain("period_reversed", first=first, last=last)
        return None
    return Value(
        key=tuple(row[key] for key in keys),
        column=column.name,
        number=number,
        printed=row["value"],
        printed_unit=row["unit"],
        validity=Validity(first, last),
        status=row["status"],
        source=row["source"],
        clause=row["clause"],
        note=row["note"],
        place=place,
    )
