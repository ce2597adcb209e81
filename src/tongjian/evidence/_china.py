"""Days, months and clocks of China, by which evidence is due and read; the log itself is in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

# China keeps one time all year.
CHINA = timezone(timedelta(hours=8), "UTC+08:00")


def china_day(time: str | datetime) -> date:
    """The day in China of a moment, as the log writes it or as a clock gives it."""
    return _there(time).date()


def china_time(time: str | datetime, *, seconds: bool = True) -> str:
    """A moment as clocks in China show it, such as ``2026-01-05 16:00:00``."""
    return _there(time).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def _there(time: str | datetime) -> datetime:
    moment = datetime.fromisoformat(time) if isinstance(time, str) else time
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(CHINA)


__all__ = ["CHINA", "china_day", "china_time"]
