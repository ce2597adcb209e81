"""Every endpoint x everybody: who may is exactly what ``permissions.toml`` says, and what belongs
to another looks the same as what does not exist."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import reverse

from tests.site.conftest import _leave, _use
from tests.site.matrix import (
    SITE,
    Endpoint,
    Example,
    endpoints,
    examples,
    may,
    nothing,
    people,
    plain,
    role_of,
    sees,
    written,
)
from tests.site.world import A, World
from tongjian.site.access.permissions import actions

OURS = [one for one in endpoints() if one.outside is None]
CALLS = [(one, method) for one in OURS for method in one.methods]
SHOWN = {"GET": {200, 204, 302, 304}}
DONE = {200, 201, 202, 204, 302, 303, 400, 409, 422}
"""Of other methods: done, or refused because of what was sent."""


class Asked(World):
    """A world that is asked by the same people again and again."""

    def __init__(self) -> None:
        self.clients: dict[str, Client] = {}

    def of(self, who: str) -> Client:
        """The browser of one of `people`."""
        if who not in self.clients:
            self.clients[who] = self.client(*who.split(" "))
        return self.clients[who]


@pytest.fixture(scope="module")
def looked_at(
    template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[Path, Asked]]:
    """One site for each file of examples, in which its endpoints are only looked at."""

    @cache
    def made(module: str) -> tuple[Path, Asked]:
        folder = tmp_path_factory.mktemp("looked-at") / "site"
        shutil.copytree(template, folder)
        _use(folder)
        asked = Asked()
        prepare = getattr(importlib.import_module(module), "PREPARE", None)
        if prepare is not None:
            prepare(asked, A)
        return folder, asked

    return made


Ask = Callable[[Example, str], Asked]


@pytest.fixture
def ask(
    looked_at: Callable[[str], tuple[Path, Asked]], request: pytest.FixtureRequest
) -> Iterator[Ask]:
    """The world in which an example is called: what may change something has one of its own."""

    def go(example: Example, method: str) -> Asked:
        if method != "GET":
            request.getfixturevalue("site")
            return Asked()
        folder, asked = looked_at(example.args.__module__)
        _use(folder)
        return asked

    yield go
    _leave()


def test_every_endpoint_is_an_action_of_the_matrix_or_outside_with_a_reason() -> None:
    without = [one.name for one in OURS if one.action is None]
    unknown = [f"{one.name}: {one.action}" for one in OURS if one.action not in written()]

    assert not without, "@endpoint is missing"
    assert not unknown, "not in permissions.toml"


def test_every_endpoint_has_an_example_and_every_example_an_endpoint() -> None:
    names = {one.name for one in OURS}

    assert not names - examples().keys(), "tests/site/examples/<app>.py lacks them"
    assert not examples().keys() - names, "there are no such endpoints"


def test_the_matrix_as_loaded_is_the_matrix_as_written() -> None:
    assert set(actions()) == set(written())
    for who in people():
        if who != "norole":
            for action, one in actions().items():
                assert (role_of(who) in one.roles) == may(who, action), (who, action)


def test_no_action_is_in_the_matrix_without_use() -> None:
    used = {one.action for one in OURS}
    source = "".join(path.read_text("utf-8") for path in SITE.rglob("*.py"))
    source += "".join(path.read_text("utf-8") for path in SITE.rglob("*.html"))

    assert not [one for one in written() if one not in used and f'"{one}"' not in source]


@pytest.mark.parametrize(("one", "method"), CALLS, ids=[f"{m} {e.name}" for e, m in CALLS])
def test_who_may_is_what_the_matrix_says(ask: Ask, one: Endpoint, method: str) -> None:
    example = examples()[one.name]
    world = ask(example, method)
    assert one.action is not None
    # Those first who may not, so that nothing was changed before by those who may.
    order = sorted(people(), key=lambda who: may(who, one.action or ""))
    args = dict(example.args(world, A))
    for who in order:
        client = world.of(who)
        answer = _call(client, one, method, example, args, world)
        told = f"{method} {one.name} as {who}: {answer.status_code}"
        if not may(who, one.action):
            _refused(answer, who, told)
        elif sees(who, A, example):
            assert answer.status_code in SHOWN.get(method, DONE), told
            assert not _to_sign_in(answer), told
        else:
            assert answer.status_code == 404, told


def named(one: Endpoint) -> bool:
    """Whether the address names an object that not everybody sees."""
    example = examples().get(one.name)
    return example is not None and example.reach is not None and example.args is not nothing


OBJECTS = [(one, method) for one, method in CALLS if named(one)]


@pytest.mark.parametrize(("one", "method"), OBJECTS, ids=[f"{m} {e.name}" for e, m in OBJECTS])
def test_what_is_anothers_looks_like_what_does_not_exist(
    ask: Ask, one: Endpoint, method: str
) -> None:
    example = examples()[one.name]
    world = ask(example, method)
    assert one.action is not None and example.unknown, f"{one.name}: the example needs `unknown`"
    action = one.action
    args = {of: dict(example.args(world, of)) for of in example.made_for}
    hidden = 0
    for of in example.made_for:
        for who in people():
            if not may(who, one.action) or sees(who, of, example):
                continue
            client = world.of(who)
            other = {**args[of], **example.unknown}
            there = _call(client, one, method, example, args[of], world)
            absent = _call(client, one, method, example, other, world)
            told = f"{method} {one.name} of {of} as {who}"
            assert (there.status_code, absent.status_code) == (404, 404), told
            assert _heads(there) == _heads(absent), told
            bodies = [
                plain(answer.content, _address(one, values, example))
                for answer, values in ((there, args[of]), (absent, other))
            ]
            assert bodies[0] == bodies[1], told
            hidden += 1
    if hidden == 0:  # everybody sees it who may do this: what does not exist is told all the same
        who = next(person for person in people() if may(person, action))
        client = world.of(who)
        other = {**args[A], **example.unknown}
        assert _call(client, one, method, example, other, world).status_code == 404


def _address(one: Endpoint, args: dict[str, Any], example: Example) -> str:
    address = reverse(one.name, kwargs=args)
    return f"{address}?{urlencode(example.query)}" if example.query else address


def _call(
    client: Client,
    one: Endpoint,
    method: str,
    example: Example,
    args: dict[str, Any],
    world: World,
) -> Any:
    address = _address(one, args, example)
    if method == "GET":
        answer: Any = client.get(address)
    else:
        answer = client.generic(
            method,
            address,
            urlencode(example.data(world, A), doseq=True),
            content_type="application/x-www-form-urlencoded",
        )
    if answer.streaming:
        answer.close()  # what is sent is not looked at
    return answer


def _refused(answer: Any, who: str, told: str) -> None:
    if who == "public":
        assert _to_sign_in(answer), told
    else:
        assert answer.status_code == 403, told


def _to_sign_in(answer: Any) -> bool:
    to = answer.get("Location", "") or answer.get("HX-Redirect", "")
    return bool(to.startswith(f"{reverse('account_login')}?next={quote('/')}"))


def _heads(answer: Any) -> dict[str, str]:
    told = dict(answer.headers)
    told.pop("Content-Length", None)
    told.pop("Expires", None)  # the moment of the answer
    return told
