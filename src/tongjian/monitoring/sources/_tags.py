"""From a number of a protocol to a value of a series (数值换算), the same for every source."""

from __future__ import annotations

import math
from datetime import datetime

from tongjian.monitoring.sources._flags import NORMAL
from tongjian.monitoring.sources._settings import Tag
from tongjian.monitoring.sources._value import SAMPLE, Value

FAULT, OVER_RANGE, NO_LINE = "D", "T", "B"


def sample(
    source: str,
    tag: Tag,
    number: float | None,
    time: datetime,
    received: datetime,
    origin: str,
    flag: str = NORMAL,
) -> Value:
    """One sample: scaled, with a sentinel or a number that cannot be flagged, never dropped.

    `number` is None where the source sent a state without a value.
    """
    kinds: dict[str, float] = {}
    if number is None or not math.isfinite(number) or number in tag.invalid:
        flag = FAULT if flag == NORMAL else flag
    else:
        kinds[SAMPLE] = value = number * tag.scale + tag.offset
        if flag == NORMAL and tag.highest is not None and value > tag.highest:
            flag = OVER_RANGE
        elif flag == NORMAL and tag.lowest is not None and value < tag.lowest:
            flag = FAULT
    return Value(f"{source}/{tag.code}", time, 0, kinds, flag, received, origin)
