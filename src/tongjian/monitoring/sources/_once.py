"""What has already been taken (去重): a source repeats itself after each new connection."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from tongjian.monitoring.sources._value import Value

_REMEMBERED = 2048
"""Values of each series that are remembered: a day of minutes and more."""


class Once:
    """Remembers the last values of each series; another value at the same time is a correction."""

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        self._remembered = remembered
        self._values: dict[tuple[str, int], OrderedDict[datetime, tuple[object, ...]]] = {}

    def seen(self, value: Value) -> bool:
        """Whether `value` was given before, with the same numbers and flag."""
        known = self._values.setdefault((value.key, value.interval_s), OrderedDict())
        content = (value.flag, *sorted(value.kinds.items()))
        if known.get(value.time) == content:
            return True
        known[value.time] = content
        if len(known) > self._remembered:
            known.popitem(last=False)
        return False
