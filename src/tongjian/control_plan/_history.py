"""What the log says of a plant's plan (计划的历史): revisions, calibrations, frozen months.

Nothing else keeps the state of a plan: it is folded from the entries, in their order, so that it
can be told for any day and as it was known at any entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

from tongjian.control_plan._build import build, spread_of
from tongjian.control_plan._periods import first_day, last_day, later, month_of
from tongjian.control_plan._plan import Meter, Plan, Spread
from tongjian.evidence import Entry, EvidenceLog, china_day

REVISE, CALIBRATE, FREEZE = "plan.revise", "meter.calibrate", "month.freeze"
_BEGIN = {REVISE: "plan:{facility}", CALIBRATE: "meter:{facility}/", FREEZE: "month:{facility}/"}
Outcome = Literal["pass", "adjusted", "fail"]


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision of the plan (计划版本) as it was entered.

    `back_dated` says whether it was to be in force before the month in which it was entered; it
    never takes the place of a revision that was in force then (`effective`).
    """

    plan: Plan
    entry: int
    by: str
    entered: date

    @property
    def back_dated(self) -> bool:
        return self.plan.in_force < first_day(month_of(self.entered))

    @property
    def effective(self) -> date:
        """The first day on which it can be relied on: nothing is back-dated."""
        return max(self.plan.in_force, first_day(month_of(self.entered)))


@dataclass(frozen=True, slots=True)
class Calibration:
    """A calibration (检定或校准) of a meter: `entry` 0 for one that the plan itself tells of.

    `adjusted` is a pass after the meter had been found out of its limits and set right.
    """

    meter: str
    day: date
    result: Outcome
    next_due: date | None
    certificate: str
    institution: str
    uncertainty: Spread | None
    entry: int
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FrozenValue:
    """What was frozen of one parameter (存证数值): its values, and the digest of their rows."""

    parameter: str
    process_unit: str
    stream: str
    item: str
    values: tuple[Mapping[str, Any], ...]
    rows: str


@dataclass(frozen=True, slots=True)
class Freeze:
    """A month as it was frozen (月度存证); `deadline` None where no duty is known."""

    month: str
    revision: int
    deadline: date | None
    late: bool
    values: tuple[FrozenValue, ...]
    missing: tuple[str, ...]
    reason: str
    entry: int
    by: str
    entered: date
    files: tuple[str, ...]


@dataclass(frozen=True)
class History:
    """All that was entered about the plan of one facility, oldest first."""

    facility: str
    revisions: tuple[Revision, ...]
    calibrations: tuple[Calibration, ...]
    freezes: tuple[Freeze, ...]

    def for_period(self, period: str) -> Revision | None:
        """The revision by which data of ``2025`` or ``2025-03`` were to be obtained.

        It is the last one that was in force on the first day of the period and was entered by
        then; failing that, the first to come into force within the period; failing that, the last
        that claims the period afterwards, which is `back_dated`.
        """
        first, last = first_day(period), last_day(period)
        standing = [one for one in self.revisions if one.effective <= first]
        within = [one for one in self.revisions if first < one.effective <= last]
        claiming = [one for one in self.revisions if one.plan.in_force <= last]
        if standing:
            return standing[-1]
        return within[0] if within else (claiming[-1] if claiming else None)

    def at(self, day: date) -> Revision | None:
        """The revision in force on a day: the last entered of those that are effective by then.

        Failing that, the last that claims the day afterwards, which is `back_dated`.
        """
        standing = [one for one in self.revisions if one.effective <= day]
        claiming = [one for one in self.revisions if one.plan.in_force <= day]
        return standing[-1] if standing else (claiming[-1] if claiming else None)

    def revision(self, number: int) -> Revision | None:
        """The revision with this number."""
        return next((one for one in self.revisions if one.plan.revision == number), None)

    @cached_property
    def meters(self) -> Mapping[str, Meter]:
        """Every meter that any revision lists, as the last one has it."""
        return {name: meter for one in self.revisions for name, meter in one.plan.meters.items()}

    def calibrations_of(self, meter: str) -> tuple[Calibration, ...]:
        """The calibrations of a meter in the order of their days, those of the plans included.

        A calibration that a plan tells of counts unless the log has the same day itself.
        """
        own = [one for one in self.calibrations if one.meter == meter]
        days = {one.day: one for one in own}
        for revision in self.revisions:
            known = revision.plan.meters.get(meter)
            if known is not None and known.calibrated is not None:
                days.setdefault(known.calibrated, _of_plan(known, known.calibrated))
        return tuple(days[day] for day in sorted(days))

    def frozen(self, month: str) -> tuple[Freeze, ...]:
        """How a month was frozen, the first time first."""
        return tuple(one for one in self.freezes if one.month == month)


def history(log: EvidenceLog, facility: str, entry: int | None = None) -> History:
    """What the log says of a facility's plan, up to and with the entry of that number if given.

    Raises `TongjianError` where the log was tampered with.
    """
    revisions, calibrations, freezes = [], [], []
    for one in log.entries(REVISE, CALIBRATE, FREEZE):
        if entry is not None and one.number > entry:
            break
        name = one.subject.removeprefix(_BEGIN[one.act].format(facility=facility))
        if name == one.subject or (one.act == REVISE and name) or "/" in name:
            continue  # of another facility
        if one.act == REVISE:
            plan = build(one.content["plan"])
            revisions.append(Revision(plan, one.number, one.by, china_day(one.time)))
        elif one.act == CALIBRATE:
            calibrations.append(_calibration(one, name))
        else:
            freezes.append(_freeze(one, name))
    return History(facility, tuple(revisions), tuple(calibrations), tuple(freezes))


def plan_at(
    log: EvidenceLog, facility: str, day: date | None = None, entry: int | None = None
) -> Revision | None:
    """The plan in force on `day` (today without it), as known at `entry` (now without it)."""
    return history(log, facility, entry).at(day or china_day(log.clock()))


def subject(act: str, facility: str, name: str = "") -> str:
    """Upon what such an act is: ``plan:F``, ``meter:F/M1`` or ``month:F/2025-03``."""
    return _BEGIN[act].format(facility=facility) + name


def facilities(log: EvidenceLog) -> list[str]:
    """The facilities that have a plan in the log."""
    subjects = {one.subject.partition(":")[2] for one in log.entries(REVISE)}
    return sorted(subjects)


def due_after(meter: Meter | None, day: date) -> date | None:
    """When a meter that was calibrated on `day` is due again by the interval of the plan."""
    if meter is None or meter.interval is None:
        return None
    return later(day, meter.interval)


def _of_plan(meter: Meter, day: date) -> Calibration:
    return Calibration(
        meter=meter.id,
        day=day,
        result="pass",
        next_due=meter.next_due or due_after(meter, day),
        certificate=meter.certificate,
        institution=meter.institution,
        uncertainty=meter.uncertainty,
        entry=0,
    )


def _calibration(entry: Entry, meter: str) -> Calibration:
    content = entry.content
    return Calibration(
        meter=meter,
        day=date.fromisoformat(content["day"]),
        result=content["result"],
        next_due=_day(content["next_due"]),
        certificate=content["certificate"],
        institution=content["institution"],
        uncertainty=spread_of(content["uncertainty"]),
        entry=entry.number,
        files=entry.files,
    )


def _freeze(entry: Entry, month: str) -> Freeze:
    content = entry.content
    return Freeze(
        month=month,
        revision=content["revision"],
        deadline=_day(content["deadline"]),
        late=content["late"],
        values=tuple(
            FrozenValue(**{**one, "values": _values(one["values"])}) for one in content["values"]
        ),
        missing=tuple(content["missing"]),
        reason=content["reason"],
        entry=entry.number,
        by=entry.by,
        entered=china_day(entry.time),
        files=entry.files,
    )


def _values(found: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    return tuple(found)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


__all__ = [
    "CALIBRATE",
    "FREEZE",
    "REVISE",
    "Calibration",
    "Freeze",
    "FrozenValue",
    "History",
    "Outcome",
    "Revision",
    "due_after",
    "facilities",
    "history",
    "plan_at",
    "subject",
]
