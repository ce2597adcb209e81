"""Addresses of signing in (登录): those of django-allauth that this site uses, each named here.

The others (signing up, changing mail addresses, linking accounts by oneself) do not exist: accounts
are made and linked by administrators. Names are allauth's own, by which its views find each other.
"""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount import views as social
from django.urls import URLPattern, URLResolver, path, re_path

from tongjian.site.access import oidc

_KEY = r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(_KEY, account.password_reset_from_key, name="account_reset_password_from_key"),
    path("factor/", factors.index, name="mfa_index"),
    path("factor/sign-in/", factors.authenticate, name="mfa_authenticate"),
    path("factor/confirm/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("factor/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("factor/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("factor/codes/file/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("factor/keys/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("factor/keys/add/", keys.add_webauthn, name="mfa_add_webauthn"),
    path("factor/keys/confirm/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("factor/keys/<int:pk>/remove/", keys.remove_webauthn, name="mfa_remove_webauthn"),
    path("factor/keys/<int:pk>/name/", keys.edit_webauthn, name="mfa_edit_webauthn"),
    path("sso/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("sso/<slug:provider_id>/", oidc.login, name="openid_connect_login"),
    path("sso/<slug:provider_id>/back/", oidc.callback, name="openid_connect_callback"),
]
