"""Test records of the US EPA's ECMPS (美国 EPA 检验记录), as the agency's tool uploads them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tongjian.monitoring.quality._accuracy import Run, accuracy
from tongjian.monitoring.quality._check import Check, Subject
from tongjian.monitoring.quality._linearity import linearity
from tongjian.problems import Place, Problem, RecordError
from tongjian.rules import Rulebook

_USED = "RUNUSED"


def read_ecmps(
    path: Path,
    ruleset: str,
    quantity: str = "",
    unit: str = "",
    *,
    rulebook: Rulebook | None = None,
) -> tuple[Check, ...]:
    """The linearity and accuracy tests of an ECMPS file, judged anew (读 ECMPS 检验记录).

    The records name neither the quantity nor the unit of their readings; without `quantity` only
    what the rules say of everything applies. Other kinds of test are left out. Results that the
    file states are kept in `inputs["reported"]` and never used. Raises `RecordError` for what is no
    such file, naming each field at fault.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        tests = data["testSummaryData"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        values = {"detail": f"testSummaryData: {error}"}
        raise RecordError(
            Problem("monitoring.qa_unreadable", Place(file=str(path)), values)
        ) from error
    found: list[Check] = []
    problems: list[Problem] = []
    for number, test in enumerate(tests, 1):
        try:
            found += _checks(test, ruleset, quantity, unit, rulebook)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            place = Place(file=str(path), row=number, field="testSummaryData")
            values = {"detail": f"{type(error).__name__} {error}"}
            problems.append(Problem("monitoring.qa_unreadable", place, values))
    if problems:
        raise RecordError(problems)
    return tuple(found)


def _checks(
    test: Mapping[str, Any], ruleset: str, quantity: str, unit: str, rulebook: Rulebook | None
) -> Iterator[Check]:
    span = test.get("calculatedSpanValue")
    channel = "/".join(
        str(test[name])
        for name in ("unitId", "stackPipeId", "monitoringSystemID", "componentID")
        if test.get(name)
    )
    subject = Subject(ruleset, quantity, unit, None if span is None else float(span), channel)
    begin, end = _moment(test, "begin"), _moment(test, "end")
    name = str(test["testNumber"])
    levels = test.get("linearitySummaryData") or ()
    if levels:
        injections = {
            str(level["gasLevelCode"]).lower(): [
                (float(one["referenceValue"]), float(one["measuredValue"]))
                for one in level["linearityInjectionData"]
            ]
            for level in levels
        }
        reported = {str(level["gasLevelCode"]).lower(): _stated(level) for level in levels}
        found = linearity(subject, injections, begin, end, rulebook=rulebook, name=name)
        yield _with(found, reported)
    for rata in test.get("rataData") or ():
        for summary in rata["rataSummaryData"]:
            runs = [
                Run(
                    float(one["rataReferenceValue"]),
                    float(one["cemValue"]),
                    one["runStatusCode"] == _USED,
                )
                for one in sorted(summary["rataRunData"], key=lambda one: int(one["runNumber"]))
            ]
            found = accuracy(subject, runs, begin, end, rulebook=rulebook, name=name)
            yield _with(found, _stated(summary))


def _with(check: Check, reported: Mapping[str, Any]) -> Check:
    return replace(check, inputs={**check.inputs, "reported": dict(reported)})


def _stated(of: Mapping[str, Any]) -> dict[str, Any]:
    """The results that a record states, without its lists and its own identifiers."""
    return {
        name: value
        for name, value in of.items()
        if isinstance(value, int | float) and not name.startswith("calculated")
    }


def _moment(test: Mapping[str, Any], which: str) -> np.datetime64:
    day, hour, minute = (test.get(f"{which}{part}") for part in ("Date", "Hour", "Minute"))
    if day is None:
        return np.datetime64("NaT", "m")
    return np.datetime64(f"{day}T{int(hour or 0):02d}:{int(minute or 0):02d}", "m")
