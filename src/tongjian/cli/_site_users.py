"""``tongjian site user …``: accounts, by whoever has the machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tongjian.cli._output import Output
from tongjian.problems import Problem, TongjianError
from tongjian.site.boot import boot, migrate

if TYPE_CHECKING:
    from tongjian.site.access.models import User
    from tongjian.site.registry.models import Enterprise


def run_add(
    out: Output,
    site: Path | None,
    username: str,
    name: str,
    email: str,
    role: tuple[str, str, str],
) -> None:
    """Make an account, with a role if one is given; tell its one-time password."""
    boot(site)
    migrate()
    from tongjian.site.access.people import create_user, give_membership, hand_over_password
    from tongjian.site.operations.console import console_actor, user_problems

    kind, code, division = role
    enterprise = _enterprise(code) if code else None
    problems = user_problems(username, name, email)
    if problems:
        raise TongjianError(problems)
    actor = console_actor()
    user = create_user(actor, name=name, email=email, username=username)
    if kind:
        give_membership(actor, user, kind, enterprise, division)
    password = hand_over_password(actor, user)
    out.data({"username": username, "password": password})
    out.say(f"账户 {user.signature} 已建立", f"The account {user.signature} was made")
    _tell(out, password)


def run_close(out: Output, site: Path | None, username: str) -> None:
    """Close an account."""
    boot(site)
    from tongjian.site.access.people import close_user
    from tongjian.site.operations.console import console_actor

    user = _user(username)
    close_user(console_actor(), user)
    out.data({"username": username, "closed": True})
    out.say(f"账户 {user.signature} 已关闭", f"The account {user.signature} was closed")


def run_password(out: Output, site: Path | None, username: str) -> None:
    """Set a one-time password."""
    boot(site)
    from tongjian.site.access.people import hand_over_password
    from tongjian.site.operations.console import console_actor

    password = hand_over_password(console_actor(), _user(username))
    out.data({"username": username, "password": password})
    _tell(out, password)


def _tell(out: Output, password: str) -> None:
    out.say(
        f"一次性口令：{password}（三天内登录并更改）",
        f"One-time password: {password} (sign in within three days and change it)",
    )


def _user(username: str) -> User:
    from tongjian.site.access.models import User

    found = User.objects.filter(username=username).first()
    if found is None:
        raise TongjianError(Problem("site.no_user", values={"username": username}))
    return found


def _enterprise(code: str) -> Enterprise:
    from tongjian.site.registry.models import Enterprise

    found = Enterprise.every.filter(uscc=code).first()
    if found is None:
        raise TongjianError(Problem("site.no_enterprise", values={"code": code}))
    return found


__all__ = ["run_add", "run_close", "run_password"]
