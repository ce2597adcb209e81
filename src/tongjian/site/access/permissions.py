"""Which endpoint is for which roles (权限矩阵): ``permissions.toml`` of every package.

An endpoint says by `endpoint` which action it is; the file of its package says whose that is. An
endpoint without an action answers nobody, so that none can be forgotten.

    ["report.submit"]
    zh = "提交报告"
    en = "submit a report"
    roles = ["approver"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from tongjian.rules import Words
from tongjian.site.access.roles import roles

View = TypeVar("View", bound=Callable[..., Any])
ANYONE = "anyone"
"""Stands for every role, the public included."""
SIGNED_IN = "signed-in"
"""Stands for every role but the public."""
ACCOUNT = "account"
"""Stands for whoever has signed in, also before they were given a role."""


@dataclass(frozen=True, slots=True)
class Action:
    """What an endpoint does (操作), and the roles that may do it.

    `account` says that it is also for those who have an account and no role.
    """

    id: str
    title: Words
    roles: frozenset[str]
    account: bool = False


@lru_cache(maxsize=1)
def actions() -> dict[str, Action]:
    """All actions by their id; raises `ValueError` for a role or an action that is not sound."""
    found: dict[str, Action] = {}
    known = frozenset(roles())
    for path in sorted(Path(__file__).parents[1].glob("*/permissions.toml")):
        for name, one in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if name in found:
                raise ValueError(f"{path}: {name} is there twice")
            allowed = set(one["roles"])
            if ANYONE in allowed:
                allowed = set(known)
            elif allowed & {SIGNED_IN, ACCOUNT}:
                allowed = set(known) - {"public"}
            if not allowed <= known:
                raise ValueError(f"{path}: {name}: {sorted(allowed - known)}")
            title, account = Words(one["zh"], one["en"]), ACCOUNT in one["roles"]
            found[name] = Action(name, title, frozenset(allowed), account)
    return found


def may(role: str, action: str, account: bool = False) -> bool:
    """Whether an action is for a role, or for whoever has an `account`.

    False for an action that nobody knows.
    """
    found = actions().get(action)
    return found is not None and (role in found.roles or (account and found.account))


def endpoint(action: str) -> Callable[[View], View]:
    """Say which action a view is; it is checked before the view is called."""

    def mark(view: View) -> View:
        view.action = action  # type: ignore[attr-defined]
        return view

    return mark


__all__ = ["ACCOUNT", "ANYONE", "SIGNED_IN", "Action", "actions", "endpoint", "may"]
