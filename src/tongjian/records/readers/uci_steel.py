"""The quarter-hour load of a steel works, data set 851 of the UCI Machine Learning Repository.

A stamp is the *end* of its quarter hour. The publisher stamps the last interval of each day with
00:00 of the same day instead of the next, a step back of almost a day; this is mended and said.
Energy belongs to the day in which its interval lies: that of 31 December ends on 1 January and
still counts for December.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from tongjian.problems import Place, Problem, RecordError
from tongjian.records.readers.reading import Reading, Row

FACILITY = "UCI-851"
STEP = timedelta(minutes=15)

_TIME, _ENERGY, _CO2 = "date", "Usage_kWh", "CO2(tCO2)"
_STAMP = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4}) ([0-9]{2}):([0-9]{2})")
_DAY = timedelta(days=1)
# A broken file would otherwise be reported 35,000 times.
_MOST_ERRORS = 50


class QuarterHour(NamedTuple):
    """One interval (一刻钟): its row in the file, its end, and what the publisher prints."""

    row: int
    end: datetime
    kwh: Decimal
    co2: Decimal

    @property
    def period(self) -> str:
        """The month in which the interval lies."""
        return f"{self.end - STEP:%Y-%m}"


def read_quarter_hours(path: Path | str) -> tuple[list[QuarterHour], list[Problem]]:
    """Every interval with its mended stamp, and a warning that says how many were mended.

    Raises `RecordError` with the cells that cannot be read and the gaps in time.
    """
    file = Path(path)
    series = _Series(file.name)
    quarters = []
    for number, row in _rows(file):
        quarter = series.take(number, row)
        if quarter is not None:
            quarters.append(quarter)
        elif len(series.errors) >= _MOST_ERRORS:
            break
    if not quarters and not series.errors:
        series.errors.append(Problem("records.reader_file", Place(file=file.name), {"detail": "∅"}))
    if series.errors:
        raise RecordError(series.errors)
    return quarters, series.warnings()


def read_uci_steel(path: Path | str) -> Reading:
    """Electricity of the works by month, with the published CO2 beside it.

    `published` has period, rows (quarter hours), kwh and co2: t, the sum of quarter hours that
    the publisher rounded to 0.01 t each. Raises `RecordError` like `read_quarter_hours`.
    """
    quarters, warnings = read_quarter_hours(path)
    months: dict[str, Row] = {}
    for quarter in quarters:
        period = quarter.period
        month = months.get(period)
        if month is None:
            nothing = {"rows": 0, "kwh": Decimal(0), "co2": Decimal(0)}
            month = months[period] = {"period": period, **nothing}
        month["rows"] += 1
        month["kwh"] += quarter.kwh
        month["co2"] += quarter.co2
    source = Path(path).name
    return Reading(
        source=source,
        activity=[_activity(source, month) for month in months.values()],
        facilities=[_facility()],
        published=list(months.values()),
        problems=warnings,
    )


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str | None]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            _check_columns(file.name, reader.fieldnames or ())
            yield from enumerate(reader, start=2)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        values = {"detail": str(error)}
        problem = Problem("records.reader_file", Place(file=file.name), values)
        raise RecordError(problem) from error


def _check_columns(file: str, found: Sequence[str]) -> None:
    place, shown = Place(file=file, row=1), "; ".join(found) or "-"
    problems = [
        Problem("records.reader_column", place, {"column": name, "found": shown})
        for name in (_TIME, _ENERGY, _CO2)
        if name not in found
    ]
    if problems:
        raise RecordError(problems)


class _Series:
    """Follows the time series, mends midnights, collects what is wrong."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.errors: list[Problem] = []
        self.mended = 0
        self.end: datetime | None = None

    def take(self, number: int, row: Mapping[str, str | None]) -> QuarterHour | None:
        """One interval, or None when something is wrong with it."""
        end = self.stamp(number, row[_TIME] or "")
        if end is None:
            return None
        expected = self.end + STEP if self.end else end
        if end == expected - _DAY:
            end += _DAY
            self.mended += 1
        self.end = end
        if end != expected:
            values = {"found": f"{end:%Y-%m-%d %H:%M}", "expected": f"{expected:%Y-%m-%d %H:%M}"}
            place = Place(file=self.file, row=number, field=_TIME)
            self.errors.append(Problem("records.reader_step", place, values))
            return None
        kwh = self.amount(number, _ENERGY, row[_ENERGY] or "")
        co2 = self.amount(number, _CO2, row[_CO2] or "")
        return None if kwh is None or co2 is None else QuarterHour(number, end, kwh, co2)

    def stamp(self, number: int, text: str) -> datetime | None:
        if found := _STAMP.fullmatch(text.strip()):
            day, month, year, hour, minute = map(int, found.groups())
            try:
                return datetime(year, month, day, hour, minute)
            except ValueError:
                pass
        self.wrong(number, _TIME, text, "日/月/年 时:分", "day/month/year hour:minute")
        return None

    def amount(self, number: int, column: str, text: str) -> Decimal | None:
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if value.is_finite() and value >= 0:
            return value
        self.wrong(number, column, text, "≥ 0", "≥ 0")
        return None

    def wrong(self, number: int, column: str, value: str, zh: str, en: str) -> None:
        place = Place(file=self.file, row=number, field=column)
        values = {"value": value.strip() or "∅", "expected_zh": zh, "expected_en": en}
        self.errors.append(Problem("records.reader_cell", place, values))

    def warnings(self) -> list[Problem]:
        if not self.mended:
            return []
        values = {"count": self.mended, "end": f"{self.end:%Y-%m-%d %H:%M}"}
        place = Place(file=self.file, field=_TIME)
        return [Problem("records.reader_midnight", place, values, "warning")]


def _facility() -> Row:
    return {
        "facility": FACILITY,
        "name_zh": "UCI 851 号数据集中的钢铁企业",
        "name_en": "Steel works of UCI data set 851",
        "sector": "steel",
        "province": "",
        "city": "Gwangyang, Korea",
        "division": "",
        "fictitious": False,
    }


def _activity(source: str, month: Row) -> Row:
    return {
        "facility": FACILITY,
        "period": month["period"],
        "process_unit": "",
        "stream": "electricity",
        "item": "purchased",
        "quantity": float(month["kwh"] / 1000),
        "unit": "MWh",
        "tier": "monitored",
        "evidence": f"{source} {month['period']}",
    }
