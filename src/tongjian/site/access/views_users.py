"""Accounts and rights (用户管理): lists, making, closing, giving and ending roles."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongjian.site.access import people
from tongjian.site.access.confirm import sensitive
from tongjian.site.access.duties import has_second_factor
from tongjian.site.access.invitations import send_link
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.models import User
from tongjian.site.access.permissions import endpoint
from tongjian.site.access.roles import roles
from tongjian.site.registry.models import Division, Enterprise
from tongjian.site.ui.errors import REFUSED
from tongjian.site.ui.paging import page_of
from tongjian.site.ui.texts import text, text_lazy


@require_GET
@endpoint("access.users")
def users(request: ActorRequest) -> HttpResponse:
    """All accounts that the actor may see, by name, role and state."""
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "role", "state")}
    found = people.users_seen_by(request.actor).order_by("username")
    if asked["q"]:
        q = asked["q"]
        found = found.filter(
            Q(username__icontains=q) | Q(name__icontains=q) | Q(email__icontains=q)
        )
    if asked["role"] in roles():
        held = people.held_in_sight(request.actor).filter(role=asked["role"], ended=None)
        found = found.filter(pk__in=held.values("user"))
    if asked["state"] in ("open", "closed"):
        found = found.filter(is_active=asked["state"] == "open")
    current = people.held_in_sight(request.actor).filter(ended=None)
    found = found.prefetch_related(
        Prefetch("memberships", current.select_related("enterprise").order_by("pk"), "current")
    )
    page = page_of(request, found)
    query = urlencode({name: value for name, value in asked.items() if value})
    shown = {
        "page": page,
        "query": f"{query}&" if query else "",
        "asked": asked,
        "roles": [one for one in roles().values() if one.party != "public"],
    }
    return render(request, "access/users.html", shown)


class UserForm(forms.Form):
    """A new account."""

    username = forms.CharField(
        label=text_lazy("access.username"),
        max_length=60,
        required=False,
        help_text=text_lazy("access.username_help"),
    )
    name = forms.CharField(
        label=text_lazy("access.name"), max_length=60, help_text=text_lazy("access.name_help")
    )
    email = forms.EmailField(label=text_lazy("access.email"), max_length=254)
    phone = forms.CharField(label=text_lazy("access.phone"), max_length=30, required=False)

    def __init__(self, *args: object, chooses: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not chooses:
            del self.fields["username"]

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        for validator in User._meta.get_field("username").validators:
            validator(username)
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(text("access.username_taken"))
        return username


@require_http_methods(["GET", "POST"])
@endpoint("access.user_create")
@sensitive()
def user_create(request: ActorRequest) -> HttpResponse:
    """Make an account; an approver's becomes a preparer of the enterprise at once."""
    actor = request.actor
    admin = actor.role.id == people.ADMIN
    form = UserForm(request.POST or None, chooses=admin)
    if request.method != "POST" or not form.is_valid():
        status = REFUSED if form.is_bound else 200
        return render(request, "access/user_create.html", {"form": form}, status=status)
    given = form.cleaned_data
    user = people.create_user(
        actor,
        name=given["name"],
        email=given["email"],
        username=given.get("username", ""),
        phone=given["phone"],
    )
    if not admin:
        assert actor.membership is not None
        people.give_membership(
            actor, user, people.PREPARER, actor.membership.enterprise, division=""
        )
    if send_link(request, user):
        people.tell_link_sent(actor, user)
        messages.success(request, text("access.invited", username=user.username))
    else:
        messages.warning(request, text("access.not_invited", username=user.username))
    return redirect("access:user", username=user.username)


@require_GET
@endpoint("access.users")
def user(request: ActorRequest, username: str) -> HttpResponse:
    """One account: what it has been given, and what can be done about it."""
    return _page(request, _user(request, username))


@require_POST
@endpoint("access.user_close")
@sensitive("access:user")
def user_close(request: ActorRequest, username: str) -> HttpResponse:
    """Close an account."""
    found = _user(request, username)
    people.close_user(request.actor, found)
    messages.success(request, text("access.closed_now"))
    return redirect("access:user", username=username)


@require_POST
@endpoint("access.user_secure")
@sensitive("access:user")
def user_reopen(request: ActorRequest, username: str) -> HttpResponse:
    """Open a closed account again."""
    people.reopen_user(request.actor, _user(request, username))
    messages.success(request, text("access.reopened"))
    return redirect("access:user", username=username)


@require_POST
@endpoint("access.user_secure")
@sensitive("access:user")
def user_reset(request: ActorRequest, username: str) -> HttpResponse:
    """Send a link by which a password is set, or set one that is shown this once."""
    found = _user(request, username)
    if request.POST.get("how") == "mail":
        if send_link(request, found):
            people.tell_link_sent(request.actor, found)
            messages.success(request, text("access.link_sent"))
        else:
            messages.error(request, text("access.link_not_sent"))
        return redirect("access:user", username=username)
    password = people.hand_over_password(request.actor, found)
    return _page(request, found, handed_over=password)


@require_POST
@endpoint("access.user_secure")
@sensitive("access:user")
def user_factor(request: ActorRequest, username: str) -> HttpResponse:
    """Take away the second factor of somebody who lost it."""
    people.remove_second_factor(request.actor, _user(request, username))
    messages.success(request, text("access.factor_removed"))
    return redirect("access:user", username=username)


@require_POST
@endpoint("access.user_secure")
@sensitive("access:user")
def user_link(request: ActorRequest, username: str) -> HttpResponse:
    """Say by which subject of the provider somebody signs in."""
    subject = request.POST.get("subject", "").strip()[:190]
    people.link_single_sign_on(request.actor, _user(request, username), subject)
    messages.success(request, text("access.linked"))
    return redirect("access:user", username=username)


@require_POST
@endpoint("access.membership_give")
@sensitive("access:user")
def membership_give(request: ActorRequest, username: str) -> HttpResponse:
    """Give somebody a role."""
    actor, found = request.actor, _user(request, username)
    said = {name: request.POST.get(name, "").strip() for name in ("role", "uscc", "division")}
    enterprise = None
    if actor.role.id != people.ADMIN:
        assert actor.membership is not None
        said["role"], enterprise = people.PREPARER, actor.membership.enterprise
    elif said["uscc"]:
        # An administrator sees no enterprise; whom they name by its code they have been told of.
        enterprise = Enterprise.every.filter(uscc=said["uscc"].upper()).first()
        if enterprise is None:
            messages.error(request, text("access.enterprise_unknown", uscc=said["uscc"]))
            return redirect("access:user", username=username)
    people.give_membership(actor, found, said["role"], enterprise, said["division"])
    messages.success(request, text("access.given"))
    return redirect("access:user", username=username)


@require_POST
@endpoint("access.membership_end")
@sensitive("access:user")
def membership_end(request: ActorRequest, username: str) -> HttpResponse:
    """End a role that somebody has."""
    number = request.POST.get("membership", "")
    held = people.memberships_seen_by(request.actor, _user(request, username))
    if not number.isdecimal():
        messages.error(request, text("access.nothing_chosen"))
        return redirect("access:user", username=username)
    people.end_membership(request.actor, get_object_or_404(held, pk=int(number[:18])))
    messages.success(request, text("access.ended_now"))
    return redirect("access:user", username=username)


def _user(request: ActorRequest, username: str) -> User:
    return get_object_or_404(people.users_seen_by(request.actor), username=username)


def _page(request: ActorRequest, found: User, handed_over: str = "") -> HttpResponse:
    actor = request.actor
    admin = actor.role.id == people.ADMIN
    shown = {
        "found": found,
        "held": people.memberships_seen_by(actor, found),
        "password": handed_over,
        "is_admin": admin,
        "theirs": people.is_theirs(actor, found) and found != actor.user,
        "roles": [one for one in roles().values() if one.party != "public"],
        "divisions": Division.objects.order_by("code") if admin else [],
        "factor": admin and has_second_factor(found),
        "subject": people.subject_of(found) if admin else "",
    }
    return render(request, "access/user.html", shown)


__all__ = [
    "membership_end",
    "membership_give",
    "user",
    "user_close",
    "user_create",
    "user_factor",
    "user_link",
    "user_reopen",
    "user_reset",
    "users",
]
