"""Runs the rule sets of a boundary and reads what they say (按边界判定)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tongjian.engine import Backend, RecordsStore, RuleSetResult, Run, Snapshot, run
from tongjian.judging._solve import Awaited, Solved, awaited_values, solve_all
from tongjian.judging._tables import JudgedTable, Row, tables_of
from tongjian.problems import EngineError, Problem
from tongjian.rules import ATTRIBUTES, Rulebook, SheetPlan, Shown, Words

_PLACES = ATTRIBUTES["facility"]


@dataclass(frozen=True, slots=True)
class Untold:
    """Rows of a sheet that are of no interest (不列出的行): what they say and how many they are."""

    ruleset: str
    title: Words
    heading: Words
    words: Words
    count: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """A run of judging rule sets (判定), read as tables."""

    run: Run
    boundary: str
    solved: tuple[Solved, ...] = ()
    """Values that were solved for because nobody has published them."""
    unsolved: tuple[Problem, ...] = ()

    def tables(self, **where: object) -> list[JudgedTable]:
        """What the rule sets show, in their order.

        `where` keeps rows by key, by attribute of their facility or by what a column says, e.g.
        ``city="南京市", level="below_baseline"``; a sheet that has neither is left out. Raises
        `EngineError` for a name that no sheet has.
        """
        found, known = [], set[str]()
        for result in self.run.results:
            rows_of: dict[str, list[Row]] = {}
            for shown in result.ruleset.doc.shows:
                sheet = result.ruleset.program.sheets[shown.sheet]
                known |= _filters(sheet) & where.keys()
                rows_of[shown.sheet] = [
                    row for row in self._rows(result, shown, where) if not _unless(row, shown)
                ]
            found += [one for one in tables_of(result, rows_of) if one.rows]
        for name in where:
            if name not in known:
                listed = sorted(
                    {
                        column
                        for result in self.run.results
                        for shown in result.ruleset.doc.shows
                        for column in result.ruleset.program.sheets[shown.sheet].formulas
                    }
                )
                values = {"name": name, "known": ", ".join([*_PLACES, "facility", "year", *listed])}
                raise EngineError(Problem("engine.unknown_key", values=values))
        return found

    def untold(self, **where: object) -> list[Untold]:
        """How many rows are not told because of what they say (`unless` of `shows`)."""
        found = []
        for result in self.run.results:
            for shown in result.ruleset.doc.shows:
                sheet = result.ruleset.program.sheets[shown.sheet]
                counts = Counter(
                    word for row in self._rows(result, shown, where) for word in _unless(row, shown)
                )
                for (column, word), count in counts.items():
                    title = result.ruleset.doc.title
                    words = sheet.formulas[column].doc.labels[word]
                    found.append(Untold(result.ruleset.id, title, sheet.doc.title, words, count))
        return found

    def _rows(
        self, result: RuleSetResult, shown: Shown, where: Mapping[str, object]
    ) -> Iterator[Row]:
        if where.keys() <= _filters(result.ruleset.program.sheets[shown.sheet]):
            for row in result.sheets.get(shown.sheet, ()):
                if self._fits(row, where):
                    yield row

    @property
    def awaited(self) -> list[Awaited]:
        """Values that nobody has published, put in or solved for, and that are missed."""
        return awaited_values(self.run)

    def _fits(self, row: Row, where: Mapping[str, object]) -> bool:
        facility = self.run.facilities.get(str(row.get("facility")), {})
        return all(row.get(name, facility.get(name)) == value for name, value in where.items())

    def as_dict(self, **where: object) -> dict[str, Any]:
        """Manifest, tables and problems as plain data, for JSON."""
        return {
            "boundary": self.boundary,
            "manifest": self.run.manifest,
            "solved": [one.as_dict() for one in self.solved],
            "awaited": [one.as_dict() for one in self.awaited],
            "tables": [table.as_dict() for table in self.tables(**where)],
            "problems": [one.as_dict() for one in (*self.unsolved, *self.run.problems)],
        }


def _filters(sheet: SheetPlan) -> set[str]:
    """What rows of a sheet can be chosen by: keys, columns, attributes of their facility."""
    places = set(_PLACES) if "facility" in sheet.grain else set[str]()
    return {*sheet.grain, *sheet.formulas} | places


def _unless(row: Row, shown: Shown) -> list[tuple[str, str]]:
    """What keeps a row from being told, if anything does."""
    return [(name, word) for name, word in shown.unless.items() if row[name] == word]


def judge(
    rulebook: Rulebook,
    store: RecordsStore | Snapshot,
    boundary: str,
    years: Iterable[int] | None = None,
    *,
    rulesets: Iterable[str] | None = None,
    binds: Mapping[str, str] | None = None,
    backend: Backend = "auto",
    solve: bool = False,
) -> Judgement:
    """Apply the judging rule sets of a boundary, such as "levels", to the records.

    `rulesets` names some of them in place of all that fit the sectors at hand. With `solve`, values
    that a rule set says can be solved for (`solve:`), and that nobody has published or put in, are
    solved over the plants at hand: the result is then a scenario. Raises `EngineError` where there
    is nothing to judge.
    """
    names = None if rulesets is None else list(rulesets)
    wanted = None if years is None else list(years)

    def with_binds(chosen: Mapping[str, str] | None) -> Run:
        return run(
            rulebook,
            store,
            names or None,
            wanted,
            boundary=None if names else boundary,
            binds=chosen,
            backend=backend,
        )

    found = with_binds(binds)
    if not solve:
        return Judgement(found, boundary)
    solved, more, unsolved = solve_all(found)
    again = with_binds(more) if solved else found
    return Judgement(again, boundary, tuple(solved), tuple(unsolved))


__all__ = ["Judgement", "Untold", "judge"]
