"""What has to be reached (应达到的值) and whether a value reaches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tongjian.problems import Problem
from tongjian.rules import Target
from tongjian.targets._entries import Entries, Entry
from tongjian.targets._region import Region

Way = Literal["up", "down"]
_UP, _DOWN = (">=", ">"), ("<=", "<")
_SUMS = ("level", "cumulative")
# These have a limit of their own: a count of what must not be there.
_NONE_LEFT = "at_benchmark"


@dataclass(frozen=True, slots=True)
class Goal:
    """The bound of a target for a region, in the unit of the target.

    `low` and `high` are the ends of what is accepted without any tolerance; None is open. Strict
    bounds are not reached by the bound itself.
    """

    low: float | None
    high: float | None
    strict: bool = False
    slack: float = 0.0
    """How much may be missing of an effort target, or around an approximate one."""
    entry: Entry | None = None
    """The entry that gave the bound, where the document did not."""

    @property
    def way(self) -> Way | None:
        """Which way is better; None where both ends bind."""
        if self.low is not None and self.high is not None:
            return None
        return "up" if self.low is not None else "down"

    @property
    def bound(self) -> float:
        """The end that binds; of two, the lower one."""
        found = self.low if self.low is not None else self.high
        assert found is not None
        return found

    def reached(self, value: float, *, tolerant: bool = True) -> bool:
        """Whether `value` reaches the goal, within its slack unless not `tolerant`."""
        slack, near = (self.slack if tolerant else 0.0), clean(value)
        if self.low is not None and not _beyond(near, clean(self.low - slack), self.strict):
            return False
        return self.high is None or _beyond(clean(self.high + slack), near, self.strict)

    def short(self, value: float) -> float:
        """How far `value` still has to go; negative by as much as it is beyond the goal."""
        gaps = [self.low - value] if self.low is not None else []
        gaps += [value - self.high] if self.high is not None else []
        return max(gaps)


def clean(value: float) -> float:
    """Without the last digits, which are noise of binary fractions (去除二进制尾差)."""
    # 3 of 20 is 15 %, and not 15.000000000000002 %.
    return float(f"{value:.12g}")


def _beyond(value: float, bound: float, strict: bool) -> bool:
    return value > bound if strict else value >= bound


def goal_of(
    target: Target, region: Region, entries: Entries, tolerance: float
) -> Goal | Problem | None:
    """The goal of a target for a region, or what is missing for one.

    A national total needs the region's share, which a user enters. A document that sets a limit
    without printing it needs a reference. None: the target is a direction or a condition only.
    `tolerance` is a share of the bound, such as 0.05.
    """
    share = entries.find(target.id, region.name, "share")
    reference = entries.find(target.id, region.name, "reference")
    if reference is None and not is_total(target):
        reference = entries.find(target.id, "nation", "reference")
    entry = share or (reference if target.value is None else None)
    value = target.value if entry is None else entry.inside(target.unit)
    if target.comparator == _NONE_LEFT and value is None:
        value = 0.0
    if value is None:
        directed = target.comparator in ("trend_down", "trend_up", "rule", "controlled")
        missing = Problem("targets.no_reference", values={"target": target.id}, severity="note")
        return None if directed else missing
    if entry is None and needs_share(target, region):
        values = {**region.words, "target": target.id}
        return Problem("targets.no_share", values=values, severity="note")
    return _ends(target, value, entry, tolerance)


def is_total(target: Target) -> bool:
    """Whether the number is an amount that a region has a part of, and not a share or a change."""
    measure = target.measure
    return measure.kind in _SUMS and measure.per is None and bool(target.unit.dimension)


def needs_share(target: Target, region: Region) -> bool:
    """Whether the number is a total of the nation, of which this region's part is not known."""
    some = target.value not in (None, 0)
    return target.scope == "nation" and not region.is_nation and some and is_total(target)


def _ends(target: Target, value: float, entry: Entry | None, tolerance: float) -> Goal:
    comparator = target.comparator
    loose = bool(target.effort) or comparator == "about"
    slack = abs(value) * tolerance if loose else 0.0
    strict = comparator in (">", "<")
    if comparator in _UP or comparator == "trend_up":
        return Goal(value, None, strict, slack, entry)
    if comparator in (*_DOWN, "trend_down", "controlled", _NONE_LEFT):
        return Goal(None, value, strict, slack, entry)
    high = value if comparator != "range" or target.high is None else target.high
    if target.better == "up":
        return Goal(value, None, False, slack, entry)
    if target.better == "down":
        return Goal(None, high, False, slack, entry)
    return Goal(value, high, False, slack, entry)


__all__ = ["Goal", "Way", "clean", "goal_of", "is_total", "needs_share"]
