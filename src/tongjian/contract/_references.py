"""References: what a document names has to exist, and what it holds has to be used (引用)."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence

from tongjian.contract._attributes import constants_of
from tongjian.contract._plausible import Plausible, classes_of
from tongjian.contract._subject import Subject, methods_of
from tongjian.problems import Problem
from tongjian.records import Item
from tongjian.rules import CompiledRuleSet, InputDoc, Method, SheetDoc, SheetPlan, replacements
from tongjian.rules import _ir as ir

# Columns and keys whose texts stand in the catalogue as terms of that kind.
_TERMS = ("sector", "province", "technology", "abatement", "use", "region")


def check_references(subject: Subject) -> Iterator[Problem]:
    """Names that lead nowhere and documents that nothing leads to."""
    yield from _unused(subject)
    for method in subject.methods:
        yield from _inputs(subject, method)
    for ruleset in subject.rulesets:
        yield from _ruleset(subject, ruleset)
        yield from _constants(subject, ruleset)
    for table in subject.tables:
        yield from _keys(subject, table.id)


def _unused(subject: Subject) -> Iterator[Problem]:
    editions = [one for group in subject.book.rulesets.values() for one in group]
    bound = {name for one in editions for name in one.program.tables.values()}
    for conflict in subject.book.conflicts.values():
        for answer in conflict.alternatives:
            bound |= {*replacements(conflict, answer).values(), *(answer.tables)}
    for table in subject.tables:
        if table.id not in bound:
            yield Problem("contract.unused_table", table.place, {"table": table.id}, "note")
    reached = {method.id for one in editions for method in methods_of(one)}
    for method in subject.methods:
        if method.id not in reached:
            values = {"method": method.id}
            yield Problem("contract.unreached_method", method.place, values, "warning")


def _inputs(subject: Subject, method: Method) -> Iterator[Problem]:
    plausible = Plausible(subject.book, subject.catalogue)
    known = set(classes_of(subject.catalogue))
    for sheet in method.sheets.values():
        for name in sheet.streams:
            if name != "any" and name not in known:
                values = {"name": name, "sheet": sheet.name, "known": _near(name, known)}
                yield Problem("contract.unknown_class", sheet.place, values)
        for doc in sheet.inputs.values():
            yield from _coded(doc, [item for _, item in plausible.offered(sheet, doc)])
            if not plausible.offered(sheet, doc):
                values = {
                    "input": doc.name,
                    "stream": doc.stream or ", ".join(sheet.streams),
                    "item": doc.item,
                    "unit": doc.unit.text,
                }
                yield Problem("contract.not_enterable", doc.place, values)
        yield from _unread(method, sheet)


def _coded(doc: InputDoc, items: Sequence[Item]) -> Iterator[Problem]:
    """Choices are stored by their place: method and catalogue have to list them alike."""
    for item in items:
        known = tuple(one.code for one in item.choices)
        if known != doc.choices or (item.kind == "date") != doc.is_date:
            values = {
                "input": doc.name,
                "here": ", ".join(doc.choices) or ("date" if doc.is_date else doc.unit.text),
                "known": ", ".join(known) or item.kind,
            }
            yield Problem("contract.choices", doc.place, values)
            return


def _unread(method: Method, sheet: SheetDoc) -> Iterator[Problem]:
    """Inputs that no formula and no check names, in this method or one that gathers its rows."""
    texts = [one.expression.text for one in sheet.formulas.values()]
    texts += [one.when.text for one in sheet.checks]
    if not texts:
        return  # the sheet only collects; other sheets read it by name
    others = [one.expression.text for s in method.sheets.values() for one in s.formulas.values()]
    for name, doc in sheet.inputs.items():
        words = {word for text in texts for word in _words(text)}
        dotted = any(f"{sheet.name}.{name}" in text for text in others)
        if name not in words and not dotted:
            yield Problem("contract.unread_input", doc.place, {"input": name}, "warning")


def _leaves(ruleset: CompiledRuleSet) -> list[SheetPlan]:
    return [one for one in ruleset.program.sheets.values() if one.is_leaf]


def _ruleset(subject: Subject, ruleset: CompiledRuleSet) -> Iterator[Problem]:
    doc = ruleset.doc
    if not subject.reading.tests(doc.place):
        return
    if doc.total is None and not doc.shows and not all(one.doc.outcome for one in _leaves(ruleset)):
        yield Problem("contract.no_total", doc.place, {"ruleset": doc.id}, "warning")
    sectors = {term.code for term in subject.catalogue.terms_of("sector")}
    for name in doc.sectors:
        if name not in sectors:
            values = {"kind": "sector", "name": name, "known": _near(name, sectors)}
            yield Problem("contract.unknown_term", doc.place, values, "warning")
    for sheet in ruleset.program.sheets.values():
        name, _, column = sheet.doc.outcome.partition(".")
        if name and not _has(ruleset, name, column) and not _borrowed(subject, ruleset, sheet):
            values = {"sheet": sheet.name, "outcome": sheet.doc.outcome, "ruleset": doc.id}
            yield Problem("contract.unknown_outcome", sheet.doc.place, values)
    looked_up = {look.table for look in ruleset.program.lookups()}
    for alias in sorted(ruleset.program.tables.keys() - looked_up - {"gwp"}):
        values = {"alias": alias, "ruleset": doc.id}
        yield Problem("contract.unread_alias", doc.place, values, "warning")
    categories = {term.code for term in subject.catalogue.terms_of("category")}
    for sheet in ruleset.program.sheets.values():
        for formula in sheet.formulas.values():
            entry = formula.doc.ledger
            if entry is not None and entry.category not in categories:
                values = {
                    "kind": "category",
                    "name": entry.category,
                    "known": _near(entry.category, categories),
                }
                yield Problem("contract.unknown_term", formula.doc.place, values, "warning")


def _constants(subject: Subject, ruleset: CompiledRuleSet) -> Iterator[Problem]:
    """Texts with which formulas compare attributes and streams, when nobody can enter them."""
    vocabulary = _vocabulary(subject)
    for sheet in ruleset.program.sheets.values():
        if not subject.reading.tests(sheet.doc.place):
            continue
        for column, known in vocabulary.items():
            for text in dict.fromkeys(_compared(sheet.nodes(), column)):
                if text and text not in known:
                    values = {"kind": column, "name": text, "known": _near(text, known)}
                    yield Problem("contract.unknown_term", sheet.doc.place, values, "warning")


def _has(ruleset: CompiledRuleSet, sheet: str, column: str) -> bool:
    return column in getattr(ruleset.program.sheets.get(sheet), "formulas", {})


def _borrowed(subject: Subject, ruleset: CompiledRuleSet, sheet: SheetPlan) -> bool:
    """Whether a rule set that judges takes the sheet from an account, which has the outcome.

    It reads the records through the account's sheets, and need not have the account's total.
    """
    if not ruleset.doc.shows or ruleset.doc.total is not None:
        return False
    name, _, column = sheet.doc.outcome.partition(".")
    others = [one for group in subject.book.rulesets.values() for one in group]
    return any(sheet.name in one.program.sheets and _has(one, name, column) for one in others)


def _compared(nodes: Iterator[ir.Node], column: str) -> Iterator[str]:
    for node in nodes:
        yield from constants_of(node, column)


def _keys(subject: Subject, name: str) -> Iterator[Problem]:
    """Keys of a table that no record can have: their values would never be found."""
    table = subject.book.tables[name]
    vocabulary = _vocabulary(subject)
    seen: set[tuple[str, str]] = set()
    for value in table.values:
        for key, text in zip(table.keys, value.key, strict=True):
            known = vocabulary.get(key)
            if known is not None and text not in known and (key, text) not in seen:
                seen.add((key, text))
                values = {"kind": key, "name": text, "known": _near(text, known)}
                yield Problem("contract.unknown_term", value.place, values, "warning")


def _vocabulary(subject: Subject) -> dict[str, set[str]]:
    catalogue = subject.catalogue
    terms = {key: {term.code for term in catalogue.terms_of(key)} for key in _TERMS}
    return {**terms, "stream": set(catalogue.streams), "stream_class": set(classes_of(catalogue))}


def _words(text: str) -> set[str]:
    cleaned = "".join(c if c.isalnum() or c == "_" else " " for c in text)
    return set(cleaned.split())


def _near(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=3)
    return ", ".join(near or sorted(known)[:5]) or "-"


__all__ = ["check_references"]
