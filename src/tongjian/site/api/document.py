"""The OpenAPI document (接口说明): made from the operations, in both languages.

What an operation is called and what it does stands in ``operations.toml`` by its name; who may call
it is read from the matrix.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from tongjian import __version__
from tongjian.rules import Words
from tongjian.site.access.permissions import actions
from tongjian.site.access.tokens import FOR_PEOPLE
from tongjian.site.api.errors import MEDIA
from tongjian.site.api.interface import API, PREFIX, Interface
from tongjian.site.api.repeats import HEADER
from tongjian.workflow import report_flow

_SAFE = ("get", "head")
_REF = {"$ref": "#/components/schemas/Problem"}
STEP = "step_"


@lru_cache(maxsize=1)
def phrases() -> dict[str, Words]:
    """What is written about operations, groups and the API itself, by name."""
    text = Path(__file__).with_name("operations.toml").read_text(encoding="utf-8")
    return {name: Words(one["zh"], one["en"]) for name, one in tomllib.loads(text).items()}


def words_of(name: str) -> Words:
    """What an operation is called; the steps of a report as its flow calls them."""
    if name.startswith(STEP):
        return report_flow().transitions[name.removeprefix(STEP)].title
    return phrases()[name]


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI document of the API, as plain data."""
    return described(API)


def described(api: Interface) -> dict[str, Any]:
    """The OpenAPI document of an interface, as plain data."""
    made = dict(api.get_openapi_schema(path_prefix=PREFIX))
    title, about = phrases()["title"], phrases()["about"]
    made["info"] = {
        "title": f"{title.zh} / {title.en}",
        "version": f"{api.version} ({__version__})",
        "description": f"{about.zh}\n\n{about.en}",
    }
    made["servers"] = [{"url": "/"}]
    made["tags"] = [
        {"name": name, "description": f"{words.zh} / {words.en}"}
        for name, words in ((one, phrases()[f"tag_{one}"]) for one in _tags(made))
    ]
    parts = made["components"] = dict(made["components"])
    parts["schemas"] = {**parts.get("schemas", {}), "Problem": _PROBLEM}
    for shape in parts["schemas"].values():
        shape.pop("description", None)  # what programmers read, in one language
    parts["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": _say("security_key")},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": _say("security_session"),
        },
    }
    acting: dict[str, str] = {
        one.view_func.__name__: getattr(one.view_func, "action", "") for _, one in api.operations()
    }
    for methods in made["paths"].values():
        for method, one in methods.items():
            matches = "get" in methods and method not in _SAFE
            _describe(one, method, acting[one["operationId"]], matches)
    return cast("dict[str, Any]", _worded(made))


def _worded(part: Any) -> Any:
    """A part of the document with the phrases for which fields have keys (``@year``)."""
    if isinstance(part, list):
        return [_worded(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: _say(f"field_{one[1:]}")
        if name == "description" and isinstance(one, str) and one.startswith("@")
        else _worded(one)
        for name, one in part.items()
    }


def _tags(made: dict[str, Any]) -> list[str]:
    found = [
        tag
        for methods in made["paths"].values()
        for one in methods.values()
        for tag in one.get("tags", ())
    ]
    return list(dict.fromkeys(found))


def _describe(one: dict[str, Any], method: str, action: str, matches: bool) -> None:
    words, known = words_of(one["operationId"]), actions()[action]
    one["summary"] = words.zh
    one["description"] = (
        f"{words.en}\n\n`{action}`：{known.title.zh} / {known.title.en}\n\n"
        f"{', '.join(sorted(known.roles))}"
    )
    one["x-action"] = action
    public = "public" in known.roles
    keyed: list[dict[str, list[str]]] = [] if action.startswith(FOR_PEOPLE) else [{"key": []}]
    one["security"] = [*([{}] if public else []), *keyed, {"session": []}]
    problem = {"content": {MEDIA: {"schema": _REF}}}
    # What an operation says of its answers itself comes after what is made for it, as a number.
    answers = one["responses"] = {str(key): value for key, value in one["responses"].items()}
    for status, name in _STATUSES.items():
        if status == "401" and public:
            continue
        answers.setdefault(status, {"description": _say(name), **problem})
    if method not in _SAFE:
        _example(one)
        if "requestBody" in one:
            answers.setdefault("415", {"description": _say("status_415"), **problem})
        answers.setdefault("409", {"description": _say("status_409"), **problem})
        one.setdefault("parameters", []).append(
            {
                "in": "header",
                "name": HEADER,
                "required": False,
                "description": _say("idempotency_key"),
                "schema": {"type": "string", "pattern": "^[!-~]{1,100}$"},
            }
        )
    if matches:
        needed = method == "patch"
        for status in ("412", "428")[: 1 + needed]:
            answers.setdefault(status, {"description": _say(f"status_{status}"), **problem})
        one.setdefault("parameters", []).append(
            {
                "in": "header",
                "name": "If-Match",
                "required": False,
                "description": _say("if_match_needed" if needed else "if_match"),
                "schema": {"type": "string", "maxLength": 200},
            }
        )
    if method in _SAFE:
        answers.setdefault("304", {"description": _say("status_304")})
    answers.update({key: answers.pop(key) for key in sorted(answers, key=str)})


@lru_cache(maxsize=1)
def examples() -> dict[str, dict[str, Any]]:
    """What may be sent, as an example, by the name of the operation: ``examples.toml``."""
    text = Path(__file__).with_name("examples.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _example(one: dict[str, Any]) -> None:
    """Put the example of what is sent, where something is."""
    name = "step" if one["operationId"].startswith(STEP) else one["operationId"]
    for content in one.get("requestBody", {}).get("content", {}).values():
        if name in examples():
            content["example"] = examples()[name]


def _say(name: str) -> str:
    words = phrases()[name]
    return f"{words.zh} / {words.en}"


_STATUSES = {
    "400": "status_400",
    "401": "status_401",
    "403": "status_403",
    "404": "status_404",
    "422": "status_422",
    "429": "status_429",
}
_TEXT = {"type": "string"}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "problems"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "problems": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["code", "severity", "zh", "en", "repair_zh", "repair_en"],
                "properties": {
                    **dict.fromkeys(("code", "severity", "zh", "en"), _TEXT),
                    **dict.fromkeys(("repair_zh", "repair_en"), _TEXT),
                    "place": {"type": "object"},
                    "values": {"type": "object", "additionalProperties": _TEXT},
                },
            },
        },
    },
}

__all__ = ["described", "document", "examples", "phrases", "words_of"]
