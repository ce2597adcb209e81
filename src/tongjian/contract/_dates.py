"""Dates: what a rule set rests on has to be in force as long as it is (日期)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from tongjian.contract._subject import Subject, methods_of
from tongjian.engine import prepare
from tongjian.problems import Problem
from tongjian.rules import CompiledRuleSet, Table, Validity, Value

_SHOWN = 3


def check_dates(subject: Subject) -> Iterator[Problem]:
    """Methods that end too early, years without values, gaps, values nobody can reach."""
    for ruleset in subject.rulesets:
        yield from _methods(ruleset)
        yield from _years(subject, ruleset)
    for table in subject.tables:
        yield from _gaps(table)
        yield from _out_of_reach(subject, table)


def _methods(ruleset: CompiledRuleSet) -> Iterator[Problem]:
    for method in methods_of(ruleset):
        if not _within(ruleset.doc.validity, method.validity):
            values = {
                "ruleset": ruleset.id,
                "span": str(ruleset.doc.validity),
                "method": method.id,
                "method_span": str(method.validity),
            }
            yield Problem("contract.method_dates", ruleset.doc.place, values)


def _within(inner: Validity, outer: Validity) -> bool:
    first = outer.first is None or (inner.first is not None and outer.first <= inner.first)
    last = outer.last is None or (inner.last is not None and inner.last <= outer.last)
    return first and last


def _years(subject: Subject, ruleset: CompiledRuleSet) -> Iterator[Problem]:
    """Years of the rule set in which a key that a table knows has no value in force."""
    years = subject.years(ruleset)
    bound, engine = prepare(subject.book, ruleset, tuple(years), {})
    # Editions come with all of their columns: those that lack the same years are told together.
    lacking: dict[tuple[str, tuple[int, ...]], tuple[dict[str, None], dict[str, None]]] = {}
    for (alias, column), by_year in sorted(engine.tables.values.items()):
        table = engine.tables.tables[alias]
        if not (subject.reading.tests(table.place) or subject.reading.tests(bound.doc.place)):
            continue
        for key in sorted({value.key for value in table.values if value.column == column}):
            empty = tuple(year for year in years if key not in by_year[year])
            if empty:
                columns, names = lacking.setdefault((alias, empty), ({}, {}))
                columns[column] = names[" ".join(key) or "-"] = None
    for (alias, empty), (columns, names) in lacking.items():
        table = engine.tables.tables[alias]
        values = {
            "ruleset": ruleset.id,
            "table": table.id,
            "column": _listed(list(columns)),
            "years": _listed([str(year) for year in empty]),
            "keys": _listed(list(names)),
        }
        yield Problem("contract.year_not_covered", table.place, values, "warning")


def _gaps(table: Table) -> Iterator[Problem]:
    series: dict[tuple[tuple[str, ...], str], list[Value]] = {}
    for value in table.values:
        series.setdefault((value.key, value.column), []).append(value)
    for (key, column), found in series.items():
        ordered = sorted(found, key=lambda one: one.validity.first or date.min)
        for before, after in pairwise(ordered):
            last, first = before.validity.last, after.validity.first
            if last and first and first > last + timedelta(days=1):
                values = {"what": " ".join([*key, column]), "last": last, "first": first}
                yield Problem("contract.value_gap", after.place, values, "warning")


def _out_of_reach(subject: Subject, table: Table) -> Iterator[Problem]:
    """Values that had expired before the first rule set that reads the table began."""
    editions = [one for group in subject.book.rulesets.values() for one in group]
    using = [one for one in editions if table.id in one.program.tables.values()]
    begins = [one.doc.validity.first for one in using]
    if not begins or None in begins:
        return
    first = min(begin for begin in begins if begin)
    for value in table.values:
        if value.validity.last and value.validity.last < first:
            values = {"what": " ".join([*value.key, value.column]), "last": value.validity.last}
            yield Problem("contract.value_expired", value.place, {**values, "first": first}, "note")


def _listed(names: list[str]) -> str:
    more = f" … ({len(names)})" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


__all__ = ["check_dates"]
