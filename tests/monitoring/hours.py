"""Series of hours from short texts: a number is valid, letters are what is lost."""

from __future__ import annotations

import numpy as np

from tongjian.monitoring.hours import Hours, State

LETTERS = {
    ".": State.MISSING,
    "t": State.TOO_FEW,
    "f": State.FLAGGED,
    "s": State.STOPPED,
    "x": State.OUT_OF_CONTROL,
}


def series(text: str, start: str = "2025-01-01T00") -> Hours:
    """``"10 .*3 s 20"``: a valid hour, three missing ones, one of standstill, a valid one.

    ``1..720`` are the valid hours 1, 2, 3 up to 720.
    """
    value: list[float] = []
    state: list[int] = []
    for word in text.split():
        what, _, times = word.partition("*")
        first, rising, last = what.partition("..")
        if rising and first:
            found = [float(one) for one in range(int(first), int(last) + 1)]
            lost = State.VALID
        else:
            lost = LETTERS.get(what, State.VALID)
            found = [float(what) if lost == State.VALID else np.nan] * int(times or 1)
        value += found
        state += [lost] * len(found)
    return Hours(
        np.datetime64(start),
        np.array(value),
        np.array(state, np.uint8),
        np.full(len(value), -1, np.int16),
    )
