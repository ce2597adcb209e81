"""The plan of a year as plain data for a report (计划摘要): who writes it knows no plan."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from tongjian.control_plan._calibration import MeterState, meter_state
from tongjian.control_plan._finding import Finding
from tongjian.control_plan._history import History
from tongjian.control_plan._plan import Meter, Parameter
from tongjian.control_plan._words import word

Text = dict[str, str]
"""A text in both languages: ``zh`` and ``en``."""


def outline(
    known: History, year: int, today: date, found: Iterable[Finding] = ()
) -> dict[str, Any]:
    """The revision at the end of a year, its meters and parameters, and the findings given.

    A meter is ``overdue`` if it was overdue or had failed at any time of the year. Empty where no
    plan covers the year.
    """
    revision = known.for_period(f"{year}-12")
    if revision is None:
        return {}
    plan = revision.plan
    return {
        "revision": plan.revision,
        "valid_from": plan.in_force,
        "entered": revision.entered,
        "entry": revision.entry,
        "meters": [
            _meter(one, meter_state(known, one.id, str(year), today))
            for one in plan.meters.values()
        ],
        "parameters": [_parameter(one) for one in plan.parameters],
        "findings": [
            {"zh": f"{one.title('zh')}：{one.words.message('zh')}",
             "en": f"{one.title('en')}: {one.words.message('en')}"}
            for one in found
        ],
    }  # fmt: skip


def _meter(one: Meter, state: MeterState) -> dict[str, Any]:
    last, spread = state.last, state.uncertainty
    return {
        "id": one.id,
        "name": one.name,
        "class": one.accuracy_class,
        "calibrated": None if last is None else last.day,
        "due": None if last is None else last.next_due,
        "uncertainty": None if spread is None else f"±{spread.half_width:.3g} %",
        "overdue": state.in_doubt,
        "state": _both("meter", state.state),
        "since": state.since,
        "until": state.until,
    }


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "id": one.id,
        "process_unit": one.process_unit,
        "stream": one.stream,
        "item": one.item,
        "method": _both("way", one.obtained),
        "meter": ", ".join([*one.meters, *filter(None, [one.laboratory, one.standard])]),
        "frequency": None if one.frequency is None else _both("frequency", one.frequency),
        "missing": None if one.missing is None else _both("missing", one.missing.rule),
    }


def _both(group: str, code: str) -> Text:
    return {lang: word(group, code, lang) for lang in ("zh", "en")}


__all__ = ["outline"]
