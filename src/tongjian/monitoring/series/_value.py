"""One value as it came, and the columns that it is kept in (监测值)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

KINDS = ("rtd", "min", "avg", "max", "cou", "zs_rtd", "zs_min", "zs_avg", "zs_max", "raw_avg")
"""Kinds of values with a column of their own; HJ 212 writes ZsAvg for zs_avg."""
_COLUMN_OF = {name.replace("_", ""): name for name in KINDS}
COLUMNS: dict[str, str] = {
    "series": "VARCHAR",
    "time": "TIMESTAMP",
    **dict.fromkeys(KINDS, "DOUBLE"),
    "flag": "VARCHAR",
    "more": "VARCHAR",
    "received": "BIGINT",
    "origin": "VARCHAR",
    "record": "BIGINT",
    "seq": "BIGINT",
}
"""The columns of parsed values: `more` holds other kinds as JSON, `seq` counts what was put."""
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Value:
    """What one source said of one series and interval (一条监测数据).

    `key` is ``source/code``; `time` the start of the interval in local time of China (naive);
    `interval_s` its length, 0 for an instant. `kinds` has the values by kind (avg, min, max, rtd,
    cou, zs_avg, ... or as HJ 212 writes them) in the unit that was sent. `received` (UTC if it is
    naive, None for now) decides between versions: the latest holds. `origin` says where the raw
    form is kept: a journal's file, ``#`` and the number of the record, or any text.
    """

    key: str
    time: datetime
    interval_s: int
    kinds: Mapping[str, float]
    flag: str | None = None
    received: datetime | None = None
    origin: str = ""


@dataclass(slots=True)
class Rows:
    """Values in columns, all of one interval (列式缓冲)."""

    span: int
    series: list[str] = field(default_factory=list)
    time: list[int] = field(default_factory=list)
    # Each only as long as its last value; the rest is empty.
    kinds: dict[str, list[float | None]] = field(default_factory=lambda: {k: [] for k in KINDS})
    flag: list[str | None] = field(default_factory=list)
    more: list[str | None] = field(default_factory=list)
    received: list[int] = field(default_factory=list)
    origin: list[str] = field(default_factory=list)
    record: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.series)

    def add(
        self,
        key: str,
        time_us: int,
        kinds: Mapping[str, float] | Mapping[str, Decimal],
        flag: str | None,
        received_us: int,
        origin: str,
        record: int,
    ) -> None:
        """One value; a number that is not finite is none."""
        at = len(self.series)
        more: dict[str, float] = {}
        for kind, said in kinds.items():
            number = float(said)
            if not math.isfinite(number):
                continue
            column = _KNOWN.get(kind) or column_of(kind)
            if column is None:
                more[kind] = number
                continue
            numbers = self.kinds[column]
            if len(numbers) == at:
                numbers.append(number)
            else:  # some before have no such kind, or this one has it twice
                numbers += [None] * (at - len(numbers))
                numbers[at:] = (number,)
        self.series.append(_sound(key))
        self.time.append(time_us)
        self.flag.append(_sound(flag) if flag else None)
        self.more.append(json.dumps(more, sort_keys=True) if more else None)
        self.received.append(received_us)
        self.origin.append(origin)
        self.record.append(record)

    def columns(self) -> dict[str, list[object]]:
        """All of it by the names of the columns, without those that hold nothing."""
        named: dict[str, list[object]] = {
            "series": [*self.series],
            "time": [*self.time],
            **{
                name: [*values, *[None] * (len(self) - len(values))]
                for name, values in self.kinds.items()
                if values
            },
            "received": [*self.received],
            "origin": [*self.origin],
            "record": [*self.record],
        }
        for name, texts in (("flag", self.flag), ("more", self.more)):
            if any(one is not None for one in texts):
                named[name] = [*texts]
        return named


def _sound(text: str) -> str:
    """The text with bytes that were no UTF-8 written out, for a telegram may hold any."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def column_of(kind: str) -> str | None:
    """The column of a kind, however it is written; None for one of the others."""
    column = _KNOWN.get(kind)
    if column is None and kind not in _KNOWN:
        column = _COLUMN_OF.get(kind.replace("_", "").lower())
        if len(_KNOWN) < _REMEMBERED:
            _KNOWN[kind] = column
    return column


_KNOWN: dict[str, str | None] = {}
_REMEMBERED = 1000


def rows_of(values: list[Value]) -> list[Rows]:
    """Values in columns, for each interval."""
    found: dict[int, Rows] = {}
    now = datetime.now(UTC)
    for one in values:
        rows = found.setdefault(one.interval_s, Rows(one.interval_s))
        origin, mark, number = one.origin.rpartition("#")
        if not mark or not number.isdecimal():
            origin, number = one.origin, "0"
        rows.add(
            *(one.key, microseconds(one.time), one.kinds, one.flag),
            *(microseconds(one.received or now), origin, int(number)),
        )
    return list(found.values())


def microseconds(moment: datetime) -> int:
    """µs since 1970 of the wall time; of UTC where the zone is known."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
