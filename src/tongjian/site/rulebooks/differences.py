"""What differs between two editions (版本差异): by formula, by value, by what is bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from tongjian.contract import Names
from tongjian.rules import Method, RuleSet, Table, Value
from tongjian.site.rulebooks.catalogue import Listed
from tongjian.site.rulebooks.shown_substitution import bands_in_words
from tongjian.site.ui.texts import lang
from tongjian.site.workspaces import rulebook


@dataclass(frozen=True, slots=True)
class Changed:
    """A part that is not the same on two days: what it is called, and how it stood on each."""

    part: str
    before: str
    after: str


def differences(entry: Listed, first: date, second: date) -> list[Changed]:
    """What of an entry was in force on `first` and what on `second`, where that is not the same."""
    if entry.kind == "tables":
        parts = _values(rulebook().tables[entry.id])
        return _compared(parts, first, second)
    if entry.kind == "methods":
        return _told(*(_method(entry.id, day) for day in (first, second)))
    if entry.kind == "rulesets":
        return _told(*(_ruleset(entry.id, day) for day in (first, second)))
    if entry.kind == "substitutions":
        return _told(*(_substitution(entry.id, day) for day in (first, second)))
    return []


def days_of(entry: Listed) -> list[date]:
    """The days on which an edition, or a value of a table, begins to be in force."""
    spans = list(entry.in_force)
    if entry.kind == "tables":
        spans = [value.validity for value in rulebook().tables[entry.id].values]
    return sorted({span.first for span in spans if span.first is not None})


def _told(before: Mapping[str, str], after: Mapping[str, str]) -> list[Changed]:
    return [
        Changed(part, before.get(part, ""), after.get(part, ""))
        for part in dict.fromkeys([*before, *after])
        if before.get(part, "") != after.get(part, "")
    ]


def _method(name: str, day: date) -> dict[str, str]:
    found = rulebook().method(name, day)
    return {} if found is None else dict(_parts(found))


def _parts(method: Method) -> Iterator[tuple[str, str]]:
    """Title, source, inputs and formulas of a method, each in words."""
    language, names = lang(), Names.of(rulebook(), method)
    yield "title", method.title[language]
    yield "document", " ".join(filter(None, (method.basis.document, method.basis.clause)))
    for sheet in method.sheets.values():
        for one in sheet.inputs.values():
            default = one.default.text if one.default else ""
            yield f"{sheet.name}.{one.name}", f"{one.title[language]} [{one.unit.text}] {default}"
        for doc in sheet.formulas.values():
            cases = names.cases(sheet, doc.expression.text, language)
            yield (
                f"{sheet.name}.{doc.name}",
                "; ".join(
                    f"{case.value} ({case.when})" if case.when else case.value for case in cases
                ),
            )


def _ruleset(name: str, day: date) -> dict[str, str]:
    editions = rulebook().rulesets.get(name, ())
    found = next((one for one in editions if one.doc.validity.covers(day)), None)
    return {} if found is None else dict(_choices(found.doc))


def _choices(doc: RuleSet) -> Iterator[tuple[str, str]]:
    yield "title", doc.title[lang()]
    yield "document", " ".join(filter(None, (doc.basis.document, doc.basis.clause)))
    yield "method", doc.method
    yield "sectors", ", ".join(doc.sectors)
    yield from ((f"table {alias}", table) for alias, table in doc.binds.items())
    yield "rounding", f"{doc.rounding.mode} {dict(sorted(doc.rounding.places.items()))}"


def _substitution(name: str, day: date) -> dict[str, str]:
    editions = rulebook().substitutions.get(name, ())
    found = next((one for one in editions if one.validity.covers(day)), None)
    if found is None:
        return {}
    document = " ".join(filter(None, (found.basis.document, found.basis.clause)))
    return {"title": found.title[lang()], "document": document, **bands_in_words(found)}


def _values(table: Table) -> dict[tuple[str, tuple[str, ...]], list[Value]]:
    found: dict[tuple[str, tuple[str, ...]], list[Value]] = {}
    for value in table.values:
        found.setdefault((value.column, value.key), []).append(value)
    return found


def _compared(
    parts: Mapping[tuple[str, tuple[str, ...]], list[Value]], first: date, second: date
) -> list[Changed]:
    changed = []
    for (column, key), values in parts.items():
        before, after = (_printed(values, day) for day in (first, second))
        if before != after:
            changed.append(Changed(" · ".join((*key, column)), before, after))
    return changed


def _printed(values: list[Value], day: date) -> str:
    found = next((one for one in values if one.validity.covers(day)), None)
    return "" if found is None else f"{found.printed or '–'} {found.printed_unit}".strip()


__all__ = ["Changed", "days_of", "differences"]
