"""What sources share: the values of the store, where they go, and local time (数据与去处)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from tongjian.monitoring.hj212 import CHINA
from tongjian.monitoring.series import Value

SAMPLE = "rtd"
"""The kind of a single sample (实时数据)."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


__all__ = ["CHINA", "SAMPLE", "Sink", "Value", "from_epoch_ms", "local_time", "now"]
