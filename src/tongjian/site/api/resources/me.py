"""Who asks, as what, and what they may do."""

from __future__ import annotations

from ninja import Router, Schema

from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import actions, endpoint
from tongjian.site.api.shapes import Text

router = Router()


class Doable(Schema):
    """An action that is for the one who asks."""

    action: str
    title: Text


class Me(Schema):
    """The one who asks, in the role in which they act."""

    username: str
    signature: str
    role: str
    role_title: Text
    enterprise: str | None
    division: str
    by_key: bool
    actions: list[Doable]


@router.get("/me", response=Me)
@endpoint("api.me")
def me(request: ActorRequest) -> Me:
    """The actor."""
    actor = request.actor
    assert actor.user is not None
    held = actor.membership
    return Me(
        username=actor.user.username,
        signature=actor.signature,
        role=actor.role.id,
        role_title=Text.of(actor.role.title),
        enterprise=held.enterprise.key if held and held.enterprise else None,
        division=actor.division,
        by_key=actor.narrowed is not None,
        actions=[
            Doable(action=one.id, title=Text.of(one.title))
            for one in actions().values()
            if actor.may(one.id)
        ],
    )


__all__ = ["router"]
