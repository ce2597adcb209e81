"""A finished run: results by rule set, ledger lines, problems and the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tongjian.engine._asked import Asked
from tongjian.engine._leaf_rows import Row
from tongjian.engine._ledger import LedgerLine, check_columns, summarise
from tongjian.engine._result_bytes import spelled_results
from tongjian.engine._snapshot import Snapshot
from tongjian.engine._tables import ResolvedTables
from tongjian.problems import Problem
from tongjian.rules import ATTRIBUTES, CompiledRuleSet, Rulebook


@dataclass(slots=True)
class RuleSetResult:
    """Results of one edition of one rule set for the years it covers."""

    ruleset: CompiledRuleSet
    years: tuple[int, ...]
    tables: ResolvedTables
    sheets: dict[str, list[Row]]


@dataclass(slots=True)
class Run:
    """A finished run (运行): results, problems and the manifest that pins its inputs."""

    rulebook: Rulebook
    snapshot: Snapshot
    results: list[RuleSetResult]
    facilities: dict[str, Row]
    lines: list[LedgerLine]
    problems: list[Problem]
    manifest: dict[str, Any]
    binds: dict[str, str] = field(default_factory=dict)
    accounts: Run | None = None
    """The run whose results were records of this one, where a rule set judges results."""
    asked: Asked = field(default_factory=Asked)

    def result_bytes(self) -> bytes:
        """The results in canonical form: their SHA-256 is ``manifest["result"]``."""
        return b"".join(spelled_results(self.results, self.lines))

    @property
    def ledger(self) -> list[Row]:
        """Every ledger line as a row."""
        return [line.as_row() for line in self.lines]

    def inventory(self, by: Sequence[str], **where: object) -> list[Row]:
        """Exact sums by facility attributes or ledger columns, e.g. ``by=["city", "substance"]``.

        `where` keeps lines with these values, e.g. ``boundary="enterprise", year=2025``. Raises
        `EngineError` for a column that does not exist.
        """
        return summarise(self.select(**where), self.facilities, by)

    def select(self, **where: object) -> list[LedgerLine]:
        """Ledger lines with these values of their columns or of their facility's attributes.

        Raises `EngineError` for a column that does not exist.
        """
        check_columns(where, [*LedgerLine.__slots__, *ATTRIBUTES["facility"]])
        own = [(name, value) for name, value in where.items() if name in LedgerLine.__slots__]
        theirs = {name: value for name, value in where.items() if name in ATTRIBUTES["facility"]}
        inside = {
            facility
            for facility, row in self.facilities.items()
            if all(row.get(name) == value for name, value in theirs.items())
        }
        return [
            line
            for line in self.lines
            if all(getattr(line, name) == value for name, value in own)
            and (not theirs or line.facility in inside)
        ]

    def sheet(self, ruleset: str, name: str) -> list[Row]:
        """All rows of a coarser sheet under a rule set."""
        found = [
            row
            for result in self.results
            if result.ruleset.id == ruleset
            for row in result.sheets.get(name, ())
        ]
        return found


__all__ = ["RuleSetResult", "Run"]
