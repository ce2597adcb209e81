"""Puts documents together into a rulebook: editions, references between them, programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from tongjian.problems import Problem, RuleError
from tongjian.rules._check_policy import by_id, check_targets
from tongjian.rules._check_ruleset import check_ruleset
from tongjian.rules._compile import check_method, compile_method
from tongjian.rules._documents import Method, RuleSet, UnavailableEdition
from tongjian.rules._read import Documents, read_folder
from tongjian.rules._rulebook import CompiledRuleSet, Rulebook
from tongjian.rules._substitution_documents import Substitution
from tongjian.rules._variants import build_variants

_Dated = TypeVar("_Dated", Method, RuleSet, UnavailableEdition, Substitution)


def build_rulebook(folder: Path, digest: str) -> Rulebook:
    """Read and check every document below `folder`; raises `RuleError` with all problems."""
    documents = read_folder(folder)
    if not (documents.tables or documents.methods or documents.problems):
        raise RuleError(Problem("rules.no_rulebook", values={"folder": str(folder)}))
    return assemble(documents, str(folder), digest)


def assemble(documents: Documents, folder: str, digest: str) -> Rulebook:
    """Check documents against each other and compile them; raises `RuleError` with all problems."""
    book, problems = assemble_sound(documents, folder, digest)
    if problems:
        raise RuleError(problems)
    return book


def assemble_sound(
    documents: Documents, folder: str, digest: str
) -> tuple[Rulebook, list[Problem]]:
    """What can be used of the documents, without rule sets that have a fault, and all faults."""
    problems = documents.problems
    book = Rulebook(folder, digest)
    for table in documents.tables:
        if table.id in book.tables:
            other = book.tables[table.id].place.file
            values = {"name": table.id, "file": other}
            problems.append(Problem("rules.id_twice", table.place, values))
        book.tables[table.id] = table
    book.conflicts = {one.id: one for one in documents.conflicts}
    book.variants = build_variants(documents.conflicts, book.tables, problems)
    book.methods = _editions(documents.methods, problems)
    rulesets = _editions(documents.rulesets, problems)
    _check_methods(book, problems)
    book.unavailable = _editions(documents.unavailable, problems)
    _check_unavailable(book, rulesets, problems)
    problems.extend(_check_defaults([one for group in rulesets.values() for one in group]))
    for name, editions in rulesets.items():
        compiled = [_compile_ruleset(book, one, problems) for one in editions]
        book.rulesets[name] = tuple(one for one in compiled if one is not None)
    book.substitutions = _editions(documents.substitutions, problems)
    _take_policies(book, documents, problems)
    return book, _once(problems)


def _take_policies(book: Rulebook, documents: Documents, problems: list[Problem]) -> None:
    """Targets and tasks; they come last because they read what rule sets give."""
    book.targets = by_id((one for doc in documents.targets for one in doc.targets), problems)
    book.tasks = by_id((one for doc in documents.tasks for one in doc.tasks), problems)
    if book.targets:
        problems.extend(check_targets(book.targets, book.programs()))


def _editions(
    documents: Sequence[_Dated], problems: list[Problem]
) -> dict[str, tuple[_Dated, ...]]:
    groups: dict[str, list[_Dated]] = {}
    for document in documents:
        group = groups.setdefault(document.id, [])
        for other in group:
            if other.validity.overlaps(document.validity):
                values = {
                    "name": document.id,
                    "first": str(other.validity),
                    "file": other.place.file,
                    "second": str(document.validity),
                }
                problems.append(Problem("rules.edition_overlap", document.place, values))
        group.append(document)
    return {
        name: tuple(sorted(group, key=lambda one: one.validity.first or date.min))
        for name, group in groups.items()
    }


def _check_defaults(rulesets: Sequence[RuleSet]) -> Iterator[Problem]:
    """A sector has one rule set by default for each boundary and day; others run on request."""
    defaults = [one for one in rulesets if one.selected == "by_default"]
    for index, first in enumerate(defaults):
        for second in defaults[index + 1 :]:
            shared = sorted(set(first.sectors) & set(second.sectors))
            alike = first.boundary == second.boundary and first.id != second.id
            if shared and alike and first.validity.overlaps(second.validity):
                values = {
                    "first": first.id,
                    "second": second.id,
                    "sectors": ", ".join(shared),
                    "boundary": first.boundary,
                }
                yield Problem("rules.default_twice", second.place, values)


def _check_unavailable(
    book: Rulebook, rulesets: Mapping[str, Sequence[RuleSet]], problems: list[Problem]
) -> None:
    """They must not overlap with usable editions, and what they point to has to exist."""
    for name, editions in book.unavailable.items():
        for edition in editions:
            for other in rulesets.get(name, ()):
                if other.validity.overlaps(edition.validity):
                    values = {
                        "name": name,
                        "first": str(other.validity),
                        "file": other.place.file,
                        "second": str(edition.validity),
                    }
                    problems.append(Problem("rules.edition_overlap", edition.place, values))
            if edition.nearest not in rulesets:
                values = {"name": edition.nearest, "known": ", ".join(sorted(rulesets))}
                problems.append(Problem("rules.unknown_ruleset", edition.place, values))


def _check_methods(book: Rulebook, problems: list[Problem]) -> None:
    """Each method has to make sense by itself, whatever tables a rule set will name."""
    for editions in book.methods.values():
        for method in editions:
            problems.extend(check_method(method, book.library(method.validity.first)))


def _compile_ruleset(
    book: Rulebook, ruleset: RuleSet, problems: list[Problem]
) -> CompiledRuleSet | None:
    library = book.library(ruleset.validity.first)
    method = library.method(ruleset.method)
    if method is None:
        values = {"name": ruleset.method}
        problems.append(Problem("rules.unknown_method", ruleset.place, values))
        return None
    try:
        program = compile_method(method, library, ruleset.binds, ruleset.place)
    except RuleError as error:
        problems.extend(error.problems)
        return None
    found = check_ruleset(ruleset, program)
    problems.extend(found)
    return None if found else CompiledRuleSet(ruleset, program)


def _once(problems: list[Problem]) -> list[Problem]:
    """Without repetitions: a fault of a method shows again in every rule set that uses it."""
    return list({(p.code, p.place, p.message("en")): p for p in problems}.values())
