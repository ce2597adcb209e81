"""What has to be known of a substitution (提示): alike ones together, with a count of hours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.hours import State
from tongjian.monitoring.profile import measured_quantities
from tongjian.monitoring.substitution._gaps import NUMBER, Chosen, Gap
from tongjian.monitoring.substitution._samples import Result
from tongjian.problems import Problem
from tongjian.rules import LOST, Band, Lost, Statistic, Substitution

_Results = Sequence[tuple[Statistic, Result]]
_DOUBTFUL = ("recalled", "not-found")


class Notices:
    """Gathers what is to be told of one series."""

    def __init__(
        self,
        document: Substitution,
        quantity: str,
        times: NDArray[np.datetime64],
        state: NDArray[np.uint8],
    ) -> None:
        self._document = document
        self._times, self._state = times, state
        running = np.flatnonzero(state != State.STOPPED)
        # A gap that the data end with may go on.
        self._end = int(running[-1]) if len(running) else -1
        known = measured_quantities().get(quantity)
        self._zh, self._en = (known.zh, known.en) if known else (quantity, quantity)
        self._found: dict[tuple[str, str, object], Problem] = {}

    def gap(self, gap: Gap) -> None:
        """A gap of which somebody has to be told."""
        for one in gap.part.notify:
            if len(gap) > one.above:
                self._noted(
                    "substitution_notify",
                    "warning",
                    hours=len(gap),
                    first=self._time(gap.first),
                    last=self._time(gap.last),
                    above=one.above,
                    document=self._document.basis.document,
                    clause=one.basis.clause,
                    status=one.basis.status,
                    message_zh=one.message.zh,
                    message_en=one.message.en,
                )

    def nothing(self, band: Band, gap: Gap, at: NDArray[np.int64], results: _Results) -> None:
        """Hours for which there is no value."""
        rule, hours, first = self._document.rule(gap.part, band), len(at), self._time(int(at[0]))
        lack = next((one.lack for _, one in results if math.isnan(one.value)), None)
        if lack is None:
            zh, en = (band.note.zh, band.note.en) if band.note else ("", "")
            self._noted(
                "substitution_none",
                "warning",
                rule=rule,
                hours=hours,
                first=first,
                clause=band.basis.clause,
                status=band.basis.status,
                note_zh=f"：{zh}" if zh else "",
                note_en=f": {en}" if en else "",
            )
        elif lack == "calibration":
            self._noted(
                "substitution_no_calibration", "warning", rule=rule, hours=hours, first=first
            )
        elif lack == "highest":
            self._noted("substitution_no_highest", "warning", rule=rule, hours=hours, first=first)
        elif lack == "after":
            self._noted("substitution_no_after", "warning", rule=rule, hours=hours, first=first)
        elif lack == "before":
            self._noted("substitution_no_before", "warning", rule=rule, hours=hours, first=first)
        else:
            self._noted("substitution_no_valid", "warning", rule=rule, hours=hours, first=first)

    def put(
        self, rule: str, gap: Gap, band: Band, at: NDArray[np.int64], results: _Results
    ) -> None:
        """Hours for which there is one, as far as there is something to say of it."""
        hours, first = len(at), self._time(int(at[0]))
        if band.basis.status in _DOUBTFUL:
            self._noted(
                "substitution_recalled",
                "warning",
                rule=rule,
                hours=hours,
                first=first,
                clause=band.basis.clause,
                status=band.basis.status,
            )
        if gap.last == self._end and any(not one.gap.anything for one in gap.part.bands):
            self._noted("substitution_unfinished", "note", rule=rule, hours=hours, first=first)
        for use, result in results:
            if use.over == "look_back" and len(result.at) < use.hours:
                self._noted(
                    "substitution_short",
                    "note",
                    rule=rule,
                    hours=hours,
                    first=first,
                    found=len(result.at),
                    wanted=use.hours,
                )

    def told(self, chosen: Mapping[Lost, Chosen]) -> tuple[Problem, ...]:
        """Everything found, warnings first; with what the document does not speak of."""
        for name in LOST:
            at = np.flatnonzero(self._state == NUMBER[name])
            if not len(at):
                continue
            hours, first = len(at), self._time(int(at[0]))
            if name not in chosen:
                self._noted(
                    "substitution_no_part",
                    "warning",
                    document=self._document.id,
                    quantity_zh=self._zh,
                    quantity_en=self._en,
                    hours=hours,
                    first=first,
                )
            elif chosen[name].by_analogy:
                self._noted(
                    "substitution_analogy",
                    "warning",
                    document=self._document.id,
                    quantity_zh=self._zh,
                    quantity_en=self._en,
                    hours=hours,
                    first=first,
                )
        self._dates()
        weight = ("error", "warning", "note").index
        return tuple(sorted(self._found.values(), key=lambda one: weight(one.severity)))

    def _dates(self) -> None:
        if not len(self._times):
            return
        span, ends = self._document.validity, (self._times[0], self._times[-1])
        days: list[date] = [one.astype("datetime64[D]").item() for one in ends]
        if not all(map(span.covers, days)):
            self._noted(
                "substitution_dates",
                "warning",
                document=self._document.id,
                span=str(span),
                hours=len(self._times),
                first=self._time(0),
                last=self._time(-1),
            )

    def _noted(
        self, key: str, severity: Literal["error", "warning", "note"], **values: object
    ) -> None:
        """Adds to one alike, if there is one: the hours are counted, the first time stays."""
        mark = (key, str(values.get("rule", "")), values["first"] if "above" in values else "")
        old = self._found.get(mark)
        if old is not None:
            hours = int(str(old.values["hours"])) + int(str(values["hours"]))
            first = min(str(old.values["first"]), str(values["first"]))
            values = {**values, "hours": hours, "first": first}
            if "found" in values:
                values["found"] = min(int(str(old.values["found"])), int(str(values["found"])))
        self._found[mark] = Problem(f"monitoring.{key}", values=values, severity=severity)

    def _time(self, position: int) -> str:
        return str(self._times[position]).replace("T", " ") + ":00"


__all__ = ["Notices"]
