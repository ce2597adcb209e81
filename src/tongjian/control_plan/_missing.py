"""Whether what stands in for a missing value is what the plan says (缺失数据处理的核对)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tongjian.control_plan._link import Link
from tongjian.control_plan._periods import first_day, later, month_of

# A mean is often written down with a few digits only.
_ALIKE = 1e-3
_DEFAULTS = ("default", "conservative")


@dataclass(frozen=True, slots=True)
class Substitute:
    """A value of a poorer tier than planned (替代值), and what the rule of the plan would give.

    `followed` None: the rule gives no number that can be recomputed here (a conservative default).
    """

    link: Link
    expected: float | None
    followed: bool | None


def substitutes(links: Sequence[Link]) -> list[Substitute]:
    """The values of one parameter that stand in for missing ones, in the order of `links`."""
    found = []
    for one in links:
        if one.agreement != "worse" or one.parameter is None or one.parameter.missing is None:
            continue
        rule = one.parameter.missing.rule
        if rule == "none":
            continue
        if rule in _DEFAULTS:
            by_default = one.row["tier"] == "default"
            found.append(Substitute(one, None, None if by_default else False))
            continue
        expected = _from_neighbours(one, links, rule)
        if expected is None:
            continue  # no neighbour: nothing was there to take the mean of
        given = float(one.row["quantity"])
        alike = abs(given - expected) <= _ALIKE * max(abs(given), abs(expected))
        found.append(Substitute(one, expected, alike))
    return found


def _from_neighbours(
    one: Link, links: Sequence[Link], rule: Literal["neighbours", "last_value"] | str
) -> float | None:
    """The mean of the nearest months before and after that were obtained as planned."""
    if "-" not in one.period:
        return None
    series = {
        other.period: float(other.row["quantity"])
        for other in links
        if other.datum == one.datum
        and other.row["unit"] == one.row["unit"]
        and other.agreement in ("as planned", "better")
    }
    before = _step(one.period, series, -1)
    after = _step(one.period, series, 1)
    if rule == "last_value":
        return before
    near = [value for value in (before, after) if value is not None]
    return sum(near) / len(near) if near else None


def _step(period: str, series: dict[str, float], by: int) -> float | None:
    """The nearest value in one direction within the year."""
    month = period
    while True:
        month = month_of(later(first_day(month), by))
        if month[:4] != period[:4]:
            return None
        if month in series:
            return series[month]


__all__ = ["Substitute", "substitutes"]
