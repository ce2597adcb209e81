"""Hourly values and what each of them is worth (小时值与有效性)."""

from tongjian.monitoring.hours._hours import Hours, Minutes, State, Used, minute_text

__all__ = ["Hours", "Minutes", "State", "Used", "minute_text"]
