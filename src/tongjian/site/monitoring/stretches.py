"""Stretches of substituted hours (替代时段): from when to when, why, by what, made of what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tongjian.monitoring.hours import Hours, State, Used
from tongjian.rules import Words
from tongjian.site.workspaces import rulebook

_HOUR = np.timedelta64(1, "h")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive hours with values put there by one rule for one reason (一段替代).

    Times are of China, `last` and `to` the end of the last hour; `low` and `high` are the values
    used. `since` and `to` bound the hours that the values were made from, None where the rule looks
    back on none.
    """

    first: np.datetime64
    last: np.datetime64
    hours: int
    state: State
    rule: RuleName
    low: float
    high: float
    since: np.datetime64 | None
    to: np.datetime64 | None


@dataclass(frozen=True, slots=True)
class RuleName:
    """A rule by which hours were substituted (替代规则): what it is called, and where it stands.

    `status` says how well its text was seen; `mark` is the name under which it was kept.
    """

    mark: str
    title: Words
    clause: str
    status: str


@lru_cache(maxsize=256)
def rule_name(mark: str) -> RuleName:
    """A rule by the name under which it was kept; by that alone where the rulebook lacks it."""
    editions = rulebook().substitutions.get(mark.partition("/")[0], ())
    for document in reversed(editions):
        found = document.find(mark)
        if found is not None:
            part, band = found
            said = (document.basis.document, band.basis.clause or document.basis.clause)
            return RuleName(mark, part.title, " ".join(filter(None, said)), band.basis.status)
    return RuleName(mark, Words(mark, mark), "", "")


def stretches(hours: Hours, used: Used) -> list[Stretch]:
    """All of them, oldest first."""
    return list(_stretches(hours, used))


def _stretches(hours: Hours, used: Used) -> Iterator[Stretch]:
    put = used.rule >= 0
    if not put.any():
        return
    # A new one begins where the rule or the reason is another.
    mark = np.where(put, used.rule.astype(np.int64) * 256 + hours.state, -1)
    edges = np.flatnonzero(np.diff(mark)) + 1
    start = hours.start.astype("datetime64[h]")
    for begin, end in zip([0, *edges], [*edges, len(mark)], strict=True):
        if mark[begin] < 0:
            continue
        part = slice(begin, end)
        reached = used.reached_from[part] >= 0
        since = to = None
        if reached.any():
            since = start + int(used.reached_from[part][reached].min()) * _HOUR
            to = start + (int(used.reached_to[part][reached].max()) + 1) * _HOUR
        values = used.value[part]
        yield Stretch(
            first=start + int(begin) * _HOUR,
            last=start + int(end) * _HOUR,
            hours=int(end - begin),
            state=State(int(hours.state[begin])),
            rule=rule_name(used.rules[int(used.rule[begin])]),
            low=float(np.nanmin(values)),
            high=float(np.nanmax(values)),
            since=since,
            to=to,
        )


__all__ = ["RuleName", "Stretch", "rule_name", "stretches"]
