"""QAL3 control charts (QAL3 控制图): drift and precision of an instrument between two tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tongjian.monitoring.quality._check import (
    Check,
    Figure,
    Subject,
    Verdict,
    beyond,
    exceeded,
    recalled,
)
from tongjian.monitoring.quality._limits import QAL3, UNKNOWN, Limit, limits_of
from tongjian.monitoring.quality._linearity import NO_TIME, too_few
from tongjian.problems import Problem
from tongjian.rules import Rulebook

Floats = NDArray[np.float64]
_CUSUM = ("hx", "kx", "hs", "ks")


@dataclass(frozen=True, slots=True)
class Cusum:
    """A CUSUM chart of n readings (累积和控制图), arrays of length n in the unit of the readings.

    `up` and `down` are the sums of drift, `precision` that of the precision (its square), the
    limits what they are held against. `drift_alarm` and `precision_alarm` are the positions of the
    first readings that exceed them, None where none does.
    """

    up: Floats
    down: Floats
    precision: Floats
    drift_limit: float
    precision_limit: float

    @property
    def drift_alarm(self) -> int | None:
        """The position of the first reading at which the drift is too large."""
        return _first((self.up > self.drift_limit) | (self.down > self.drift_limit))

    @property
    def precision_alarm(self) -> int | None:
        """The position of the first reading at which the precision is too poor."""
        return _first(self.precision > self.precision_limit)


def cusum(
    differences: Sequence[float],
    deviation: float,
    *,
    hx: float,
    kx: float,
    hs: float,
    ks: float,
) -> Cusum:
    """The CUSUM chart of EN 14181 (累积和控制图).

    `differences` d are readings less reference, in the order of time; `deviation` s is the standard
    deviation of the instrument at this point (s_AMS). hx, kx are multiples of s, hs, ks of its
    square::

        up = max(0, up + d - kx s)      precision = max(0, precision + (d - d_before)^2 / 2 - ks s2)
        down = max(0, down - d - kx s)

    The recursions are recalled, not read in the standard. The sums go on after an alarm: what is
    done about it is for the keeper of the chart.
    """
    d = np.asarray(differences, dtype=float)
    up, down, precision = (np.zeros(len(d)) for _ in range(3))
    slack, noise = kx * deviation, ks * deviation**2
    one = two = three = 0.0
    for at, gap in enumerate(d):
        one, two = max(0.0, one + gap - slack), max(0.0, two - gap - slack)
        if at:
            three = max(0.0, three + (gap - d[at - 1]) ** 2 / 2 - noise)
        up[at], down[at], precision[at] = one, two, three
    return Cusum(up, down, precision, hx * deviation, hs * deviation**2)


def qal3(
    subject: Subject,
    readings: Sequence[tuple[float, float]],
    deviation: float,
    level: str = "zero",
    begin: np.datetime64 = NO_TIME,
    end: np.datetime64 = NO_TIME,
    *,
    rulebook: Rulebook | None = None,
    name: str = "",
) -> Check:
    """Judge the readings of a control chart at zero or at span (QAL3 控制图检验).

    `readings` are pairs of (reference, measured) in the order of time, `deviation` the standard
    deviation of the instrument. Precision is tested first: where it fails, the drift says nothing.
    The Shewhart chart of the same readings is told as the largest difference against the limits of
    warning and action; patterns of several readings are not judged.
    """
    constants = limits_of(QAL3, (subject.ruleset,), rulebook)
    gaps = [measured - reference for reference, measured in readings]
    inputs = {"readings": [list(one) for one in readings], "deviation": deviation, "level": level}
    unknown = [key for key in _CUSUM if constants.get(key, UNKNOWN).number is None]
    if unknown or not readings:
        values = {"name": ", ".join(unknown), "ruleset": subject.ruleset, "table": QAL3}
        problem = Problem("monitoring.limit_unknown", values=values, severity="warning")
        if not unknown:
            problem = too_few("readings", 0, "1")
        return Check("qal3", subject, "not_judged", (), (problem,), inputs, begin, end, name)
    chart = cusum(gaps, deviation, **{key: constants[key].number or 0.0 for key in _CUSUM})
    figures = _figures(subject, chart, gaps, deviation, constants, level)
    verdict, reasons = _verdict(chart, figures)
    if chart.drift_alarm is not None:
        figures += _correction(subject, chart, deviation, constants, level)
    reasons += recalled(figures)
    return Check("qal3", subject, verdict, tuple(figures), tuple(reasons), inputs, begin, end, name)


def _figures(
    subject: Subject,
    chart: Cusum,
    gaps: Sequence[float],
    deviation: float,
    constants: Mapping[str, Limit],
    level: str,
) -> list[Figure]:
    """The highest point of each sum, and the largest difference (Shewhart)."""
    drift = _times(constants["hx"], deviation, "s")
    square = _times(constants["hs"], deviation**2, "s²")
    warning = _times(constants.get("warning", UNKNOWN), deviation, "s")
    action = _times(constants.get("action", UNKNOWN), deviation, "s")
    unit = subject.unit
    return [
        Figure("precision", float(chart.precision.max()), f"({unit})²", level, square),
        Figure("drift_up", float(chart.up.max()), unit, level, drift),
        Figure("drift_down", float(chart.down.max()), unit, level, drift),
        Figure("largest", max(gaps, key=abs), unit, level, warning, action),
    ]


def _verdict(chart: Cusum, figures: Sequence[Figure]) -> tuple[Verdict, list[Problem]]:
    precision, up, down, largest = figures
    if chart.precision_alarm is not None:
        return "out_of_control", [_alarm(precision, chart.precision, chart.precision_alarm)]
    at = chart.drift_alarm
    if at is not None:
        one, sums = (up, chart.up) if chart.up[at] > chart.drift_limit else (down, chart.down)
        return "out_of_control", [_alarm(one, sums, at)]
    if largest.within is not False:
        return "passed", []
    return (verdict := beyond(largest)), [exceeded(largest, verdict)]


def _alarm(figure: Figure, sums: Floats, at: int) -> Problem:
    values = {
        "reading": at + 1,
        "name_zh": figure.title("zh"),
        "name_en": figure.title("en"),
        "value": f"{sums[at]:.4g}",
        "limit": figure.limit.text if figure.limit else "",
    }
    return Problem("monitoring.qa_alarm", values=values)


def _correction(
    subject: Subject,
    chart: Cusum,
    deviation: float,
    constants: Mapping[str, Limit],
    level: str,
) -> list[Figure]:
    """Where the drift was found, and by how much to correct: a share of (kx s + sum / N).

    N counts the readings since the sum was last zero. Recalled.
    """
    at = chart.drift_alarm or 0
    upward = bool(chart.up[at] > chart.drift_limit)
    sums = chart.up if upward else chart.down
    zeros = np.flatnonzero(sums[:at] == 0)
    count = at - (int(zeros[-1]) if len(zeros) else -1)
    figures = [Figure("alarm", at + 1, "", level)]
    share = constants.get("correction", UNKNOWN).number
    if share is not None:
        size = share * ((constants["kx"].number or 0.0) * deviation + float(sums[at]) / count)
        figures.append(Figure("correction", -size if upward else size, subject.unit, level))
    return figures


def _times(limit: Limit, by: float, symbol: str) -> Limit:
    if limit.number is None:
        return limit
    number = limit.number * by
    return replace(limit, number=number, text=f"{limit.text} {symbol} = {number:.4g}")


def _first(marks: NDArray[np.bool_]) -> int | None:
    found = np.flatnonzero(marks)
    return int(found[0]) if len(found) else None
