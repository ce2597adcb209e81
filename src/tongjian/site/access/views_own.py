"""One's own account (本人账户): what it is, in which role one acts, sessions, keys to the API."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from tongjian.site.access.confirm import sensitive
from tongjian.site.access.duties import has_second_factor, needs_second_factor
from tongjian.site.access.mails import mail
from tongjian.site.access.middleware import CHOSEN, ActorRequest
from tongjian.site.access.models import ApiToken, Membership, User
from tongjian.site.access.permissions import endpoint
from tongjian.site.access.sessions import end_sessions
from tongjian.site.access.tokens import LONGEST, make_token, scopes_of
from tongjian.site.ui.errors import REFUSED
from tongjian.site.ui.texts import text, text_lazy


def own(request: ActorRequest) -> User:
    """The one who asks; the matrix has seen to it that there is one."""
    assert request.actor.user is not None
    return request.actor.user


class AccountForm(forms.ModelForm[User]):
    """What somebody may change of their own account. Not the name: it is how they sign."""

    class Meta:
        model = User
        fields = ("language", "email", "phone")

    language = forms.ChoiceField(label=text_lazy("access.language"), choices=settings.LANGUAGES)
    email = forms.EmailField(label=text_lazy("access.email"), required=False, max_length=254)
    phone = forms.CharField(label=text_lazy("access.phone"), required=False, max_length=30)


@require_http_methods(["GET", "POST"])
@endpoint("access.account")
@sensitive()
def account(request: ActorRequest) -> HttpResponse:
    """See and change one's account."""
    user = own(request)
    before = user.email
    form = AccountForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        if user.email != before:
            # What allauth remembers of the old one must not open the account any more.
            EmailAddress.objects.filter(user=user).delete()
            mail(before, "email_changed", username=user.username, link="")
        messages.success(request, text("access.saved"))
        response = redirect("access:account")
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=31_536_000,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
        return response
    held = Membership.objects.filter(user=user).select_related("enterprise").order_by("pk")
    shown = {
        "form": form,
        "held": held,
        "user": user,
        "factor": has_second_factor(user),
        "factor_needed": needs_second_factor(user),
    }
    return render(request, "access/account.html", shown, status=_status(form))


@require_POST
@endpoint("access.switch")
def switch(request: ActorRequest) -> HttpResponse:
    """Act in another of one's roles from now on."""
    number = request.POST.get("membership", "")
    held = Membership.objects.filter(user=own(request), ended=None)
    if number.isdecimal():
        request.session[CHOSEN] = get_object_or_404(held, pk=int(number[:18])).pk
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if safe else "home")


@require_http_methods(["GET", "POST"])
@endpoint("access.sessions")
def sessions(request: ActorRequest) -> HttpResponse:
    """See where one is signed in, and end one of them, all others or all."""
    user = own(request)
    if request.method == "POST":
        asked = request.POST.get("end", "")
        if asked == "all":
            end_sessions(user)
            logout(request)
            return redirect("home")
        if asked == "others":
            number = end_sessions(user, but=request.session.session_key)
        else:
            found = UserSession.objects.filter(user=user, pk=asked if asked.isdecimal() else None)
            number = len([one.end() for one in found])
        messages.success(request, text("access.sessions_ended", number=number))
        return redirect("access:sessions")
    held = UserSession.objects.purge_and_list(user)
    held.sort(key=lambda one: one.last_seen_at, reverse=True)
    return render(request, "access/sessions.html", {"held": held})


class TokenForm(forms.Form):
    """A key to be made."""

    name = forms.CharField(label=text_lazy("access.token_name"), max_length=60)
    days = forms.IntegerField(
        label=text_lazy("access.token_days"), min_value=1, max_value=LONGEST.days, initial=90
    )
    scopes = forms.MultipleChoiceField(
        label=text_lazy("access.token_scopes"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, request: ActorRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["scopes"]
        field.choices = [
            (one.id, one.title["en" if request.LANGUAGE_CODE == "en" else "zh"])
            for one in scopes_of(request.actor)
        ]


@require_http_methods(["GET", "POST"])
@endpoint("access.tokens")
@sensitive()
def tokens(request: ActorRequest) -> HttpResponse:
    """See one's keys to the API, and make one; its text is on the next page and no other."""
    form = TokenForm(request.POST or None, request=request)
    made = whole = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made, whole = make_token(request.actor, given["name"], given["scopes"], given["days"])
        form = TokenForm(request=request)
    held = ApiToken.objects.filter(user=own(request)).select_related("membership__enterprise")
    now = timezone.now()
    shown = {"form": form, "held": held, "made": made, "whole": whole, "now": now}
    return render(request, "access/tokens.html", shown, status=_status(form))


@require_POST
@endpoint("access.token_revoke")
def token_revoke(request: ActorRequest, prefix: str) -> HttpResponse:
    """End one of one's keys."""
    found = get_object_or_404(ApiToken, user=own(request), prefix=prefix)
    if found.revoked is None:
        found.revoked = timezone.now()
        found.save(update_fields=["revoked"])
    messages.success(request, text("access.token_ended"))
    return redirect("access:tokens")


def _status(form: forms.BaseForm) -> int:
    return REFUSED if form.is_bound and form.errors else 200


__all__ = ["account", "sessions", "switch", "token_revoke", "tokens"]
