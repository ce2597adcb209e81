"""Times out of control (失控时段): from a failed check to the next one that is passed."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tongjian.monitoring.quality._check import Check
from tongjian.monitoring.quality._form import form
from tongjian.monitoring.quality._validity import Interval
from tongjian.rules import Rulebook


def out_of_control(
    checks: Iterable[Check],
    first: np.datetime64,
    last: np.datetime64,
    *,
    rulebook: Rulebook | None = None,
) -> tuple[Interval, ...]:
    """The times between `first` and `last` (exclusive) out of control (失控时段), for `validate`.

    The checks are those of one channel, in any order; those of one kind (zero drift, accuracy, ...)
    are looked at together, since a passed calibration does not make up for a failed comparison.
    A time begins with the last check before the failed one that found the system in control
    (passed, or to be adjusted) where the rules reach back (HJ 75), else with the failed check
    itself (40 CFR 75), and ends with the next one that is passed; without one before or after, it
    begins with `first` or lasts until `last`. Times of several kinds that touch are one. A check
    that was not judged changes nothing.
    """
    kinds: dict[tuple[str, str], list[Check]] = {}
    for one in checks:
        if not np.isnat(one.end):
            kinds.setdefault((one.kind, one.subject.ruleset), []).append(one)
    found: list[Interval] = []
    for of_kind in kinds.values():
        back = bool(form(of_kind[0].subject, rulebook)["back"].number)
        found += _times(sorted(of_kind, key=lambda one: one.end), first, last, back)
    return _merged(found)


def _times(
    checks: list[Check], first: np.datetime64, last: np.datetime64, back: bool
) -> Iterable[Interval]:
    good = first  # when the system was last known to be in control
    begin: np.datetime64 | None = None
    for one in checks:
        if one.verdict == "out_of_control" and begin is None:
            begin = good if back else one.end
        elif begin is None and one.verdict in ("passed", "adjust"):
            good = one.end
        elif begin is not None and one.verdict == "passed":
            yield from _cut(begin, one.end, first, last)
            begin, good = None, one.end
    if begin is not None:
        yield from _cut(begin, last, first, last)


def _cut(
    begin: np.datetime64, end: np.datetime64, first: np.datetime64, last: np.datetime64
) -> Iterable[Interval]:
    begin, end = max(begin, first), min(end, last)
    if begin < end:
        yield begin, end


def _merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    found: list[Interval] = []
    for begin, end in sorted(intervals):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return tuple(found)
