"""Evaluates targets (目标评估): value, goal, status, outlook, coverage and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tongjian.problems import Problem
from tongjian.rules import Target
from tongjian.targets._entries import Entries
from tongjian.targets._evaluation import Coverage, Evaluation, Status
from tongjian.targets._figures import Figures
from tongjian.targets._goal import Goal, clean, goal_of
from tongjian.targets._levers import levers
from tongjian.targets._open import settle
from tongjian.targets._outlook import outlook
from tongjian.targets._region import Region
from tongjian.targets._series import Series, series_of
from tongjian.targets._values import Values, values_of
from tongjian.units import ONE

TOLERANCE = 0.05
_DIRECTIONS = {"trend_down": -1, "trend_up": 1}


@dataclass(frozen=True, slots=True)
class Options:
    """How to evaluate: what a user entered, and the tolerance of effort targets (容差)."""

    entries: Entries = field(default_factory=Entries)
    tolerance: float = TOLERANCE


def evaluate(
    target: Target, figures: Figures, region: Region, year: int, options: Options | None = None
) -> Evaluation:
    """Hold one target against the records of a region, as of the end of `year`.

    A target whose year has passed is judged in that year (met or missed); one without a year is
    judged in `year`. Before its year it is on track, at risk or off by its straight line and the
    trend; without a verdict, `Evaluation.missing` says what is missing.
    """
    chosen = options or Options()
    found = Evaluation(target, region, year)
    series = _series(target, figures, region, year, found)
    values = values_of(target, series, region, chosen.entries, year)
    found.missing += values.missing
    found.series = values.by_year
    found.base, found.base_entry = values.base, values.base_entry
    if series is not None and values.base is not None:
        found.base_unit = series.unit.text
    goal = goal_of(target, region, chosen.entries, chosen.tolerance)
    if isinstance(goal, Problem):
        found.missing.append(goal)
    else:
        found.goal = goal
    _latest(found, values, year)
    if series is not None:
        asked = target.year if _is_closed(found) and target.year is not None else year
        found.coverage = _coverage(target, series, found.value_year or asked)
        _level_and_levers(found, series, figures)
    if found.value is not None and not isinstance(goal, Problem):
        found.outlook = outlook(values.by_year, goal, target.year, found.value_year or year)
        found.status = _status(found, values)
    if series is not None and found.value is not None and found.entered is None:
        settle(found, series)
    return found


def evaluate_all(
    targets: Iterable[Target],
    figures: Figures,
    region: Region,
    year: int,
    options: Options | None = None,
) -> list[Evaluation]:
    """Every target, in the order given."""
    return [evaluate(one, figures, region, year, options) for one in targets]


def _series(
    target: Target, figures: Figures, region: Region, year: int, found: Evaluation
) -> Series | None:
    """The series of the records, or None with what is missing for it."""
    measure = target.measure
    if measure.of is None:
        assert measure.missing is not None
        values = {"zh": measure.missing.zh, "en": measure.missing.en}
        found.missing.append(Problem("targets.not_recorded", values=values, severity="note"))
        return None
    series = series_of(target, figures, region, year)
    if not series.scope:
        listed = ", ".join(sorted(figures.sectors(target))) or "-"
        data = {**region.words, "sectors": listed}
        code = "targets.no_reporter" if measure.statistic else "targets.no_plants"
        found.missing.append(Problem(code, values=data, severity="note"))
        return None
    if series.problem is not None:
        found.missing.append(series.problem)
        return None
    return series


def _latest(found: Evaluation, values: Values, year: int) -> None:
    """The value that counts: of the target's year once it has passed, else the latest."""
    target = found.target
    # A peak is the year of the highest value so far, whenever that is asked.
    passed = target.year is not None and year >= target.year and target.measure.kind != "peak"
    at = target.year if passed else max(values.by_year, default=None)
    if target.year is None and at is not None and at < year:
        at = year  # a standing duty is judged in the year that was asked for
    started = at is not None and (target.base_year is None or at > target.base_year)
    if at is None or at not in values.by_year or not started:
        if not started and at is not None:
            data: dict[str, object] = {"year": target.base_year}
            found.missing.append(Problem("targets.not_begun", values=data, severity="note"))
        elif not found.missing:
            had = ", ".join(map(str, values.by_year)) or "-"
            data = {"year": year if at is None else at, "known": had}
            found.missing.append(Problem("targets.no_data", values=data, severity="note"))
        return
    found.value, found.value_year = values.by_year[at], at
    found.entered = values.entered.get(at)


def _coverage(target: Target, series: Series, year: int) -> Coverage:
    point = series.points.get(year)
    base = None
    if target.base_year is not None:
        there = series.points.get(target.base_year)
        base = 0 if there is None else len(there.parts)
    return Coverage(
        with_data=0 if point is None else len(point.parts),
        scope=len(series.scope),
        incomplete=0 if point is None else point.incomplete,
        capacity=series.capacity_share(year),
        base=base,
    )


def _level_and_levers(found: Evaluation, series: Series, figures: Figures) -> None:
    if found.value_year is None:
        return
    if found.target.measure.kind in ("cut", "rise", "growth", "peak"):
        found.level = series.value(found.value_year)
        found.base_unit = series.unit.text
    assert found.target.measure.of is not None
    unit = figures.unit(found.target.measure.of) or ONE
    found.levers = levers(
        found.target,
        found.goal,
        series,
        found.base,
        found.value_year,
        unit,
        figures.facilities,
    )


def _status(found: Evaluation, values: Values) -> Status:
    target = found.target
    if target.comparator == "rule":
        return "rule"
    if target.comparator in _DIRECTIONS and found.goal is None:
        return _direction(found, values)
    if target.comparator == "controlled" and found.goal is None:
        return _controlled(found)
    assert found.goal is not None and found.value is not None
    if target.comparator in _DIRECTIONS and not _heads(found, values, target.comparator):
        # With a reference both are asked for: at the reference, and not away from it.
        return "missed" if _is_closed(found) else "off" if len(values.by_year) > 1 else "at_risk"
    if target.measure.kind == "peak":
        return _peak(found, found.goal)
    reached = found.goal.reached(found.value)
    found.by_tolerance = reached and not found.goal.reached(found.value, tolerant=False)
    if _is_closed(found):
        return "met" if reached else "missed"
    if target.year is None:
        return "met" if reached else "off"
    return _on_the_way(found, found.goal, reached=reached)


def _is_closed(found: Evaluation) -> bool:
    return found.target.year is not None and found.year >= found.target.year


def _on_the_way(found: Evaluation, goal: Goal, *, reached: bool) -> Status:
    """Before the target's year: by the straight line and by the trend."""
    assert found.outlook is not None and found.value is not None
    if found.outlook.path is not None:
        found.path_kept = _at_or_beyond(found.value, found.outlook.path, goal)
    if found.outlook.forecast is not None:
        found.forecast_reaches = goal.reached(found.outlook.forecast)
    if found.target.measure.kind == "cumulative" and reached:
        return "met"  # what has been added up does not go again
    if reached:
        return "at_risk" if found.forecast_reaches is False else "on_track"
    kept = [one for one in (found.path_kept, found.forecast_reaches) if one is not None]
    if not kept:
        found.missing.append(Problem("targets.one_year", severity="note"))
        return "at_risk"
    return "on_track" if all(kept) else "at_risk" if any(kept) else "off"


def _peak(found: Evaluation, goal: Goal) -> Status:
    """A peak lies behind only once values have fallen after it (达峰须由其后的下降确认)."""
    assert found.value is not None and found.value_year is not None
    if not goal.reached(found.value):
        return "missed"
    if found.value == found.value_year:
        return "at_risk"
    return "met" if _is_closed(found) else "on_track"


def _at_or_beyond(value: float, path: float, goal: Goal) -> bool:
    if goal.way is None:
        return abs(value - goal.bound) <= abs(path - goal.bound) + goal.slack
    now, then = clean(value), clean(path)
    return now >= then if goal.way == "up" else now <= then


def _heads(found: Evaluation, values: Values, comparator: str) -> bool:
    """Whether the value moved the right way since the year with data before it.

    What has come down to nothing cannot fall further, as long as no plant is without data.
    """
    before = [year for year in values.by_year if year < (found.value_year or 0)]
    if not before or found.value is None:
        return False
    if comparator == "trend_down" and clean(found.value) == 0 and _whole(found.coverage):
        return True
    moved = clean(found.value) - clean(values.by_year[before[-1]])
    return moved * _DIRECTIONS[comparator] > 0


def _whole(coverage: Coverage | None) -> bool:
    if coverage is None:
        return False
    return coverage.with_data == coverage.scope and not coverage.incomplete


def _direction(found: Evaluation, values: Values) -> Status:
    if len([year for year in values.by_year if year <= (found.value_year or 0)]) < 2:
        found.missing.append(Problem("targets.no_second_year", severity="note"))
        return "not_measurable"
    right = _heads(found, values, found.target.comparator)
    if _is_closed(found):
        return "met" if right else "missed"
    if found.target.year is None:
        return "met" if right else "off"
    return "on_track" if right else "off"


def _controlled(found: Evaluation) -> Status:
    """Growth that is to be controlled: none is fine, some needs a limit that a user enters."""
    assert found.value is not None
    if found.value <= 0:
        return "met" if _is_closed(found) else "on_track"
    values = {"target": found.target.id}
    found.missing.append(Problem("targets.no_reference", values=values, severity="note"))
    return "not_measurable"


__all__ = ["TOLERANCE", "Options", "evaluate", "evaluate_all"]
