"""A file of checks, read and judged (检验记录的判定)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tongjian.monitoring.quality._accuracy import Run, accuracy
from tongjian.monitoring.quality._check import Check, Subject
from tongjian.monitoring.quality._drift import Point, drift
from tongjian.monitoring.quality._linearity import linearity
from tongjian.monitoring.quality._qal3 import qal3
from tongjian.monitoring.quality._sheet import Cells, Reading, Test, tests_of
from tongjian.rules import Rulebook


def read_checks(
    table: Sequence[tuple[int, Cells]], file: str, rules: str = "", rulebook: Rulebook | None = None
) -> tuple[Check, ...]:
    """Judge the checks of a table (检验记录表), one row for each reading.

    `table` are numbered rows, the first naming the columns: test, kind (drift, linearity, accuracy,
    qal3), rules, channel, quantity, unit, span, time, level, reference, measured, used, deviation,
    in English or Chinese. Rows with the same `test` are one; a drift has one reading at zero or
    span each. `rules` are those of rows that name none. Raises `RecordError` with every fault.
    """
    found: list[Check] = []
    for test in tests_of(table, file, rules, rulebook):
        found += _checks(test, rulebook)
    return tuple(found)


def _checks(test: Test, rulebook: Rulebook | None) -> Iterator[Check]:
    said = test.common
    subject = Subject(test.rules, said["quantity"], said["unit"], said["span"], said["channel"])
    times = [one.time for one in test.readings]
    begin, end = min(times), max(times)  # NaT where a time is not given
    if test.kind == "drift":
        for one in test.readings:
            level: Point = "zero" if one.level == "zero" else "span"
            values = (one.reference, one.measured, one.time)
            yield drift(subject, level, *values, rulebook=rulebook, name=test.name)
    elif test.kind == "linearity":
        by_level: dict[str, list[tuple[float, float]]] = {}
        for one in test.readings:
            by_level.setdefault(one.level, []).append((one.reference, one.measured))
        yield linearity(subject, by_level, begin, end, rulebook=rulebook, name=test.name)
    elif test.kind == "accuracy":
        runs = [Run(one.reference, one.measured, one.used) for one in test.readings]
        yield accuracy(subject, runs, begin, end, rulebook=rulebook, name=test.name)
    else:
        charts: dict[str, list[Reading]] = {}
        for one in test.readings:
            charts.setdefault(one.level, []).append(one)
        for at, of in charts.items():
            pairs = [(one.reference, one.measured) for one in of]
            args = (subject, pairs, said["deviation"], at, begin, end)
            yield qal3(*args, rulebook=rulebook, name=test.name)
