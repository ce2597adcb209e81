"""The difference of two versions by what was kept alone, where the older cannot be computed again.

Rule documents of long ago may be beyond the present program. A supplementary report is not held up
by that: totals and sources are compared as they were kept, and why no item is told is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tongjian.engine import LedgerLine
from tongjian.problems import Problem
from tongjian.rules import Words
from tongjian.versions._changes import Amounts, Change, amounts_of, difference
from tongjian.versions._diff import PartDiff, VersionDiff, pairs
from tongjian.versions._kept_run import KeptRun

_UNREAD = Words("不能重算，未能逐项归因", "cannot be computed again; not told item by item")


@dataclass(frozen=True, slots=True)
class KeptSide:
    """A rule set's results for a facility and year as they were kept (存档的一侧)."""

    boundary: str
    name: str
    run: KeptRun
    lines: tuple[LedgerLine, ...]

    @property
    def amounts(self) -> Amounts:
        """What was kept."""
        return amounts_of(self.lines)

    def named(self) -> dict[str, str]:
        """Rule set, edition and run, as plain data."""
        dates = [one["in_force"] for one in self.run.manifest["rulesets"] if one["id"] == self.name]
        in_force = dates[-1] if dates else ""
        return {"ruleset": self.name, "in_force": in_force, "document": "", "run": self.run.id}


def totals_diff(
    left: Sequence[KeptRun],
    right: Sequence[KeptRun],
    facility: str,
    year: int,
    because: Sequence[Problem],
) -> VersionDiff:
    """What differs between kept totals of a facility and year; `because` says why no more."""
    parts = []
    for before, after in pairs(_sides(left, facility, year), _sides(right, facility, year)):
        old, new = ({} if side is None else side.amounts for side in (before, after))
        effect = difference(new, old)
        versions = [
            "" if side is None else str(side.run.document["engine"]["version"])
            for side in (before, after)
        ]
        change = Change("engine", "unread", _UNREAD, effect, versions[0], versions[1])
        either = before or after
        assert either is not None
        parts.append(
            PartDiff(
                either.boundary,
                facility,
                year,
                None if before is None else before.named(),
                None if after is None else after.named(),
                old,
                new,
                (change,) if effect else (),
                tuple(because),
            )
        )
    runs = [tuple(one.id for one in side) for side in (left, right)]
    return VersionDiff(facility, year, runs[0], runs[1], tuple(parts))


def _sides(runs: Sequence[KeptRun], facility: str, year: int) -> list[KeptSide]:
    found: dict[str, KeptSide] = {}
    for run in runs:
        mine = [
            line for line in run.results.lines if (line.facility, line.year) == (facility, year)
        ]
        for name in sorted({line.ruleset for line in mine}):
            lines = tuple(line for line in mine if line.ruleset == name)
            found[name] = KeptSide(lines[0].boundary, name, run, lines)
    return list(found.values())


__all__ = ["totals_diff"]
