"""What could not be judged (无法判定的部分): a verdict stands only where it does not turn on it."""

from __future__ import annotations

from tongjian.problems import Problem
from tongjian.targets._evaluation import Evaluation
from tongjian.targets._series import Series
from tongjian.units import ONE


def settle(found: Evaluation, series: Series) -> None:
    """Take a verdict back that would be another one if all that is open belonged to the value.

    What is open beside a verdict that stands is told as well.
    """
    assert found.value is not None and found.value_year is not None
    amount = series.open.get(found.value_year, 0.0)
    if not amount:
        return
    target, point = found.target, series.points[found.value_year]
    factor = series.unit.scale / target.unit.scale
    total = (point.above + amount) / (point.below if series.divided else 1.0)
    other = total * factor.numerator / factor.denominator
    unit = (series.top or ONE).text
    values: dict[str, object] = {"open": f"{amount:.6g}", "unit": unit, "unit_zh": _zh(unit)}
    goal = found.goal
    if goal is None or goal.reached(found.value) == goal.reached(other):
        found.missing.append(Problem("targets.left_open", values=values, severity="note"))
        return
    values |= {"value": f"{found.value:.6g}", "other": f"{other:.6g}", "wanted": target.unit.text}
    values["wanted_zh"] = _zh(target.unit.text)
    found.status = "not_measurable"
    found.missing.append(Problem("targets.undecided", values=values, severity="note"))


def _zh(unit: str) -> str:
    """A unit in Chinese text."""
    return "个" if unit == "count" else unit


__all__ = ["settle"]
