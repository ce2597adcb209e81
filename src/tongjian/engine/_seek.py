"""`seek`: the value of a table with which a cell of a run becomes zero (单变量求解、目标搜索).

Only what rests on that value is computed again, from the rows that the run already has. The
answer is the name of a table with the value put in, for another run to be bound to.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tongjian.engine._finished_run import RuleSetResult, Run
from tongjian.engine._retry import Retry
from tongjian.problems import EngineError, Problem
from tongjian.rules import PutIn, with_value

_CELLS = 64
"""Into so many parts a bracket is cut to find out how often the sign changes."""
_MOST_STEPS = 200
Bound = float | str


@dataclass(frozen=True, slots=True)
class Place:
    """A value of a table (取值位置): the alias of the table, the column and the key."""

    alias: str
    column: str
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search has found (求解结果).

    `value` is in `unit`, the unit of the table's column, as `printed`; with it the cell comes to
    `left`, in its own unit. `binds` are those of the run with the value put in.
    """

    value: float
    printed: str
    unit: str
    left: float
    left_unit: str
    tried: int
    table: str
    binds: dict[str, str]


def seek(
    run: Run,
    ruleset: str,
    cell: tuple[str, str],
    row: Mapping[str, object],
    place: Place,
    bracket: tuple[Bound, Bound],
    *,
    tolerance: float = 1e-3,
) -> Sought:
    """The value at `place` with which column `cell` (sheet, column) of `row` becomes zero.

    `row` names the row by its keys, ``{"sector": ..., "year": 2025}``. The value is searched in
    `bracket`, numbers in the unit of the table's column or columns of the same row; `tolerance`
    is in the unit of the cell. Raises `EngineError` where there is no such cell or place, and
    where no value or more than one makes the cell zero.
    """
    result, found = _row(run, ruleset, cell, row)
    retry = Retry.of(run, result, cell, found, (place.alias, place.column, place.key))
    search = _Search(retry, tolerance, {})
    low, high = _bracket(retry, found, bracket)
    value = search.root(low, high)
    printed, value, left = search.shortest(value)
    put = PutIn(place.column, place.key, printed, year=retry.year)
    table = with_value(result.ruleset.program.tables[place.alias] or "", put)
    return Sought(
        value,
        printed,
        retry.unit.text,
        left,
        retry.goal_unit.text,
        len(search.known),
        table,
        {**run.binds, place.alias: table},
    )


def _row(
    run: Run, ruleset: str, cell: tuple[str, str], row: Mapping[str, object]
) -> tuple[RuleSetResult, dict[str, object]]:
    sheet, column = cell
    for result in run.results:
        plan = result.ruleset.program.sheets.get(sheet)
        formula = plan.formulas.get(column) if plan is not None else None
        if result.ruleset.id != ruleset or formula is None or formula.doc.unit is None:
            continue
        for one in result.sheets.get(sheet, ()):
            keys = plan.grain if plan is not None else ()
            if set(row) == set(keys) and all(one[key] == value for key, value in row.items()):
                return result, one
    what = " ".join([ruleset, f"{sheet}.{column}", *(f"{k}={v}" for k, v in row.items())])
    known = "; ".join(_rows(run, ruleset, sheet)) or "-"
    raise EngineError(Problem("engine.unknown_cell", values={"what": what, "known": known}))


def _rows(run: Run, ruleset: str, sheet: str) -> list[str]:
    listed = []
    for result in run.results:
        plan = result.ruleset.program.sheets.get(sheet)
        if result.ruleset.id == ruleset and plan is not None:
            for one in result.sheets.get(sheet, ())[:10]:
                listed.append(" ".join(f"{key}={one[key]}" for key in plan.grain))
    return listed


def _bracket(
    retry: Retry, row: Mapping[str, object], bracket: Sequence[Bound]
) -> tuple[float, float]:
    """Both ends as numbers in the unit of the value."""
    ends = []
    for end in bracket:
        number = retry.of_column(row, end) if isinstance(end, str) else float(end)
        if number is None:
            raise EngineError(Problem("engine.seek_bracket", values={"bracket": _shown(bracket)}))
        ends.append(number)
    low, high = ends
    if not low <= high:
        raise EngineError(Problem("engine.seek_bracket", values={"bracket": _shown(bracket)}))
    return low, high


def _shown(numbers: Iterable[Bound]) -> str:
    return " – ".join(one if isinstance(one, str) else f"{one:.12g}" for one in numbers)


@dataclass(slots=True)
class _Search:
    """Looks for the one root; `known` holds what every value tried has given."""

    retry: Retry
    tolerance: float
    known: dict[float, float | None]

    def at(self, value: float) -> float | None:
        if value not in self.known:
            self.known[value] = self.retry.value(repr(value))
        return self.known[value]

    def is_zero(self, left: float | None) -> bool:
        return left is not None and abs(left) <= self.tolerance

    def root(self, low: float, high: float) -> float:
        """The one place where the cell is zero or changes its sign."""
        if low == high:
            if self.is_zero(self.at(low)):
                return low
            self.none(low, high)
        points = [low + (high - low) * n / _CELLS for n in range(_CELLS)] + [high]
        cells = [
            (a, b)
            for a, b in itertools.pairwise(points)
            if self.is_zero(self.at(a)) or self.changes(a, b)
        ]
        if self.is_zero(self.at(high)) and (not cells or cells[-1][1] != high):
            cells.append((high, high))
        if not cells:
            self.none(low, high)
        if len(cells) == 2 and cells[0][1] == cells[1][0] and self.is_zero(self.at(cells[1][0])):
            cells = cells[1:]  # the root lies on the line between two cells
        if len(cells) > 1:
            self.several([_shown(cell) for cell in cells])
        left, right = cells[0]
        value = left if self.is_zero(self.at(left)) else self.bisected(left, right)
        self.refuse_flat(value, low, high)
        return value

    def changes(self, a: float, b: float) -> bool:
        first, second = self.at(a), self.at(b)
        if first is None or second is None:
            return False
        return self.is_zero(second) or (first < 0) != (second < 0)

    def bisected(self, low: float, high: float) -> float:
        """Regula falsi, held together by bisection: the bracket never loses the root."""
        a, b = self.at(low), self.at(high)
        for step in range(_MOST_STEPS):
            assert a is not None
            assert b is not None
            if self.is_zero(a):
                return low
            if self.is_zero(b):
                return high
            middle = (low + high) / 2
            if step % 2 == 0:
                middle = low - a * (high - low) / (b - a)
            if not low < middle < high:
                middle = (low + high) / 2
            if not low < middle < high:
                break
            found = self.at(middle)
            if found is None:
                break
            if (found < 0) == (a < 0):
                low, a = middle, found
            else:
                high, b = middle, found
        values = {"cell": self.retry.named, "tolerance": f"{self.tolerance:g}", "left": f"{a:.6g}"}
        raise EngineError(Problem("engine.seek_jump", values={**values, "at": f"{low:.12g}"}))

    def refuse_flat(self, value: float, low: float, high: float) -> None:
        """Where the cell is zero to the left and to the right as well, any value would do."""
        near = (high - low) / (_CELLS * 16)
        beside = [value - near, value + near]
        inside = [one for one in beside if low <= one <= high]
        if any(self.is_zero(self.at(one)) for one in inside):
            self.several([_shown([value, one]) for one in inside if self.is_zero(self.at(one))])

    def shortest(self, value: float) -> tuple[str, float, float]:
        """The fewest digits with which the cell is zero, the number and what is left."""
        for digits in range(4, 18):
            printed = f"{value:.{digits}g}"
            left = self.at(float(printed))
            if left is not None and self.is_zero(left):
                return printed, float(printed), left
        raise AssertionError  # 17 digits are the number itself

    def none(self, low: float, high: float) -> None:
        ends = [self.at(low), self.at(high)]
        values = {
            "cell": self.retry.named,
            "bracket": _shown([low, high]),
            "low": "-" if ends[0] is None else f"{ends[0]:.6g}",
            "high": "-" if ends[1] is None else f"{ends[1]:.6g}",
            "unit": self.retry.goal_unit.text,
        }
        raise EngineError(Problem("engine.seek_none", values=values))

    def several(self, where: Sequence[str]) -> None:
        values = {"cell": self.retry.named, "where": "; ".join(where[:6])}
        raise EngineError(Problem("engine.seek_several", values=values))


__all__ = ["Place", "Sought", "seek"]
