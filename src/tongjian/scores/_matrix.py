"""Units and indicators as a matrix (评价矩阵), with the direction of every indicator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tongjian.problems import Problem, TongjianError


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator (指标): the column that holds it, and whether more of it is better.

    `benefit` True is 正向 (more is better), False is 逆向 (less is better).
    """

    column: str
    benefit: bool = True

    @property
    def direction(self) -> str:
        """The direction as printed beside every score."""
        return "more is better" if self.benefit else "less is better"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Values of indicators by unit: shape (units, indicators), in the units of the columns."""

    units: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    values: np.ndarray
    left_out: tuple[str, ...] = ()
    """Units without a value for some indicator: they have no rank."""

    def standardised(self) -> np.ndarray:
        """Min-max values (极差标准化), 1 the best and 0 the worst of each column.

        A column that is the same everywhere separates nobody: all of it is 0.
        """
        low, high = self.values.min(axis=0), self.values.max(axis=0)
        spread = np.where(high > low, high - low, 1.0)
        benefit = np.array([one.benefit for one in self.indicators])
        better = np.where(benefit, self.values - low, high - self.values)
        return np.where(high > low, better / spread, 0.0)


def matrix_of(
    rows: Iterable[Mapping[str, Any]], key: Sequence[str], indicators: Sequence[Indicator]
) -> Matrix:
    """The matrix of the rows of a judging run, as `Run.sheet` gives them, of one year.

    `key` names the columns that tell the units apart. Units that lack an indicator are left out
    and named. Raises `TongjianError` for a column that the rows do not have, for a unit that
    appears twice (pick one year) and when fewer than two units remain.
    """
    listed, problems = list(rows), []
    known = set(listed[0]) if listed else set()
    for name in [*key, *(one.column for one in indicators)]:
        if listed and name not in known:
            values = {"column": name, "known": ", ".join(sorted(known))}
            problems.append(Problem("scores.no_column", values=values))
    if problems:
        raise TongjianError(problems)
    found: dict[str, list[Any]] = {}
    for row in listed:
        unit = " ".join(str(row[name]) for name in key)
        if unit in found:
            problems.append(Problem("scores.unit_twice", values={"unit": unit}))
        found[unit] = [row[one.column] for one in indicators]
    complete = {unit: cells for unit, cells in found.items() if None not in cells}
    if not problems and len(complete) < 2:
        problems.append(Problem("scores.too_few", values={"count": len(complete)}))
    if problems:
        raise TongjianError(problems)
    return Matrix(
        tuple(complete),
        tuple(indicators),
        np.array(list(complete.values()), dtype=float).reshape(len(complete), len(indicators)),
        tuple(unit for unit in found if unit not in complete),
    )


__all__ = ["Indicator", "Matrix", "matrix_of"]
