"""What a report needs of an enterprise and the records do not hold (企业信息): `enterprise.yaml`.

Who the legal representative is, where the plant stands, whom to ask: nothing of it is invented. A
field that nobody filled in is a blank on the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from tongjian.problems import Place, Problem, TongjianError
from tongjian.reports._words import Words

# GB 32100-2015: the last character of a credit code follows from the others.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BASE, _MODULUS = 3, 31


@dataclass(frozen=True, slots=True)
class Enterprise:
    """One enterprise as its file has it (企业信息); empty where nothing was filled in."""

    data: Mapping[str, Any] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.data

    def said(self, name: str, words: Words) -> str:
        """A field in the language of `words`; the blank where nobody filled it in."""
        value = self.data.get(name)
        return words.text("to_be_filled_in") if value is None else self.words_of(value, words)

    def list_of(self, name: str) -> list[Any]:
        return list(self.data.get(name, ()))

    @staticmethod
    def words_of(value: Any, words: Words) -> str:
        """A text, or the text of two that fits."""
        if isinstance(value, Mapping):
            return str(value.get(words.lang) or value["zh"])
        return str(value)


def read_enterprises(path: Path | str) -> dict[str, Enterprise]:
    """Enterprises by facility, from a YAML file.

    Raises `TongjianError` with everything that is wrong in it.
    """
    where = Path(path)
    try:
        # Every scalar as text but numbers: a day stays what was written.
        found = yaml.load(where.read_text(encoding="utf-8-sig"), Loader=_Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        detail = " ".join(str(error).split())
        problem = Problem(
            "reports.enterprise_unreadable", Place(file=str(where)), {"detail": detail}
        )
        raise TongjianError(problem) from error
    problems = list(_problems(found, str(where)))
    if problems:
        raise TongjianError(problems)
    return {
        facility: Enterprise(one) for one in found["enterprises"] for facility in one["facilities"]
    }


class _Loader(yaml.SafeLoader):
    """Leaves dates as text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _problems(found: object, file: str) -> Iterator[Problem]:
    errors = sorted(_validator().iter_errors(found), key=lambda one: list(map(str, one.path)))
    for error in errors:
        at = ".".join(map(str, error.path)) or "enterprises"
        values = {"field": at, "detail": error.message, "value": str(error.instance)[:80]}
        yield Problem("reports.enterprise_field", Place(file=file, field=at), values)
    if errors:
        return
    assert isinstance(found, dict)
    seen: set[str] = set()
    for number, one in enumerate(found["enterprises"]):
        code = one.get("credit_code")
        if code is not None and check_character(code) != code[-1]:
            at = f"enterprises.{number}.credit_code"
            values = {"value": code, "expected": check_character(code)}
            yield Problem("reports.credit_code", Place(file=file, field=at), values)
        for facility in one["facilities"]:
            if facility in seen:
                at = f"enterprises.{number}.facilities"
                place = Place(file=file, field=at)
                yield Problem("reports.enterprise_twice", place, {"facility": facility})
            seen.add(facility)


def check_character(code: str) -> str:
    """The check character (校验码) of a unified social credit code, by GB 32100-2015."""
    total = sum(
        _ALPHABET.index(char) * pow(_BASE, place, _MODULUS) for place, char in enumerate(code[:17])
    )
    return _ALPHABET[-total % _MODULUS]


@lru_cache(maxsize=1)
def _validator() -> jsonschema.Draft202012Validator:
    text = files("tongjian") / "reports" / "documents" / "enterprise.schema.json"
    return jsonschema.Draft202012Validator(json.loads(text.read_text(encoding="utf-8")))


__all__ = ["Enterprise", "check_character", "read_enterprises"]
