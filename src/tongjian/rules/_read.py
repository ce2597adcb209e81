"""Turns checked YAML (and the tables' CSV) into documents; collects every problem."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tongjian.problems import Place, Problem, RuleError
from tongjian.rules._documents import Conflict, Method, RuleSet, Table, UnavailableEdition
from tongjian.rules._policy_documents import TargetList, TaskList
from tongjian.rules._read_conflict import read_conflict
from tongjian.rules._read_method import read_method
from tongjian.rules._read_policy import read_targets, read_tasks
from tongjian.rules._read_ruleset import read_ruleset, read_unavailable
from tongjian.rules._read_substitution import read_substitution
from tongjian.rules._read_table import read_table
from tongjian.rules._reader import Reader
from tongjian.rules._schema import KINDS, check_schema
from tongjian.rules._source import read_yaml
from tongjian.rules._substitution_documents import Substitution


@dataclass(slots=True)
class Documents:
    """Everything read, with the problems found on the way."""

    tables: list[Table] = field(default_factory=list)
    methods: list[Method] = field(default_factory=list)
    rulesets: list[RuleSet] = field(default_factory=list)
    unavailable: list[UnavailableEdition] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    targets: list[TargetList] = field(default_factory=list)
    tasks: list[TaskList] = field(default_factory=list)
    substitutions: list[Substitution] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_folder(folder: Path) -> Documents:
    """Read every YAML file below `folder` (the `catalogue` folder belongs to the records)."""
    documents = Documents()
    for path in sorted(folder.rglob("*.yaml")):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("catalogue/"):
            read_document(path, name, documents)
    return documents


def read_document(path: Path, name: str, documents: Documents) -> None:
    """Read one file into `documents`."""
    try:
        source = read_yaml(path.read_text(encoding="utf-8"), name)
    except RuleError as error:
        documents.problems.extend(error.problems)
        return
    except UnicodeDecodeError:
        documents.problems.append(Problem("rules.encoding", Place(file=name)))
        return
    keys = source.data if isinstance(source.data, dict) else {}
    kind = next((kind for kind in KINDS if kind in keys), None)
    if kind is None:
        documents.problems.append(
            Problem("rules.no_kind", source.place(()), {"kinds": " / ".join(KINDS)})
        )
        return
    found = check_schema(source, kind)
    documents.problems.extend(found)
    if found:
        return
    reader = Reader(source, documents.problems)
    if kind == "table":
        documents.tables.append(read_table(reader, path))
    elif kind == "method":
        documents.methods.append(read_method(reader))
    elif kind == "unavailable":
        documents.unavailable.append(read_unavailable(reader))
    elif kind == "conflict":
        documents.conflicts.append(read_conflict(reader))
    elif kind == "targets":
        documents.targets.append(read_targets(reader))
    elif kind == "tasks":
        documents.tasks.append(read_tasks(reader))
    elif kind == "substitution":
        documents.substitutions.append(read_substitution(reader))
    else:
        documents.rulesets.append(read_ruleset(reader))
