"""Accounts, roles and keys, as far as the pages manage them: by session alone, never by key."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from tongjian.problems import Place, Problem, TongjianError
from tongjian.site.access import people
from tongjian.site.access.confirm import confirmed
from tongjian.site.access.invitations import send_link
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.models import ApiToken, Membership, User
from tongjian.site.access.permissions import actions, endpoint
from tongjian.site.access.roles import roles
from tongjian.site.access.views_users import UserForm
from tongjian.site.api.errors import Refused
from tongjian.site.api.paging import Cursor, Limit, Page, part
from tongjian.site.api.resources.entering import Plain
from tongjian.site.api.resources.people import Username
from tongjian.site.api.shapes import Given, Text
from tongjian.site.registry.models import Enterprise
from tongjian.site.registry.services import problem_of

router = Router()
_AT = "/users/{username}"
Prefix = Annotated[str, Path(pattern=r"^[0-9a-f]{8}$", description="@prefix")]


class MembershipLine(Schema):
    """A role that somebody was given, where, and whether it has ended."""

    role: str
    title: Text
    enterprise: str | None
    division: str
    ended: date | None

    @classmethod
    def of(cls, one: Membership) -> MembershipLine:
        """From a row."""
        return cls(
            role=one.role,
            title=Text.of(one.kind.title),
            enterprise=one.enterprise.key if one.enterprise else None,
            division=one.division,
            ended=one.ended,
        )


class UserLine(Schema):
    """An account."""

    username: str
    name: str
    email: str
    open: bool


class UserShape(UserLine):
    """An account with what it has been given, as far as the actor may know."""

    memberships: list[MembershipLine]


class UserGiven(Given):
    """A new account; an approver does not choose its username."""

    username: Annotated[str, Field(max_length=60, pattern=Plain)] = ""
    name: Annotated[str, Field(min_length=1, max_length=60, pattern=Plain)]
    email: Annotated[str, Field(max_length=254, pattern=r"^[^\x00-\x20@]+@[^\x00-\x20@]+$")]
    phone: Annotated[str, Field(max_length=30, pattern=Plain)] = ""


class UserMade(UserShape):
    """A new account, and whether its owner was sent the link by which to set a password."""

    invited: bool


class SubjectGiven(Given):
    """By which subject of the provider somebody signs in; empty for none."""

    subject: Annotated[str, Field(max_length=190, pattern=Plain)] = ""


class MembershipGiven(Given):
    """A role and where; an approver gives that of a preparer of the own enterprise."""

    role: Annotated[str, Field(max_length=40, pattern=Plain)]
    uscc: Annotated[str, Field(max_length=18, pattern=r"^[0-9A-Za-z]*$")] = ""
    division: Annotated[str, Field(pattern=r"^(\d{6})?$")] = ""


class MembershipEnded(Given):
    """Which role ends: as the account lists it."""

    role: Annotated[str, Field(max_length=40, pattern=Plain)]
    enterprise: Annotated[str | None, Field(max_length=40)] = None
    division: Annotated[str, Field(max_length=6, pattern=r"^\d*$")] = ""


class ActionLine(Schema):
    """An action of the matrix and the roles that may do it."""

    action: str
    title: Text
    roles: list[str]


class KeyLine(Schema):
    """A key to the API, without its secret."""

    prefix: str
    name: str
    role: str
    scopes: list[str]
    made: datetime
    expires: datetime
    last_used: datetime | None
    revoked: datetime | None

    @classmethod
    def of(cls, one: ApiToken) -> KeyLine:
        """From a row."""
        names = [name for name in cls.model_fields if name != "role"]
        return cls(role=one.membership.role, **{name: getattr(one, name) for name in names})


def _user(request: ActorRequest, username: str) -> User:
    return get_object_or_404(people.users_seen_by(request.actor), username=username)


def _confirmed(request: ActorRequest) -> None:
    """What is hard to take back asks once more who it is, as the pages do."""
    if not confirmed(request):
        raise Refused(403, Problem("site.api_confirm"))


def _to_change(request: ActorRequest, username: str) -> User:
    """The account that is to be changed, by somebody who has just confirmed who they are."""
    user = _user(request, username)
    _confirmed(request)
    return user


def _line(one: User) -> dict[str, object]:
    names = ("username", "name", "email")
    return {**{name: getattr(one, name) for name in names}, "open": one.is_active}


def _shape(request: ActorRequest, username: str) -> UserShape:
    one = _user(request, username)
    held = people.memberships_seen_by(request.actor, one)
    return UserShape.model_validate(
        {**_line(one), "memberships": [MembershipLine.of(each) for each in held]}
    )


@router.get("/actions", response=list[ActionLine])
@endpoint("access.roles")
def list_actions(request: ActorRequest) -> list[ActionLine]:
    """The matrix as it is enforced."""
    return [
        ActionLine(action=one.id, title=Text.of(one.title), roles=sorted(one.roles))
        for one in actions().values()
    ]


@router.get("/users", response=Page[UserLine])
@endpoint("access.users")
def list_users(
    request: ActorRequest,
    text: Annotated[str, Query(max_length=80, pattern=Plain)] = "",
    role: Annotated[str, Query(max_length=40, pattern=Plain)] = "",
    state: Literal["", "open", "closed"] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[UserLine]:
    """The accounts that the actor may see."""
    rows = people.users_seen_by(request.actor)
    if text:
        wanted = Q(username__icontains=text) | Q(name__icontains=text)
        rows = rows.filter(wanted | Q(email__icontains=text))
    if role in roles():
        held = people.held_in_sight(request.actor).filter(role=role, ended=None)
        rows = rows.filter(pk__in=held.values("user"))
    if state:
        rows = rows.filter(is_active=state == "open")
    found, after = part(request, rows, ("username",), limit, cursor)
    return Page[UserLine](items=[UserLine.model_validate(_line(one)) for one in found], next=after)


@router.post("/users", response={201: UserMade})
@endpoint("access.user_create")
def post_user(request: ActorRequest, given: UserGiven) -> Status[UserMade]:
    """Make an account; an approver's becomes a preparer of the enterprise at once."""
    _confirmed(request)
    actor = request.actor
    admin = actor.role.id == people.ADMIN
    form = UserForm(given.model_dump(), chooses=admin)
    if not form.is_valid():
        raise TongjianError(
            [
                problem_of(User(), name, one, Place(field=name))
                for name, errors in form.errors.as_data().items()
                for one in errors
            ]
        )
    said = {name: form.cleaned_data.get(name, "") for name in ("name", "email", "phone")}
    username = str(form.cleaned_data.get("username", ""))
    user = people.create_user(actor, username=username, **said)
    if not admin:
        assert actor.membership is not None
        people.give_membership(
            actor, user, people.PREPARER, actor.membership.enterprise, division=""
        )
    invited = send_link(request, user)
    if invited:
        people.tell_link_sent(actor, user)
    shape = _shape(request, user.username)
    return Status(201, UserMade(**shape.model_dump(), invited=invited))


@router.get(_AT, response=UserShape)
@endpoint("access.users")
def get_user(request: ActorRequest, username: Username) -> UserShape:
    """One account and what it has been given."""
    return _shape(request, username)


@router.post(_AT + "/close", response=UserShape)
@endpoint("access.user_close")
def close_user(request: ActorRequest, username: Username) -> UserShape:
    """Close an account: signed out everywhere, keys and rights ended."""
    user = _to_change(request, username)
    people.close_user(request.actor, user)
    return _shape(request, username)


@router.post(_AT + "/reopen", response=UserShape)
@endpoint("access.user_secure")
def reopen_user(request: ActorRequest, username: Username) -> UserShape:
    """Open a closed account again; rights that ended stay ended."""
    user = _to_change(request, username)
    people.reopen_user(request.actor, user)
    return _shape(request, username)


@router.post(_AT + "/second-factor/remove", response=UserShape)
@endpoint("access.user_secure")
def remove_user_factor(request: ActorRequest, username: Username) -> UserShape:
    """Take away the second factor of somebody who lost it."""
    user = _to_change(request, username)
    people.remove_second_factor(request.actor, user)
    return _shape(request, username)


@router.post(_AT + "/single-sign-on", response=UserShape)
@endpoint("access.user_secure")
def link_user(request: ActorRequest, username: Username, given: SubjectGiven) -> UserShape:
    """Say by which subject of the provider somebody signs in."""
    user = _to_change(request, username)
    people.link_single_sign_on(request.actor, user, given.subject.strip())
    return _shape(request, username)


@router.post(_AT + "/memberships", response={201: UserShape})
@endpoint("access.membership_give")
def post_membership(
    request: ActorRequest, username: Username, given: MembershipGiven
) -> Status[UserShape]:
    """Give somebody a role."""
    actor, user, enterprise = request.actor, _user(request, username), None
    _confirmed(request)
    if actor.role.id != people.ADMIN:
        assert actor.membership is not None
        if given.role != people.PREPARER:
            raise PermissionDenied
        enterprise = actor.membership.enterprise
    elif given.uscc:
        # An administrator sees no enterprise; whom they name by its code they have been told of.
        enterprise = Enterprise.every.filter(uscc=given.uscc.upper()).first()
        if enterprise is None:
            raise TongjianError(Problem("site.api_no_uscc", values={"uscc": given.uscc}))
    people.give_membership(actor, user, given.role, enterprise, given.division)
    return Status(201, _shape(request, username))


@router.post(_AT + "/memberships/end", response=UserShape)
@endpoint("access.membership_end")
def end_membership(request: ActorRequest, username: Username, given: MembershipEnded) -> UserShape:
    """End a role that somebody has, and the keys that rest on it."""
    held = people.memberships_seen_by(request.actor, _user(request, username))
    _confirmed(request)
    within = {"role": given.role, "division": given.division, "ended": None}
    found = [
        one
        for one in held.filter(**within)
        if (one.enterprise.key if one.enterprise else None) == given.enterprise
    ]
    if not found:
        raise Http404
    people.end_membership(request.actor, found[0])
    return _shape(request, username)


@router.get("/keys", response=list[KeyLine])
@endpoint("access.token_revoke")
def list_keys(request: ActorRequest) -> list[KeyLine]:
    """One's own keys, newest first."""
    assert request.actor.user is not None
    mine = ApiToken.objects.filter(user=request.actor.user).select_related("membership")
    return [KeyLine.of(one) for one in mine[:200]]


@router.post("/keys/{prefix}/revoke", response=KeyLine)
@endpoint("access.token_revoke")
def revoke_key(request: ActorRequest, prefix: Prefix) -> KeyLine:
    """Revoke a key of one's own."""
    mine = ApiToken.objects.filter(user=request.actor.user).select_related("membership")
    found = get_object_or_404(mine, prefix=prefix)
    mine.filter(pk=found.pk, revoked=None).update(revoked=timezone.now())
    return KeyLine.of(get_object_or_404(mine, prefix=prefix))


__all__ = ["router"]
