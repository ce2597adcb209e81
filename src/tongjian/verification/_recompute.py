"""The verifier computes again on other engines (换引擎复算), and once in exact decimals.

The engines in binary numbers have to give the same bits. Decimals of 40 digits tell what binary
arithmetic and its rounding make of the total: that difference is stated, not hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tongjian.engine import Backend, PlantModel, PythonEngine, Run, cell_of
from tongjian.engine import run as run_rules
from tongjian.evidence import Act, Entry, EvidenceLog
from tongjian.problems import Problem, TongjianError
from tongjian.verification._engagement import Engagement
from tongjian.verification._enter import enter
from tongjian.verification._settings import Settings, default_settings
from tongjian.workflow import History

MAKE = "recompute.make"
# One of two is another engine than that of the run, whichever that was.
ENGINES: tuple[Backend, ...] = ("python", "duckdb")
_MOST = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that comes out otherwise (不一致的单元格): where, what it was and what it is now."""

    ruleset: str
    sheet: str
    key: Mapping[str, Any]
    column: str
    was: Any
    now: Any

    def as_dict(self) -> dict[str, Any]:
        """The difference as plain data, for JSON and the log."""
        return {
            "ruleset": self.ruleset,
            "sheet": self.sheet,
            "key": dict(self.key),
            "column": self.column,
            "was": self.was,
            "now": self.now,
        }


@dataclass(frozen=True, slots=True)
class Recomputation:
    """What came out on the other engines (复算结果); the same digest means the same bits.

    `cells` is how many values were held against each other on each engine. `reported` is the total
    as reported and `exact` what decimals give, both in `unit`; the difference may be `allowed`.
    """

    of: str
    engines: tuple[str, ...]
    digest: str
    digests: tuple[str, ...]
    cells: int
    differences: tuple[Difference, ...]
    reported: float
    exact: Decimal
    unit: str
    allowed: float

    @property
    def off(self) -> Decimal:
        """By how much the reported total is above the exact one, in `unit`."""
        return Decimal(repr(self.reported)) - self.exact

    @property
    def same(self) -> bool:
        """Whether every engine gave the very result, and decimals the same total."""
        bits = not self.differences and all(one == self.digest for one in self.digests)
        return bits and abs(self.off) <= Decimal(repr(self.allowed))

    def as_dict(self) -> dict[str, Any]:
        """The comparison as plain data, for JSON and the log."""
        return {
            "of": self.of,
            "engines": [*self.engines, "decimal"],
            "digest": self.digest,
            "digests": list(self.digests),
            "cells": self.cells,
            "differences": [one.as_dict() for one in self.differences],
            "reported": self.reported,
            "exact": str(self.exact),
            "off": float(self.off),
            "allowed": self.allowed,
            "unit": self.unit,
            "same": self.same,
        }


def recompute(
    engagement: Engagement,
    engines: Sequence[Backend] = ENGINES,
    *,
    rulesets: Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    boundary: str | None = None,
    spark: Any = None,
    settings: Settings | None = None,
) -> Recomputation:
    """Compute the run of an engagement again from the same records and rules on other engines.

    `rulesets`, `years` and `boundary` are those that the run was asked for. Raises `TongjianError`
    where they give another choice of rule sets than the run has.
    """
    chosen, run = settings or default_settings(), engagement.run
    digests: list[str] = []
    differences: list[Difference] = []
    for engine in engines:
        again = run_rules(
            run.rulebook,
            run.snapshot if run.accounts is None else run.accounts.snapshot,
            rulesets,
            years,
            binds=run.binds,
            boundary=boundary,
            backend=engine,
            spark=spark,
        )
        for name in ("rulesets", "records", "rulebook", "engine"):
            if again.manifest[name] != run.manifest[name]:
                values = {"what": name, "was": run.manifest[name], "now": again.manifest[name]}
                raise TongjianError(Problem("verification.other_run", values=values))
        digests.append(str(again.manifest["result"]))
        for one in _differences(run, again):
            if one not in differences and len(differences) < _MOST:
                differences.append(one)
    return Recomputation(
        of=engagement.result,
        engines=tuple(engines),
        digest=str(run.manifest["result"]),
        digests=tuple(digests),
        cells=_cells(run),
        differences=tuple(differences),
        reported=engagement.total,
        exact=exact_total(engagement),
        unit=engagement.unit,
        allowed=abs(engagement.total) * chosen.decimal_share,
    )


def exact_total(engagement: Engagement) -> Decimal:
    """The total of an engagement in decimals of 40 digits (十进制复算), in its unit."""
    sheet, column = cell_of(engagement.run, engagement.ruleset, None)
    model = PlantModel.of(engagement.run, engagement.facility, engagement.year, engagement.ruleset)
    program = model.program
    leaves = {name: rows for name, rows in model.sheets.items() if program.sheets[name].is_leaf}
    rows = PythonEngine(program, model.engine.tables, "decimal").run(leaves)[sheet]
    return Decimal(rows[0][column] or 0)


def _cells(run: Run) -> int:
    return len(run.lines) + sum(
        len(rows) * len(result.ruleset.program.sheets[name].formulas)
        for result in run.results
        for name, rows in result.sheets.items()
    )


def _differences(run: Run, again: Run) -> Iterator[Difference]:
    for mine, theirs in zip(run.results, again.results, strict=True):
        program = mine.ruleset.program
        for name, rows in sorted(mine.sheets.items()):
            grain = program.sheets[name].grain
            known = {tuple(row[key] for key in grain): row for row in theirs.sheets.get(name, ())}
            for row in rows:
                mark = tuple(row[key] for key in grain)
                other = known.pop(mark, None)
                key = dict(zip(grain, mark, strict=True))
                for column in program.sheets[name].formulas:
                    now = None if other is None else other[column]
                    if row[column] != now:
                        yield Difference(mine.ruleset.id, name, key, column, row[column], now)
            for mark in known:
                key = dict(zip(grain, mark, strict=True))
                yield Difference(mine.ruleset.id, name, key, "-", None, "-")
    lines = {(line.facility, line.year, line.ruleset, line.column): line for line in again.lines}
    for line in run.lines:
        mark = (line.facility, line.year, line.ruleset, line.column)
        other_line = lines.get(mark)
        now = None if other_line is None else other_line.amount_micro
        if line.amount_micro != now:
            key = {"facility": line.facility, "year": line.year, "ledger": line.category}
            was = line.amount_micro
            yield Difference(line.ruleset, line.sheet, key, line.column, was, now)


def enter_recomputation(
    log: EvidenceLog,
    report: str,
    found: Recomputation,
    by: str,
    settings: Settings | None = None,
) -> Entry:
    """Enter a re-computation in the log (登记复算); what differs is to be raised as a finding."""

    def build(entries: Sequence[Entry], history: History, role: str) -> Act:
        return Act(MAKE, by, report, {**found.as_dict(), "role": role})

    return enter(log, settings or default_settings(), MAKE, by, report, build)


__all__ = [
    "ENGINES",
    "MAKE",
    "Difference",
    "Recomputation",
    "enter_recomputation",
    "exact_total",
    "recompute",
]
