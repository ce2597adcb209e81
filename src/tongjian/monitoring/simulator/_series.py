"""A recorded series as a station (回放): columns of a CSV file become quantities of telegrams.

Rows stand in order, one for each step; there need be no times. Where a column of times is named, it
is held against the steps. A time may say the end of its interval, and a midnight that ends a day
may bear the date of that day (in the public energy series every day does): such are counted and
mended, any other departure is refused.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from tongjian.monitoring.simulator._day import NORMAL, Array, Averages, Day, rounded
from tongjian.monitoring.simulator._scenario import SimChannel
from tongjian.problems import Place, Problem, RecordError

_FORMATS = ("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M")


@dataclass(frozen=True, slots=True)
class Series:
    """A recorded series: channels x steps of `minutes` from `first` on; `mended` times."""

    channels: tuple[SimChannel, ...]
    first: datetime
    minutes: int
    value: Array
    mended: int = 0

    @property
    def last(self) -> datetime:
        """Where it ends."""
        steps = int(self.value.shape[1])
        return self.first + steps * timedelta(minutes=self.minutes)


class SeriesSource:
    """The days of a recorded series; what lies outside it is not sent."""

    def __init__(self, series: Series) -> None:
        self.series = series
        self.channels = series.channels

    def day(self, day: date) -> Day:
        """The steps of `day`, as sent."""
        series = self.series
        steps = 1440 // series.minutes
        value = np.full((len(self.channels), steps), np.nan)
        midnight = datetime(day.year, day.month, day.day)
        begin = int((midnight - series.first) / timedelta(minutes=series.minutes))
        first, last = max(0, begin), min(series.value.shape[1], begin + steps)
        if first < last:
            value[:, first - begin : last - begin] = series.value[:, first:last]
        flags = np.full(value.shape, NORMAL, dtype=np.uint8)
        unknown = np.full(value.shape, np.nan)  # Min and Max
        found = Day(series.minutes, value, unknown, unknown.copy(), flags)
        return rounded(found, self.channels)

    def finish(self, day: date, averages: Averages) -> None:
        """Nothing follows: the file has what was measured, and no more."""


def read_series(
    path: Path,
    columns: Mapping[str, str],
    first: datetime,
    minutes: int,
    times: str | None = None,
) -> Series:
    """The `columns` (name: code) of a CSV file, a row for each `minutes` from `first` on.

    Raises
    ------
    RecordError
        A column that is not there, a value that is no number, a time that is not the next one.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            names = reader.fieldnames or []
            lacking = [one for one in (*columns, *((times,) if times else ())) if one not in names]
            if lacking:
                raise RecordError(
                    [_fault(path, 1, one, "", f"{', '.join(names)}") for one in lacking]
                )
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordError(_fault(path, 0, "", str(error), "CSV (UTF-8)")) from error
    problems: list[Problem] = []
    value = np.full((len(columns), len(rows)), np.nan)
    decimals = [0] * len(columns)
    for number, row in enumerate(rows):
        if None in row:  # a comma too many: a decimal comma, as a rule
            more = ",".join(row[None])
            problems.append(_fault(path, number + 2, "", more, f"{len(names)} columns"))
        for at, name in enumerate(columns):
            text = (row[name] or "").strip()
            if not text:
                continue  # nothing was measured
            try:
                value[at, number] = float(text)
            except ValueError:
                problems.append(_fault(path, number + 2, name, text, "0-9 ."))
                continue
            decimals[at] = max(decimals[at], len(text.partition(".")[2]))
    mended = 0
    if times:
        step = timedelta(minutes=minutes)
        found, mended = _mended(path, [row[times] or "" for row in rows], first, step, times)
        problems += found
    if problems:
        raise RecordError(problems)
    channels = tuple(
        SimChannel(code, "", "", places)
        for code, places in zip(columns.values(), decimals, strict=True)
    )
    return Series(channels, first, minutes, value, mended)


def _mended(
    path: Path, texts: Sequence[str], first: datetime, step: timedelta, column: str
) -> tuple[list[Problem], int]:
    """Times that are not the next one, and how many midnights bore the date of the day they end."""
    problems = []
    mended = 0
    offset: timedelta | None = None
    for number, text in enumerate(texts):
        start = first + number * step
        found = _moment(text)
        if offset is None and found is not None:
            offset = found - start
        if found is not None and offset is not None:
            expected = start + offset
            if found == expected:
                continue
            ends_day = (expected.hour, expected.minute) == (0, 0)
            if ends_day and found == expected - timedelta(days=1):
                mended += 1
                continue
        said = (start + (offset or step)).isoformat(" ", "minutes")
        problems.append(_fault(path, number + 2, column, text, said))
    if offset is not None and offset not in (timedelta(0), step):
        said = f"{first.isoformat(' ')} / {(first + step).isoformat(' ')}"
        problems.insert(0, _fault(path, 2, column, texts[0], said))
    return problems, mended


def _moment(text: str) -> datetime | None:
    for form in _FORMATS:
        try:
            return datetime.strptime(text.strip(), form)
        except ValueError:
            continue
    return None


def _fault(path: Path, row: int, column: str, found: str, expected: str) -> Problem:
    place = Place(file=str(path), row=row or None, field=column or None)
    return Problem("monitoring.series_file", place, {"found": found, "expected": expected})
