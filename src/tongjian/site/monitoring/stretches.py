"""Stretches of substituted hours (替代时段): from when to when, why, by what, made of what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tongjian.monitoring.hours import State
from tongjian.rules import Words
from tongjian.site.monitoring.kept import CONCENTRATION, RATE, GasYear
from tongjian.site.workspaces import rulebook

_HOUR = np.timedelta64(1, "h")


@dataclass(frozen=True, slots=True)
class RuleName:
    """A rule by which hours were substituted (替代规则): what it is called, and where it stands.

    `status` says how well its text was seen; `mark` is the name under which it was kept.
    """

    mark: str
    title: Words
    clause: str
    status: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive hours with values put there by one rule for one reason (一段替代).

    Times are of China, `last` and `to` the end of the last hour; `low` and `high` are the values
    put in, in `unit`, None where no value was found. `since` and `to` bound the hours that the
    values were made from, None where the rule looks back on none.
    """

    gas: GasYear
    first: np.datetime64
    last: np.datetime64
    hours: int
    state: State
    rule: RuleName
    low: float | None
    high: float | None
    unit: str
    since: np.datetime64 | None
    to: np.datetime64 | None


@lru_cache(maxsize=256)
def rule_name(mark: str) -> RuleName:
    """A rule by the name under which it was kept; by that alone where the rulebook lacks it."""
    for document in reversed(rulebook().substitutions.get(mark.partition("/")[0], ())):
        found = document.find(mark)
        if found is not None:
            part, band = found
            said = (document.basis.document, band.basis.clause or document.basis.clause)
            return RuleName(mark, part.title, " ".join(filter(None, said)), band.basis.status)
    return RuleName(mark, Words(mark, mark), "", "")


def stretches(gas: GasYear) -> Iterator[Stretch]:
    """All of a gas, oldest first."""
    hours, put = gas.hours, gas.substituted
    if not put.any():
        return
    what = RATE if gas.fills_mass else CONCENTRATION
    used = gas.used(what)
    # A new one begins where the rule or the reason is another, or an hour is not there.
    _, rule = np.unique(hours.rule.astype(str), return_inverse=True)
    mark = np.where(put, rule.reshape(-1).astype(np.int64) * 256 + hours.state, -1)
    edges = np.flatnonzero((np.diff(mark) != 0) | (np.diff(hours.times) != _HOUR)) + 1
    for begin, end in zip([0, *edges], [*edges, len(mark)], strict=True):
        if mark[begin] < 0:
            continue
        part = slice(begin, end)
        known = used[part][np.isfinite(used[part])]
        since, to = (_reached(side[part]) for side in hours.reached)
        yield Stretch(
            gas=gas,
            first=hours.times[begin],
            last=hours.times[end - 1] + _HOUR,
            hours=int(end - begin),
            state=State(int(hours.state[begin])),
            rule=rule_name(str(hours.rule[begin])),
            low=float(known.min()) if len(known) else None,
            high=float(known.max()) if len(known) else None,
            unit=gas.unit(what),
            since=min(since, default=None),
            to=None if not to else max(to) + _HOUR,
        )


def _reached(side: np.ndarray[tuple[int], np.dtype[np.object_]]) -> list[np.datetime64]:
    return [np.datetime64(text, "h") for text in set(side.tolist()) if text]


__all__ = ["RuleName", "Stretch", "rule_name", "stretches"]
