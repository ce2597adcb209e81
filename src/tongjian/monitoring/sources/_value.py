"""What a source sends: one value with its time, flag and origin (数据源的一个值)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

CHINA = timezone(timedelta(hours=8))
"""北京时间：series are kept in it, without a zone."""
SAMPLE = "rtd"
"""The kind of a single sample (实时数据)."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one series.

    `key` is that of its channel, `time` naive local time of China: the instant of a sample
    (`interval_s` 0) or the start of an interval of `interval_s` seconds. `kinds` holds numbers by
    what they are (rtd, avg, min, max) in the unit sent; what is not known is not there. `flag` is a
    data flag of HJ 212-2017 (N is normal), `received` when it came (UTC), `origin` whence.
    """

    key: str
    time: datetime
    interval_s: int
    kinds: Mapping[str, float]
    flag: str | None = None
    received: datetime | None = None
    origin: str = ""


class Sink(Protocol):
    """Where values go, such as the store of series (去处)."""

    def put(self, rows: Sequence[Value], /) -> object:
        """Keeps `rows` for good before it returns; putting the same row again changes nothing."""


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


def local_time(moment: datetime) -> datetime:
    """`moment` as naive local time of China; a moment without zone is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(CHINA).replace(tzinfo=None)


def from_epoch_ms(milliseconds: int) -> datetime:
    """Milliseconds since 1970 (UTC) as naive local time of China.

    Raises `OverflowError` for a time that no calendar has.
    """
    return local_time(_EPOCH + timedelta(milliseconds=milliseconds))
