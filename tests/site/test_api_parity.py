"""Everything the pages do, the API does (网页所办，接口皆可办): ``api_parity.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tests.site.matrix import endpoints
from tongjian.site.api.document import document

TABLE = tomllib.loads(Path(__file__).with_name("api_parity.toml").read_text("utf-8"))
PAGES: dict[str, list[str]] = TABLE["pages"]
WITHOUT: dict[str, str] = TABLE["without"]
OTHER: dict[str, str] = TABLE["other"]
OURS = {one.name: one for one in endpoints() if one.outside is None}
SAFE = {"GET"}


def described() -> dict[str, tuple[str, dict[str, Any]]]:
    """The operations by name, with their methods."""
    return {
        one["operationId"]: (method.upper(), one)
        for methods in document()["paths"].values()
        for method, one in methods.items()
    }


def test_every_page_has_its_operations_or_a_reason() -> None:
    listed = PAGES.keys() | WITHOUT.keys()

    assert not OURS.keys() - listed, "api_parity.toml lacks these pages"
    assert not listed - OURS.keys(), "there are no such pages"
    assert not PAGES.keys() & WITHOUT.keys()
    assert all(" / " in reason for reason in (*WITHOUT.values(), *OTHER.values()))
    unknown = {page: [n for n in names if n not in described()] for page, names in PAGES.items()}
    assert not {page: names for page, names in unknown.items() if names}, "no such operations"


def test_an_operation_is_the_same_action_and_reads_or_acts_as_its_page_does() -> None:
    known, wrong = described(), []
    for page, names in PAGES.items():
        found, one = [known[name] for name in names], OURS[page]
        wrong += [
            (page, name, made["x-action"])
            for name, (_, made) in zip(names, found, strict=True)
            if made["x-action"] != one.action and name not in OTHER
        ]
        acts = [method for method, _ in found if method not in SAFE]
        if "POST" in one.methods and not acts:
            wrong.append((page, "acts", one.methods))
        if one.methods == ("GET",) and len(acts) == len(found):
            wrong.append((page, "reads", one.methods))
    assert not wrong
