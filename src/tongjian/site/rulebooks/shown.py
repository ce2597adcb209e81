"""Documents as pages show them (规则文档的展示): plain data in the language of the page."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import Http404

from tongjian.contract import Case, Names, using
from tongjian.problems import Place
from tongjian.reports import Words as ReportWords
from tongjian.rules import (
    KEY_TITLES,
    CompiledRuleSet,
    Conflict,
    Method,
    SheetDoc,
    Table,
    Target,
    Task,
    UnavailableEdition,
    Value,
    replacements,
    rulebook_folder,
)
from tongjian.site.rulebooks.catalogue import Listed, listed
from tongjian.site.rulebooks.shown_substitution import edition
from tongjian.site.ui.texts import lang, text
from tongjian.site.workspaces import rulebook

Shown = dict[str, Any]


def entry_named(name: str) -> Listed:
    """The entry of the catalogue with this id; raises `Http404`."""
    for one in listed():
        if one.id == name:
            return one
    raise Http404(name)


def shown(entry: Listed) -> Shown:
    """An entry with all that a page tells of it: `kind` names the template for its parts."""
    book, name = rulebook(), entry.id
    found: Shown = {"entry": entry, "kind": entry.kind}
    if entry.kind == "methods":
        found["editions"] = [_method(one.id, str(one.validity), lang()) for one in _methods(name)]
    elif entry.kind == "rulesets":
        found["editions"] = [_ruleset(one) for one in book.rulesets.get(name, ())]
        found["unavailable"] = [_unavailable(one) for one in book.unavailable.get(name, ())]
    elif entry.kind == "tables":
        found |= table(book.tables[name])
    elif entry.kind == "substitutions":
        found["editions"] = [edition(one) for one in book.substitutions[name]]
    elif entry.kind == "targets":
        found |= _target(book.targets[name])
    elif entry.kind == "tasks":
        found |= _task(book.tasks[name])
    else:
        found |= _conflict(book.conflicts[name])
    return found


def files_of(entry: Listed) -> list[Path]:
    """The files in which an entry stands, each once; of a table also that of its values."""
    book, name = rulebook(), entry.id
    places: list[Place] = []
    if entry.kind == "methods":
        places = [one.place for one in _methods(name)]
    elif entry.kind == "rulesets":
        places = [one.doc.place for one in book.rulesets.get(name, ())]
        places += [one.place for one in book.unavailable.get(name, ())]
    elif entry.kind == "tables":
        one = book.tables[name]
        places = [one.place, *(value.place for value in one.values)]
    elif entry.kind == "substitutions":
        places = [rule.place for rule in book.substitutions[name]]
    elif entry.kind == "targets":
        places = [book.targets[name].place]
    elif entry.kind == "tasks":
        places = [book.tasks[name].place]
    else:
        places = [book.conflicts[name].place]
    root = rulebook_folder().resolve()
    paths = [Path(one.file) for one in places if one.file]
    inside = [path if path.is_absolute() else root / path for path in paths]
    return [path for path in dict.fromkeys(inside) if path.resolve().is_relative_to(root)]


def _methods(name: str) -> tuple[Method, ...]:
    return rulebook().methods[name]


# ---- methods and rule sets ----


@lru_cache(maxsize=256)
def _method(name: str, span: str, language: str) -> Shown:
    """An edition of a method; made once in each language, for documents do not change."""
    one = next(one for one in _methods(name) if str(one.validity) == span)
    names = Names.of(rulebook(), one)
    return {
        "doc": one,
        "used_by": [use.doc for use in using(rulebook(), one)],
        "sheets": [_sheet(names, sheet, language) for sheet in one.sheets.values()],
    }


def _sheet(names: Names, sheet: SheetDoc, language: str) -> Shown:
    def formula(expression: str) -> list[Case]:
        return names.cases(sheet, expression, language)

    return {
        "doc": sheet,
        "grain": [KEY_TITLES[key][language] for key in sheet.grain],
        "inputs": [
            {"doc": one, "default": formula(one.default.text) if one.default else []}
            for one in sheet.inputs.values()
        ],
        "formulas": [
            {
                "doc": one,
                "title": names.column(sheet, one.name, language),
                "cases": formula(one.expression.text),
            }
            for one in sheet.formulas.values()
        ],
        "checks": [{"doc": one, "cases": formula(one.when.text)} for one in sheet.checks],
    }


def _ruleset(one: CompiledRuleSet) -> Shown:
    book, words = rulebook(), ReportWords.of(lang())
    tables = [(alias, book.table(name)) for alias, name in one.program.tables.items() if name]
    return {
        "doc": one.doc,
        "sectors": [words.term("sector", sector) for sector in one.doc.sectors],
        "boundary": words.term("boundary", one.doc.boundary),
        "tables": [(alias, found) for alias, found in tables if found],
    }


def _unavailable(one: UnavailableEdition) -> Shown:
    return {"doc": one}


# ---- tables ----


def table(one: Table) -> Shown:
    """A table with its values."""
    return {
        "doc": one,
        "keys": [KEY_TITLES[key][lang()] if key in KEY_TITLES else key for key in one.keys],
        "values": [value_row(one, value) for value in one.values],
    }


def value_row(one: Table, value: Value) -> Shown:
    """A value of a table with its keys in words."""
    words = ReportWords.of(lang())
    return {
        "value": value,
        "keys": [words.key(key, said) for key, said in zip(one.keys, value.key, strict=True)],
        "column": one.columns[value.column].title[lang()],
        "unit": "" if value.printed_unit == "1" else words.unit(value.printed_unit),
        "source": words.source(value.source, one.basis.document),
        "clause": words.clause(value.clause),
    }


# ---- targets, tasks, conflicts ----


def _target(one: Target) -> Shown:
    words = ReportWords.of(lang())
    facts = [
        (text("rulebooks.policy"), one.policy.title[lang()]),
        (text("rulebooks.target_year"), one.year),
        (text("rulebooks.base_year"), one.base_year),
        (text("rulebooks.target_value"), _amount(one)),
        (text("rulebooks.sectors"), "、".join(words.term("sector", s) for s in one.sectors)),
        (text("rulebooks.agencies"), "、".join(one.agencies)),
    ]
    return {"doc": one, "facts": [fact for fact in facts if fact[1] not in (None, "")]}


def _amount(one: Target) -> str:
    if one.value is None:
        return ""
    high = "" if one.high is None else f"–{one.high:g}"
    return f"{one.comparator} {one.value:g}{high} {ReportWords.of(lang()).unit(one.unit.text)}"


def _task(one: Task) -> Shown:
    facts = [
        (text("rulebooks.due"), one.due),
        (text("rulebooks.agencies"), "、".join(one.agencies)),
    ]
    return {"doc": one, "facts": [fact for fact in facts if fact[1] not in (None, "")]}


def _conflict(one: Conflict) -> Shown:
    answers = [
        {
            "doc": answer,
            "adopted": answer.id == one.adopted,
            "replaces": sorted(replacements(one, answer).items()),
        }
        for answer in one.alternatives
    ]
    return {"doc": one, "answers": answers}


__all__ = ["entry_named", "files_of", "shown", "table", "value_row"]
