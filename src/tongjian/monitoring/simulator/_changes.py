"""What faults do to the values of a day (数据类故障), before they are rounded and averaged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.simulator._day import FAULT, NORMAL, Averages, Day
from tongjian.monitoring.simulator._faults import Fault, Injected, Truth
from tongjian.monitoring.simulator._plant import Mask
from tongjian.monitoring.simulator._source import PointSource

_MINUTE = timedelta(minutes=1)


class Changes:
    """The faults of the values of one station; writes down every change of a day once."""

    def __init__(self, source: PointSource, faults: list[Fault], mn: str, truth: Truth) -> None:
        self._source = source
        self._mn = mn
        self._truth = truth
        self._faults = [
            (fault, row)
            for fault in faults
            for row in range(len(source.channels))
            if fault.kind == "replay" or fault.quantity in self._names(row)
        ]
        self._told: set[tuple[int, date]] = set()
        self._stuck: dict[int, float] = {}

    @property
    def any(self) -> bool:
        """Whether there is anything to change."""
        return bool(self._faults)

    def apply(self, day: date, found: Day) -> None:
        """Change the values of `day`."""
        midnight = datetime.combine(day, time())
        for number, (fault, row) in enumerate(self._faults):
            act = _ACTS.get(fault.kind)
            first = max(0, int((fault.first - midnight) / _MINUTE)) if fault.first > midnight else 0
            length = found.value.shape[1]
            stop = length
            if fault.last < midnight + timedelta(days=1):
                stop = int((fault.last - midnight) / _MINUTE)
            if act is None or first >= length or stop <= 0:
                continue
            span = slice(first, stop)
            changed = act(self, fault, row, found, span)
            if changed.any() and (number, day) not in self._told:
                self._told.add((number, day))
                at = np.flatnonzero(changed)
                self._note(fault, row, midnight, (first + int(at[0]), first + int(at[-1]) + 1), at)

    def amend(self, day: date, averages: Averages) -> None:
        """Change the amounts (Cou) of the intervals of `day`."""
        midnight = datetime.combine(day, time())
        seconds = averages.seconds
        for number, (fault, row) in enumerate(self._faults):
            if fault.kind != "cou":
                continue
            begin = [
                midnight + timedelta(seconds=seconds * column)
                for column in range(averages.cou.shape[1])
            ]
            touched = np.array([fault.first <= one < fault.last for one in begin])
            touched &= ~np.isnan(averages.cou[row])
            averages.cou[row, touched] *= fault.number
            if touched.any() and (number, day) not in self._told:
                self._told.add((number, day))
                at = np.flatnonzero(touched)
                per = seconds // 60
                span = (int(at[0]) * per, (int(at[-1]) + 1) * per)
                self._note(fault, row, midnight, span, np.repeat(at, per))

    # ---- each kind -----------------------------------------------------------------------------

    def _stick(self, fault: Fault, row: int, found: Day, span: slice) -> Mask:
        """The analyser says what it said when it stuck; its mark stays N while the source runs."""
        if row not in self._stuck:
            begin = self._source.clean(fault.first.date())
            minute = fault.first.hour * 60 + fault.first.minute
            self._stuck[row] = float(begin.value[row, minute])
        for values in (found.value, found.low, found.high):
            values[row, span] = self._stuck[row]
        calm: Mask = np.isin(found.flags[row, span], (NORMAL, FAULT))
        return calm

    def _replay(self, fault: Fault, row: int, found: Day, span: slice) -> Mask:
        assert fault.source is not None
        other = self._source.clean(fault.source)
        found.value[row], found.flags[row] = other.value[row], other.flags[row]
        found.low[row], found.high[row] = other.low[row], other.high[row]
        return np.ones(found.value.shape[1], dtype=bool)

    def _clip(self, fault: Fault, row: int, found: Day, span: slice) -> Mask:
        over: Mask = (found.value[row, span] > fault.number) & (found.flags[row, span] == NORMAL)
        for values in (found.value, found.low, found.high):
            values[row, span] = np.where(over, fault.number, values[row, span])
        highest = np.minimum(found.high[row, span], fault.number)
        normal = found.flags[row, span] == NORMAL
        found.high[row, span] = np.where(normal, highest, found.high[row, span])
        return over

    def _blank(self, fault: Fault, row: int, found: Day, span: slice) -> Mask:
        over: Mask = (found.value[row, span] > fault.number) & (found.flags[row, span] == NORMAL)
        for values in (found.value, found.low, found.high):
            values[row, span] = np.where(over, 0.0, values[row, span])
        found.flags[row, span] = np.where(over, FAULT, found.flags[row, span])
        return over

    def _scale(self, fault: Fault, row: int, found: Day, span: slice) -> Mask:
        normal: Mask = found.flags[row, span] == NORMAL
        for values in (found.value, found.low, found.high):
            values[row, span] = np.where(
                normal, values[row, span] * fault.number, values[row, span]
            )
        return normal

    # ---- the record ----------------------------------------------------------------------------

    def _names(self, row: int) -> tuple[str, str]:
        channel = self._source.channels[row]
        return channel.quantity, channel.code

    def _note(
        self,
        fault: Fault,
        row: int,
        midnight: datetime,
        span: tuple[int, int],
        at: NDArray[np.int64],
    ) -> None:
        quantity, code = self._names(row)
        detail = f"{fault.number:g}" if fault.source is None else f"< {fault.source}"
        if fault.kind == "stuck":
            channel = self._source.channels[row]
            detail = f"{self._stuck[row]:.{channel.decimals}f}"
        self._truth.note(
            Injected(
                self._mn,
                fault.kind,
                quantity,
                code,
                midnight + span[0] * _MINUTE,
                midnight + span[1] * _MINUTE,
                detail=detail,
                minutes=len(at),
            )
        )


_ACTS: dict[str, Callable[[Changes, Fault, int, Day, slice], Mask]] = {
    "stuck": Changes._stick,
    "replay": Changes._replay,
    "clip": Changes._clip,
    "blank-when-high": Changes._blank,
    "scale": Changes._scale,
}
