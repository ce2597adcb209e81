"""Meter readings (抄表数据): from a register that counts up to what was consumed, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from tongjian.problems import Place, Problem

How = Literal["counted", "rolled", "sent"]
"""Counted between readings, counted over a rollover, or sent as a quantity."""

# What happens to every meter, and is told so that it can be seen.
_IN_ORDER = {"meter_twice", "meter_exchange", "meter_rollover"}


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter (计量表计), with all that turns its register into a quantity.

    `span` is once around the register: 10000 for one of four whole digits; 0 if it never begins
    again. `multiplier` is that of its transformers (倍率: CT ratio x PT ratio). `most_per_hour`, in
    the unit after the multiplier, is more than can be consumed (such as the rated power): it tells
    a rollover from a reading that is wrong. Without it a rollover is believed that goes less than
    half way around.
    """

    span: Fraction = Fraction(0)
    multiplier: Fraction = Fraction(1)
    most_per_hour: Fraction | None = None


@dataclass(frozen=True, slots=True)
class MeterReading:
    """One reading: its time, what the register shows, the meter's number, its row in the file."""

    time: datetime
    register: Decimal
    meter: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What was consumed from `start` to `end`; None where that is not known."""

    start: datetime
    end: datetime
    amount: Fraction | None
    how: How = "counted"

    @property
    def seconds(self) -> int:
        """How long it is."""
        return (self.end - self.start) // timedelta(seconds=1)


@dataclass(slots=True)
class Consumption:
    """Steps in the order of time, without overlap, and what was found on the way (用量)."""

    steps: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def consumption(readings: Iterable[MeterReading], meter: Meter, file: str = "") -> Consumption:
    """What was consumed between readings.

    A register that begins again (`span`) is followed. Another meter number is an exchange: nothing
    is counted between the last reading of the old and the first of the new; where those are of one
    time nothing is missing. A step that cannot be (backwards without a rollover, or faster than
    `most_per_hour`) has no amount, unless one reading that stands out explains it: then that one is
    left out. A reading that comes again counts once. All of it is told, with the rows.
    """
    found = Consumption()
    counter = _Counter(meter, file, found)
    ordered = counter.in_order(list(readings))
    at = 0
    while at + 1 < len(ordered):
        before, after = ordered[at], ordered[at + 1]
        following = ordered[at + 2] if at + 2 < len(ordered) else None
        if counter.stands_out(before, after, following):
            del ordered[at + 1]
            continue
        counter.count(before, after)
        at += 1
    return found


class _Counter:
    def __init__(self, meter: Meter, file: str, found: Consumption) -> None:
        self._meter = meter
        self._file = file
        self._found = found

    def in_order(self, readings: Sequence[MeterReading]) -> list[MeterReading]:
        """By time, each once; two meters at one time in the order in which they were read."""
        kept: dict[tuple[datetime, str], MeterReading] = {}
        for one in readings:
            known = kept.get((one.time, one.meter))
            if known is None:
                kept[one.time, one.meter] = one
            elif known.register == one.register:
                values = {"time": one.time, "value": one.register}
                self.say("meter_twice", one, **values)
            else:
                values = {"time": one.time, "before": known.register, "after": one.register}
                self.say("meter_two_values", one, **values)
        return sorted(kept.values(), key=lambda one: one.time)

    def stands_out(
        self, before: MeterReading, after: MeterReading, following: MeterReading | None
    ) -> bool:
        """Whether `after` alone makes a step impossible that is possible without it."""
        if following is None or len({before.meter, after.meter, following.meter}) > 1:
            return False
        alone = self._possible(before, after) and self._possible(after, following)
        if alone or not self._possible(before, following):
            return False
        values = {
            "time": after.time, "value": after.register,
            "before": before.register, "after": following.register,
        }  # fmt: skip
        self.say("meter_outlier", after, **values)
        return True

    def count(self, before: MeterReading, after: MeterReading) -> None:
        """Adds the step from `before` to `after`."""
        steps = self._found.steps
        if before.meter != after.meter:
            exchange = {
                "old": before.meter, "new": after.meter, "since": before.time, "time": after.time,
            }  # fmt: skip
            if after.time > before.time:
                steps.append(Step(before.time, after.time, None))
                self.say("meter_exchange_gap", after, **exchange)
            else:
                self.say("meter_exchange", after, **exchange)
            return
        amount = self._amount(before, after)
        backwards = after.register < before.register
        values = {
            "before": before.register, "after": after.register,
            "since": before.time, "time": after.time,
        }  # fmt: skip
        if amount is None and backwards:
            self.say("meter_backwards", after, **values)
        elif amount is None:
            most = f"{float(self._meter.most_per_hour or 0):g}"
            self.say("meter_too_fast", after, most=most, **values)
        elif backwards:
            self.say("meter_rollover", after, **values)
        how: How = "rolled" if backwards and amount is not None else "counted"
        steps.append(Step(before.time, after.time, amount, how))

    def _possible(self, before: MeterReading, after: MeterReading) -> bool:
        return self._amount(before, after) is not None

    def _amount(self, before: MeterReading, after: MeterReading) -> Fraction | None:
        """What was consumed, None for what cannot be."""
        meter = self._meter
        step = Fraction(after.register) - Fraction(before.register)
        if step < 0:
            if not meter.span or max(after.register, before.register) >= meter.span:
                return None
            step += meter.span
            if meter.most_per_hour is None and step * 2 >= meter.span:
                return None
        amount = step * meter.multiplier
        hours = Fraction((after.time - before.time) // timedelta(seconds=1), 3600)
        if meter.most_per_hour is not None and amount > meter.most_per_hour * hours:
            return None
        return amount

    def say(
        self,
        key: str,
        reading: MeterReading,
        **values: object,
    ) -> None:
        place = Place(file=self._file or None, row=reading.row)
        severity: Literal["warning", "note"] = "note" if key in _IN_ORDER else "warning"
        self._found.problems.append(Problem(f"monitoring.{key}", place, values, severity))


def sent_quantities(
    readings: Iterable[MeterReading],
    multiplier: Fraction,
    step: timedelta,
    *,
    stamped_at_end: bool,
    file: str = "",
) -> Consumption:
    """Quantities sent per interval (时段电量), instead of a register.

    A negative quantity has no amount; an interval that is missing has none either, since nobody
    counted it. Both are told, as is what comes twice.
    """
    found = Consumption()
    counter = _Counter(Meter(multiplier=multiplier), file, found)
    missing = timedelta(0)
    for one in counter.in_order(list(readings)):
        start = one.time - step if stamped_at_end else one.time
        last = found.steps[-1].end if found.steps else start
        if start < last:
            counter.say("meter_overlap", one, time=one.time, since=last)
            continue
        if start > last:
            missing += start - last
            found.steps.append(Step(last, start, None, "sent"))
        amount = Fraction(one.register) * multiplier
        if amount < 0:
            counter.say("meter_negative", one, time=one.time, value=one.register)
        found.steps.append(Step(start, start + step, amount if amount >= 0 else None, "sent"))
    if missing:
        values = {"count": missing // step, "minutes": step // timedelta(minutes=1)}
        found.problems.append(
            Problem("monitoring.meter_missing", Place(file=file or None), values, "warning")
        )
    return found
