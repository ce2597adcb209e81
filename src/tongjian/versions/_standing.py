"""What one plant's report has from memory (报告的依据说明), of a run that may hold many plants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tongjian.engine import Run, factors_used
from tongjian.problems import Problem
from tongjian.statutory import Authority, Statement, require_statutory, statement


def standing(run: Run, facility: str, year: int, authority: Authority | None) -> Statement:
    """The recalled parts of a run under whose rule sets the plant has results for the year."""
    mine = {line.ruleset for line in run.lines if line.facility == facility and line.year == year}
    said = statement(run, authority, factors_used(run, facility))
    doubts = tuple(one for one in said.doubts if mine.intersection(one.rulesets))
    names = {one.id for one in doubts}
    return Statement(
        doubts, {name: found for name, found in said.confirmed.items() if name in names}
    )


def require_returnable(run: Run, facility: str, year: int, said: Statement) -> None:
    """Raise `TongjianError`, with everything at once, where the report must not be returned.

    Rows of other plants that were left out do not matter to it.
    """
    require_statutory(replace(run, problems=_problems(run, facility, year)), said)


def _problems(run: Run, facility: str, year: int) -> list[Problem]:
    about = [
        one
        for one in run.problems
        if f"{one.values.get('row', facility)} ".startswith(f"{facility} ")
    ]
    left_out = sum(
        line.missing for line in run.lines if line.facility == facility and line.year == year
    )
    told = any(one.severity == "error" for one in about)
    # Rows are missing and no problem says whose they are: then all problems are taken for it.
    return about if told or not left_out else run.problems


def as_document(said: Sequence[tuple[str, Statement]]) -> dict[str, Any]:
    """The statements of several runs as plain data, each doubt with who has confirmed it."""
    return {
        "doubts": [
            {**doubt.as_dict(), "run": run, "confirmed": _confirmed(its, doubt.id)}
            for run, its in said
            for doubt in its.doubts
        ]
    }


def _confirmed(said: Statement, name: str) -> dict[str, str] | None:
    found = said.confirmed.get(name)
    if found is None:
        return None
    return {"by": found.by, "time": found.time, "reference": found.reference}


__all__ = ["as_document", "require_returnable", "standing"]
