"""Substitution of monitored hours: quantities that are known, clauses, how well bands are known."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from tongjian.contract._subject import Subject
from tongjian.monitoring.profile import measured_quantities
from tongjian.problems import Problem
from tongjian.rules import Substitution

_ROLES = ("gas", "state", "mass")


def check_substitutions(subject: Subject) -> Iterator[Problem]:
    """What rules on the substitution of monitored hours name and rest on.

    That each case has its band and each band a case was checked on loading.
    """
    for editions in subject.book.substitutions.values():
        for one in editions:
            if subject.reading.tests(one.place):
                yield from _names(one)
                yield from _sources(one)


def _names(rule: Substitution) -> Iterator[Problem]:
    known = [*_ROLES, *measured_quantities()]
    for part in rule.parts:
        for word in (*part.of, *part.analogy):
            role, _, quantity = word.rpartition(".")
            if (role and role not in _ROLES) or quantity not in known:
                near = difflib.get_close_matches(word, known, n=3) or known[:5]
                values = {"name": word, "known": ", ".join(near)}
                yield Problem("contract.unknown_quantity", part.place, values)


def _sources(rule: Substitution) -> Iterator[Problem]:
    bands = [band for part in rule.parts for band in part.bands]
    for band in bands:
        if not band.basis.clause:
            yield Problem("contract.policy_clause", band.place, {"name": band.id}, "warning")
    recalled = sum(band.basis.status == "recalled" for band in bands)
    if recalled:
        values = {"what": rule.id, "count": recalled, "total": len(bands)}
        yield Problem("contract.recalled", rule.place, values, "note")


__all__ = ["check_substitutions"]
