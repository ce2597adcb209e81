"""Whether a meter was calibrated while it measured (检定状态)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from tongjian.control_plan._history import Calibration, History
from tongjian.control_plan._periods import first_day, last_day
from tongjian.control_plan._plan import Spread

State = Literal["valid", "overdue", "failed", "unknown"]
_DAY = timedelta(days=1)
_WORST_FIRST: tuple[State, ...] = ("failed", "overdue", "unknown")


Span = tuple[date, date]
"""From a day to a day, both of them in it."""


@dataclass(frozen=True, slots=True)
class MeterState:
    """The state of a meter in a period (计量器具状态).

    ``overdue`` and ``failed`` hold in `spans`, the first of which may begin before the period; a
    meter that failed a calibration is in doubt from then until the next that it passes.
    ``unknown``: no calibration is known that covers the period, nor when one was due.
    """

    meter: str
    state: State
    spans: tuple[Span, ...] = ()
    last: Calibration | None = None
    """The last calibration by the end of the period."""
    uncertainty: Spread | None = None
    """As the certificate states it, else as the plan does."""

    @property
    def in_doubt(self) -> bool:
        """Whether the meter was overdue or had failed."""
        return self.state in ("overdue", "failed")

    @property
    def since(self) -> date | None:
        """The first day of the state; None for a valid meter."""
        return self.spans[0][0] if self.spans else None

    @property
    def until(self) -> date | None:
        """The last day of the state within the period."""
        return self.spans[-1][1] if self.spans else None

    def part_of(self, period: str) -> float:
        """The share of a period in which the state held."""
        first, last = first_day(period), last_day(period)
        days = sum((min(end, last) - max(begin, first)).days + 1 for begin, end in self.spans)
        return days / ((last - first).days + 1)


def meter_state(known: History, meter: str, period: str, today: date) -> MeterState:
    """The state of a meter in a period, as far as the period has come by `today`."""
    first, last = first_day(period), min(last_day(period), today)
    done = [one for one in known.calibrations_of(meter) if one.day <= last]
    its = known.meters.get(meter)
    revision = known.for_period(period)
    if revision is not None and meter in revision.plan.meters:
        its = revision.plan.meters[meter]
    stated = next((one.uncertainty for one in reversed(done) if one.uncertainty), None)
    uncertainty = stated or (its.uncertainty if its is not None else None)
    latest = done[-1] if done else None
    gaps = _gaps(done, first, last)
    # What failed weighs more than what was late, and that more than what nobody knows.
    worst: State = next((one for one in _WORST_FIRST if gaps[one]), "valid")
    return MeterState(meter, worst, tuple(gaps.get(worst, ())), latest, uncertainty)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap as one."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1] + _DAY:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def _gaps(done: list[Calibration], first: date, last: date) -> dict[State, list[Span]]:
    """The days of the period for which no passed calibration answers, by why that is."""
    gaps: dict[State, list[Span]] = {name: [] for name in _WORST_FIRST}
    if last < first:
        return gaps  # a period to come
    if not done or done[0].day > first:
        gaps["unknown"].append((first, min(last, done[0].day - _DAY) if done else last))
    for at, one in enumerate(done):
        end = done[at + 1].day - _DAY if at + 1 < len(done) else last
        if end < first:
            continue
        if one.result == "fail":
            gaps["failed"].append((one.day, end))
        elif one.next_due is None:
            gaps["unknown"].append((max(one.day, first), end))
        elif one.next_due + _DAY <= end:
            # On the day itself the calibration still holds.
            gaps["overdue"].append((one.next_due + _DAY, end))
    return gaps


__all__ = ["MeterState", "Span", "State", "merged", "meter_state"]
