"""Acting from the command line of the site's own machine (命令行办理)."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from tongjian.problems import Place, Problem
from tongjian.site.access.actor import Actor
from tongjian.site.access.models import Membership, User


@dataclass(frozen=True, slots=True)
class Console(Actor):
    """Whoever has the machine: an administrator without an account, named by the system's user."""

    @property
    def signature(self) -> str:
        """How they are named in logs."""
        return f"控制台（console:{_system_user()}）"


def console_actor() -> Actor:
    """The one who has typed the command."""
    return Console(None, Membership(role="admin"))


def user_problems(username: str, name: str, email: str) -> list[Problem]:
    """Everything that is wrong with what an account is to be."""
    user = User(username=username, name=name, email=email)
    user.set_unusable_password()
    try:
        user.full_clean()
    except ValidationError as error:
        return [
            Problem("site.user_field", Place(field=field), {"detail": said})
            for field, messages in error.message_dict.items()
            for said in messages
        ]
    return []


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        return "-"


__all__ = ["console_actor", "user_problems"]
