"""Solves for values that are published late (求解未公布的取值), as rule sets describe them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tongjian.engine import Place, RuleSetResult, Run, Sought, seek
from tongjian.problems import EngineError, Problem
from tongjian.rules import PutIn, Unknown, with_value


@dataclass(frozen=True, slots=True)
class Solved:
    """One value that was solved for (求解结果): of which rule set, for which row."""

    ruleset: str
    row: dict[str, object]
    sought: Sought

    def as_dict(self) -> dict[str, object]:
        """The value as plain data, for JSON."""
        return {
            "ruleset": self.ruleset,
            **self.row,
            "value": self.sought.value,
            "unit": self.sought.unit,
            "left": self.sought.left,
            "left_unit": self.sought.left_unit,
            "tried": self.sought.tried,
        }


def solve_all(run: Run) -> tuple[list[Solved], dict[str, str], list[Problem]]:
    """Every value that the rule sets of a run ask for, the binds with them, and what failed.

    A value that is known already (published, or put in by a bind) is left as it is.
    """
    solved: list[Solved] = []
    problems: list[Problem] = []
    binds = dict(run.binds)
    for result in run.results:
        unknown = result.ruleset.doc.solve
        for row in _rows(result, unknown):
            assert unknown is not None
            keys = tuple(str(row[name]) for name in unknown.key)
            if _known(result, unknown, keys, int(str(row["year"]))):
                continue
            try:
                found = seek(
                    run, result.ruleset.id, unknown.cell, row,
                    Place(*unknown.at, keys), unknown.bracket,
                )  # fmt: skip
            except EngineError as error:
                problems.extend(error.problems)
                continue
            solved.append(Solved(result.ruleset.id, row, found))
            alias, column = unknown.at
            table = binds.get(alias) or result.ruleset.program.tables[alias] or ""
            put = PutIn(column, keys, found.printed, year=int(str(row["year"])))
            binds[alias] = with_value(table, put)
    return solved, binds, problems


def _rows(result: RuleSetResult, unknown: Unknown | None) -> Sequence[dict[str, object]]:
    if unknown is None:
        return ()
    sheet = result.ruleset.program.sheets[unknown.cell[0]]
    return [{key: row[key] for key in sheet.grain} for row in result.sheets[sheet.name]]


def _known(result: RuleSetResult, unknown: Unknown, key: tuple[str, ...], year: int) -> bool:
    """Whether the table has a number there already."""
    number = result.tables.number(*unknown.at, year, key)
    return number is not None


__all__ = ["Solved", "solve_all"]
