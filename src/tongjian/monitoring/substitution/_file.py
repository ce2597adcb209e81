"""Reads a series of hours from a CSV file: every fault of the file at once (小时数据文件)."""

from __future__ import annotations

import contextlib
import csv
import io
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tongjian.monitoring.hours import Hours, State
from tongjian.problems import Place, Problem, RecordError

_COLUMNS = ("hour", "value", "state")
STATE_WORDS = {
    State.VALID: ("有效", "valid"),
    State.MISSING: ("缺失", "missing"),
    State.TOO_FEW: ("分钟不足", "too_few"),
    State.FLAGGED: ("标记", "flagged"),
    State.STOPPED: ("停运", "stopped"),
    State.OUT_OF_CONTROL: ("失控", "out_of_control"),
}
"""What a state is called in Chinese and English files and tables."""
_STATES = {word: state for state, words in STATE_WORDS.items() for word in words}
_ENCODINGS = ("utf-8-sig", "gb18030")


def read_hours(file: Path) -> Hours:
    """The hours of a CSV file with the columns ``hour,value,state`` (UTF-8 or GB 18030).

    An hour is written by its beginning, in order; hours that are not there are missing. Where
    `state` is empty, an hour with a value is valid and one without is missing. Raises
    `RecordError` with every fault of the file.
    """
    reader = _Reader(file)
    rows = csv.reader(io.StringIO(_text(file), newline=""))
    header = [one.strip().lower() for one in next(rows, [])]
    if not {"hour", "value"} <= set(header):
        values = {"found": ", ".join(header), "expected": ",".join(_COLUMNS)}
        raise RecordError(Problem("monitoring.hours_header", Place(file=str(file)), values))
    for cells in rows:
        if any(one.strip() for one in cells):
            reader.row(rows.line_num, dict(zip(header, map(str.strip, cells), strict=False)))
    if reader.problems:
        raise RecordError(reader.problems)
    if not reader.found:
        raise RecordError(Problem("monitoring.hours_empty", Place(file=str(file))))
    return _series(reader.found)


def _text(file: Path) -> str:
    data = file.read_bytes()
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RecordError(Problem("monitoring.hours_encoding", Place(file=str(file))))


@dataclass(slots=True)
class _Reader:
    file: Path
    found: list[tuple[np.datetime64, float, State]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def row(self, line: int, cells: dict[str, str]) -> None:
        before = len(self.problems)
        hour = self._hour(line, cells.get("hour", ""))
        value = self._value(line, cells.get("value", ""))
        state = self._state(line, cells.get("state", ""), value)
        if len(self.problems) > before or hour is None or value is None or state is None:
            return
        if self.found and hour <= self.found[-1][0]:
            self._wrong("hours_order", line, "hour", value=hour, before=self.found[-1][0])
        elif state == State.VALID and math.isnan(value):
            self._wrong("hours_no_value", line, "value", state=cells.get("state", ""))
        else:
            self.found.append((hour, value if state == State.VALID else math.nan, state))

    def _hour(self, line: int, text: str) -> np.datetime64 | None:
        time: np.datetime64 = np.datetime64("NaT", "s")
        with contextlib.suppress(ValueError):
            time = np.datetime64(text.replace("/", "-").replace(" ", "T"), "s")
        hour: np.datetime64 = time.astype("datetime64[h]")
        if np.isnat(time) or hour != time or len(text) < len("2025-01-01 00"):
            self._wrong("hours_time", line, "hour", value=text)
            return None
        return hour

    def _value(self, line: int, text: str) -> float | None:
        try:
            value = float(text) if text else math.nan
        except ValueError:
            value = math.inf
        if math.isinf(value) or (text and math.isnan(value)):
            self._wrong("hours_number", line, "value", value=text)
            return None
        return value

    def _state(self, line: int, text: str, value: float | None) -> State | None:
        if not text:
            lost = value is None or math.isnan(value)
            return State.MISSING if lost else State.VALID
        state = _STATES.get(text.lower())
        if state is None:
            self._wrong("hours_state", line, "state", value=text, known=", ".join(_STATES))
        return state

    def _wrong(self, key: str, line: int, column: str, **values: object) -> None:
        place = Place(file=str(self.file), row=line, field=column)
        self.problems.append(Problem(f"monitoring.{key}", place, values))


def _series(found: list[tuple[np.datetime64, float, State]]) -> Hours:
    first, last = found[0][0], found[-1][0]
    count = int((last - first) // np.timedelta64(1, "h")) + 1
    value = np.full(count, np.nan)
    state = np.full(count, State.MISSING, np.uint8)
    at = np.array([int((hour - first) // np.timedelta64(1, "h")) for hour, _, _ in found])
    value[at] = [one for _, one, _ in found]
    state[at] = [one for _, _, one in found]
    return Hours(first, value, state, np.full(count, -1, np.int16))


__all__ = ["STATE_WORDS", "read_hours"]
