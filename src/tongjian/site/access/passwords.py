"""What a password has to be (口令规则): long, not common, not like its owner, not one of the last.

Nothing is asked of its composition, and it does not expire: both make people choose worse ones.
"""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from tongjian.site.access.models import PastPassword, User
from tongjian.site.ui.texts import text

LONGEST = 128
KEPT = 5
"""How many passwords, the present one among them, cannot be taken again."""
# Without what is mistaken for something else when it is read out or copied by hand.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class MaximumLength:
    """A password that is too long is refused, and not cut off."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > LONGEST:
            told = text("access.password_too_long", most=LONGEST)
            raise ValidationError(told, code="password_too_long")

    def get_help_text(self) -> str:
        return text("access.password_too_long", most=LONGEST)


class NotReused:
    """None of the last passwords; Django tells it of every new one (`password_changed`)."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        past = PastPassword.objects.filter(user=user)[:KEPT]
        known = {user.password, *(one.hashed for one in past)}
        if any(check_password(password, one) for one in known):
            told = text("access.password_reused", count=KEPT)
            raise ValidationError(told, code="password_reused")

    def password_changed(self, password: str, user: User | None = None) -> None:
        if user is None:
            return
        PastPassword.objects.create(user=user, hashed=user.password)
        old = PastPassword.objects.filter(user=user)[KEPT:]
        PastPassword.objects.filter(pk__in=[one.pk for one in old]).delete()

    def get_help_text(self) -> str:
        return text("access.password_reused", count=KEPT)


def one_time_password() -> str:
    """A password that is handed over once and changed at the first sign-in (一次性口令).

    About 79 bits, in groups that can be read out.
    """
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


__all__ = ["KEPT", "LONGEST", "MaximumLength", "NotReused", "one_time_password"]
