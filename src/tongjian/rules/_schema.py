"""Holds a document against its JSON Schema and turns each finding into a problem with a place."""

from __future__ import annotations

import difflib
import json
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tongjian.problems import Problem
from tongjian.rules._source import Path, Source

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

# In this order: a rule set names its method, too.
KINDS = (
    *("table", "ruleset", "unavailable", "conflict", "targets", "tasks", "substitution"),
    "method",
)


def check_schema(source: Source, kind: str, package: str = "tongjian.rules") -> list[Problem]:
    """Every way in which the document departs from the schema of its kind.

    Other packages keep schemas of documents of their own in a folder ``schema``, too.
    """
    problems = []
    for error in _validator(kind, package).iter_errors(source.data):
        problems.extend(_problems(error, source))
    return problems


@lru_cache(maxsize=16)
def _validator(kind: str, package: str) -> Draft202012Validator:
    # Imported late: a warm start reads the compiled rulebook and never validates.
    from jsonschema import Draft202012Validator

    path = files(package) / "schema" / f"{kind}.schema.json"
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def _problems(error: ValidationError, source: Source) -> list[Problem]:
    path: Path = tuple(error.absolute_path)
    instance: Any = error.instance
    where = ".".join(map(str, path)) or "-"
    schema: Any = error.schema
    if error.validator == "additionalProperties" and isinstance(instance, dict):
        known = sorted(schema.get("properties", {}))
        return [
            Problem(
                "rules.unknown_key",
                source.place((*path, key, "<key>")),
                {"key": key, "where": where, "known": _near(key, known)},
            )
            for key in instance
            if key not in known
        ]
    if error.validator == "required":
        missing = [key for key in schema["required"] if key not in instance]
        values = {"where": where, "keys": ", ".join(missing)}
        return [Problem("rules.missing_key", source.place(path), values)]
    expected = _expected(error)
    values = {"where": where, "value": _short(instance), "expected": expected}
    return [Problem("rules.bad_value", source.place(path), values)]


def _expected(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    if error.validator == "enum":
        return " | ".join(map(str, wanted))
    return f"{error.validator}: {_short(wanted)}"


def _near(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=3)
    return ", ".join(near or known)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:77] + "…"
