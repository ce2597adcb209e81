"""Series from a table (从表格读取序列): a CSV file with a channel in each column."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tongjian.monitoring.profile import measured_quantities
from tongjian.monitoring.screening._panel import Flags, Floats, Panel, Watched
from tongjian.problems import Place, Problem, TongjianError

_TIMES = frozenset(("time", "datatime", "datetime", "timestamp", "时间", "日期"))
_FLAG = ("_flag", "-flag")
_NORMAL = frozenset(("", "N", "n"))
_MISSING = frozenset(("", "-", "--", "NaN", "nan", "NA", "null"))
_SHOWN = 5


@dataclass(frozen=True)
class Columns:
    """What the columns of a table are, as far as their names do not say it.

    `limits` by column; `quantities` the measured quantity of a column, where its name in small
    letters is none; `time` the column of times (otherwise one called time, DataTime or 时间, or
    none); `running` the column that is above zero while production runs.
    """

    limits: Mapping[str, float] = field(default_factory=dict)
    quantities: Mapping[str, str] = field(default_factory=dict)
    time: str | None = None
    running: str | None = None


def read_panel(path: Path, columns: Columns | None = None, step_s: int = 3600) -> Panel:
    """The series of a CSV file; raises `TongjianError` with everything that is wrong with it.

    With times the rows are put on a grid of `step_s` seconds, rows that are not there as missing
    values; without times they are taken one after another. A column called X_flag or X-Flag holds
    the marks of column X: anything but N or nothing makes a value no measurement.
    """
    columns = columns or Columns()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    names = [name.strip() for name in rows[0]] if rows else []
    body = [row for row in rows[1:] if any(cell.strip() for cell in row)]
    place = Place(file=path.name)
    problems = _unknown(names, columns, place)
    if not names or not body:
        problems.append(Problem("monitoring.screen_empty", place))
    if problems:
        raise TongjianError(problems)
    time = columns.time or next((name for name in names if name.lower() in _TIMES), None)
    marks = {name: base for name in names if (base := _marked(name, names)) is not None}
    table = {
        name: [row[at].strip() if at < len(row) else "" for row in body]
        for at, name in enumerate(names)
    }
    numbers = {
        name: _numbers(texts, Place(file=path.name, field=name), problems)
        for name, texts in table.items()
        if name != time and name not in marks
    }
    flagged = {
        base: np.array([text not in _NORMAL for text in table[name]])
        for name, base in marks.items()
    }
    start, at = (
        _grid(table[time], step_s, Place(file=path.name, field=time), problems)
        if (time)
        else (None, np.arange(len(body)))
    )
    if problems:
        raise TongjianError(problems)
    size = int(at.max()) + 1
    channels = [
        Watched(
            name,
            _laid(value, at, size),
            _laid_flags(flagged[name], at, size) if name in flagged else None,
            columns.quantities.get(
                name, name.lower() if name.lower() in measured_quantities() else ""
            ),
            columns.limits.get(name),
        )
        for name, value in numbers.items()
        if name != columns.running
    ]
    running = None
    if columns.running is not None:
        runs = _laid(numbers[columns.running], at, size)
        running = np.where(np.isnan(runs), np.nan, (runs > 0).astype(np.float64))
    return Panel(channels, step_s, start, running)


def _unknown(names: Sequence[str], columns: Columns, place: Place) -> list[Problem]:
    asked = [*columns.limits, *columns.quantities, columns.time, columns.running]
    problems = [
        Problem("monitoring.screen_column", place, {"column": one, "columns": ", ".join(names)})
        for one in dict.fromkeys(asked)
        if one is not None and one not in names
    ]
    return problems + [
        Problem(
            "monitoring.screen_quantity",
            place,
            {"quantity": one, "quantities": ", ".join(measured_quantities())},
        )
        for one in columns.quantities.values()
        if one not in measured_quantities()
    ]


def _marked(name: str, names: Sequence[str]) -> str | None:
    """The column whose marks a column holds."""
    for end in _FLAG:
        if name.lower().endswith(end) and name[: -len(end)] in names:
            return name[: -len(end)]
    return None


def _numbers(texts: Sequence[str], place: Place, problems: list[Problem]) -> Floats:
    value = np.full(len(texts), np.nan)
    wrong = []
    for row, text in enumerate(texts):
        if text not in _MISSING:
            try:
                value[row] = float(text)
            except ValueError:
                wrong.append(f"{row + 2}: {text}")
    if wrong:
        values = {"count": len(wrong), "which": "; ".join(wrong[:_SHOWN])}
        problems.append(Problem("monitoring.screen_number", place, values))
    return np.where(np.isinf(value), np.nan, value)


def _grid(
    texts: Sequence[str], step_s: int, place: Place, problems: list[Problem]
) -> tuple[np.datetime64 | None, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The first time, and the row of each time on a grid of equal steps."""
    nothing = np.zeros(1, dtype=np.int64)
    try:
        times = np.array([_iso(text) for text in texts], dtype="datetime64[s]")
    except ValueError as error:
        problems.append(Problem("monitoring.screen_time", place, {"detail": error}))
        return None, nothing
    if np.isnat(times).any():
        problems.append(Problem("monitoring.screen_time", place, {"detail": "–"}))
        return None, nothing
    start = times.min()
    since = (times - start).astype(np.int64)
    at = since // step_s
    off, twice = int(np.count_nonzero(since % step_s)), len(at) - len(np.unique(at))
    if off or twice:
        values = {"off": off, "twice": twice, "step": step_s}
        problems.append(Problem("monitoring.screen_grid", place, values))
    return start, at


def _iso(text: str) -> str:
    """A time as people and stations write it: 2025-01-02 03:00, 2025/1/2 3:00, 20250102030000."""
    digits = text.replace(" ", "")
    if digits.isdigit() and len(digits) in (8, 10, 12, 14):
        digits = digits.ljust(14, "0")
        return (
            f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}T{digits[8:10]}:{digits[10:12]}:{digits[12:]}"
        )
    day, _, clock = text.replace("/", "-").replace("T", " ").partition(" ")
    day = "-".join(part.zfill(2) for part in day.split("-"))
    clock = ":".join(part.zfill(2) for part in clock.strip().split(":")) if clock else "00:00"
    return f"{day}T{clock}"


def _laid(value: Floats, at: np.ndarray[tuple[int], np.dtype[np.int64]], size: int) -> Floats:
    found = np.full(size, np.nan)
    found[at] = value
    return found


def _laid_flags(value: Flags, at: np.ndarray[tuple[int], np.dtype[np.int64]], size: int) -> Flags:
    found = np.zeros(size, dtype=np.bool_)
    found[at] = value
    return found


__all__ = ["Columns", "read_panel"]
