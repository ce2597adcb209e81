"""Files of meter readings (抄表文件): CSV in UTF-8 or GB 18030, with Chinese or English heads."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Literal

from tongjian.monitoring.sources._meters import (
    Consumption,
    Meter,
    MeterReading,
    consumption,
    sent_quantities,
)
from tongjian.monitoring.sources._stamps import mended, stamp, usual_step
from tongjian.problems import Place, Problem, RecordError

_MOST_PROBLEMS = 50  # a file of another kind would otherwise be told row by row
_TIMES = (
    "time",
    "timestamp",
    "datetime",
    "date",
    "时间",
    "日期",
    "抄表时间",
    "数据时间",
    "采集时间",
)
_VALUES = ("reading", "register", "value", "读数", "示数", "表底", "止码", "数值", "值")
_METERS = ("meter", "serial", "表号", "电表号", "计量表号", "表计编号")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class MeterFile:
    """How a file of readings is to be read (抄表文件设置).

    `time`, `value` and `meter` name columns; empty ones are found by their usual names. `form` is
    that of `strptime`. With `quantities` a value is what was consumed in an interval that its
    stamp ends (or begins), otherwise what the register shows.
    """

    time: str = ""
    value: str = ""
    meter: str = ""
    form: str = ""
    quantities: bool = False
    stamped: Literal["end", "start"] = "end"


def ratio(text: str) -> Fraction | None:
    """A multiplier as it is printed: ``30``, ``300/5``, ``10000/100``; None for anything else."""
    parts = text.split("/")
    try:
        numbers = [Fraction(Decimal(part.strip())) for part in parts]
    except (InvalidOperation, ValueError, OverflowError):
        return None
    if len(numbers) > 2 or any(one <= 0 for one in numbers):
        return None
    return numbers[0] / numbers[-1] if len(numbers) == 2 else numbers[0]


def read_meter_file(path: Path, how: MeterFile, meter: Meter) -> Consumption:
    """What was consumed by the readings of `path`.

    Raises
    ------
    RecordError
        With every cell that cannot be read, or a column that is not there.
    """
    rows, columns = _rows(path)
    names = _columns(path, columns, how)
    problems: list[Problem] = []
    found: list[MeterReading] = []
    for number, row in rows:
        time = stamp(row.get(names["time"]) or "", how.form)
        register = _number(row.get(names["value"]) or "")
        if time is None:
            shown = how.form or "2025-06-30 08:15"
            told = f"时间，如 {shown}", f"a time such as {shown}"
            problems.append(_cell(path, number, names["time"], row, *told))
        if register is None:
            problems.append(_cell(path, number, names["value"], row, "数", "a number"))
        if time is not None and register is not None:
            serial = (row.get(names["meter"]) or "").strip() if names["meter"] else ""
            found.append(MeterReading(time, register, serial, number))
        if len(problems) >= _MOST_PROBLEMS:
            break
    if problems:
        raise RecordError(problems)
    if not found:
        raise _file_problem(path, "没有读数", "no reading in it")
    return _consumed(path, found, how, meter)


def _consumed(
    path: Path, found: Sequence[MeterReading], how: MeterFile, meter: Meter
) -> Consumption:
    times, count = mended([one.time for one in found])
    if count:
        found = [
            MeterReading(time, one.register, one.meter, one.row)
            for time, one in zip(times, found, strict=True)
        ]
    if how.quantities:
        step = usual_step(sorted(times))
        if step is None:
            raise _file_problem(path, "至少要有两个时段", "it takes two intervals at least")
        at_end = how.stamped == "end"
        result = sent_quantities(
            found, meter.multiplier, step, stamped_at_end=at_end, file=path.name
        )
    else:
        result = consumption(found, meter, path.name)
    if count:
        values = {"count": count, "end": max(times)}
        result.problems.insert(
            0, Problem("monitoring.meter_midnight", Place(file=path.name), values, "warning")
        )
    return result


def _rows(path: Path) -> tuple[Iterator[tuple[int, dict[str, str | None]]], Sequence[str]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        detail = error.strerror or str(error)
        raise _file_problem(path, detail, detail) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise _file_problem(
                path, "既不是 UTF-8 也不是 GB 18030", "it is neither UTF-8 nor GB 18030"
            ) from error
    reader = csv.DictReader(text.splitlines())
    return enumerate(reader, start=2), reader.fieldnames or ()


def _columns(path: Path, columns: Sequence[str], how: MeterFile) -> dict[str, str]:
    problems: list[Problem] = []
    names: dict[str, str] = {}
    plain = {one.strip().lower(): one for one in columns}
    for what, asked, usual in (
        ("time", how.time, _TIMES),
        ("value", how.value, _VALUES),
        ("meter", how.meter, _METERS),
    ):
        wanted = (asked.strip().lower(),) if asked else usual
        found = next((plain[one] for one in wanted if one in plain), "")
        names[what] = found
        if not found and (asked or what != "meter"):
            values = {"column": asked or what, "found": "、".join(columns) or "—"}
            problems.append(
                Problem("monitoring.meter_column", Place(file=path.name, row=1), values)
            )
    if problems:
        raise RecordError(problems)
    return names


def _number(text: str) -> Decimal | None:
    cleaned = text.strip()
    if _GROUPED.fullmatch(cleaned):
        cleaned = cleaned.replace(",", "")
    try:
        value = Decimal(cleaned)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _cell(
    path: Path, number: int, column: str, row: dict[str, str | None], zh: str, en: str
) -> Problem:
    place = Place(file=path.name, row=number, field=column)
    values = {"value": row.get(column) or "", "expected_zh": zh, "expected_en": en}
    return Problem("monitoring.meter_cell", place, values)


def _file_problem(path: Path, zh: str, en: str) -> RecordError:
    values = {"detail_zh": zh, "detail_en": en}
    return RecordError(Problem("monitoring.meter_file", Place(file=str(path)), values))
