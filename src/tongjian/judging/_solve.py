"""Solves for values that are published late (求解未公布的取值), as rule sets describe them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tongjian.engine import Place, RuleSetResult, Run, Sought, seek
from tongjian.problems import EngineError, Problem
from tongjian.rules import PutIn, Unknown, Words, has_values, with_value


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


@dataclass(frozen=True, slots=True)
class Awaited:
    """A value that a rule set waits for (尚未公布的取值): for which row, and where it belongs."""

    ruleset: str
    row: dict[str, object]
    title: Words
    bind: str
    """The bind that puts it in, up to the number."""

    def as_dict(self) -> dict[str, object]:
        """The value as plain data, for JSON."""
        return {"ruleset": self.ruleset, **self.row, "zh": self.title.zh, "en": self.title.en,
                "bind": self.bind}  # fmt: skip


def awaited_values(run: Run) -> list[Awaited]:
    """Every value that nobody has published, put in or solved for, and that has to be there."""
    found = []
    for result, unknown, row, keys in _unknowns(run):
        sheet, cell = unknown.cell
        (value,) = (one[cell] for one in result.sheets[sheet] if row.items() <= one.items())
        if value is not None:
            continue  # nothing rests on it in this year
        alias, column = unknown.at
        table = run.binds.get(alias) or result.ruleset.program.tables[alias] or ""
        put = str(PutIn(column, keys, "", year=int(str(row["year"]))))
        title = result.tables.tables[alias].columns[column].title
        bind = f"{alias}={table}{';' if has_values(table) else '~'}{put}"
        found.append(Awaited(result.ruleset.id, row, title, bind))
    return found


def solve_all(run: Run) -> tuple[list[Solved], dict[str, str], list[Problem]]:
    """Every value that the rule sets of a run ask for, the binds with them, and what failed.

    A value that is known already (published, or put in by a bind) is left as it is.
    """
    solved: list[Solved] = []
    problems: list[Problem] = []
    binds = dict(run.binds)
    for result, unknown, row, keys in _unknowns(run):
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


def _unknowns(
    run: Run,
) -> Iterator[tuple[RuleSetResult, Unknown, dict[str, object], tuple[str, ...]]]:
    """What is not known: of which rule set, for which row, under which key of its table."""
    for result in run.results:
        unknown = result.ruleset.doc.solve
        if unknown is None:
            continue
        sheet = result.ruleset.program.sheets[unknown.cell[0]]
        for one in result.sheets[sheet.name]:
            row = {key: one[key] for key in sheet.grain}
            keys = tuple(str(row[name]) for name in unknown.key)
            if not _known(result, unknown, keys, int(str(row["year"]))):
                yield result, unknown, row, keys


def _known(result: RuleSetResult, unknown: Unknown, key: tuple[str, ...], year: int) -> bool:
    """Whether the table has a number there already."""
    number = result.tables.number(*unknown.at, year, key)
    return number is not None


__all__ = ["Awaited", "Solved", "awaited_values", "solve_all"]
