"""What has to be done before anything else (先行事项): a new password, a second factor."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tongjian.site.access.models import Membership, User
from tongjian.site.access.roles import roles

# Names of the addresses that stay open meanwhile.
_PASSWORD = {"account_change_password", "account_logout", "language"}
_FACTOR = {
    "account_logout",
    "account_reauthenticate",
    "language",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_download_recovery_codes",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
}
_PARTIES = ("authority", "site")
"""Who sees the data of many, or rules over accounts."""


def needs_second_factor(user: User) -> bool:
    """Whether somebody has to have a second factor, by any of their roles."""
    if not settings.SECOND_FACTOR:
        return False
    bound = [one.id for one in roles().values() if one.party in _PARTIES]
    return Membership.objects.filter(user=user, ended=None, role__in=bound).exists()


def has_second_factor(user: User) -> bool:
    """Whether they have one; recovery codes alone are none."""
    held = Authenticator.objects.filter(user=user)
    return bool(held.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def duty(request: HttpRequest, user: User) -> HttpResponse | None:
    """The way to what has to be done first; None where there is nothing."""
    if request.resolver_match is None:
        return None
    here = request.resolver_match.view_name
    if user.must_change_password:
        wanted, free = "account_change_password", _PASSWORD
    elif settings.SECOND_FACTOR and needs_second_factor(user) and not has_second_factor(user):
        wanted, free = "mfa_activate_totp", _FACTOR
    else:
        return None
    if here in free:
        return None
    if request.path.startswith("/api/"):
        raise PermissionDenied(wanted)
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = redirect(wanted)["Location"]
        return response
    return redirect(wanted)


__all__ = ["duty", "has_second_factor", "needs_second_factor"]
