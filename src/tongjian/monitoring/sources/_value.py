"""What a source sends: one value with its time, flag and origin (数据源的一个值)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

CHINA = timezone(timedelta(hours=8))
"""北京时间：series are kept in it, without a zone."""
SAMPLE = "Rtd"
"""The kind of a single sample (实时数据), as HJ 212 calls it."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one series.

    `key` is that of its channel, `time` naive local time of China: the instant of a sample
    (`interval_s` 0) or the start of an interval of `interval_s` seconds. `kinds` holds numbers by
    what they are (Rtd, Avg, Min, Max, Cou), in the channel's unit. `flag` is a data flag of
    HJ 212-2017 (N is normal), `received` UTC microseconds since 1970, `origin` what it came from.
    """

    key: str
    time: datetime
    interval_s: int
    kinds: dict[str, float] = field(hash=False)
    flag: str
    received: int
    origin: str


class Sink(Protocol):
    """Where values go, such as the store of series (去处)."""

    def put(self, rows: Sequence[Value], /) -> object:
        """Keeps `rows` for good before it returns; putting the same row again changes nothing."""


def now_us() -> int:
    """The moment, UTC microseconds since 1970."""
    return (datetime.now(UTC) - _EPOCH) // timedelta(microseconds=1)


def local_time(moment: datetime) -> datetime:
    """`moment` as naive local time of China; a moment without zone is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(CHINA).replace(tzinfo=None)


def from_epoch_ms(milliseconds: int) -> datetime:
    """Milliseconds since 1970 (UTC) as naive local time of China.

    Raises `OverflowError` for a time that no calendar has.
    """
    return local_time(_EPOCH + timedelta(milliseconds=milliseconds))
