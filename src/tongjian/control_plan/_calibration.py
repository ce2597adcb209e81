"""Whether a meter was calibrated while it measured (检定状态)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from tongjian.control_plan._history import Calibration, History
from tongjian.control_plan._periods import first_day, last_day
from tongjian.control_plan._plan import Spread

State = Literal["valid", "overdue", "failed", "unknown"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MeterState:
    """The state of a meter in a period (计量器具状态).

    ``overdue`` and ``failed`` hold from `since`, which may lie before the period, to `until`; a
    meter that failed a calibration is in doubt from then until the next that it passes.
    ``unknown``: no calibration is known that covers the period, nor when one was due.
    """

    meter: str
    state: State
    since: date | None = None
    until: date | None = None
    last: Calibration | None = None
    """The last calibration by the end of the period."""
    uncertainty: Spread | None = None
    """As the certificate states it, else as the plan does."""

    @property
    def in_doubt(self) -> bool:
        """Whether the meter was overdue or had failed."""
        return self.state in ("overdue", "failed")


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
    gap = _gap(done, first, last)
    if gap is None:
        return MeterState(meter, "valid", last=latest, uncertainty=uncertainty)
    state, since, until = gap
    return MeterState(meter, state, since, until, latest, uncertainty)


def _gap(
    done: list[Calibration], first: date, last: date
) -> tuple[State, date | None, date | None] | None:
    """The first days of the period for which no passed calibration answers; None if there are none.

    What failed weighs more than what was late, and that more than what nobody knows.
    """
    gaps: list[tuple[State, date | None, date | None]] = []
    if last < first:
        return None  # a period to come
    if not done or done[0].day > first:
        until = min(last, done[0].day - _DAY) if done else last
        gaps.append(("unknown", first, until))
    for at, one in enumerate(done):
        end = done[at + 1].day - _DAY if at + 1 < len(done) else last
        if one.result == "fail":
            span: tuple[State, date, date] = ("failed", one.day, end)
        elif one.next_due is None:
            if end >= first:
                gaps.append(("unknown", max(one.day, first), end))
            continue
        else:
            # On the day itself the calibration still holds.
            span = ("overdue", one.next_due + _DAY, end)
        state, since, until = span
        if since <= last and until >= max(since, first):
            gaps.append((state, since, min(until, last)))
    order = ("failed", "overdue", "unknown")
    return min(gaps, key=lambda one: order.index(one[0]), default=None)


__all__ = ["MeterState", "State", "meter_state"]
