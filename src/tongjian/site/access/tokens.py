"""Keys to the API (接口令牌): made, shown once, kept as a hash, and turned back into an actor.

A key reads ``tongjian_<prefix>_<secret>``. The prefix finds it, the hash of the whole proves it; a
key has 256 bits, so that a plain hash of it cannot be guessed back.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from tongjian.problems import Problem, TongjianError
from tongjian.site.access.actor import Actor
from tongjian.site.access.models import ApiToken
from tongjian.site.access.permissions import Action, actions

SCHEME = "Bearer "
LONGEST = timedelta(days=366)
# What is compared where there is no such key, so that it takes as long.
_NONE = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
_EVERY = timedelta(minutes=1)
FOR_PEOPLE = ("access.", "ui.")
"""Actions that are for people: accounts, rights and the keys themselves."""


def scopes_of(actor: Actor) -> list[Action]:
    """The actions that a key of this actor may be given."""
    return [one for one in actions().values() if _possible(actor, one.id)]


def _possible(actor: Actor, action: str) -> bool:
    return not action.startswith(FOR_PEOPLE) and actor.may(action)


def make_token(actor: Actor, name: str, scopes: Iterable[str], days: int) -> tuple[ApiToken, str]:
    """A key for the actor's present role, and its text, which is told this once.

    Raises `TongjianError` for a scope that the actor does not have, for none, and for days that
    are too many.
    """
    wanted = sorted(set(scopes))
    found: list[Problem] = []
    if not wanted:
        found.append(Problem("site.token_no_scope"))
    found += [
        Problem("site.token_scope", values={"scope": one})
        for one in wanted
        if not _possible(actor, one)
    ]
    if not 1 <= days <= LONGEST.days:
        found.append(Problem("site.token_days", values={"days": days, "most": LONGEST.days}))
    if found:
        raise TongjianError(found)
    assert actor.user is not None and actor.membership is not None
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    whole = f"tongjian_{prefix}_{secret}"
    made = ApiToken.objects.create(
        prefix=prefix,
        hashed=_hash(whole),
        user=actor.user,
        membership=actor.membership,
        name=name,
        scopes=wanted,
        expires=timezone.now() + timedelta(days=days),
    )
    return made, whole


def actor_of_token(header: str) -> Actor | None:
    """Who sends an ``Authorization: Bearer tongjian_…`` header; None for one that is good no more.

    The actor's `narrowed` are the scopes of the key. Which of the reasons made it bad is not told.
    """
    whole = header.removeprefix(SCHEME).strip() if header.startswith(SCHEME) else ""
    prefix = whole.split("_")[1] if whole.count("_") >= 2 else ""
    rows = ApiToken.objects.select_related("user", "membership__enterprise")
    found = rows.filter(prefix=prefix).first()
    same = hmac.compare_digest(_hash(whole), found.hashed if found else _NONE)
    if not same or found is None:
        return None
    now = timezone.now()
    user, membership = found.user, found.membership
    over = found.revoked is not None or found.expires <= now or membership.ended is not None
    if over or not user.is_active or user.must_change_password:
        return None
    if found.last_used is None or now - found.last_used > _EVERY:
        ApiToken.objects.filter(pk=found.pk).update(last_used=now)
    return Actor(user, membership, frozenset(found.scopes))


def _hash(whole: str) -> str:
    return hashlib.sha256(whole.encode()).hexdigest()


__all__ = ["FOR_PEOPLE", "LONGEST", "actor_of_token", "make_token", "scopes_of"]
