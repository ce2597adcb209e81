"""Times out of control (失控时段): from a failed check to the next one that is passed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from tongjian.monitoring.quality._check import Check, chain_of
from tongjian.monitoring.quality._form import form
from tongjian.monitoring.quality._limits import INTERVAL, limit_of, rows
from tongjian.monitoring.quality._validity import Interval
from tongjian.problems import Problem, RuleError
from tongjian.rules import Rulebook

_MINUTES_OF_A_DAY = 24 * 60


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


def overdue(
    checks: Iterable[Check],
    way: str,
    first: np.datetime64,
    last: np.datetime64,
    *,
    rulebook: Rulebook | None = None,
) -> tuple[Interval, ...]:
    """The times between `first` and `last` in which a check was due (校准超期时段).

    The checks are those of one channel and one kind, in any order and whatever they came to; `way`
    is how it is done (automatic, extractive, in_situ, manual), which with the quantity decides how
    long the rules let pass between two of them. Time counts from `first` where no check is before.
    Raises `RuleError` where the rules have no such interval. Whether data are invalid meanwhile is
    for the rules of substitution to say.
    """
    done = sorted((one for one in checks if not np.isnat(one.end)), key=lambda one: one.end)
    if not done:
        return ()
    allowed = _interval(done[0], way, rulebook)
    moments = [first, *(one.end for one in done if first <= one.end < last), last]
    late = ((one + allowed, following) for one, following in pairwise(moments))
    return tuple((begin, end) for begin, end in late if begin < end)


def _interval(check: Check, way: str, rulebook: Rulebook | None) -> np.timedelta64:
    subject = check.subject
    mine = [one for one in rows(INTERVAL, rulebook) if one.key[::2] == (subject.ruleset, way)]
    for quantity in chain_of(subject.quantity):
        for one in mine:
            number = limit_of(one).number
            if one.key[1] == quantity and number is not None:
                return np.timedelta64(round(number * _MINUTES_OF_A_DAY), "m")
    values = {"name": f"interval ({way})", "ruleset": subject.ruleset, "table": INTERVAL}
    raise RuleError(Problem("monitoring.limit_unknown", values=values))


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
