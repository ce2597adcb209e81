"""Every endpoint of the site and who it answers (权限矩阵测试的底座).

`endpoints()` walks all URL patterns. What an endpoint needs to be called is told in
``tests/site/examples/<app>.py``, which has ``EXAMPLES: dict[str, Example]`` by URL name; a pattern
that has none fails the test. Endpoints of one file that are only looked at share a site; a file may
have a ``PREPARE(world, of)`` for what is made by copying a whole site, which comes first. Who may
is read from ``permissions.toml``, not asked of the code.
"""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import HttpResponseNotAllowed
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

import tongjian.site
from tests.site.world import A, B, World
from tongjian.site.access.outside import reason_outside
from tongjian.site.access.roles import roles

SITE = Path(tongjian.site.__file__).parent
NO_ROLE = "norole"
"""Somebody who can sign in and was given no role."""

Arguments = Callable[[World, str], Mapping[str, Any]]


def nothing(world: World, of: str) -> Mapping[str, Any]:
    """No arguments."""
    return {}


@dataclass(frozen=True)
class Example:
    """How an endpoint is called.

    `args` makes what it needs for enterprise `of` and returns the arguments of its address; `reach`
    says who sees that object: "enterprise", "verifier" (and assigned verifiers), "authority" (and
    the authorities of the division), a tuple of people such as ``("admin", "preparer {of}")``, or
    None where the address names no object. `unknown` are arguments of the same form that name
    nothing. `query` and `data` are sent; empty ones must be refused as wrong, not as forbidden.
    """

    args: Arguments = nothing
    reach: str | tuple[str, ...] | None = None
    unknown: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    data: Arguments = nothing
    made_for: tuple[str, ...] = (A, B)
    """The enterprises for which `args` makes one; A alone where that takes long."""
    unseen: tuple[str, ...] = ()
    """Of those within the reach, roles from which the object is hidden as it stands."""


def enterprise_key(world: World, of: str) -> Mapping[str, Any]:
    """The address of an enterprise."""
    return {"key": world.enterprise(of).key}


def plant_code(world: World, of: str) -> Mapping[str, Any]:
    """The address of a plant."""
    return {"code": world.plant(of).code}


UNKNOWN_KEY = {"key": "0" * 16}
UNKNOWN_PLANT = {"code": "NO-SUCH-PLANT"}


@dataclass(frozen=True)
class Endpoint:
    """A named address and the methods it answers."""

    name: str
    view: Any
    action: str | None
    outside: str | None
    methods: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


@lru_cache(maxsize=1)
def endpoints() -> tuple[Endpoint, ...]:
    """All of them, by walking the patterns."""
    return tuple(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[Any], prefix: str) -> Iterator[Endpoint]:
    for one in patterns:
        if isinstance(one, URLResolver):
            space = f"{prefix}{one.namespace}:" if one.namespace else prefix
            yield from _walk(one.url_patterns, space)
            continue
        assert isinstance(one, URLPattern)
        view = one.callback
        outside = reason_outside(view)
        name = f"{prefix}{one.name or one.pattern}"
        methods = () if outside else _methods(view, name)
        yield Endpoint(name, view, getattr(view, "action", None), outside, methods)


def _methods(view: Any, name: str) -> tuple[str, ...]:
    try:
        answer = view(RequestFactory().generic("TRACE", "/"))
    except Exception as error:
        raise AssertionError(f"{name}: @require_GET/POST/http_methods is missing") from error
    assert isinstance(answer, HttpResponseNotAllowed), f"{name} answers any method"
    wanted = ("GET", "POST", "PUT", "PATCH", "DELETE")
    return tuple(method for method in wanted if method in answer["Allow"])


@lru_cache(maxsize=1)
def examples() -> dict[str, Example]:
    """All examples of all apps."""
    found: dict[str, Example] = {}
    for path in sorted(Path(__file__).with_name("examples").glob("*.py")):
        module = importlib.import_module(f"tests.site.examples.{path.stem}")
        twice = found.keys() & module.EXAMPLES.keys()
        assert not twice, f"{path}: {sorted(twice)}"
        found |= module.EXAMPLES
    return found


# ---- people --------------------------------------------------------------------------------


def people() -> tuple[str, ...]:
    """Everybody who may come along, as "role" or "role A" and "role B"."""
    found = ["public", NO_ROLE]
    for role in roles().values():
        if role.within in ("enterprise", "assignment"):
            found += [f"{role.id} {A}", f"{role.id} {B}"]
        elif role.id != "public":
            found.append(role.id)
    return tuple(found)


def role_of(who: str) -> str:
    """The role of one of them."""
    return who.partition(" ")[0]


@lru_cache(maxsize=1)
def written() -> dict[str, tuple[str, ...]]:
    """What the files say, action by action."""
    return {
        action: tuple(one["roles"])
        for path in sorted(SITE.glob("*/permissions.toml"))
        for action, one in tomllib.loads(path.read_text(encoding="utf-8")).items()
    }


def may(who: str, action: str) -> bool:
    """Whether the files give an action to somebody."""
    said, role = written()[action], role_of(who)
    if "anyone" in said:
        return True
    if role == "public":
        return False
    if role == NO_ROLE:
        return "account" in said
    return "account" in said or "signed-in" in said or role in said


def sees(who: str, of: str, example: Example) -> bool:
    """Whether somebody sees the example's object of enterprise `of`: written down, not computed."""
    if example.reach is None:
        return True
    role, _, their = who.partition(" ")
    if isinstance(example.reach, tuple):
        return who in [one.format(of=of) for one in example.reach]
    if role in example.unseen:
        return False
    if role in ("preparer", "approver"):
        return their == of
    if role in ("verifier", "reviewer"):
        return their == of and example.reach in ("verifier", "authority")
    if example.reach != "authority":
        return False
    # The city is Nanjing, where A is; B is in Suzhou; both are in the province.
    return role in ("province", "nation", "analyst") or (role == "city" and of == A)


def plain(body: bytes, path: str) -> str:
    """A page without what differs between any two calls: its address and the secret of forms."""
    text = body.decode().replace(path, "·")
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
    return re.sub(r'"X-CSRFToken": "\w+"', "", text)
