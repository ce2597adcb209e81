"""What is done to accounts (账户管理): entered in the site's log first, then in the database.

Who may do it is for the matrix; upon whom, is told here: an administrator acts on everybody, an
approver on the preparers of their own enterprise. An account is closed and never deleted.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils import timezone

from tongjian.evidence import Act
from tongjian.problems import Problem, TongjianError
from tongjian.site.access import lockout
from tongjian.site.access.actor import Actor
from tongjian.site.access.models import ApiToken, Assignment, Membership, User
from tongjian.site.access.passwords import one_time_password
from tongjian.site.access.roles import roles
from tongjian.site.access.sessions import end_sessions
from tongjian.site.mrv.projection import catch_up_site
from tongjian.site.registry.models import Division, Enterprise
from tongjian.site.workspaces import site_log

HANDED_OVER = timedelta(days=3)
"""How long a password that somebody else set lets its owner in."""
ADMIN, APPROVER, PREPARER = "admin", "approver", "preparer"


def users_seen_by(actor: Actor) -> QuerySet[User]:
    """The accounts that an actor may see: all, those of their enterprise, or none."""
    if actor.role.id == ADMIN:
        return User.objects.all()
    if actor.role.id == APPROVER and actor.enterprise_id is not None:
        held = Membership.objects.filter(enterprise=actor.enterprise_id)
        return User.objects.filter(pk__in=held.values("user"))
    return User.objects.none()


def held_in_sight(actor: Actor) -> QuerySet[Membership]:
    """Everything that anybody was given, as far as an actor may know."""
    held = Membership.objects.all()
    return held if actor.role.id == ADMIN else held.filter(enterprise=actor.enterprise_id)


def memberships_seen_by(actor: Actor, user: User) -> QuerySet[Membership]:
    """What somebody has been given, as far as an actor may know."""
    held = held_in_sight(actor).filter(user=user)
    return held.select_related("enterprise").order_by("pk")


def is_theirs(actor: Actor, user: User) -> bool:
    """Whether an account is an actor's to close: an approver's, if all it has is being a preparer.

    What somebody has elsewhere is not told by what is answered: it is theirs or it is not.
    """
    if actor.role.id == ADMIN:
        return True
    held = list(Membership.objects.filter(user=user, ended=None))
    mine = [one for one in held if one.enterprise_id == actor.enterprise_id]
    return bool(mine) and all(one.role == PREPARER for one in held) and mine == held


def create_user(
    actor: Actor, *, name: str, email: str, username: str = "", phone: str = ""
) -> User:
    """An account without a password. Where no `username` is given, the site makes one.

    An approver cannot choose it: that one is taken would tell of accounts elsewhere.
    """
    if actor.role.id != ADMIN or not username:
        username = _new_username()
    user = User(username=username, name=name, email=email, phone=phone)
    user.set_unusable_password()
    user.full_clean()
    _act("user.create", actor, user)
    user.save()
    catch_up_site()
    return user


def close_user(actor: Actor, user: User) -> None:
    """Close an account: signed out everywhere, keys and rights ended. What it did stays."""
    if not is_theirs(actor, user):
        raise PermissionDenied
    if user == actor.user:
        raise TongjianError(Problem("site.not_oneself"))
    _last_admin(user)
    _act("user.close", actor, user)
    now = timezone.now()
    User.objects.filter(pk=user.pk).update(is_active=False)
    Membership.objects.filter(user=user, ended=None).update(ended=timezone.localdate())
    Assignment.objects.filter(user=user, ended=None).update(ended=now)
    ApiToken.objects.filter(user=user, revoked=None).update(revoked=now)
    end_sessions(user)
    catch_up_site()


def reopen_user(actor: Actor, user: User) -> None:
    """Open a closed account again; rights that ended stay ended."""
    _act("user.reopen", actor, user)
    User.objects.filter(pk=user.pk).update(is_active=True)
    catch_up_site()


def hand_over_password(actor: Actor, user: User) -> str:
    """Set a password that is told this once and has to be changed at the first sign-in."""
    if user == actor.user:
        raise TongjianError(Problem("site.not_oneself"))
    _act("user.reset", actor, user, {"how": "one-time password"})
    password = one_time_password()
    user.set_password(password)
    user.must_change_password, user.password_until = True, timezone.now() + HANDED_OVER
    user.save()
    lockout.succeeded(user.username)
    end_sessions(user)
    catch_up_site()
    return password


def tell_link_sent(actor: Actor, user: User) -> None:
    """Enter that somebody was sent a link by which to set a password."""
    _act("user.reset", actor, user, {"how": "link by mail"})
    catch_up_site()


def remove_second_factor(actor: Actor, user: User) -> None:
    """Take away the second factor of somebody who lost it."""
    from allauth.mfa.models import Authenticator

    if user == actor.user:
        raise TongjianError(Problem("site.not_oneself"))
    _act("user.factor", actor, user)
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    catch_up_site()


def subject_of(user: User) -> str:
    """By which subject of the provider somebody signs in."""
    from allauth.socialaccount.models import SocialAccount

    found = SocialAccount.objects.filter(user=user, provider="oidc").values_list("uid", flat=True)
    return found.first() or ""


def link_single_sign_on(actor: Actor, user: User, subject: str) -> None:
    """Say by which subject of the provider somebody signs in; empty for none."""
    from allauth.socialaccount.models import SocialAccount

    taken = SocialAccount.objects.filter(provider="oidc", uid=subject).exclude(user=user)
    if subject and taken.exists():
        raise TongjianError(Problem("site.subject_taken", values={"subject": subject}))
    _act("user.link", actor, user, {"subject": subject})
    SocialAccount.objects.filter(user=user, provider="oidc").exclude(uid=subject).delete()
    if subject:
        SocialAccount.objects.get_or_create(user=user, provider="oidc", uid=subject)
    catch_up_site()


def give_membership(
    actor: Actor, user: User, role: str, enterprise: Enterprise | None, division: str
) -> Membership:
    """Give somebody a role. Raises `TongjianError` where role and place do not fit together."""
    if actor.role.id != ADMIN:
        mine = enterprise is not None and enterprise.pk == actor.enterprise_id
        if role != PREPARER or not mine:
            raise PermissionDenied
    kind = roles().get(role)
    found: list[Problem] = []
    if kind is None or kind.party == "public":
        raise TongjianError(Problem("site.role_unknown", values={"role": role}))
    if not user.is_active:
        found.append(Problem("site.user_closed", values={"user": user.signature}))
    if (kind.within == "enterprise") != (enterprise is not None):
        found.append(Problem("site.role_enterprise", values={"role": role}))
    prefix = division.removesuffix("00").removesuffix("00")
    if kind.within == "division" and role != "nation":
        known = Division.objects.filter(code=division).exists()
        if not known or (role == "city" and len(prefix) < 4):
            found.append(Problem("site.role_division", values={"role": role, "code": division}))
    if enterprise is not None:
        found += _conflict(user, enterprise)
    if found:
        raise TongjianError(found)
    where = prefix if kind.within == "division" and role != "nation" else ""
    said = {"role": role, "enterprise": enterprise.key if enterprise else "", "division": where}
    within: dict[str, Any] = {"enterprise": enterprise, "division": where}
    held = Membership.objects.filter(user=user, role=role, ended=None, **within).first()
    if held is not None:
        return held
    _act("membership.give", actor, user, said)
    made, _ = Membership.objects.get_or_create(user=user, role=role, ended=None, **within)
    catch_up_site()
    return made


def end_membership(actor: Actor, membership: Membership) -> None:
    """End what somebody was given, and the keys that rest on it."""
    user = membership.user
    if actor.role.id != ADMIN and (
        membership.role != PREPARER or membership.enterprise_id != actor.enterprise_id
    ):
        raise PermissionDenied
    if membership.role == ADMIN:
        _last_admin(user)
    if membership.ended is not None:
        return
    key = membership.enterprise.key if membership.enterprise else ""
    said = {"role": membership.role, "enterprise": key, "division": membership.division}
    _act("membership.end", actor, user, said)
    Membership.objects.filter(pk=membership.pk).update(ended=timezone.localdate())
    ApiToken.objects.filter(membership=membership, revoked=None).update(revoked=timezone.now())
    catch_up_site()


# ---- verifications -------------------------------------------------------------------------


def verifiers() -> QuerySet[User]:
    """Those who may be given verifications."""
    within = [one.id for one in roles().values() if one.within == "assignment"]
    held = Membership.objects.filter(role__in=within, ended=None)
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("name")


def assignments_seen_by(actor: Actor) -> QuerySet[Assignment]:
    """The assignments for enterprises that an actor may see."""
    found = Assignment.objects.filter(enterprise__in=Enterprise.objects.seen_by(actor))
    return found.select_related("user", "enterprise").order_by("-year", "-pk")


def assign(actor: Actor, user: User, enterprise: Enterprise, year: int) -> Assignment:
    """Give somebody the verification of an enterprise's year.

    Who works for the enterprise, or did within two years, cannot be its verifier.
    """
    held = Assignment.objects.filter(user=user, enterprise=enterprise, year=year, ended=None)
    found = held.first()
    if found is not None:
        return found
    mine = Membership.objects.filter(user=user, enterprise=enterprise)
    recent = timezone.localdate() - timedelta(days=730)
    if mine.filter(Q(ended=None) | Q(ended__gte=recent)).exists():
        raise TongjianError(
            Problem("site.not_independent", values={"user": user.signature, "years": 2})
        )
    _act("assignment.give", actor, user, {"enterprise": enterprise.key, "year": year})
    made, _ = Assignment.objects.get_or_create(
        user=user, enterprise=enterprise, year=year, ended=None, defaults={"by": actor.signature}
    )
    catch_up_site()
    return made


def end_assignment(actor: Actor, assignment: Assignment) -> None:
    """Take a verification away again."""
    if assignment.ended is not None:
        return
    said = {"enterprise": assignment.enterprise.key, "year": assignment.year}
    _act("assignment.end", actor, assignment.user, said)
    Assignment.objects.filter(pk=assignment.pk).update(ended=timezone.now())
    catch_up_site()


# ---- what they share -----------------------------------------------------------------------


def _act(act: str, actor: Actor, user: User, content: Mapping[str, Any] | None = None) -> None:
    """Enter an act upon an account in the site's log."""
    subject = f"user:{user.username}"
    said = {"name": user.signature, **(content or {})}
    site_log().append([Act(by=actor.signature, act=act, subject=subject, content=said)])


def _new_username() -> str:
    while True:
        made = f"u{secrets.randbelow(10**8):08d}"
        if not User.objects.filter(username=made).exists():
            return made


def _last_admin(user: User) -> None:
    """A site keeps an administrator."""
    held = Membership.objects.filter(role=ADMIN, ended=None, user__is_active=True)
    if held.filter(user=user).exists() and not held.exclude(user=user).exists():
        raise TongjianError(Problem("site.last_admin"))


def _conflict(user: User, enterprise: Enterprise) -> list[Problem]:
    """Whoever verifies an enterprise cannot work for it."""
    held = Assignment.objects.filter(user=user, enterprise=enterprise, ended=None)
    if not held.exists():
        return []
    return [Problem("site.verifies", values={"user": user.signature})]


__all__ = [
    "assign",
    "assignments_seen_by",
    "close_user",
    "create_user",
    "end_assignment",
    "end_membership",
    "give_membership",
    "hand_over_password",
    "held_in_sight",
    "is_theirs",
    "link_single_sign_on",
    "memberships_seen_by",
    "remove_second_factor",
    "reopen_user",
    "subject_of",
    "tell_link_sent",
    "users_seen_by",
    "verifiers",
]
