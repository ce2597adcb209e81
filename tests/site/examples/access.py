"""How the endpoints of `access` are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import Example
from tests.site.world import World
from tongjian.site.access.models import ApiToken


def preparer(world: World, of: str) -> Mapping[str, Any]:
    """The address of the preparer's account of an enterprise."""
    return {"username": world.user("preparer", of).username}


def token(world: World, of: str) -> Mapping[str, Any]:
    """The address of a key that the preparer of an enterprise has."""
    actor = world.actor("preparer", of)
    found = ApiToken.objects.filter(user=actor.user).first()
    if found is None:
        assert actor.user is not None and actor.membership is not None
        found = ApiToken.objects.create(
            prefix=f"{ord(of):08x}",
            hashed="0" * 64,
            user=actor.user,
            membership=actor.membership,
            name="matrix",
            expires="2099-01-01T00:00:00+08:00",
        )
    return {"prefix": found.prefix}


NOBODY = {"username": "nobody.of.that.name"}
OF_USER = Example(preparer, reach=("admin", "approver {of}"), unknown=NOBODY)
EXAMPLES = {
    "access:account": Example(data=lambda world, of: {"language": "zh-hans"}),
    "access:switch": Example(),
    "access:sessions": Example(data=lambda world, of: {"end": "others"}),
    "access:tokens": Example(),
    "access:token_revoke": Example(token, ("preparer {of}",), {"prefix": "ffffffff"}),
    "access:roles": Example(),
    "access:assignments": Example(),
    "access:assignment_end": Example(),
    "access:users": Example(),
    "access:user_create": Example(),
    "access:user": OF_USER,
    "access:user_close": OF_USER,
    "access:user_reopen": OF_USER,
    "access:user_reset": OF_USER,
    "access:user_factor": OF_USER,
    "access:user_link": OF_USER,
    "access:membership_give": OF_USER,
    "access:membership_end": OF_USER,
}
