"""Times of readings (时间戳): read as written, and mended where a publisher has a known slip."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

DAY = timedelta(days=1)
_CLOCK = r"([0-9]{1,2})[:：时]([0-9]{1,2})(?:[:：分]([0-9]{1,2})秒?)?分?"
_FORM = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?" rf"(?:(?:[T ]+|(?<=日)){_CLOCK})?"
)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[T ]?([0-9]{2})([0-9]{2})([0-9]{2})?)?")


def stamp(text: str, form: str = "") -> datetime | None:
    """A local time: ``2025-06-30 24:00``, ``2025/6/30 8:15``, ``2025年6月30日``, or by `form`.

    24:00 is 00:00 of the next day. `form` is that of `strptime`, with which ``24:00`` works too.
    None where it is no time.
    """
    cleaned = text.strip()
    later = timedelta(0)
    if re.search(r"(?<![0-9])24[:：时]0?0", cleaned):
        cleaned, later = re.sub(r"(?<![0-9])24([:：时])", r"00\1", cleaned, count=1), DAY
    try:
        if form:
            return datetime.strptime(cleaned, form) + later
        found = _FORM.fullmatch(cleaned) or _COMPACT.fullmatch(cleaned)
        if found is None:
            return None
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second) + later
    except (ValueError, OverflowError):
        return None


def usual_step(times: Sequence[datetime]) -> timedelta | None:
    """The commonest distance of neighbours; None where there are no two."""
    steps = Counter(later - earlier for earlier, later in pairwise(times) if later > earlier)
    return max(steps, key=lambda step: (steps[step], -step)) if steps else None


def mended(times: Sequence[datetime], step: timedelta | None = None) -> tuple[list[datetime], int]:
    """`times` with midnights put right, and how many there were.

    Some publishers stamp the last interval of a day, which ends at 00:00 of the next, with 00:00
    of its own: a step back of a day less one interval. Where that is exactly what a stamp is, a
    day is added to it; nothing else is touched.
    """
    usual = step or usual_step(times)
    found: list[datetime] = []
    count = 0
    for time in times:
        midnight = time.time() == datetime.min.time()
        if usual and found and midnight and time + DAY == found[-1] + usual:
            time, count = time + DAY, count + 1
        found.append(time)
    return found, count
