"""Targets and tasks: agencies and sectors that the catalogue knows, sources."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator

from tongjian.contract._subject import Subject
from tongjian.problems import Problem
from tongjian.rules import Target, Task


def check_policies(subject: Subject) -> Iterator[Problem]:
    """What targets and tasks name beside rule sets, whose columns are checked on loading."""
    book, tests = subject.book, subject.reading.tests
    agencies = {term.code for term in subject.catalogue.terms_of("agency")}
    sectors = {term.code for term in subject.catalogue.terms_of("sector")}
    for target in book.targets.values():
        if tests(target.place):
            yield from _agencies(target, agencies)
            yield from _target(target, sectors)
    for task in book.tasks.values():
        if tests(task.place):
            yield from _agencies(task, agencies)
            if not task.basis.clause:
                yield Problem("contract.policy_clause", task.place, {"name": task.id}, "warning")


def _agencies(one: Target | Task, known: Collection[str]) -> Iterator[Problem]:
    for name in one.agencies:
        if name not in known:
            values = {"kind": "agency", "name": name, "known": _near(name, known)}
            yield Problem("contract.unknown_agency", one.place, values)


def _target(target: Target, sectors: Collection[str]) -> Iterator[Problem]:
    for name in target.sectors:
        if name not in sectors:
            values = {"kind": "sector", "name": name, "known": _near(name, sectors)}
            yield Problem("contract.unknown_term", target.place, values, "warning")
    if not target.basis.clause:
        yield Problem("contract.policy_clause", target.place, {"name": target.id}, "warning")


def _near(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=3)
    return ", ".join(near or sorted(known)[:5]) or "-"


__all__ = ["check_policies"]
