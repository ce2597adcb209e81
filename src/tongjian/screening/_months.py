"""Tests of one series by its months: steps, repetitions, a copied year, jumps."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from statistics import NormalDist, median

from tongjian.problems import Problem
from tongjian.screening._finding import Finding, Severity
from tongjian.screening._limits import Limits
from tongjian.screening._series import Series

# Makes the median absolute deviation of a normal distribution its standard deviation.
_TO_DEVIATION = 1 / NormalDist().inv_cdf(0.75)


def steps(series: Series, limits: Limits) -> Iterator[Finding]:
    """Months far from the others (突变): a factor of ten is usually a unit or a decimal point."""
    positive = {period: value for period, value in series.months.items() if value > 0}
    if len(positive) < limits.least_months:
        return
    logs = {period: math.log(value) for period, value in positive.items()}
    middle = median(logs.values())
    spread = _TO_DEVIATION * median(abs(value - middle) for value in logs.values())
    for period, value in logs.items():
        others = math.exp(median(one for other, one in logs.items() if other != period))
        ratio = positive[period] / others
        far = max(ratio, 1 / ratio) >= limits.step_ratio
        lonely = not _seasonal(series, period, limits.season_ratio)
        if far and lonely and abs(value - middle) > limits.step_spread * spread:
            words = Problem(
                "screening.step",
                values={
                    "series": series.name,
                    "period": period,
                    "value": f"{positive[period]:.6g} {series.unit}",
                    "ratio": f"{ratio:.3g}",
                    "middle": f"{others:.6g} {series.unit}",
                },
                severity="warning",
            )
            evidence = {"value": positive[period], "median": others, "ratio": ratio}
            severity: Severity = (
                "serious" if max(ratio, 1 / ratio) >= 2 * limits.step_ratio else "notice"
            )
            yield _finding("step", severity, series, (period,), evidence, words)


def _seasonal(series: Series, period: str, ratio: float) -> bool:
    """Whether the same month of the year before or after is about as large: a season, no step."""
    year, _, month = period.partition("-")
    others = (series.months.get(f"{int(year) + way}-{month}", 0.0) for way in (-1, 1))
    here = series.months[period]
    return any(one > 0 and max(one / here, here / one) <= ratio for one in others)


def repetitions(series: Series, limits: Limits) -> Iterator[Finding]:
    """The same value in several months (重复值)."""
    groups: dict[float, list[str]] = defaultdict(list)
    for period, value in series.months.items():
        if value and _digits(series.entered[period]) >= limits.repeat_digits:
            groups[value].append(period)
    for value, periods in groups.items():
        if len(periods) >= limits.repeats:
            words = Problem(
                "screening.repeated",
                values={
                    "series": series.name,
                    "value": f"{value:.6g} {series.unit}",
                    "count": len(periods),
                    "periods": ", ".join(periods),
                },
                severity="warning",
            )
            evidence = {"value": value, "count": len(periods), "months": len(series.months)}
            severity: Severity = "serious" if len(periods) > len(series.months) / 2 else "notice"
            yield _finding("repeated", severity, series, tuple(periods), evidence, words)


def copied_years(series: Series, limits: Limits) -> Iterator[Finding]:
    """A year whose months are those of the year before (照抄上年)."""
    pairs: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for period, value in series.months.items():
        before = series.year_before(period)
        if before is not None and value and _digits(series.entered[period]) >= limits.repeat_digits:
            pairs[period[:4]].append((period, before == value))
    for year, found in pairs.items():
        same = tuple(period for period, equal in found if equal)
        if len(same) >= limits.copied_months and len(same) >= limits.copied_share * len(found):
            words = Problem(
                "screening.copied_year",
                values={
                    "series": series.name,
                    "year": year,
                    "count": len(same),
                    "total": len(found),
                },
                severity="warning",
            )
            evidence = {"equal": float(len(same)), "months": float(len(found))}
            yield _finding("copied_year", "serious", series, same, evidence, words)


def jumps(series: Series, limits: Limits) -> Iterator[Finding]:
    """A year several times the one before, over the same months (年际突变)."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for period, value in series.months.items():
        before = series.year_before(period)
        if before is not None:
            total = sums[period[:4]]
            total[0] += before
            total[1] += value
            total[2] += 1
    for year, (before, now, months) in sums.items():
        if before <= 0 or now <= 0 or months < limits.least_months:
            continue
        ratio = now / before
        if max(ratio, 1 / ratio) >= limits.jump_ratio:
            words = Problem(
                "screening.jump",
                values={
                    "series": series.name,
                    "year": year,
                    "value": f"{now:.6g} {series.unit}",
                    "before": f"{before:.6g} {series.unit}",
                    "ratio": f"{ratio:.3g}",
                },
                severity="warning",
            )
            evidence = {"value": now, "before": before, "ratio": ratio}
            yield _finding("jump", "notice", series, (), evidence, words)


def _finding(
    test: str,
    severity: Severity,
    series: Series,
    periods: tuple[str, ...],
    evidence: Mapping[str, float],
    words: Problem,
) -> Finding:
    where = (series.facility, series.process_unit, series.stream, series.item)
    return Finding(test, severity, *where, periods=periods, evidence=evidence, words=words)


def _digits(text: str) -> int:
    """Digits of a number as typed, without zeros in front or behind."""
    mantissa = text.lower().partition("e")[0]
    return len("".join(c for c in mantissa if c.isdigit()).strip("0"))


__all__ = ["copied_years", "jumps", "repetitions", "steps"]
