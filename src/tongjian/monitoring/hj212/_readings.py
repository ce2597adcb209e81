"""What a data telegram measured (监测数据): one reading for each quantity, its values by kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from tongjian.monitoring.hj212._review import moment
from tongjian.monitoring.hj212._telegram import Telegram

# What a CN carries and how long its interval is in seconds; None: by the station's setting.
INTERVALS = {"2011": 0, "2051": None, "2061": 3600, "2031": 86_400}
_TEXTS = {"flag": "Flag", "eflag": "EFlag", "info": "Info", "sampletime": "SampleTime"}


@dataclass(slots=True)
class Reading:
    """The values of one quantity in one telegram.

    `time` is the DataTime: the start of the interval for minute, hour and day data, the instant
    for real-time data; local time of China, as sent. `values` has the kinds that were sent (Rtd,
    Min, Avg, Max, ZsAvg, Cou, ...), exactly as decimals; a value that is no number is not there.
    No unit is sent; the station's profile knows it.
    """

    code: str
    time: datetime | None
    flag: str | None = None
    eflag: str | None = None
    sampled: datetime | None = None
    info: str | None = None
    values: dict[str, Decimal] = field(default_factory=dict)


def readings(telegram: Telegram) -> Iterator[Reading]:
    """The readings of `telegram`, quantities in the order in which they are first named.

    A quantity named in several groups gives one reading, unless a kind comes again: then another.
    """
    text = telegram.value("DataTime")
    time = moment(text) if text else None
    open_ones: dict[str, Reading] = {}
    done: list[Reading] = []
    for name, value in telegram.pairs():
        code, dash, kind = name.rpartition("-")
        if not dash:
            continue
        reading = open_ones.get(code)
        if reading is None or kind in reading.values:
            reading = open_ones[code] = Reading(code, time)
            done.append(reading)
        _take(reading, kind, value)
    yield from done


def _take(reading: Reading, kind: str, value: str) -> None:
    match _TEXTS.get(kind.lower()):
        case "Flag":
            reading.flag = value
        case "EFlag":
            reading.eflag = value
        case "Info":
            reading.info = value
        case "SampleTime":
            reading.sampled = moment(value)
        case _:
            try:
                number = Decimal(value)
            except InvalidOperation:
                return
            if number.is_finite():
                reading.values[kind] = number
