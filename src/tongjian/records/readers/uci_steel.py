"""The quarter-hour load of a steel works, data set 851 of the UCI Machine Learning Repository.

A stamp is the *end* of its quarter hour. The publisher stamps the last interval of each day with
00:00 of the same day instead of the next, a step back of almost a day; this is mended and said.
Energy belongs to the day in which its interval lies: that of 31 December ends on 1 January and
still counts for December.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tongjian.problems import Place, Problem, RecordError
from tongjian.records.readers.reading import Reading, Row

FACILITY = "UCI-851"
STEP = timedelta(minutes=15)

_COLUMNS = {"time": "date", "energy": "Usage_kWh", "co2": "CO2(tCO2)"}
_STAMP = "%d/%m/%Y %H:%M"
_DAY = timedelta(days=1)
# A broken file would otherwise be reported 35,000 times.
_MOST_ERRORS = 50


@dataclass(slots=True)
class _Load:
    """Monthly sums while the file is read."""

    energy: dict[str, Decimal] = field(default_factory=dict)
    co2: dict[str, Decimal] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    mended: int = 0
    end: datetime | None = None

    def add(self, end: datetime, energy: Decimal, co2: Decimal) -> None:
        period = f"{end - STEP:%Y-%m}"
        self.energy[period] = self.energy.get(period, Decimal(0)) + energy
        self.co2[period] = self.co2.get(period, Decimal(0)) + co2
        self.rows[period] = self.rows.get(period, 0) + 1


def read_uci_steel(path: Path | str) -> Reading:
    """Electricity of the works by month, with the published CO2 beside it.

    `published` has period, rows (quarter hours), kwh and co2 (t, each quarter hour rounded to
    0.01 t by the publisher). Raises `RecordError` with all cells that cannot be read and all gaps.
    """
    file = Path(path)
    load, problems = _Load(), []
    for number, row in _rows(file):
        problem = _take(load, file.name, number, row)
        if problem is not None:
            problems.append(problem)
            if len(problems) == _MOST_ERRORS:
                break
    if not problems and load.end is None:
        problems.append(Problem("records.reader_file", Place(file=file.name), {"detail": "∅"}))
    if problems:
        raise RecordError(problems)
    return _reading(file.name, load)


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
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
    place = Place(file=file, row=1)
    problems = [
        Problem("records.reader_column", place, {"column": name, "found": "; ".join(found) or "-"})
        for name in _COLUMNS.values()
        if name not in found
    ]
    if problems:
        raise RecordError(problems)


def _take(load: _Load, file: str, number: int, row: dict[str, str]) -> Problem | None:
    """Add one quarter hour, or say what is wrong with it."""
    texts = {name: row[column] or "" for name, column in _COLUMNS.items()}
    place = {name: Place(file=file, row=number, field=at) for name, at in _COLUMNS.items()}
    try:
        end = datetime.strptime(texts["time"], _STAMP)
    except ValueError:
        return _wrong(place["time"], texts["time"], "日/月/年 时:分", "day/month/year hour:minute")
    expected = load.end + STEP if load.end else end
    if end == expected - _DAY:
        end += _DAY
        load.mended += 1
    load.end = end
    if end != expected:
        values = {"found": f"{end:{_STAMP}}", "expected": f"{expected:{_STAMP}}"}
        return Problem("records.reader_step", place["time"], values)
    amounts = []
    for name in ("energy", "co2"):
        try:
            amount = Decimal(texts[name])
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0:
            return _wrong(place[name], texts[name], "≥ 0", "≥ 0")
        amounts.append(amount)
    load.add(end, amounts[0], amounts[1])
    return None


def _wrong(place: Place, value: str, zh: str, en: str) -> Problem:
    values = {"value": value.strip() or "∅", "expected_zh": zh, "expected_en": en}
    return Problem("records.reader_cell", place, values)


def _reading(file: str, load: _Load) -> Reading:
    reading = Reading(source=file)
    reading.facilities = [
        {
            "facility": FACILITY,
            "name_zh": "UCI 851 号数据集中的钢铁企业",
            "name_en": "Steel works of UCI data set 851",
            "sector": "steel",
            "province": "",
            "city": "Gwangyang, Korea",
            "division": "",
            "fictitious": False,
        }
    ]
    for period, energy in sorted(load.energy.items()):
        reading.activity.append(_activity(file, period, energy))
        reading.published.append(
            {
                "period": period,
                "rows": load.rows[period],
                "kwh": energy,
                "co2": load.co2[period],
            }
        )
    if load.mended:
        values = {"count": load.mended, "end": f"{load.end:%Y-%m-%d %H:%M}"}
        place = Place(file=file, field=_COLUMNS["time"])
        reading.problems.append(Problem("records.reader_midnight", place, values, "warning"))
    return reading


def _activity(file: str, period: str, energy: Decimal) -> Row:
    return {
        "facility": FACILITY,
        "period": period,
        "process_unit": "",
        "stream": "electricity",
        "item": "purchased",
        "quantity": float(energy / 1000),
        "unit": "MWh",
        "tier": "monitored",
        "evidence": f"{file} {period}",
    }
