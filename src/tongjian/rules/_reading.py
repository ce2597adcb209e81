"""Reads a rulebook as far as it is sound, with documents under test on top of it (受检文档)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tongjian.problems import Place, Problem, RuleError
from tongjian.rules._assemble import assemble_sound
from tongjian.rules._cache import folder_digest, rulebook_folder
from tongjian.rules._documents import Conflict, Method, RuleSet, Table, UnavailableEdition
from tongjian.rules._policy_documents import TargetList, TaskList
from tongjian.rules._read import Documents, read_document, read_folder
from tongjian.rules._rulebook import Rulebook
from tongjian.rules._substitution_documents import Substitution

_Document = (
    Table | Method | RuleSet | UnavailableEdition | Conflict | TargetList | TaskList | Substitution
)
_Any = TypeVar("_Any", bound=_Document)


@dataclass(frozen=True, slots=True)
class Reading:
    """Documents as far as they are sound, all faults, and which files are under test.

    `files` holds the names of the files under test as places give them; None: all of them.
    """

    book: Rulebook
    problems: tuple[Problem, ...]
    files: frozenset[str] | None

    def tests(self, place: Place) -> bool:
        """Whether a place lies in a file under test."""
        return self.files is None or place.file in self.files


def read_documents(rulebook: Path | None = None, documents: Sequence[Path] = ()) -> Reading:
    """A rulebook (by default the package's own) with documents under test on top of it.

    A document under test takes the place of one of the rulebook with the same id and the same
    first day, so that a revised copy can be tested as well as something new. Faults are returned
    and not raised; only a rulebook without any document raises `RuleError`.
    """
    folder = rulebook or rulebook_folder()
    base = read_folder(folder)
    if not (base.tables or base.methods or base.problems):
        raise RuleError(Problem("rules.no_rulebook", values={"folder": str(folder)}))
    if not documents:
        book, problems = assemble_sound(base, str(folder), folder_digest(folder))
        return Reading(book, tuple(problems), None)
    mine, files = Documents(), set[str]()
    digest = hashlib.sha256(folder_digest(folder).encode())
    for path in documents:
        name = path.as_posix()
        read_document(path, name, mine)
        for part in (path, *sorted(path.parent.glob("*.csv"))):
            digest.update(part.read_bytes())
        files.add(name)
    files |= {value.place.file or "" for one in mine.tables for value in one.values}
    files |= {problem.place.file or "" for problem in mine.problems}
    book, problems = assemble_sound(_on_top(base, mine), str(folder), digest.hexdigest())
    return Reading(book, tuple(problems), frozenset(files))


def yaml_files(paths: Iterable[Path]) -> list[Path]:
    """YAML files, and those in folders; raises `RuleError` for what is not there."""
    found = []
    for path in paths:
        inside = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        if not inside or not inside[0].is_file():
            raise RuleError(Problem("rules.no_rulebook", values={"folder": str(path)}))
        found += inside
    return found


def _on_top(base: Documents, mine: Documents) -> Documents:
    return Documents(
        tables=_replaced(base.tables, mine.tables),
        methods=_replaced(base.methods, mine.methods),
        rulesets=_replaced(base.rulesets, mine.rulesets),
        unavailable=_replaced(base.unavailable, mine.unavailable),
        conflicts=_replaced(base.conflicts, mine.conflicts),
        targets=_replaced(base.targets, mine.targets),
        tasks=_replaced(base.tasks, mine.tasks),
        substitutions=_replaced(base.substitutions, mine.substitutions),
        problems=[*base.problems, *mine.problems],
    )


def _replaced(base: list[_Any], mine: list[_Any]) -> list[_Any]:
    new = {_mark(one) for one in mine}
    kept = [one for one in base if _mark(one) not in new]
    return kept + mine


def _mark(document: _Document) -> tuple[object, ...]:
    if isinstance(document, Table | Conflict | TargetList | TaskList):
        return (document.id,)
    return (document.id, document.validity.first)


__all__ = ["Reading", "read_documents", "yaml_files"]
